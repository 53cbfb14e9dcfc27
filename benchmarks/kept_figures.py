"""Figures of a benchmark's parts, kept in a file: a part that takes an hour is not done again because another one failed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import Figure, show


def in_parts(name: str, parts: Mapping[str, Callable[[], Sequence[Figure]]]) -> list[Figure]:
    """Runs some parts of a benchmark and returns the figures of all that have any.

    SAEGIM_BENCH_PARTS names the parts to run, with commas: all that have no figures yet where it is left out, none where it is
    ``none``. The figures lie in SAEGIM_BENCH_KEPT; where that is left out, in the folder of temporary files.

    Args:
        name: of the benchmark.
        parts: what each does, by name, in the order in which they are shown.
    """
    path = Path(os.environ.get("SAEGIM_BENCH_KEPT") or Path(tempfile.gettempdir()) / f"saegim-bench-{os.getuid()}-{name}.json")
    kept: dict[str, list[Figure]] = {
        part: [Figure(**item) for item in figures] for part, figures in json.loads(path.read_text()).items()
    } if path.is_file() else {}
    asked = os.environ.get("SAEGIM_BENCH_PARTS", "")
    wanted = [] if asked == "none" else asked.split(",") if asked else [part for part in parts if part not in kept]
    if unknown := set(wanted) - set(parts):
        raise SystemExit(f"{name} has no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    for part in wanted:
        kept[part] = list(parts[part]())
        path.write_text(json.dumps({part: [asdict(item) for item in figures] for part, figures in kept.items()},
                                   ensure_ascii=False, indent=1), encoding="utf-8")
        show(f"{name}: {part}", kept[part])
    return [item for part in parts for item in kept.get(part, [])]
