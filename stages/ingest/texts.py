"""What texts say of two pictures that nearly agree: whether they are two documents of one template (design D14)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from schemas.reading import Reading, Region
from schemas.submission import Verdict
from schemas.text import normalise, without_spaces
from stages.compare import Match, compare

SURE = 0.95
"""Score from which a model's line is believed. Measured on two scanned receipts (032 and 235 of SROIE), each read again after
compression, noise, rotation and at half size: where both lines are sure, one figure in all came out as another."""
OTHER_FIGURES = 3
"""So many figures differ in lines that are sure: another document of the template."""


@dataclass(frozen=True, slots=True)
class TextComparison:
    """A verdict by texts, with its evidence.

    Attributes:
        verdict: distinct, or review where the texts do not tell.
        lines: how many lines lie at the same place in both.
        edits: Levenshtein distance of their texts in all, without white space.
        alone: lines that only one of the two has.
        figures_changed: digits that stand against other digits, in lines that are sure in both.
    """

    verdict: Verdict
    lines: int
    edits: int
    alone: int
    figures_changed: int

    @property
    def figures(self) -> dict[str, float]:
        """The evidence by name."""
        return {"lines": self.lines, "edits": self.edits, "lines alone": self.alone, "figures changed": self.figures_changed}


def compare_texts(one: Reading, other: Reading, onto: NDArray[np.float64]) -> TextComparison:
    """Compares what one model read on two pictures of which one is laid over the other.

    For pictures that agree nearly everywhere. Other figures make another document. That all texts are the same makes no
    duplicate: a tick in a box, a signature or a stamp is not read, and two forms may differ in nothing else.

    Args:
        one: reading of the picture.
        other: reading of the earlier one, by the same run.
        onto: as in ``stages/ingest/align.py``.
    """
    found = compare(one, _laid_over(one, other, onto))
    edits = sum(match.edits_unspaced for match in found.matches)
    changed = sum(_figures_changed(match) for match in found.matches)
    verdict = Verdict.DISTINCT if changed >= OTHER_FIGURES else Verdict.REVIEW
    return TextComparison(verdict, len(found.matches), edits, len(found.missed) + len(found.extra), changed)


def _laid_over(one: Reading, other: Reading, onto: NDArray[np.float64]) -> Reading:
    """The earlier picture's reading in pixels of the other picture."""
    matrix = np.diag([one.width, one.height, 1.0]) @ onto @ np.diag([1 / other.width, 1 / other.height, 1.0])

    def moved(region: Region) -> Region:
        points = cv2.perspectiveTransform(np.array([region.polygon], np.float64), matrix)[0]
        return replace(region, polygon=tuple((float(x), float(y)) for x, y in points))

    return replace(other, image_id=one.image_id, width=one.width, height=one.height, regions=tuple(map(moved, other.regions)))


def _figures_changed(match: Match) -> int:
    if min(_score(match.truth), _score(match.other)) < SURE:
        return 0
    before, after = (without_spaces(normalise(region.text)) for region in (match.truth, match.other))
    return sum(edit.tag == "replace" and before[edit.src_pos].isdigit() and after[edit.dest_pos].isdigit()
               for edit in Levenshtein.editops(before, after))


def _score(region: Region) -> float:
    return 1.0 if region.score is None else region.score
