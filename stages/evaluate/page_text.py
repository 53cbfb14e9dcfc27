"""The text of a whole page against the truth, in reading order and without regard to it; the difference is the reading order.

Both are counted on ``nospace`` texts of the regions that have text and can be read. What was found on a region of the truth that
nobody can read (to more than half) is not counted, as nowhere else.

*In order*: both readings' regions are brought into reading order the same way, from where they lie
(``schemas.reading_order``: rows are clusters of boxes, columns come before rows, the order in which regions are given has no
influence), their texts are joined, and the edits are Levenshtein's.

*Without order*: texts of the two that are equal are taken for each other; of the others, the two that are most alike first (edits
over the longer one's length), until one side has none; what is left is put in or left out. Where the edits in order are fewer,
as where one reading has words and the other lines, those are the figure: it is never larger than the one in order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from schemas.letters import letters
from schemas.normalisation import ILLEGIBLE, Normalisation, normalised_texts
from schemas.reading import Region
from schemas.reading_order import in_reading_order
from stages.compare import COVERED
from stages.evaluate.texts import edits_of_illegible


@dataclass(frozen=True, slots=True)
class PageCounts:
    """Counts of one page, which add up over pages.

    Attributes:
        edits_ordered: in reading order.
        edits_unordered: without regard to it, never more.
        length: letters of the truth, without white space and ``□``.
    """

    edits_ordered: int
    edits_unordered: int
    length: int


def count_page(truth: Sequence[Region], other: Sequence[Region], covered: NDArray[np.float64]) -> PageCounts:
    """Counts of one page.

    Args:
        truth: regions of the reading that is taken for true, in any order.
        other: those of the one that is judged, in any order.
        covered: for each of these, the largest share of it that lies on one don't-care region (``stages.compare.Overlaps``).
    """
    ones = _texts_in_order([region for region in truth if region.attributes.legible])
    others = _texts_in_order([region for region, share in zip(other, covered, strict=True) if share <= COVERED])
    one = "".join(ones)
    ordered = _edits(one, "".join(others))
    return PageCounts(ordered, min(ordered, _edits_of_lines(ones, others)) if ordered else 0, len(one) - one.count(ILLEGIBLE))


def _texts_in_order(regions: Sequence[Region]) -> list[str]:
    """Texts of the regions that have one, in reading order; one whose place is not a finite number is on no page."""
    placed = sorted((region.text, region.polygon) for region in regions
                    if region.text and all(math.isfinite(x) and math.isfinite(y) for x, y in region.polygon))
    return normalised_texts([placed[place][0] for place in in_reading_order([polygon for _, polygon in placed])],
                            Normalisation.NOSPACE)


def _edits(one: str, other: str) -> int:
    if ILLEGIBLE in one:
        return edits_of_illegible(one, letters(other))
    return Levenshtein.distance(one, other)


def _edits_of_lines(ones: Sequence[str], others: Sequence[str]) -> int:
    """Edits of lines that are taken for each other, whatever their order, and all letters of those that are left."""
    left = sorted(filter(None, (Counter(ones) - Counter(others)).elements()))
    other_left = sorted(filter(None, (Counter(others) - Counter(ones)).elements()))
    edits = 0
    free = set(range(len(left)))
    other_free = set(range(len(other_left)))
    for one, other, distance in _most_alike(left, other_left):
        if one in free and other in other_free:
            free.remove(one)
            other_free.remove(other)
            edits += distance
    edits += sum(len(left[one].replace(ILLEGIBLE, "")) for one in free)
    return edits + sum(len(other_left[other]) for other in other_free)


def _most_alike(ones: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Places of two texts and their edits, the most alike first; of those alike, in the order in which they are given."""
    if not ones or not others:
        return
    edits = process.cdist(ones, others, scorer=Levenshtein.distance, dtype=np.int32, workers=1)
    for place in (place for place, text in enumerate(ones) if ILLEGIBLE in text):
        edits[place] = [_edits(ones[place], other) for other in others]
    longer = np.maximum.outer([len(text) for text in ones], [len(text) for text in others])
    for place in np.argsort(edits / longer, axis=None, kind="stable").tolist():
        one, other = divmod(place, len(others))
        yield one, other, int(edits[one, other])
