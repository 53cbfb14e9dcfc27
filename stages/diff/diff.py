"""The diff of two releases: what an engineer who has trained on the one must know of the other.

``Diff.to_json`` writes it for programs; the keys stay, new ones may come:

    format                1
    before, after         the two releases, ``scene-text@6``
    totals                numbers by name: images_in, images_out, images_relabelled, images_relabelled_alike (no region of
                          them is other than it was), images_in_another_split, and of regions what ``Tally`` counts:
                          regions_came, regions_went, regions_added, …; regions_edits counts characters
    by_slice              the regions' numbers by slice; here entered and left too: regions that an attribute brought into the
                          slice or took out of it
    by_reader             before, after: whose reading was taken and is now, null where there is none; images, and the
                          regions' numbers
    splits                in, out: images by split; moved: images that are in another split, which should not be
    out_by_reason         images that are out, by the reason that the later release states; "" where it states none
    annotation_configs    relabelled images under another annotation config or version: before, after, images
    attributes            attribute, before, after, regions (or images, where the attribute is of the image)
    letters               before, after, times: the letters that were changed most often; "" is none
    images                the images that changed most, at most MOST; images_left_off is how many more there are
      image_id, what      in, out or changed
      split, reader, annotation_config    before, after; null where the image is not in that release
      regions             before, after: how many it has
      reason              why it is out
      attributes          of the image that changed: attribute, before, after
      numbers             the regions' numbers, of an image that is changed
      changes             at most MOST_CHANGES regions: what (added, removed, edited, moved, turned, attributes, redrawn),
                          before, after (region_id, text, polygon, or null), iou, edits, attributes; changes_left_off

What is out is counted and never shown: it may be out because somebody withdrew it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from schemas.arrow import reading_of
from schemas.geometry import DECIMALS
from stages.diff.images import MOST_CHANGES, ImageChange, Picture
from stages.diff.regions import AttributeChange, Change, Row, changes
from stages.diff.totals import Handover, Tally, Totals, config_of, image_attribute_changes, reading_key

FORMAT = 1
MOST = 500
"""Images in detail; the totals are of all."""
MOST_PICTURES = 12
MOST_LETTERS = 30
MOST_WHOLE, MOST_WHOLE_PICTURES = 100, 3
"""So many of the images in detail, and of the pictures, are kept for images that came or went, where there are such."""

T = TypeVar("T")


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
    pictures: tuple[Picture, ...]

    @property
    def nothing(self) -> bool:
        """Whether no image, no split and no reading is other than it was."""
        return not self.images

    def pictured(self) -> dict[str, str]:
        """Media types of the images whose pictures the page wants, by image id, most changed first."""
        return {picture.image.image_id: picture.media_type for picture in self.pictures}

    def to_json(self) -> bytes:
        """The diff for programs, see the module; the same bytes for the same two releases."""
        totals = self.totals
        return (json.dumps({
            "format": FORMAT, "before": self.before, "after": self.after,
            "totals": {
                "images_in": totals.images_in, "images_out": totals.images_out, "images_relabelled": totals.relabelled,
                "images_relabelled_alike": totals.alike, "images_in_another_split": totals.splits_moved.total(),
                **{f"regions_{name}": count for name, count in totals.regions.to_dict().items()}},
            "by_slice": {name: tally.to_dict(of_slice=True) for name, tally in sorted(totals.by_slice.items())},
            "by_reader": [{"before": handover[0], "after": handover[1], "images": by.images, **by.tally.to_dict()}
                          for handover, by in sorted(totals.by_reader.items(), key=in_turn)],
            "splits": {"in": dict(sorted(totals.splits_in.items())), "out": dict(sorted(totals.splits_out.items())),
                       "moved": [{**_two(*pair), "images": count} for pair, count in sorted(totals.splits_moved.items())]},
            "out_by_reason": dict(sorted(totals.reasons.items())),
            "annotation_configs": [{**_two(*pair), "images": count} for pair, count in sorted(totals.configs.items())],
            "attributes": [{**_attribute(item), of: count}
                           for of, found in (("regions", totals.attributes), ("images", totals.image_attributes))
                           for item, count in sorted(found.items())],
            "letters": [{**_two(*pair), "times": count} for pair, count in most_common(totals.letters, MOST_LETTERS)],
            "images": [_image(image) for image in self.images], "images_left_off": self.left_off,
        }, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def diff(before: str, after: str, pairs: Iterable[tuple[Row | None, Row | None]],
         reasons: Mapping[str, str] | None = None) -> Diff:
    """Compares two releases.

    Args:
        before: name of the one release.
        after: of the other.
        pairs: an image's label rows in the two, None where a release does not have it, in order of image id. Images that
            are the same in both may be left out. They stream through.
        reasons: why an image is out, by image id, as far as it is known.

    Raises:
        UnitMismatch: the two have readings of different units.
    """
    totals, why, whole = Totals(), reasons or {}, 0
    changed, others = _Most[ImageChange](MOST), _Most[ImageChange](MOST)
    pictures, new = _Most[Callable[[], Picture]](MOST_PICTURES), _Most[Callable[[], Picture]](MOST_PICTURES)
    for one, other in pairs:
        if one is None or other is None:
            if row := other or one:
                image = _whole(totals, row, came=one is None, reason=why.get(row["image_id"], ""))
                others.offer(len(row["regions"]), image.image_id, image)
                whole += 1
                if other:
                    new.offer(len(other["regions"]), image.image_id, _picture(image, None, other, ()))
            continue
        found = changes(one, other)
        tally = totals.compared(one, other, found)
        image = ImageChange(one["image_id"], (one["split"], other["split"]), (one["reader"], other["reader"]),
                            (config_of(one), config_of(other)), (len(one["regions"]), len(other["regions"])), tally,
                            tuple(found[:MOST_CHANGES]), len(found), image_attribute_changes(one, other))
        if found or image.attributes or one["split"] != other["split"] or reading_key(one) != reading_key(other):
            weight = tally.weight + len(image.attributes) + (one["split"] != other["split"])
            changed.offer(weight, image.image_id, image)
            if weight:
                pictures.offer(weight, image.image_id, _picture(image, one, other, tuple(found)))
    listed = changed.best(MOST - min(MOST_WHOLE, len(others.best())))
    listed += others.best(MOST - len(listed))
    shown = pictures.best(MOST_PICTURES - min(MOST_WHOLE_PICTURES, len(new.best())))
    shown += new.best(MOST_PICTURES - len(shown))
    return Diff(before, after, totals, tuple(listed), changed.offered + whole - len(listed), tuple(make() for make in shown))


def in_turn(item: tuple[Handover, Any]) -> tuple[str, ...]:
    """Sorts what is counted by reader: by whose reading it is now, then whose it was."""
    (before, after), _ = item
    return after or "", before or ""


def most_common(found: Mapping[tuple[str, str], int], most: int) -> list[tuple[tuple[str, str], int]]:
    """The largest counts; of equal ones the first by name."""
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]


class _Most(Generic[T]):
    """The heaviest of a stream; of equally heavy ones those with the smallest image ids."""

    def __init__(self, most: int) -> None:
        self._most, self._items, self.offered = most, list[tuple[int, str, T]](), 0

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


def _whole(totals: Totals, row: Row, *, came: bool, reason: str) -> ImageChange:
    if came:
        totals.came(row)
    else:
        totals.went(row, reason)
    regions = len(row["regions"])
    tally = Tally(came=regions) if came else Tally(went=regions)

    def pair(value: Any) -> tuple[Any, Any]:
        return (None, value) if came else (value, None)

    return ImageChange(row["image_id"], pair(row["split"]), pair(row["reader"]), pair(config_of(row)), pair(regions), tally,
                       reason="" if came else reason)


def _picture(image: ImageChange, before: Row | None, after: Row, found: tuple[Change, ...]) -> Callable[[], Picture]:
    # Few of the pictures that are offered are taken: the readings are made of those only.
    return lambda: Picture(image, after["media_type"], reading_of(before) if before else None, reading_of(after), found)


def _two(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}


def _attribute(item: AttributeChange) -> dict[str, str]:
    name, before, after = item
    return {"attribute": name, **_two(before, after)}


def _image(image: ImageChange) -> dict[str, Any]:
    values: dict[str, Any] = {
        "image_id": image.image_id, "what": image.what, "split": _two(*image.split), "reader": _two(*image.reader),
        "annotation_config": _two(*image.config), "regions": _two(*image.regions)}
    if image.what == "out":
        return {**values, "reason": image.reason}
    if image.what == "in":
        return values
    return {**values, "attributes": [_attribute(item) for item in image.attributes], "numbers": image.tally.to_dict(),
            "changes": [_region(change) for change in image.changes], "changes_left_off": image.changed - len(image.changes)}


def _region(change: Change) -> dict[str, Any]:
    before, after = (region and {"region_id": region.region_id, "text": region.text, "polygon": [
        [round(x, DECIMALS), round(y, DECIMALS)] for x, y in region.polygon]} for region in (change.before, change.after))
    return {"what": list(change.kinds()), **_two(before, after), "iou": change.iou, "edits": change.edits,
            "attributes": [_attribute(item) for item in change.attributes]}
