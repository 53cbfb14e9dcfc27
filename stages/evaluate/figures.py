"""Figures by slice, each with its interval, from what became of regions and images."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from schemas.evaluation import EVERYTHING, Figure, SliceFigures
from schemas.outcomes import Outcomes
from stages.evaluate.bootstrap import Draws, Interval, draws, ends, resampled
from stages.evaluate.formulas import FORMULAS, Formula, Level, Sums, Values
from stages.evaluate.slices import Slice, everything, slices_of, wanted
from stages.evaluate.sums import Additive, group_numbers, image_sums, region_sums

LEADING = "cer nospace"
"""The figure that says whether a slice is large enough: Korean spacing is a convention, so white space stands apart."""
WIDE = 0.05
"""Half of an interval from which a slice is too small to tell: 5 points."""
LEAST_GROUPS = 10
"""In fewer groups than this the ends of a bootstrap interval say little; such a slice is too small to tell."""


@dataclass(frozen=True, slots=True)
class SliceSums:
    """Sums of one slice by group, of regions and, where it is of whole images, of images.

    Attributes:
        columns: names of what is summed.
        by_group: float64 [groups × columns].
        whole_images: whether figures of images can be had.
    """

    columns: tuple[str, ...]
    by_group: Values
    whole_images: bool

    def total(self) -> Sums:
        """Sums over all groups."""
        return dict(zip(self.columns, self.by_group.sum(axis=0), strict=True))

    def groups(self) -> int:
        """Groups that have something of it."""
        return int(self.by_group.any(axis=1).sum())

    def formulas(self) -> list[Formula]:
        """Figures that the slice can have."""
        return [formula for formula in FORMULAS.values() if self.whole_images or formula.level is Level.REGION]


class Summed:
    """An evaluation's outcomes as columns that add up.

    Args:
        outcomes: of the evaluation.
    """

    def __init__(self, outcomes: Outcomes) -> None:
        self.groups: Mapping[str, int] = group_numbers(outcomes)
        self._regions = region_sums(outcomes.regions, self.groups)
        self._images = image_sums(outcomes, self.groups)
        self._to_find = wanted(outcomes.regions)
        names = outcomes.images["image_id"].combine_chunks()
        self._image_of = pc.index_in(outcomes.regions["image_id"], value_set=names).to_numpy()

    def of(self, chosen: Slice) -> SliceSums:
        """Sums of a slice."""
        parts: list[tuple[Additive, Values]] = [(self._regions, self._regions.by_group(chosen.regions, len(self.groups)))]
        if chosen.images is not None:
            parts.append((self._images, self._images.by_group(chosen.images, len(self.groups))))
        return SliceSums(tuple(name for part, _ in parts for name in part.columns), np.hstack([values for _, values in parts]),
                         chosen.images is not None)

    def images(self, chosen: Slice) -> int:
        """Images that have a region of a slice, or that are in it."""
        if chosen.images is not None:
            return int(chosen.images.sum())
        return len(np.unique(self._image_of[chosen.regions & self._to_find]))


def figures_by_slice(outcomes: Outcomes, advance: Callable[[int], None] = lambda _slices: None) -> tuple[SliceFigures, ...]:
    """Figures of all slices that occur, all regions first.

    Args:
        outcomes: of an evaluation.
        advance: told how many slices more are done.
    """
    if not len(outcomes.images):
        return (SliceFigures(EVERYTHING, 0, 0, 0, ()),)
    summed = Summed(outcomes)
    drawn = draws(len(summed.groups))
    found = []
    for chosen in slices_of(outcomes):
        found.append(_figures(chosen, summed.of(chosen), drawn, summed.images(chosen)))
        advance(1)
    return tuple(item for item in found if item.regions or item.slice == EVERYTHING)


def overall_figures(outcomes: Outcomes) -> SliceFigures:
    """Figures of all regions alone."""
    summed = Summed(outcomes)
    chosen = everything(outcomes)
    return _figures(chosen, summed.of(chosen), draws(len(summed.groups)), summed.images(chosen))


def point(formula: Formula, sums: Sums) -> float | None:
    """A figure of sums; None where it has none."""
    value = float(formula.value(sums))
    return None if math.isnan(value) else value


def regions_needed(interval: Interval, regions: int, groups: int) -> int | None:
    """How many regions would make a slice large enough to tell; None where it is.

    An interval narrows with the root of the number of groups (central limit theorem), so ``(half width / WIDE)²`` times as many
    groups, and at least ``LEAST_GROUPS``, with as many regions each.

    Args:
        interval: of the leading figure.
        regions: of the slice.
        groups: of the slice.
    """
    half = interval.half_width
    if not regions or not groups:
        return None
    wide = 1.0 if half is None else (half / WIDE) ** 2
    times = max(wide, LEAST_GROUPS / groups)
    return math.ceil(regions * times) if times > 1 else None


def _figures(chosen: Slice, sums: SliceSums, drawn: Draws, images: int) -> SliceFigures:
    total = sums.total()
    resamples = resampled(sums.columns, sums.by_group, drawn)
    groups = sums.groups()
    figures: list[Figure] = []
    leading = Interval(None, None)
    for formula in sums.formulas():
        value = point(formula, total)
        if value is None:
            continue
        interval = ends(formula, value, resamples, groups, round(float(total["texts"])))
        count = round(float(total[formula.count]))
        figures.append(Figure(formula.name, formula.normalisation, value, interval.low, interval.high, count))
        if formula.key == LEADING:
            leading = interval
    regions = round(float(total["regions"]))
    return SliceFigures(chosen.name, regions, images, groups, tuple(figures), regions_needed(leading, regions, groups))
