"""What the values of a region become, and what had to be given up for it: counted, and listed in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adapters.predictions.dialect import kind
from adapters.predictions.outlines import Corners, is_drawable
from schemas.evaluation import Faults
from schemas.text import normalise

MOST_LISTED = 100
"""Faults in words; more of them nobody reads."""
UNKNOWN = "\ufffd"
"""What an engine writes for a letter that it saw and does not know; each is a wrong one."""
SHOWN = 40
"""Characters of a stranger's value that are printed."""


class Checks:
    """Checks values of regions and keeps the faults."""

    def __init__(self) -> None:
        self._counts = {"crossing": 0, "not_finite": 0, "unknown_characters": 0}
        self._listed: list[str] = []
        self._outside = 0

    def note(self, sentence: str) -> None:
        """One more fault in words."""
        if len(self._listed) < MOST_LISTED:
            self._listed.append(sentence)

    def crossing(self, where: str) -> None:
        """An outline crosses itself, and was mended."""
        self._counts["crossing"] += 1
        self.note(f"{where}: its outline crosses itself, and was mended")

    def left_out(self, where: str, why: str) -> None:
        """A region has no outline."""
        self._counts["not_finite"] += 1
        self.note(f"{where}: {why}; left out")

    def corners(self, value: Any, where: str) -> Corners | None:
        """Corners as numbers; None where an outline cannot be drawn of them, which is a fault."""
        try:
            found = np.array(value, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            self.left_out(where, f"its corners are no pairs of numbers ({shown(value)})")
            return None
        if found.ndim != 2 or found.shape[1] != 2 or len(found) < 3:
            self.left_out(where, f"its outline has fewer than three corners, or they are no pairs ({shown(value)})")
            return None
        if not is_drawable(found):
            self.left_out(where, f"a corner is no point of a picture ({shown(value)})")
            return None
        return found

    def text(self, value: Any, where: str) -> str:
        """A text as all are stored. A number is written as a text; what else is none is empty, and a fault."""
        if isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
            self.note(f"{where}: its text is {kind(value)}; taken as empty")
            return ""
        text = normalise("" if value is None else str(value))
        if UNKNOWN in text:
            self._counts["unknown_characters"] += text.count(UNKNOWN)
            self.note(f"{where}: {text.count(UNKNOWN)} characters that the engine does not know in {shown(text)}")
        return text

    def score(self, value: Any, where: str) -> float | None:
        """A score in [0, 1], three decimals; None where there is none, or where it is no number, which is a fault."""
        if value is None:
            return None
        try:
            score = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            score = math.nan
        if not math.isfinite(score):
            self._counts["not_finite"] += 1
            self.note(f"{where}: its score is no number ({shown(value)}); taken without one")
            return None
        if not 0 <= score <= 1:
            self._outside += 1
            if self._outside == 1:
                self.note(f"{where}: its score {shown(value)} is not within 0 to 1; taken as {_clipped(score):g}. Where your "
                          "engine writes per cent, divide by 100 first")
        return round(_clipped(score), 3)

    def faults(self) -> Faults:
        """All of them."""
        outside = [f"{self._outside:,} scores are not within 0 to 1; taken as the nearer of the two"] if self._outside > 1 else []
        return Faults(**self._counts, listed=tuple(outside + self._listed)[:MOST_LISTED])


def _clipped(score: float) -> float:
    return min(max(score, 0.0), 1.0)


def shown(value: Any) -> str:
    """A stranger's value, short."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
