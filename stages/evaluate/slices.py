"""Which regions and images belong to which slice."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.evaluation import EVERYTHING, SliceFacet, SliceName
from schemas.outcomes import Fate, Outcomes
from stages.evaluate.sums import Mask

HEIGHTS = (10, 14, 20, 32, 64)
"""Ends of the bands of text heights, in pixels: readers go down to about 10; 32 and 48 are what recognisers scale lines to."""
OF_REGIONS = {SliceFacet.DIRECTION: "direction", SliceFacet.WRITING: "writing", SliceFacet.EFFECTS: "effects",
              SliceFacet.LANGUAGE: "language", SliceFacet.KIND: "kind"}
"""Facets of regions by their column."""
OF_IMAGES = {SliceFacet.IMAGE_KIND: "image_kind", SliceFacet.CONDITION: "conditions", SliceFacet.CAMPAIGN: "campaign",
             SliceFacet.SUBMITTER: "submitter"}
"""Facets of whole images by their column."""
PAIR_REGIONS = 30
"""A pair of attributes with fewer regions to find is not told."""
PAIR_SHARE = 0.9
"""A pair that holds more of one of its slices tells nothing that this slice does not."""
MOST_VALUES = 50
"""Of campaigns and of submitters, those with the most images are told."""
MOST_PAIRS = 40
"""The largest pairs are told."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What belongs to a slice.

    Attributes:
        name: of it.
        regions: which rows of regions.
        images: which rows of images, where the slice is of whole images; None where it is of regions.
    """

    name: SliceName
    regions: Mask
    images: Mask | None = None


def everything(outcomes: Outcomes) -> Slice:
    """All regions and images."""
    return Slice(EVERYTHING, np.ones(len(outcomes.regions), bool), np.ones(len(outcomes.images), bool))


def slices_of(outcomes: Outcomes) -> Iterator[Slice]:
    """All slices that occur: all regions first, then single ones, then pairs of attributes."""
    regions = outcomes.regions
    yield everything(outcomes)
    yield from single_slices(outcomes)
    yield from _pairs([[Slice(SliceName(facet, name), mask) for name, mask in values_of(regions, column)]
                       for facet, column in OF_REGIONS.items()], wanted(regions))


def single_slices(outcomes: Outcomes) -> Iterator[Slice]:
    """Named slices, attributes, heights, what images have (of campaigns and submitters the most frequent ones)."""
    regions = outcomes.regions
    for facet, column in {SliceFacet.NAMED: "named", **OF_REGIONS}.items():
        yield from (Slice(SliceName(facet, name), mask) for name, mask in values_of(regions, column))
    yield from _heights(regions)
    for facet, column in OF_IMAGES.items():
        frequent = {name for name, _ in Counter(_flat(outcomes.images[column]).to_pylist()).most_common(MOST_VALUES)}
        for name, mask in values_of(outcomes.images, column):
            if name in frequent:
                yield Slice(SliceName(facet, name), _having(regions, column, name), mask)


def wanted(regions: pa.Table) -> Mask:
    """Which rows are regions that are to be found."""
    found: Mask = pc.not_equal(regions["outcome"], str(Fate.EXTRA)).to_numpy()
    return found


def band(height: float) -> str:
    """The name of the band of a text height, such as ``14–20 px``."""
    above = next((end for end in HEIGHTS if height < end), None)
    if above is None:
        return f"{HEIGHTS[-1]} px and more"
    place = HEIGHTS.index(above)
    return f"{HEIGHTS[place - 1]}–{above} px" if place else f"below {above} px"


def values_of(table: pa.Table, column: str) -> Iterator[tuple[str, Mask]]:
    """Each value of a column, in order, with the rows that have it; of a column of lists each item. Empty names are no slice."""
    for name in sorted(filter(None, pc.unique(_flat(table[column])).to_pylist())):
        yield name, _having(table, column, name)


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.list_flatten(column) if pa.types.is_list(column.type) else column


def _having(table: pa.Table, column: str, name: str) -> Mask:
    """Which rows have a value, or a list with it."""
    there: Mask = pc.fill_null(pc.equal(_flat(table[column]), name), False).to_numpy()
    if not pa.types.is_list(table[column].type):
        return there
    mask = np.zeros(len(table), bool)
    mask[pc.list_parent_indices(table[column].combine_chunks()).to_numpy()[there]] = True
    return mask


def _heights(regions: pa.Table) -> Iterator[Slice]:
    heights = regions["height"].to_numpy()
    for low, high in itertools.pairwise((0, *HEIGHTS, np.inf)):
        mask = (heights >= low) & (heights < high)
        if mask.any():
            yield Slice(SliceName(SliceFacet.HEIGHT, band(low)), mask)


def _pairs(facets: list[list[Slice]], to_find: Mask) -> list[Slice]:
    """Pairs of values of two attributes that hold enough regions, and not nearly all of one of the two; the largest first."""
    counted: list[tuple[int, Slice]] = []
    for one, other in itertools.combinations(facets, 2):
        for left, right in itertools.product(one, other):
            both = left.regions & right.regions
            count = int((both & to_find).sum())
            smaller = min(int((left.regions & to_find).sum()), int((right.regions & to_find).sum()))
            if count >= PAIR_REGIONS and count <= PAIR_SHARE * smaller:
                counted.append((count, Slice(SliceName(SliceFacet.PAIR, f"{left.name.name} × {right.name.name}"), both)))
    counted.sort(key=lambda item: (-item[0], item[1].name))
    return [item for _, item in counted[:MOST_PAIRS]]
