"""What a release counts, sample by sample: a million of them leave no more behind than a few thousand numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from schemas.reading import REGION_VOCABULARY, Attributes, Reading, Region
from schemas.sources import PUBLIC
from schemas.text import without_spaces

VOCABULARY = {**REGION_VOCABULARY, "legible": ("illegible",)}
"""Slices by the attribute that makes them."""
NO_EFFECT = "none"
"""Among the effects of a crossing, what a region without any is counted under."""
TwoAttributes = tuple[str, str]
"""Two region attributes, see ``schemas.recipes.coverage``."""
PRECISION = 1000
"""Agreement is kept to three decimals, as the ledger has it."""
MOST_REGIONS = 1000
"""The histogram of regions an image ends here: what is beyond counts as this."""
LONGEST = 100
"""The histogram of letters a region ends here: what is beyond counts as this."""


class Facet(StrEnum):
    """By what samples are counted."""

    ALL = "all"
    SLICE = "slice"
    CAMPAIGN = "campaign"
    IMAGE_KIND = "image kind"
    CONDITION = "condition"
    SOURCE = "source"
    """Public data sets; an empty name stands for what was collected."""


@dataclass(slots=True)
class Tally:
    """How much of something there is.

    Attributes:
        images: with at least one region of it, where it is a slice.
        regions: of it.
        characters: in the texts of its legible regions, without spaces.
    """

    images: int = 0
    regions: int = 0
    characters: int = 0

    def grow(self, images: int, regions: int, characters: int) -> None:
        """Adds to it."""
        self.images += images
        self.regions += regions
        self.characters += characters


class Counts:
    """Counts of a release. The order in which samples come does not matter.

    Args:
        crossings: pairs of region attributes whose values are counted beside each other.

    Attributes:
        crossings: the same pairs.
        regions_an_image: how many images have so many regions.
        characters_a_region: how many legible regions with a text have so many characters, without spaces.
    """

    def __init__(self, crossings: Iterable[TwoAttributes] = ()) -> None:
        self.crossings = tuple(crossings)
        self.regions_an_image: Counter[int] = Counter()
        self.characters_a_region: Counter[int] = Counter()
        self._tallies: dict[tuple[Facet, str, str], Tally] = {}
        self._agreement: dict[str, Counter[int]] = {}
        self._alphabets: dict[str, set[str]] = {}
        self._cells: Counter[tuple[TwoAttributes, str, str, str]] = Counter()

    def add(self, split: str, campaign: str, reading: Reading, agreement: float | None,
            named: Sequence[Sequence[str]] = (), source: str = "") -> None:
        """Counts one sample.

        Args:
            split: its split.
            campaign: that it was sent to; empty where it was sent to none.
            reading: its accepted reading.
            agreement: how far its two readers agreed, in [0, 1]; None where one person read it.
            named: names of the named slices that each region belongs to, in the regions' order; none where nobody asked.
            source: the public data set that it comes from; empty for what was collected.
        """
        alike: dict[Attributes, Tally] = {}
        alphabet = self._alphabets.setdefault(split, set())
        for region in reading.regions:
            tally = alike.get(region.attributes) or alike.setdefault(region.attributes, Tally())
            tally.regions += 1
            if region.attributes.legible and (text := without_spaces(region.text)):
                tally.characters += len(text)
                alphabet.update(text)
                self.characters_a_region[min(len(text), LONGEST)] += 1
        by_slice: dict[str, Tally] = {}
        for attributes, tally in alike.items():
            for name in attributes.slices():
                by_slice.setdefault(name, Tally()).grow(0, tally.regions, tally.characters)
            for crossing in self.crossings:
                for one, other in product(*(values_of(attributes, name) for name in crossing)):
                    self._cells[crossing, one, other, split] += tally.regions
        for region, names in zip(reading.regions, named, strict=bool(named)):
            for name in names:
                by_slice.setdefault(name, Tally()).grow(0, 1, _letters(region))
        for name, tally in by_slice.items():
            self._grow(Facet.SLICE, name, split, tally.regions, tally.characters)
        total = sum(tally.characters for tally in alike.values())
        whole = [(Facet.ALL, ""), (Facet.IMAGE_KIND, str(reading.image_kind)), (Facet.SOURCE, source)]
        whole += [(Facet.CAMPAIGN, campaign)] * (campaign != PUBLIC)  # nobody collected those
        whole += [(Facet.CONDITION, str(condition)) for condition in set(reading.conditions)]
        for facet, name in whole:
            self._grow(facet, name, split, len(reading.regions), total)
        self.regions_an_image[min(len(reading.regions), MOST_REGIONS)] += 1
        if agreement is not None:
            self._agreement.setdefault(split, Counter())[round(agreement * PRECISION)] += 1

    def splits(self, first: Iterable[str] = ()) -> list[str]:
        """Splits in the order of ``first``, also where they have no sample, then others that have one, by name."""
        order = list(first)
        return order + sorted({split for facet, _, split in self._tallies if facet is Facet.ALL}.difference(order))

    def names(self, facet: Facet) -> list[str]:
        """What occurs of a facet, in alphabetical order."""
        return sorted({name for other, name, _ in self._tallies if other is facet})

    def slices(self) -> Iterator[tuple[str, str]]:
        """(attribute, slice) of all slices of the vocabulary that occur, in its order; named ones are not among them."""
        found = set(self.names(Facet.SLICE))
        for attribute, values in VOCABULARY.items():
            yield from ((attribute, value) for value in values if value in found)

    def tally(self, facet: Facet, name: str = "", split: str | None = None) -> Tally:
        """How much there is of a slice, a campaign, …; in all splits together where none is named."""
        total = Tally()
        for one in self.splits() if split is None else [split]:
            found = self._tallies.get((facet, name, one), Tally())
            total.grow(found.images, found.regions, found.characters)
        return total

    def images(self, split: str) -> int:
        """Samples of a split."""
        return self.tally(Facet.ALL, "", split).images

    def regions(self, split: str, slice_name: str) -> int:
        """Regions of a slice in a split."""
        return self.tally(Facet.SLICE, slice_name, split).regions

    def cell(self, crossing: TwoAttributes, one: str, other: str, split: str | None = None) -> int:
        """Regions that have both values of a crossing; in all splits together where none is named."""
        return sum(self._cells[crossing, one, other, name] for name in (self.splits() if split is None else [split]))

    def alphabet(self, split: str) -> frozenset[str]:
        """Characters in the legible texts of a split."""
        return frozenset(self._alphabets.get(split, ()))

    def agreements(self, split: str | None = None) -> Counter[int]:
        """How many images that two people read agree to so many thousandths; of all splits where none is named."""
        return sum((found for name, found in self._agreement.items() if split in (None, name)), Counter())

    def _grow(self, facet: Facet, name: str, split: str, regions: int, characters: int) -> None:
        self._tallies.setdefault((facet, name, split), Tally()).grow(1, regions, characters)


def values_of(attributes: Attributes, name: str) -> tuple[str, ...]:
    """What a region has of an attribute that a crossing names: of effects several, or ``none``."""
    value = getattr(attributes, name)
    return (str(value),) if not isinstance(value, tuple) else tuple(map(str, value)) or (NO_EFFECT,)


def cells_of(name: str) -> tuple[str, ...]:
    """All values of an attribute that a crossing names."""
    return (NO_EFFECT, *map(str, REGION_VOCABULARY[name])) if name == "effects" else tuple(map(str, REGION_VOCABULARY[name]))


def _letters(region: Region) -> int:
    """Characters of a region that count: of a legible one, without spaces."""
    return len(without_spaces(region.text)) if region.attributes.legible else 0


def quantile(histogram: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least ``share`` of what a histogram counts does not exceed; None where it is empty.

    The inverse of the empirical distribution function (definition 1 of Hyndman and Fan 1996).
    """
    total = sum(histogram.values())
    below = 0
    for value in sorted(histogram):
        below += histogram[value]
        if below >= share * total - 1e-9:  # 0.07 * 100 is more than 7
            return value
    return None


def binned(histogram: Mapping[int, int], bounds: Iterable[int]) -> list[int]:
    """Sums a histogram up: how much lies in [bounds[0], bounds[1]), [bounds[1], bounds[2]), … and from the last one on."""
    starts = list(bounds)
    sums = [0] * len(starts)
    for value, count in histogram.items():
        sums[max((number for number, start in enumerate(starts) if start <= value), default=0)] += count
    return sums

