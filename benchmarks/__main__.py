"""python -m benchmarks [NAME …]: all benchmarks, or some; exit code 1 where a target is missed."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.by_name import run_by_name
from benchmarks.figures import Figure, show, write

NAMES = ("ingest", "questions", "duplicates", "hardening", "ocr", "korean", "mixed_lines", "displays", "push", "collect",
         "screen", "releases", "pull", "publish", "evaluate", "portal", "formats", "scale")
ROOT = Path(__file__).resolve().parent.parent


def main(names: list[str]) -> int:
    """Runs benchmarks by name."""
    if unknown := set(names) - set(NAMES):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    results: dict[str, Sequence[Figure]] = {}
    for name in names or NAMES:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:  # what one holds is not the next one's
            results[name] = alone.submit(run_by_name, name).result()
        show(name, results[name])
    if not names:
        write(ROOT / "docs" / "benchmarks.md", results)
    return int(any(item.met is False for figures in results.values() for item in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
