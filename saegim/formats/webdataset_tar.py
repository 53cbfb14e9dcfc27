"""WebDataset: .tar shards a split, in which each picture stands beside its labels as JSON.

``webdataset.WebDataset("train-{000000..000012}.tar")`` reads them in order, from a disk or a bucket.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from saegim.formats.findings import Findings
from saegim.formats.format import Format, Holds, Shape
from saegim.formats.json_columns import json_rows
from saegim.formats.labelled import LabelledImage, LabelledSet
from saegim.formats.licence_file import write_licence
from saegim.formats.output import Output
from saegim.formats.tar_shards import TarSample, TarShards
from saegim.release import Release
from saegim.shards import Piece, open_shard, pieces, read_images

KEY_DIGITS = 32
"""Of a sample's key: no dots, and far from the 100 characters that a .tar's plain header holds."""


def write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    """Writes shards. The labels of a release are its label rows; those of anything else the fields of ``LabelledImage``."""
    write_licence(dataset, output)
    shards = TarShards(output, findings.went, resumes=dataset.release is not None)
    if dataset.release is None:
        return shards.write(map(_sample, dataset.images))
    # The format holds all that a release has: nothing has to be fitted, and rows need not become records.
    counts = pc.fill_null(pc.list_value_length(dataset.release.labels["regions"]), 0)
    findings.images_in += len(dataset.release)
    findings.regions_in += pc.sum(counts).as_py() or 0
    return shards.write(_samples(dataset.release))


def _sample(image: LabelledImage) -> TarSample:
    row: dict[str, Any] = {name: getattr(image, name) for name in image.__slots__ if name not in ("picture", "regions")}
    row["regions"] = [asdict(region) for region in image.regions]
    key = image.image_id or hashlib.sha256(image.name.encode()).hexdigest()
    labels = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
    return TarSample(key[:KEY_DIGITS], image.split, labels, image.picture, len(image.regions))


def _samples(release: Release) -> Iterator[TarSample]:
    """A release's, in the order of ``Release.images``; JSON is made for the rows of a shard at a time."""
    for shard, found in groupby(pieces(release.folder, release.labels), lambda piece: piece.shard):
        here = list(found)
        rows = release.labels.take(pa.concat_arrays([piece.rows for piece in here]))
        labels = json_rows(rows.drop_columns(["shard"])).cast(pa.binary()).to_pylist()
        counts = pc.fill_null(pc.list_value_length(rows["regions"]), 0).to_pylist()
        pictures = _pictures(release, shard, here)
        yield from map(TarSample, (image_id[:KEY_DIGITS] for image_id in rows["image_id"].to_pylist()),
                       rows["split"].to_pylist(), labels, pictures, counts)


def _pictures(release: Release, shard: str, here: list[Piece]) -> Iterator[Callable[[], pa.Buffer]]:
    opened = open_shard(release.folder, shard)
    for piece in here:
        group = _Group(lambda piece=piece: read_images(opened, piece))  # type: ignore[misc]
        for number in range(len(piece.rows)):
            yield lambda group=group, number=number: group.picture(number)  # type: ignore[misc]


class _Group:
    """The pictures of one row group, read when the first of them is asked for, and not copied."""

    def __init__(self, read: Callable[[], pa.ChunkedArray]) -> None:
        self._read = read
        self._found: list[pa.Buffer] = []

    def picture(self, number: int) -> pa.Buffer:
        if not self._found:
            self._found = [item.as_buffer() for chunk in self._read().chunks for item in chunk.field("bytes")]
        return self._found[number]


FORMAT = Format("webdataset", "WebDataset", Holds(Shape.POLYGON, frozenset({
    "legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id"}), frozenset({
        "split", "group", "image_id", "image_kind", "conditions", "source", "licence", "unit"})), write=write)
