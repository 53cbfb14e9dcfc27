"""The diff of two releases in the bucket: label files and pictures → what the stage compares."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datastore.objects import ObjectStore
from datastore.releases import local_copy
from pages.diff_page import render
from pages.diff_pictures import thumbnail
from saegim.errors import ReleaseDamaged
from saegim.manifest import Manifest
from saegim.releases import Releases
from schemas.arrow import label_row
from schemas.errors import SettingError, UnitMismatch
from schemas.sample import LabelRow
from schemas.submission import image_key
from stages.diff.diff import Diff, RowPair, diff
from workbench.settings import Settings

LIGHT = ["image_id", "split", "annotation_config", "reader", "run", "revision"]
"""Columns that tell whether an image is the same in both: readings with the same key are the same reading (design D2, D8)."""
ROWS = 10_000
"""Rows of light columns that are in memory at once."""
WHOLE_ROWS = 500
"""Rows with regions that are in memory at once."""
PICTURE_BYTES = 320_000
"""Of all thumbnails together: the page stays below 700 kB."""


@dataclass(frozen=True, slots=True)
class ReleaseLabels:
    """A release with its label file on this machine."""

    manifest: Manifest
    path: Path


def compare_releases(objects: ObjectStore, bucket: str, before: Manifest, after: Manifest,
                     advance: Callable[[int], None] = lambda _rows: None) -> Diff:
    """What changed between two releases.

    Args:
        objects: the object storage.
        bucket: of the releases.
        before: the one release.
        after: the other.
        advance: told how many label rows more of the two were gone through.

    Raises:
        SettingError: they are releases of two datasets.
        UnitMismatch: they are of different units.
    """
    check_comparable(before, after)
    names = str(before.name), str(after.name)
    if before.labels.sha256 == after.labels.sha256:  # nothing is fetched
        return diff(*names, (), reasons(objects, bucket, after))
    with labels_of(objects, bucket, before) as one, labels_of(objects, bucket, after) as other:
        return diff(*names, changed_rows(one, other, advance), reasons(objects, bucket, after))


def two_releases(settings: Settings, before: str, after: str = "") -> tuple[Manifest, Manifest]:
    """The manifests of two releases that are to be compared.

    Args:
        settings: where the releases are.
        before: name of the one.
        after: of the other; where empty, ``before`` is compared with the release that it was made from.

    Raises:
        ReleaseNotFound: there is no such release.
        SettingError: ``after`` is empty, and ``before`` was made from no other release.
    """
    releases = Releases(settings)
    one = releases.manifest(before)
    if after:
        return one, releases.manifest(after)
    if one.parent is None:
        raise SettingError(f"{one.name} was not made from another release: say which one it is to be compared with, such as "
                           f"saegim datasets diff {one.name} {one.dataset}@{one.number + 1}")
    return releases.manifest(one.parent), one


def diff_page(objects: ObjectStore, bucket: str, found: Diff) -> str:
    """A diff as one HTML page with pictures.

    Args:
        objects: the object storage.
        bucket: of the canonical images.
        found: the diff.
    """
    return render(found, thumbnails(objects, bucket, found.pictured()))


def check_comparable(one: Manifest, other: Manifest) -> None:
    """Says why two releases cannot be compared.

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


@contextmanager
def labels_of(objects: ObjectStore, bucket: str, manifest: Manifest) -> Iterator[ReleaseLabels]:
    """A release's label file on this machine, while it is needed."""
    with local_copy(objects, bucket, manifest, manifest.labels) as path:
        yield ReleaseLabels(manifest, path)


def changed_rows(one: ReleaseLabels, other: ReleaseLabels,
                 advance: Callable[[int], None] = lambda _rows: None) -> Iterator[RowPair]:
    """Label rows of the images that are not the same in two releases, in order of image id.

    Of the images that are the same only the light columns are read; a million rows stream through.

    Args:
        one: the one release.
        other: the other, of the same dataset and unit.
        advance: told how many rows more of the two were gone through.

    Raises:
        ReleaseDamaged: a label file is not in order of image id.
    """
    rows = _Rows(one.path)
    others = _Rows(other.path)
    for number, other_number in _unlike(_light_rows(one, advance), _light_rows(other, advance)):
        yield RowPair(None if number is None else rows.at(number), None if other_number is None else others.at(other_number))


