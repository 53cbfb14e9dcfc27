"""What a diff counts: a million changed images leave no more behind than a few thousand numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cache
from typing import NamedTuple

from schemas.reading import Attributes, Reading
from schemas.sample import LabelRow
from schemas.text import normalise
from stages.diff.regions import AttributeChange, RegionChange, word
from stages.diff.texts import letter_edits

MERGED = "merged"
"""Readings that were merged of two people's have a name each; they count as one reader."""


@dataclass(slots=True)
class RegionCounts:
    """What happened to regions: of all images, of a slice, of one image.

    A slice has as many regions as it had, and ``net`` more.

    Attributes:
        came: with images that came in.
        went: with images that are out.
        added: to images that both releases have.
        removed: from them.
        entered: regions of both that an attribute brought into the slice.
        left: regions of both that an attribute took out of the slice.
        moved: whose outline is another one.
        turned: whose outline is the same and is read from another corner.
        redrawn: that have a new id.
        edited: whose text is another one.
        edits: characters of those texts that were put in, taken out or replaced.
        attributes: of which an attribute changed.
    """

    came: int = 0
    went: int = 0
    added: int = 0
    removed: int = 0
    entered: int = 0
    left: int = 0
    moved: int = 0
    turned: int = 0
    redrawn: int = 0
    edited: int = 0
    edits: int = 0
    attributes: int = 0

    @property
    def net(self) -> int:
        """How many regions more there are."""
        return self.came - self.went + self.added - self.removed + self.entered - self.left

    @property
    def weight(self) -> int:
        """How many regions of images that both releases have are other than they were; a new id alone is nothing."""
        return self.added + self.removed + self.moved + self.turned + self.edited + self.attributes

    def count(self, change: RegionChange) -> None:
        """Adds one region that both releases' images may have."""
        for kind in change.kinds():
            setattr(self, kind, getattr(self, kind) + 1)
        self.edits += change.edits

    def grow(self, other: RegionCounts) -> None:
        """Adds others."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))

    def to_dict(self, *, of_slice: bool = False) -> dict[str, int]:
        """By name, in the order above; what enters and leaves, of a slice only."""
        return {item.name: getattr(self, item.name) for item in fields(self) if of_slice or item.name not in ("entered", "left")}


@dataclass(slots=True)
class ByReader:
    """What one reader's readings changed where they stand in place of another's."""

    images: int = 0
    regions: RegionCounts = field(default_factory=RegionCounts)


class Handover(NamedTuple):
    """Whose reading was taken before, and whose is now; None where there was or is none."""

    before: str | None
    after: str | None


@dataclass(slots=True)
class Totals:
    """Counts over all images, listed in detail or not.

    Attributes:
        images_in: images that only the later release has.
        images_out: images that only the earlier one has.
        relabelled: images of both whose accepted reading is another one.
        alike: those of them in which no region and no attribute of the image is other than it was.
        regions: of all images.
        by_slice: the same, by slice.
        by_reader: by whose reading was taken before and is now.
        splits_in: images in, by split.
        splits_out: images out, by split.
        splits_moved: images of both that are in another split, by the two splits.
        configs: relabelled images whose reading is of another annotation config or version, by the two.
        reasons: why images are out; the empty string where nothing says it.
        attributes: regions whose attribute changed, by its name and its values before and after.
        image_attributes: the same of images.
        letters: letters put in (nothing before), taken out (nothing after) or replaced, by the two.
    """

    images_in: int = 0
    images_out: int = 0
    relabelled: int = 0
    alike: int = 0
    regions: RegionCounts = field(default_factory=RegionCounts)
    by_slice: dict[str, RegionCounts] = field(default_factory=dict)
    by_reader: dict[Handover, ByReader] = field(default_factory=dict)
    splits_in: Counter[str] = field(default_factory=Counter)
    splits_out: Counter[str] = field(default_factory=Counter)
    splits_moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    configs: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    attributes: Counter[AttributeChange] = field(default_factory=Counter)
    image_attributes: Counter[AttributeChange] = field(default_factory=Counter)
    letters: Counter[tuple[str, str]] = field(default_factory=Counter)

    def came(self, row: LabelRow) -> None:
        """Counts an image that only the later release has."""
        self.images_in += 1
        self.splits_in[row.split] += 1
        self._whole(row, "came", Handover(None, reader_of(row.reading)))

    def went(self, row: LabelRow, reason: str) -> None:
        """Counts an image that only the earlier release has."""
        self.images_out += 1
        self.splits_out[row.split] += 1
        self.reasons[reason] += 1
        self._whole(row, "went", Handover(reader_of(row.reading), None))

    def compared(self, before: LabelRow, after: LabelRow, changes: Iterable[RegionChange]) -> RegionCounts:
        """Counts an image of both releases; returns what happened to its regions."""
        counts = RegionCounts()
        for change in changes:
            counts.count(change)
            self._by_slice(change)
            self.attributes.update(change.attributes)
            if change.edits and change.before and change.after:
                self.letters.update((letter.before, letter.after) for letter in letter_edits(
                    normalise(change.before.text), normalise(change.after.text)))
        self.regions.grow(counts)
        described = image_attribute_changes(before.reading, after.reading)
        self.image_attributes.update(described)
        if before.split != after.split:
            self.splits_moved[before.split, after.split] += 1
        if reading_key(before) != reading_key(after):
            self._relabelled(before, after, counts, alike=not (counts.weight or described))
        return counts

    def _relabelled(self, before: LabelRow, after: LabelRow, counts: RegionCounts, *, alike: bool) -> None:
        self.relabelled += 1
        self.alike += alike
        configs = config_of(before), config_of(after)
        if configs[0] != configs[1]:
            self.configs[configs] += 1
        by = self._handover(Handover(reader_of(before.reading), reader_of(after.reading)))
        by.images += 1
        by.regions.grow(counts)

    def _whole(self, row: LabelRow, name: str, handover: Handover) -> None:
        """Counts an image with all its regions under the name of one of ``RegionCounts``'s numbers."""
        by = self._handover(handover)
        by.images += 1
        all_regions = RegionCounts(**{name: len(row.reading.regions)})
        self.regions.grow(all_regions)
        by.regions.grow(all_regions)
        slices = Counter(each for region in row.reading.regions for each in _slices_of(region.attributes))
        for slice_name, count in slices.items():
            self._slice(slice_name).grow(RegionCounts(**{name: count}))

    def _by_slice(self, change: RegionChange) -> None:
        before, after = (set(_slices_of(region.attributes)) if region else set[str]() for region in (change.before, change.after))
        for name in before | after:
            counts = self._slice(name)
            counts.count(change)
            if change.before and change.after:
                counts.entered += name not in before
                counts.left += name not in after

    def _slice(self, name: str) -> RegionCounts:
        return self.by_slice.setdefault(name, RegionCounts())

    def _handover(self, handover: Handover) -> ByReader:
        return self.by_reader.setdefault(handover, ByReader())


