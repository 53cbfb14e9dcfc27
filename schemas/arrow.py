"""Arrow schemas of a release's two kinds of files (design D7), and the way from rows back to readings."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from schemas.reading import REGION_VOCABULARY, Attributes, Condition, ImageKind, Reading, Region, Unit, attributes_from_dict
from schemas.sample import FromSource, LabelRow, Sample
from schemas.sources import Use

VALUES = "saegim.values"
"""Key of a field's metadata: all values that the column may have, as JSON."""


def _one_of(name: str, values: Iterable[str], several: bool = False) -> pa.Field:
    """A column of the fixed vocabulary, which says so: a client tells a misspelt value from one that no image has."""
    return pa.field(name, pa.list_(pa.string()) if several else pa.string(), metadata={VALUES: json.dumps(list(values))})


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
    _one_of("direction", REGION_VOCABULARY["direction"]),
    _one_of("writing", REGION_VOCABULARY["writing"]),
    _one_of("effects", REGION_VOCABULARY["effects"], several=True),
    _one_of("language", REGION_VOCABULARY["language"]),
    ("legible", pa.bool_()),
    _one_of("kind", REGION_VOCABULARY["kind"]),
    ("checked", pa.bool_()),
    ("replaces", pa.string()),
])

LABELS = pa.schema([
    ("image_id", pa.string()),
    ("split", pa.string()),
    ("shard", pa.string()),  # the image file, as the manifest names it
    ("cluster_id", pa.string()),
    ("group", pa.string()),  # never in two splits
    ("width", pa.int32()),
    ("height", pa.int32()),
    ("media_type", pa.string()),
    _one_of("image_kind", ImageKind),
    _one_of("conditions", Condition, several=True),
    ("campaign", pa.string()),
    ("submitter", pa.string()),
    ("source", pa.string()),  # the public data set that it comes from; it and the next four are null for what was collected
    ("source_name", pa.string()),  # of the picture in its data set
    ("source_sha256", pa.string()),  # of the file in its data set
    ("licence", pa.string()),
    _one_of("allows", Use, several=True),
    ("annotation_config", pa.string()),
    ("agreement", pa.float32()),  # of its two readers, in [0, 1]; null where one person read it
    ("reader", pa.string()),
    ("run", pa.string()),
    ("revision", pa.int64()),
    _one_of("unit", Unit),
    ("regions", pa.list_(REGION)),
])
"""One row an image, all of a release, in order of image id."""

LEFT_OUT = pa.schema([(name, pa.string()) for name in (
    "image_id", "reason", "annotation_config", "split", "shard", "cluster_id", "group")])
"""One row an accepted reading that a release does not take, or an image that an earlier one held, in order of image id."""


def label_table(samples: Iterable[Sample]) -> pa.Table:
    """Rows of the label file, in the order of the samples."""
    return pa.Table.from_pylist([_row(sample) for sample in samples], schema=LABELS)


def label_row(row: Mapping[str, Any]) -> LabelRow:
    """A row of a label file as a record.

    Args:
        row: its values by column, see ``LABELS``.
    """
    return LabelRow(row["split"], row["media_type"], row["annotation_config"], reading_of(row))


def reading_of(row: Mapping[str, Any]) -> Reading:
    """The reading that a label row holds."""
    regions = tuple(
        Region(item["region_id"], tuple((float(x), float(y)) for x, y in item["polygon"]), item["text"],
               _attributes(item["direction"], item["writing"], tuple(item["effects"] or ()), item["language"], item["legible"],
                           item["kind"], item["checked"]), item["score"], item["replaces"])
        for item in row["regions"])
    return Reading(row["image_id"], row["reader"], row["run"], row["revision"], Unit(row["unit"]), row["width"],
                   row["height"], regions, ImageKind(row["image_kind"]), tuple(map(Condition, row["conditions"])))


@functools.cache  # a million images have a few hundred combinations
def _attributes(direction: str, writing: str, effects: tuple[str, ...], language: str, legible: bool, kind: str,
                checked: bool | None) -> Attributes:
    return attributes_from_dict({"direction": direction, "writing": writing, "effects": effects, "language": language,
                                 "legible": legible, "kind": kind, "checked": checked})


def _row(sample: Sample) -> dict[str, Any]:
    planned = sample.planned
    reading = sample.reading
    candidate = sample.planned.candidate
    return {
        "image_id": candidate.image_id, "split": planned.split, "shard": planned.shard, "cluster_id": candidate.cluster_id,
        "group": planned.group, "width": candidate.width, "height": candidate.height, "media_type": candidate.media_type,
        "image_kind": reading.image_kind, "conditions": list(reading.conditions),
        "campaign": candidate.campaign, "submitter": sample.submitter, **_of_source(candidate.source),
        "annotation_config": candidate.annotation_config,
        "agreement": candidate.agreement, "reader": reading.reader, "run": reading.run, "revision": reading.revision,
        "unit": reading.unit, "regions": [_region(region) for region in reading.regions],
    }


def _of_source(found: FromSource | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {"source": found.source, "source_name": found.name, "source_sha256": found.sha256 or None, "licence": found.licence,
            "allows": list(found.allows)}


def _region(region: Region) -> dict[str, Any]:
    attributes = region.attributes
    return {
        "region_id": region.region_id, "polygon": [list(point) for point in region.polygon], "text": region.text,
        "score": region.score, "direction": attributes.direction, "writing": attributes.writing,
        "effects": list(attributes.effects), "language": attributes.language, "legible": attributes.legible,
        "kind": attributes.kind, "checked": attributes.checked, "replaces": region.replaces,
    }
