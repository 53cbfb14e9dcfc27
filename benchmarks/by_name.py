"""One benchmark, for a process of its own."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Sequence

from benchmarks.figures import Figure


def run_by_name(name: str) -> Sequence[Figure]:
    """The figures of a benchmark.

    Raises:
        RuntimeError: it failed; the message is the whole traceback, for not every library's error comes whole through a pipe.
    """
    try:
        found: Sequence[Figure] = importlib.import_module(f"benchmarks.{name}").run()
    except Exception as error:
        raise RuntimeError(traceback.format_exc()) from error
    return found
