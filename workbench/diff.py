"""The diff of two releases in the bucket: label files and pictures → what the stage compares."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datastore.objects import ObjectStore
from datastore.releases import local_copy
from pages.diff_pictures import thumbnail
from saegim.errors import ReleaseDamaged
from saegim.manifest import Manifest
from schemas.errors import ObjectMissing, SettingError, UnitMismatch
from schemas.submission import image_key
from stages.diff.regions import Row

LIGHT = ["image_id", "split", "annotation_config", "reader", "run", "revision"]
"""Columns that tell whether an image is the same in both: readings with the same key are the same reading (design D2, D8)."""
ROWS = 10_000
WHOLE_ROWS = 500
"""Rows with regions that are in memory at once."""
PICTURE_BYTES = 320_000
"""Of all thumbnails together: the page stays below 700 kB."""

Pair = tuple[Row | None, Row | None]


def changed_rows(objects: ObjectStore, bucket: str, one: Manifest, other: Manifest,
                 advance: Callable[[int], None] = lambda _rows: None) -> Iterator[Pair]:
    """Label rows of the images that are not the same in two releases, in order of image id.

    Of the images that are the same only the light columns are read; a million rows stream through.

    Args:
        objects: the object storage.
        bucket: of the releases.
        one: the one release; its label file is in the bucket, its manifest need not be.
        other: the other.
        advance: told how many rows more of the two were gone through.

    Raises:
        SettingError: they are releases of two datasets.
        UnitMismatch: they are of different units.
    """
    if one.dataset != other.dataset:
        raise SettingError(f"{one.name} and {other.name} are releases of two datasets: a diff is of two releases of one, such "
                           f"as {one.dataset}@1 and {one.dataset}@2")
    if one.unit != other.unit:
        raise UnitMismatch(f"{one.name} has {one.unit}s and {other.name} has {other.unit}s: no region of the one is a region of "
                           "the other. Take two releases of one unit")
    if one.labels.sha256 == other.labels.sha256:
        return iter(())
    return _changed_rows(objects, bucket, one, other, advance)


def reasons(objects: ObjectStore, bucket: str, manifest: Manifest) -> dict[str, str]:
    """Why a release does not hold images that an earlier one held, by image id."""
    found: dict[str, str] = {}
    for file in manifest.of_kind("left_out"):
        with local_copy(objects, bucket, manifest, file) as path:
            for batch in pq.ParquetFile(path).iter_batches(ROWS, columns=["image_id", "reason", "split"]):
                found.update((name, reason) for name, reason, split in _columns(batch, ["image_id", "reason", "split"]) if split)
    return found


def thumbnails(objects: ObjectStore, bucket: str, pictured: Mapping[str, str]) -> dict[str, bytes]:
    """Small JPEGs by image id; pictures that are gone are left out.

    Args:
        objects: the object storage.
        bucket: of the canonical images.
        pictured: media types by image id, see ``stages.diff.diff.Diff.pictured``.
    """
    made = objects.in_order(functools.partial(_thumbnail, objects, bucket, PICTURE_BYTES // max(1, len(pictured))),
                            pictured.items())
    return {image_id: data for image_id, data in zip(pictured, made, strict=True) if data}


def _thumbnail(objects: ObjectStore, bucket: str, most_bytes: int, item: tuple[str, str]) -> bytes | None:
    try:
        return thumbnail(objects.get(bucket, image_key(*item)), most_bytes)
    except ObjectMissing:
        return None


def _changed_rows(objects: ObjectStore, bucket: str, one: Manifest, other: Manifest,
                  advance: Callable[[int], None]) -> Iterator[Pair]:
    with ExitStack() as stack:
        paths = [stack.enter_context(local_copy(objects, bucket, manifest, manifest.labels)) for manifest in (one, other)]
        sides = [_keys(path, str(manifest.name), advance) for path, manifest in zip(paths, (one, other), strict=True)]
        rows, others = map(_Rows, paths)
        for number, other_number in _unlike(*sides):
            yield (None if number is None else rows.at(number)), (None if other_number is None else others.at(other_number))


Key = tuple[str, int, tuple[Any, ...]]
"""Image id, number of the row in its file, what tells whether it is the same."""


def _keys(path: Path, name: str, advance: Callable[[int], None]) -> Iterator[Key]:
    number, last = 0, ""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS, columns=LIGHT):
            for image_id, *rest in _columns(batch, LIGHT):
                if image_id <= last:
                    raise ReleaseDamaged(f"The label file of {name} is not in order of image id at row {number + 1}: publish it "
                                         "again")
                last = image_id
                yield image_id, number, tuple(rest)
                number += 1
            advance(len(batch))


def _unlike(one: Iterator[Key], other: Iterator[Key]) -> Iterator[tuple[int | None, int | None]]:
    """A merge join: numbers of the rows that only one file has, or that differ."""
    left, right = next(one, None), next(other, None)
    while left or right:
        if right is None or (left and left[0] < right[0]):
            yield left[1] if left else None, None
            left = next(one, None)
        elif left is None or right[0] < left[0]:
            yield None, right[1]
            right = next(other, None)
        else:
            if left[2] != right[2]:
                yield left[1], right[1]
            left, right = next(one, None), next(other, None)


class _Rows:
    """Whole rows of a label file by number; asked for in ascending order, so that each row group is read once at most."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path)
        about = self._file.metadata
        self._ends = list(itertools.accumulate(about.row_group(group).num_rows for group in range(about.num_row_groups)))
        self._group = -1
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._start = self._end = 0

    def at(self, number: int) -> Row:
        if self._group < 0 or number >= self._ends[self._group]:
            self._group = next(group for group, end in enumerate(self._ends) if number < end)
            self._batches = self._file.iter_batches(WHOLE_ROWS, row_groups=[self._group])
            self._start = self._end = self._ends[self._group - 1] if self._group else 0
        while number >= self._end:
            self._batch = next(self._batches)
            self._start, self._end = self._end, self._end + len(self._batch)
        row: Row = self._batch.slice(number - self._start, 1).to_pylist()[0]
        return row


def _columns(batch: pa.RecordBatch, names: list[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(batch[name].to_pylist() for name in names), strict=True)
