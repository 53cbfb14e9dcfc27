"""A diff of two releases as JSON, for programs. The keys stay, new ones may come.

Numbers are counts of images or of regions, as their names say:

    format                1
    before, after         the two releases, ``scene-text@6``
    totals                numbers by name: images_in, images_out, images_relabelled, images_relabelled_alike (no region of
                          them is other than it was), images_in_another_split, and of regions what ``RegionCounts`` counts:
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
"""

from __future__ import annotations

import json
from typing import Any

from schemas.geometry import DECIMALS
from schemas.reading import Region
from stages.diff.diff import Diff, in_turn, most_common
from stages.diff.images import ImageChange
from stages.diff.regions import AttributeChange, RegionChange
from stages.diff.totals import Totals

FORMAT = 1
MOST_LETTERS = 30


def to_json(found: Diff) -> bytes:
    """The diff for programs, see the module; the same bytes for the same two releases."""
    values = {"format": FORMAT, "before": found.before, "after": found.after, **_totals(found.totals),
              "images": [_image(image) for image in found.images], "images_left_off": found.left_off}
    return (json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "totals": {
            "images_in": totals.images_in, "images_out": totals.images_out, "images_relabelled": totals.relabelled,
            "images_relabelled_alike": totals.alike, "images_in_another_split": totals.splits_moved.total(),
            **{f"regions_{name}": count for name, count in totals.regions.to_dict().items()}},
        "by_slice": {name: counts.to_dict(of_slice=True) for name, counts in sorted(totals.by_slice.items())},
        "by_reader": [{**_two(*handover), "images": by.images, **by.regions.to_dict()}
                      for handover, by in sorted(totals.by_reader.items(), key=in_turn)],
        "splits": {"in": dict(sorted(totals.splits_in.items())), "out": dict(sorted(totals.splits_out.items())),
                   "moved": [{**_two(*pair), "images": count} for pair, count in sorted(totals.splits_moved.items())]},
        "out_by_reason": dict(sorted(totals.reasons.items())),
        "annotation_configs": [{**_two(*pair), "images": count} for pair, count in sorted(totals.configs.items())],
        "attributes": [{**_attribute(item), of: count}
                       for of, counted in (("regions", totals.attributes), ("images", totals.image_attributes))
                       for item, count in sorted(counted.items())],
        "letters": [{**_two(*pair), "times": count} for pair, count in most_common(totals.letters, MOST_LETTERS)],
    }


def _image(image: ImageChange) -> dict[str, Any]:
    values: dict[str, Any] = {
        "image_id": image.image_id, "what": image.what, "split": _two(*image.split), "reader": _two(*image.reader),
        "annotation_config": _two(*image.config), "regions": _two(*image.regions)}
    if image.what == "out":
        return {**values, "reason": image.reason}
    if image.what == "in":
        return values
    return {**values, "attributes": [_attribute(item) for item in image.attributes], "numbers": image.counts.to_dict(),
            "changes": [_change(change) for change in image.changes], "changes_left_off": image.changed - len(image.changes)}


def _change(change: RegionChange) -> dict[str, Any]:
    return {"what": list(change.kinds()), **_two(_region(change.before), _region(change.after)), "iou": change.iou,
            "edits": change.edits, "attributes": [_attribute(item) for item in change.attributes]}


def _region(region: Region | None) -> dict[str, Any] | None:
    if region is None:
        return None
    return {"region_id": region.region_id, "text": region.text,
            "polygon": [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in region.polygon]}


def _attribute(item: AttributeChange) -> dict[str, str]:
    return {"attribute": item.attribute, **_two(item.before, item.after)}


def _two(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}
