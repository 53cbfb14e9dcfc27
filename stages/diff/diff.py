"""The diff of two releases: what an engineer who has trained on the one must know of the other.

What is out is counted and never shown: it may be out because somebody withdrew it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from schemas.sample import LabelRow
from stages.diff.images import MOST_CHANGES, ImageChange, ShownImage
from stages.diff.regions import changes
from stages.diff.totals import Handover, RegionCounts, Totals, config_of, image_attribute_changes, reading_key

MOST = 500
"""Images in detail; the totals are of all."""
MOST_PICTURES = 12
MOST_WHOLE = 100
"""So many of the images in detail are kept for images that came or went, where there are such."""
MOST_WHOLE_PICTURES = 3
"""So many of the pictures are kept for images that came, where there are such."""

T = TypeVar("T")


class RowPair(NamedTuple):
    """An image's rows in the label files of two releases; None where a release does not have it."""

    before: LabelRow | None
    after: LabelRow | None


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two releases.

    Attributes:
        before: name of the one release.
        after: of the other.
        totals: of all images.
        images: those that changed most, most changed first, then those that came and went.
        left_off: how many more there are.
        pictures: the images whose pictures are worth a look, in the same order.
    """

    before: str
    after: str
    totals: Totals
    images: tuple[ImageChange, ...]
    left_off: int
    pictures: tuple[ShownImage, ...]

    @property
    def nothing(self) -> bool:
        """Whether no image, no split and no reading is other than it was."""
        return not self.images

    def pictured(self) -> dict[str, str]:
        """Media types of the images whose pictures the page wants, by image id, most changed first."""
        return {picture.image.image_id: picture.media_type for picture in self.pictures}


def diff(before: str, after: str, pairs: Iterable[RowPair], reasons: Mapping[str, str] | None = None) -> Diff:
    """Compares two releases.

    Args:
        before: name of the one release.
        after: of the other.
        pairs: an image's rows in the two, in order of image id. Images that are the same in both may be left out. They
            stream through.
        reasons: why an image is out, by image id, as far as it is known.

    Raises:
        UnitMismatch: the two have readings of different units.
    """
    totals = Totals()
    listing = _Listing()
    for one, other in pairs:
        if one and other:
            _compare(totals, listing, one, other)
        elif other:
            _came(totals, listing, other)
        elif one:
            _went(totals, listing, one, (reasons or {}).get(one.image_id, ""))
    images = listing.images()
    return Diff(before, after, totals, images, listing.offered - len(images), listing.pictures())


def in_turn(item: tuple[Handover, Any]) -> tuple[str, ...]:
    """Sorts what is counted by reader: by whose reading it is now, then whose it was."""
    handover, _ = item
    return handover.after or "", handover.before or ""


def most_common(counts: Mapping[tuple[str, str], int], most: int) -> list[tuple[tuple[str, str], int]]:
    """The largest counts; of equal ones the first by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


class _Most(Generic[T]):
    """The heaviest of a stream; of equally heavy ones those with the smallest image ids."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: list[tuple[int, str, T]] = []
        self.offered = 0

    def offer(self, weight: int, image_id: str, item: T) -> None:
        self.offered += 1
        self._items.append((-weight, image_id, item))
        if len(self._items) >= 2 * self._most:
            self._cut()

    def best(self, most: int | None = None) -> list[T]:
        self._cut()
        return [item for _, _, item in self._items[:most]]

    def _cut(self) -> None:
        self._items = sorted(self._items, key=lambda item: item[:2])[:self._most]


class _Listing:
    """What is kept in detail of a stream of images: of those that changed, and of those that came or went, each apart."""

    def __init__(self) -> None:
        self.changed = _Most[ImageChange](MOST)
        self.changed_pictures = _Most[ShownImage](MOST_PICTURES)
        self.whole = _Most[ImageChange](MOST)
        self.whole_pictures = _Most[ShownImage](MOST_PICTURES)

    @property
    def offered(self) -> int:
        """How many images are not the same in both."""
        return self.changed.offered + self.whole.offered

    def images(self) -> tuple[ImageChange, ...]:
        """At most ``MOST``, those that changed first."""
        return _both(self.changed, self.whole, MOST, MOST_WHOLE)

    def pictures(self) -> tuple[ShownImage, ...]:
        """At most ``MOST_PICTURES``, those of images that changed first."""
        return _both(self.changed_pictures, self.whole_pictures, MOST_PICTURES, MOST_WHOLE_PICTURES)


def _both(changed: _Most[T], whole: _Most[T], most: int, most_whole: int) -> tuple[T, ...]:
    """At most so many, the changed ones first; the others have so many places for sure."""
    best = changed.best(most - min(most_whole, len(whole.best())))
    return (*best, *whole.best(most - len(best)))


def _compare(totals: Totals, listing: _Listing, before: LabelRow, after: LabelRow) -> None:
    """Takes in an image that both releases have."""
    found = changes(before.reading, after.reading)
    counts = totals.compared(before, after, found)
    image = ImageChange(
        before.image_id, (before.split, after.split), (before.reading.reader, after.reading.reader),
        (config_of(before), config_of(after)), (len(before.reading.regions), len(after.reading.regions)), counts,
        tuple(found[:MOST_CHANGES]), len(found), image_attribute_changes(before.reading, after.reading))
    weight = counts.weight + len(image.attributes) + (before.split != after.split)
    if found or weight or reading_key(before) != reading_key(after):
        listing.changed.offer(weight, image.image_id, image)
    if weight:
        listing.changed_pictures.offer(weight, image.image_id, ShownImage(
            image, after.media_type, before.reading, after.reading, tuple(found)))


def _came(totals: Totals, listing: _Listing, row: LabelRow) -> None:
    """Takes in an image that only the later release has."""
    totals.came(row)
    regions = len(row.reading.regions)
    image = ImageChange(row.image_id, (None, row.split), (None, row.reading.reader), (None, config_of(row)), (None, regions),
                        RegionCounts(came=regions))
    listing.whole.offer(regions, image.image_id, image)
    listing.whole_pictures.offer(regions, image.image_id, ShownImage(image, row.media_type, None, row.reading, ()))


def _went(totals: Totals, listing: _Listing, row: LabelRow, reason: str) -> None:
    """Takes in an image that only the earlier release has."""
    totals.went(row, reason)
    regions = len(row.reading.regions)
    listing.whole.offer(regions, row.image_id, ImageChange(
        row.image_id, (row.split, None), (row.reading.reader, None), (config_of(row), None), (regions, None),
        RegionCounts(went=regions), reason=reason))
