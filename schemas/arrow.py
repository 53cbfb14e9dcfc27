"""Arrow schemas of a release's two kinds of files (design D7), and the way from rows back to readings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from schemas.reading import Condition, ImageKind, Reading, Region, Unit, attributes_from_dict
from schemas.sample import Sample

_FEATURES = {
    "image_id": {"dtype": "string", "_type": "Value"},
    "image": {"_type": "Image"},
    "width": {"dtype": "int32", "_type": "Value"},
    "height": {"dtype": "int32", "_type": "Value"},
}

IMAGES = pa.schema(
    [
        ("image_id", pa.string()),
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("width", pa.int32()),
        ("height", pa.int32()),
    ],
    metadata={"huggingface": json.dumps({"info": {"features": _FEATURES}})},
)
"""One row an image. The metadata makes Hugging Face ``datasets`` decode the column ``image``."""

REGION = pa.struct([
    ("region_id", pa.string()),
    ("polygon", pa.list_(pa.list_(pa.float32()))),  # [[x, y], …] in pixels, clockwise from the reading start
    ("text", pa.string()),
    ("score", pa.float32()),
    ("direction", pa.string()),
    ("writing", pa.string()),
    ("effects", pa.list_(pa.string())),
    ("language", pa.string()),
    ("legible", pa.bool_()),
    ("kind", pa.string()),
    ("checked", pa.bool_()),
    ("replaces", pa.string()),
])

LABELS = pa.schema([
    ("image_id", pa.string()),
    ("split", pa.string()),
    ("shard", pa.string()),  # the image file, as the manifest names it
    ("cluster_id", pa.string()),
    ("width", pa.int32()),
    ("height", pa.int32()),
    ("media_type", pa.string()),
    ("image_kind", pa.string()),
    ("conditions", pa.list_(pa.string())),
    ("campaign", pa.string()),
    ("submitter", pa.string()),
    ("annotation_config", pa.string()),
    ("reader", pa.string()),
    ("run", pa.string()),
    ("revision", pa.int64()),
    ("unit", pa.string()),
    ("regions", pa.list_(REGION)),
])
"""One row an image, all of a release, in order of image id."""


def label_table(samples: Iterable[Sample]) -> pa.Table:
    """The label file's rows."""
    rows = [
        {
            "image_id": item.image_id, "split": item.split, "shard": item.shard, "cluster_id": item.cluster_id,
            "width": item.width, "height": item.height, "media_type": item.media_type,
            "image_kind": item.reading.image_kind, "conditions": list(item.reading.conditions),
            "campaign": item.campaign, "submitter": item.submitter, "annotation_config": item.annotation_config,
            "reader": item.reading.reader, "run": item.reading.run, "revision": item.reading.revision,
            "unit": item.reading.unit, "regions": [_region(region) for region in item.reading.regions],
        }
        for item in sorted(samples, key=lambda item: item.image_id)
    ]
    return pa.Table.from_pylist(rows, schema=LABELS)


def reading_of(row: Mapping[str, Any]) -> Reading:
    """The reading that a label row holds."""
    regions = tuple(
        Region(item["region_id"], tuple((float(x), float(y)) for x, y in item["polygon"]), item["text"],
               attributes_from_dict(item), item["score"], item["replaces"])
        for item in row["regions"])
    return Reading(row["image_id"], row["reader"], row["run"], row["revision"], Unit(row["unit"]), row["width"],
                   row["height"], regions, ImageKind(row["image_kind"]), tuple(map(Condition, row["conditions"])))


def _region(region: Region) -> dict[str, Any]:
    attributes = region.attributes
    return {
        "region_id": region.region_id, "polygon": [list(point) for point in region.polygon], "text": region.text,
        "score": region.score, "direction": attributes.direction, "writing": attributes.writing,
        "effects": list(attributes.effects), "language": attributes.language, "legible": attributes.legible,
        "kind": attributes.kind, "checked": attributes.checked, "replaces": region.replaces,
    }
