"""A pulled release, or a part of it, as labelled images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet, Polygon
from saegim.release import Release
from saegim.shards import Piece, open_shard, pieces, read_images

Made = TypeVar("Made")
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}
"""Of the two types that canonical images have (design D1)."""
REGIONS = "regions"
ROWS = 200
"""Images whose labels are made at once, or as many as a row group holds."""
DECIMALS = 2
"""Of coordinates: those that readings are kept with. A release holds them as 32-bit floats, whose further digits say nothing."""


def labelled_set(release: Release) -> LabelledSet:
    """A release as what every format is written from; images come in the order of ``Release.images``."""
    manifest = release.manifest
    return LabelledSet(str(manifest.name), _images(release), len(release), manifest.licence, manifest.description, release)


def _images(release: Release) -> Iterator[LabelledImage]:
    return (replace(image, regions=regions) for image, regions in images_with(release, _regions))


def images_with(release: Release, made: Callable[[pa.ChunkedArray], Iterator[Made]]) -> Iterator[tuple[LabelledImage, Made]]:
    """The images of a release without their regions, each with what is made of these.

    Args:
        release: pulled.
        made: makes one thing a row of the column ``regions``.
    """
    for together in _together(pieces(release.folder, release.labels)):
        opened = open_shard(release.folder, together[0].shard)
        labels = release.labels.take(pa.concat_arrays([piece.rows for piece in together])).combine_chunks()
        rows = labels.drop_columns([REGIONS]).to_pylist()
        pictures = (item for piece in together for chunk in read_images(opened, piece).chunks for item in chunk.field("bytes"))
        for row, regions, picture in zip(rows, made(labels[REGIONS]), pictures, strict=True):
            yield _labelled_image(row, picture.as_py), regions


def _together(found: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Pieces of one shard whose labels are made at once: each look at a column costs, however short it is."""
    waiting: list[Piece] = []
    for piece in found:
        if waiting and (waiting[0].shard != piece.shard or sum(len(one.rows) for one in waiting) >= ROWS):
            yield waiting
            waiting = []
        waiting.append(piece)
    if waiting:
        yield waiting


def _labelled_image(row: Mapping[str, Any], picture: Callable[[], bytes]) -> LabelledImage:
    return LabelledImage(
        name=row["image_id"] + ENDINGS.get(row["media_type"], ".jpg"), picture=picture, width=row["width"],
        height=row["height"], unit=row["unit"], split=row["split"], group=row.get("group") or row["cluster_id"],
        image_id=row["image_id"], image_kind=row["image_kind"], conditions=tuple(row["conditions"]),
        source=row.get("source") or "", licence=row.get("licence") or "")


def _regions(column: pa.ChunkedArray) -> Iterator[tuple[LabelledRegion, ...]]:
    """The regions of each row, read column by column: several times as fast as row by row through Python's dicts."""
    for chunk in column.chunks:
        regions = chunk.flatten()
        columns = dict(zip(regions.type.names, regions.flatten(), strict=True))
        values = {name: column.to_pylist() for name, column in columns.items() if name != "polygon"}
        made = list(map(LabelledRegion, _polygons(columns["polygon"]), values["text"], values["legible"], values["direction"],
                        values["writing"], [tuple(effects or ()) for effects in values["effects"]], values["language"],
                        values["kind"], values["checked"], values["region_id"]))
        for start, end in pairwise(offsets(chunk)):
            yield tuple(made[start:end])


def _polygons(column: pa.Array) -> Iterator[Polygon]:
    numbers = coordinates(column).to_pylist()
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    return (tuple(corners[start:end]) for start, end in pairwise(offsets(column)))


def coordinates(column: pa.Array) -> pa.Array:
    """The numbers of a column of polygons behind each other, as they were kept."""
    return pc.round(column.flatten().flatten().cast(pa.float64()), DECIMALS)


def offsets(lists: pa.ListArray) -> list[int]:
    """Where in their flattened values each list begins, and where the last one ends."""
    found: list[int] = lists.offsets.to_pylist()
    return [offset - found[0] for offset in found]