def reasons(objects: ObjectStore, bucket: str, manifest: Manifest) -> dict[str, str]:
    """Why a release does not hold images that an earlier one held, by image id."""
    columns = ["image_id", "reason", "split"]
    why: dict[str, str] = {}
    for file in manifest.of_kind("left_out"):
        with local_copy(objects, bucket, manifest, file) as path:
            for batch in pq.ParquetFile(path).iter_batches(ROWS, columns=columns):
                why.update((image_id, reason) for image_id, reason, split in _columns(batch, columns) if split)
    return why


def thumbnails(objects: ObjectStore, bucket: str, pictured: Mapping[str, str]) -> dict[str, bytes]:
    """Small JPEGs by image id; pictures that are gone are left out.

    Args:
        objects: the object storage.
        bucket: of the canonical images.
        pictured: media types by image id, see ``stages.diff.diff.Diff.pictured``.
    """
    make = functools.partial(_thumbnail, objects, bucket, PICTURE_BYTES // max(1, len(pictured)))
    made = objects.in_order(make, pictured.items())
    return {image_id: data for image_id, data in zip(pictured, made, strict=True) if data}


def _thumbnail(objects: ObjectStore, bucket: str, most_bytes: int, item: tuple[str, str]) -> bytes | None:
    data = objects.get_or_none(bucket, image_key(*item))
    return None if data is None else thumbnail(data, most_bytes)


@dataclass(frozen=True, slots=True)
class _LightRow:
    """What tells whether an image is the same in two releases, and where its row is."""

    image_id: str
    number: int
    key: tuple[Any, ...]


def _light_rows(labels: ReleaseLabels, advance: Callable[[int], None]) -> Iterator[_LightRow]:
    number = 0
    last = ""
    with pq.ParquetFile(labels.path) as file:
        for batch in file.iter_batches(ROWS, columns=LIGHT):
            for image_id, *key in _columns(batch, LIGHT):
                if image_id <= last:
                    raise ReleaseDamaged(f"The label file of {labels.manifest.name} is not in order of image id at row "
                                         f"{number + 1}: publish it again")
                last = image_id
                yield _LightRow(image_id, number, tuple(key))
                number += 1
            advance(len(batch))


def _unlike(one: Iterator[_LightRow], other: Iterator[_LightRow]) -> Iterator[tuple[int | None, int | None]]:
    """A merge join: numbers of the rows that only one file has, or that differ."""
    left = next(one, None)
    right = next(other, None)
    while left or right:
        if right is None or (left and left.image_id < right.image_id):
            yield left.number if left else None, None
            left = next(one, None)
        elif left is None or right.image_id < left.image_id:
            yield None, right.number
            right = next(other, None)
        else:
            if left.key != right.key:
                yield left.number, right.number
            left = next(one, None)
            right = next(other, None)


class _Rows:
    """Whole rows of a label file by number; asked for in ascending order, so that each row group is read once at most."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path)
        about = self._file.metadata
        self._ends = list(itertools.accumulate(about.row_group(group).num_rows for group in range(about.num_row_groups)))
        self._group = -1
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._start = self._end = 0

    def at(self, number: int) -> LabelRow:
        """The row of this number."""
        if self._group < 0 or number >= self._ends[self._group]:
            self._group = next(group for group, end in enumerate(self._ends) if number < end)
            self._batches = self._file.iter_batches(WHOLE_ROWS, row_groups=[self._group])
            self._start = self._end = self._ends[self._group - 1] if self._group else 0
        while number >= self._end:
            self._batch = next(self._batches)
            self._start, self._end = self._end, self._end + len(self._batch)
        return label_row(self._batch.slice(number - self._start, 1).to_pylist()[0])


def _columns(batch: pa.RecordBatch, names: list[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(batch[name].to_pylist() for name in names), strict=True)