class ReleasedKey(NamedTuple):
    """What tells one reading of an image from another (design D2); the same key is the same reading."""

    annotation_config: str
    reader: str
    run: str
    revision: int


def reading_key(row: LabelRow) -> ReleasedKey:
    """The key of a row's reading."""
    return ReleasedKey(row.annotation_config, row.reading.reader, row.reading.run, row.reading.revision)


def reader_of(reading: Reading) -> str:
    """Whose reading it is, a pseudonym; ``merged`` for all that were merged of several people's."""
    return MERGED if reading.reader.startswith(f"{MERGED}:") else reading.reader


def config_of(row: LabelRow) -> str:
    """The annotation config of a person's reading with its version, ``scene_text@2``; of a model's without."""
    return row.reading.run if row.reading.run.startswith(f"{row.annotation_config}@") else row.annotation_config


def image_attribute_changes(before: Reading, after: Reading) -> tuple[AttributeChange, ...]:
    """What is said of the whole image, where it is not what it was."""
    described = (AttributeChange("image kind", word(before.image_kind), word(after.image_kind)),
                 AttributeChange("condition", word(before.conditions), word(after.conditions)))
    return tuple(item for item in described if item.before != item.after)


@cache  # a million images have a few hundred combinations
def _slices_of(attributes: Attributes) -> tuple[str, ...]:
    return attributes.slices()
