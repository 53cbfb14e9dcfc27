"""What a check of ``saegim doctor`` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and what was found; ``repair`` is empty where it is well."""

    name: str
    found: str
    repair: str = ""


class NotWell(Exception):
    """A check that failed: what was found, and what mends it."""

    def __init__(self, found: str, repair: str) -> None:
        self.found = found
        self.repair = repair
        super().__init__(found)
