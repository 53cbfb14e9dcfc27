"""A release beside its own specification: which cells of the crossings that the recipe names are empty or thin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.recipes.coverage import Coverage
from stages.export.counts import Counts, TwoAttributes, cells_of


class Enough(StrEnum):
    """Whether a cell or a slice has as many regions as the recipe's ``coverage.least`` says."""

    EMPTY = "empty"
    THIN = "thin"
    YES = "enough"


@dataclass(frozen=True, slots=True)
class Covered:
    """How many regions of something there are.

    Attributes:
        names: of the slice, or of a cell's two values.
        regions: in each split, in the order of the splits.
        least: so many there should be in all splits together.
    """

    names: tuple[str, ...]
    regions: tuple[int, ...]
    least: int

    @property
    def enough(self) -> Enough:
        """Whether there are as many as there should be."""
        found = sum(self.regions)
        return Enough.EMPTY if not found else Enough.THIN if found < self.least else Enough.YES


@dataclass(frozen=True, slots=True)
class CrossingCovered:
    """One crossing.

    Attributes:
        crossing: the two attributes.
        rows: the cells, a row a value of the first attribute, in the order of the vocabulary.
    """

    crossing: TwoAttributes
    rows: tuple[tuple[Covered, ...], ...]

    def cells(self, enough: Enough) -> list[Covered]:
        """The cells that are empty, thin or neither."""
        return [cell for row in self.rows for cell in row if cell.enough is enough]


def slices_covered(asked: Coverage, counts: Counts, splits: Sequence[str]) -> list[Covered]:
    """The slices that a recipe wants to have enough of.

    Args:
        asked: what the recipe says.
        counts: of the samples; named slices have been counted.
        splits: in the order in which they are told.
    """
    return [Covered((name,), tuple(counts.regions(split, name) for split in splits), asked.least) for name in asked.slices]


def crossings_covered(asked: Coverage, counts: Counts, splits: Sequence[str]) -> Iterator[CrossingCovered]:
    """The crossings that a recipe names; its arguments are those of ``slices_covered``, and the crossings have been counted."""
    for first, second in asked.crossings:
        crossing = (first, second)
        yield CrossingCovered(crossing, tuple(
            tuple(Covered((one, other), tuple(counts.cell(crossing, one, other, split) for split in splits), asked.least)
                  for other in cells_of(second))
            for one in cells_of(first)))
