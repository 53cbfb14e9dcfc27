"""The part of a release that may be given to everybody: what public data sets forbid to give on stays out of it.

A row whose data set lets its labels be shared and not its pictures is told by reference: whoever has that data set finds the
picture by its name and sha256 there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from saegim.columns import has_item
from saegim.labels.findings import Findings
from saegim.release import Release

REFERENCES = "by_reference.jsonl"
"""In the folder that is written: one line a row whose picture may not be in it."""
PICTURES = "redistribute"
LABELS = "share_labels"
BY_REFERENCE = f"its public data set does not allow its pictures to be given on: its labels are in {REFERENCES}"
NOT_SHARED = "its public data set does not allow its labels to be given on"
TOLD = ("source", "source_name", "source_sha256", "licence", "image_id", "width", "height", "unit", "split", "image_kind",
        "conditions", "regions")
"""What a reference tells of a row, in this order."""


@dataclass(frozen=True, slots=True)
class PublicPart:
    """A release, parted by what may be given on.

    Attributes:
        release: rows whose pictures and labels may be; without the card and the diff, whose pictures show others too.
        references: rows whose labels alone may be.
        left_out: rows whose labels may not be.
    """

    release: Release
    references: pa.Table
    left_out: pa.Table

    def lines(self) -> Iterator[str]:
        """A line of JSON for each reference, in order of image id."""
        for batch in self.references.select(TOLD).to_batches(max_chunksize=1000):
            for row in batch.to_pylist():
                yield json.dumps(row, ensure_ascii=False) + "\n"

    def findings(self) -> Findings:
        """What came in, and what of it is not given on."""
        found = Findings()
        for table, reason in ((self.release.labels, ""), (self.references, BY_REFERENCE), (self.left_out, NOT_SHARED)):
            counts = pc.list_value_length(table["regions"]).to_pylist()
            for image_id, source, regions in zip(table["image_id"].to_pylist(), _sources(table), counts, strict=True):
                found.came(regions)
                if reason:
                    found.left_out(image_id, None, reason, source, regions=regions)
        return found


def public_part(release: Release) -> PublicPart:
    """Parts a release, or what was loaded of one.

    What was collected is in the part that may be given on: rows do not tell whether its licence and its people's consent allow
    that. A release that was made before rows told where they come from holds nothing else.
    """
    labels = release.labels
    manifest = release.manifest
    told = [file for file in manifest.files if file.kind not in ("card", "diff")]
    plain = replace(release, manifest=manifest.model_copy(update={"files": told}))
    if "source" not in labels.column_names:
        return PublicPart(plain, labels.slice(0, 0), labels.slice(0, 0))
    collected = pc.is_null(labels["source"]).combine_chunks()
    allows = labels["allows"].combine_chunks()
    pictures = pc.or_(collected, has_item(allows, PICTURES))
    shared = pc.or_(collected, has_item(allows, LABELS))
    return PublicPart(replace(plain, labels=labels.filter(pc.and_(pictures, shared))),
                      labels.filter(pc.and_(shared, pc.invert(pictures))), labels.filter(pc.invert(shared)))


def _sources(table: pa.Table) -> list[str]:
    return [name or "" for name in table["source"].to_pylist()] if "source" in table.column_names else [""] * len(table)
