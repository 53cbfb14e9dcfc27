"""Forms that a release is written in besides its own: one module each."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from saegim.formats import hf
from saegim.release import Release


class Format(Protocol):
    """A module of this package."""

    def write(self, release: Release, to: Path, advance: Callable[[int], None] = ...) -> list[Path]:
        """Writes a release; ``advance`` is told how many samples more are written. Returns what a reader opens first."""


FORMATS: dict[str, Format] = {"hf": hf}
"""By the names that ``saegim datasets pull --format`` takes."""
