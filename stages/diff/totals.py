"""What a diff counts: a million changed images leave no more behind than a few thousand numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from schemas.reading import attributes_from_dict
from schemas.text import normalise
from stages.diff.regions import AttributeChange, Change, Row, word
from stages.diff.texts import letter_edits

MERGED = "merged"
"""Readings that were merged of two people's have a name each; they count as one reader."""


@dataclass(slots=True)
class Tally:
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

    def count(self, change: Change) -> None:
        """Adds one region that both releases' images may have."""
        for kind in change.kinds():
            setattr(self, kind, getattr(self, kind) + 1)
        self.edits += change.edits

    def grow(self, other: Tally) -> None:
        """Adds another tally."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))

    def to_dict(self, *, of_slice: bool = False) -> dict[str, int]:
        """By name, in the order above; what enters and leaves, of a slice only."""
        return {item.name: getattr(self, item.name) for item in fields(self) if of_slice or item.name not in ("entered", "left")}


@dataclass(slots=True)
class ByReader:
    """What one reader's readings changed where they stand in place of another's."""

    images: int = 0
    tally: Tally = field(default_factory=Tally)


Handover = tuple[str | None, str | None]
"""Whose reading was taken before, and whose is now; None where there was or is none."""


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
    regions: Tally = field(default_factory=Tally)
    by_slice: dict[str, Tally] = field(default_factory=dict)
    by_reader: dict[Handover, ByReader] = field(default_factory=dict)
    splits_in: Counter[str] = field(default_factory=Counter)
    splits_out: Counter[str] = field(default_factory=Counter)
    splits_moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    configs: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    attributes: Counter[AttributeChange] = field(default_factory=Counter)
    image_attributes: Counter[AttributeChange] = field(default_factory=Counter)
    letters: Counter[tuple[str, str]] = field(default_factory=Counter)

    def came(self, row: Row) -> None:
        """Counts an image that only the later release has."""
        self.images_in += 1
        self.splits_in[row["split"]] += 1
        self._whole(row, "came", (None, reader_of(row)))

    def went(self, row: Row, reason: str) -> None:
        """Counts an image that only the earlier release has."""
        self.images_out += 1
        self.splits_out[row["split"]] += 1
        self.reasons[reason] += 1
        self._whole(row, "went", (reader_of(row), None))

    def compared(self, before: Row, after: Row, changes: Iterable[Change]) -> Tally:
        """Counts an image of both releases; returns what happened to its regions."""
        tally = Tally()
        for change in changes:
            tally.count(change)
            self._by_slice(change)
            self.attributes.update(change.attributes)
            if change.edits and change.before and change.after:
                self.letters.update((piece.before, piece.after) for piece in letter_edits(
                    normalise(change.before.text), normalise(change.after.text)))
        self.regions.grow(tally)
        described = image_attribute_changes(before, after)
        self.image_attributes.update(described)
        if before["split"] != after["split"]:
            self.splits_moved[before["split"], after["split"]] += 1
        if reading_key(before) != reading_key(after):
            self.relabelled += 1
            self.alike += not (tally.weight or described)
            configs = config_of(before), config_of(after)
            if configs[0] != configs[1]:
                self.configs[configs] += 1
            by = self._handover((reader_of(before), reader_of(after)))
            by.images += 1
            by.tally.grow(tally)
        return tally

    def _whole(self, row: Row, name: str, handover: Handover) -> None:
        by = self._handover(handover)
        by.images += 1
        for tally in (self.regions, by.tally):
            setattr(tally, name, getattr(tally, name) + len(row["regions"]))
        for slice_name, count in Counter(each for region in row["regions"] for each in _slices_of(region)).items():
            tally = self._slice(slice_name)
            setattr(tally, name, getattr(tally, name) + count)

    def _by_slice(self, change: Change) -> None:
        before, after = (set(region.attributes.slices()) if region else set[str]() for region in (change.before, change.after))
        for name in before | after:
            tally = self._slice(name)
            tally.count(change)
            if change.before and change.after:
                tally.entered += name not in before
                tally.left += name not in after

    def _slice(self, name: str) -> Tally:
        return self.by_slice.setdefault(name, Tally())

    def _handover(self, handover: Handover) -> ByReader:
        return self.by_reader.setdefault(handover, ByReader())


def reading_key(row: Row) -> tuple[Any, ...]:
    """What tells one reading of an image from another (design D2); the same key is the same reading."""
    return row["annotation_config"], row["reader"], row["run"], row["revision"]


def reader_of(row: Row) -> str:
    """Whose reading it is, a pseudonym; ``merged`` for all that were merged of several people's."""
    return MERGED if row["reader"].startswith(f"{MERGED}:") else row["reader"]


def config_of(row: Row) -> str:
    """The annotation config of a person's reading with its version, ``scene_text@2``; of a model's without."""
    name: str = row["annotation_config"]
    return row["run"] if row["run"].startswith(f"{name}@") else name


def image_attribute_changes(before: Row, after: Row) -> tuple[AttributeChange, ...]:
    """What is said of the whole image, where it is not what it was."""
    found = ((name, word(before[key]), word(after[key]))
             for name, key in (("image kind", "image_kind"), ("condition", "conditions")))
    return tuple(item for item in found if item[1] != item[2])


def _slices_of(region: Mapping[str, Any]) -> tuple[str, ...]:
    return _slices_named(region["direction"], region["writing"], tuple(region["effects"] or ()), region["language"],
                         region["legible"], region["kind"])


@cache
def _slices_named(direction: str, writing: str, effects: tuple[str, ...], language: str, legible: bool, kind: str,
                  ) -> tuple[str, ...]:
    return attributes_from_dict({"direction": direction, "writing": writing, "effects": effects, "language": language,
                                 "legible": legible, "kind": kind}).slices()  # a few hundred combinations in a million images

