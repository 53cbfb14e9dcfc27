"""Releases at rest: label files, what earlier releases held, and the manifest whose conditional put is the release (D7)."""

from __future__ import annotations

import functools
import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from datastore.objects import ObjectStore
from datastore.shards import PARQUET
from saegim.folder import sha256_of
from saegim.leaves import leaves
from saegim.manifest import File, Manifest, folder_of, parse_manifest
from saegim.releases import manifest_in_force, newest_manifest
from schemas.arrow import LABELS, LEFT_OUT, label_table
from schemas.errors import PublishConflict
from schemas.sample import Before, LeftOut, Planned, Sample

ROWS_A_GROUP = 10_000
ROWS_A_WRITE = 500
LEVEL = 6
"""Of zstd: with lengths apart, labels of 8 regions are 13 % smaller than with 1 and dictionaries, for 4 µs a row."""
LENGTHS_APART = ("image_id", "cluster_id", "group", "regions.list.element.region_id", "regions.list.element.text")
"""Columns whose values hardly come twice: a dictionary of them would only be a second copy. Ids pack to their entropy when their
lengths are stored apart from their letters."""
PLACES = ["image_id", "split", "shard", "cluster_id", "group"]


def newest(objects: ObjectStore, bucket: str, dataset: str) -> Manifest | None:
    """The newest release of a dataset; None where there is none. Where somebody deleted one before it, its number stays taken."""
    numbers = [int(folder[1:]) for folder in objects.folders(bucket, f"{dataset}/") if re.fullmatch("v[1-9][0-9]*", folder)]
    return newest_manifest(functools.partial(_manifest, objects, bucket, dataset), numbers)


def manifest_of(objects: ObjectStore, bucket: str, dataset: str, number: int) -> Manifest | None:
    """The manifest of one release, of its newest revision where something was taken down; None where there is none."""
    return manifest_in_force(functools.partial(_manifest, objects, bucket, dataset), number)


def _manifest(objects: ObjectStore, bucket: str, dataset: str, number: int, revision: int | None) -> Manifest | None:
    key = f"{dataset}/{folder_of(number, revision)}/manifest.json"
    data = objects.get_or_none(bucket, key)
    return None if data is None else parse_manifest(data, key)


def read_labels(objects: ObjectStore, bucket: str, manifest: Manifest) -> pa.Table:
    """A release's label rows."""
    return pq.read_table(io.BytesIO(objects.get(bucket, f"{manifest.dataset}/{manifest.labels.path}")))


@contextmanager
def local_copy(objects: ObjectStore, bucket: str, manifest: Manifest, file: File) -> Iterator[Path]:
    """One of a release's files on this machine's disk, while it is needed."""
    with TemporaryDirectory(prefix="saegim-release-") as folder:
        path = Path(folder) / "file"
        objects.get_file(bucket, f"{manifest.dataset}/{file.path}", path)
        yield path


def places(objects: ObjectStore, bucket: str, parent: Manifest) -> dict[str, Before]:
    """Where the images are that this release or one before it held, by image id."""
    found: dict[str, Before] = {}
    for kind, held in (("left_out", False), ("labels", True)):
        for file in parent.of_kind(kind):
            with local_copy(objects, bucket, parent, file) as path:
                for batch in _batches(path, PLACES):
                    found.update(_places(batch, held))
    return found


def _batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, pre_buffer=False) as file:  # which would hold these columns of the whole file
        yield from file.iter_batches(ROWS_A_GROUP, columns=columns)


def _places(batch: pa.RecordBatch, held: bool) -> Iterator[tuple[str, Before]]:
    for name, split, shard, cluster, group in zip(*(batch[column].to_pylist() for column in PLACES), strict=True):
        if split:
            # Equal strings are one object, here and in the candidates: a million of these are to fit in memory.
            yield sys.intern(name), Before(sys.intern(split), sys.intern(shard), sys.intern(cluster), sys.intern(group), held)


class ReadingKey(NamedTuple):
    """Whose reading a release has of an image; the same key is the same reading (design D2)."""

    reader: str
    run: str
    revision: int


def reading_keys(objects: ObjectStore, bucket: str, manifest: Manifest) -> dict[str, ReadingKey]:
    """Whose reading a release has of each image, by image id."""
    columns = ["image_id", *ReadingKey._fields]
    with local_copy(objects, bucket, manifest, manifest.labels) as path:
        return {name: ReadingKey(sys.intern(reader), sys.intern(run), revision)
                for batch in _batches(path, columns)
                for name, reader, run, revision in zip(*(batch[column].to_pylist() for column in columns), strict=True)}


def shard_files(objects: ObjectStore, bucket: str, parent: Manifest | None, wanted: Iterable[str]) -> dict[str, File]:
    """The files of some shards by path, as the newest release that has each states them.

    One that no release has any more, or that is gone, is left out: its images have to be written again.
    """
    rest = set(wanted)
    found = dict[str, File]()
    manifest = parent
    while manifest and rest:
        own = {file.path: file for file in manifest.of_kind("images") if file.path in rest}
        there = objects.in_order(functools.partial(objects.exists, bucket), [f"{manifest.dataset}/{path}" for path in own])
        found |= {path: file for (path, file), is_there in zip(own.items(), there, strict=True) if is_there}
        rest -= own.keys()
        manifest = manifest_of(objects, bucket, manifest.dataset, manifest.number - 1)
    return found


class Folder:
    """The folder of a release that is about to be. Until its manifest is put nobody sees it; what is put before has the
    name of its content, so that a second publisher of the same number never writes over the first one's.
    """

    def __init__(self, objects: ObjectStore, bucket: str, dataset: str, number: int) -> None:
        self._objects = objects
        self._bucket = bucket
        self._dataset = dataset
        self.number = number

    def put(self, kind: str, name: str, path: Path, rows: int = 0, *, pulled_as: str | None = None) -> File:
        """Stores a file of this machine.

        Args:
            kind: see ``saegim.manifest.File``.
            name: such as ``labels.parquet``; its stem gets the content's digest.
            path: the file.
            rows: of a Parquet file.
            pulled_as: the file name that it gets where it is pulled to.
        """
        file = self._file(kind, name, sha256_of(path), path.stat().st_size, rows, pulled_as)
        self._objects.put_file(self._bucket, f"{self._dataset}/{file.path}", path)
        return file

    def put_bytes(self, kind: str, name: str, data: bytes, media_type: str, *, pulled_as: str | None = None) -> File:
        """Stores bytes."""
        file = self._file(kind, name, hashlib.sha256(data).hexdigest(), len(data), 0, pulled_as)
        self._objects.put(self._bucket, f"{self._dataset}/{file.path}", data, media_type)
        return file

    def publish(self, manifest: Manifest) -> None:
        """Puts the manifest: from now on the release exists.

        Raises:
            PublishConflict: somebody else published that number meanwhile.
        """
        key = f"{self._dataset}/{folder_of(self.number)}/manifest.json"
        if not self._objects.put_if_absent(self._bucket, key, manifest.to_bytes(), "application/json"):
            raise PublishConflict(f"{self._dataset}@{self.number} was published by another run just now; export again")

    def _file(self, kind: str, name: str, sha256: str, size: int, rows: int, pulled_as: str | None) -> File:
        stem, _, suffix = name.rpartition(".")
        return File.model_validate({"path": f"{folder_of(self.number)}/{stem}-{sha256[:16]}.{suffix}", "kind": kind,
                                    "sha256": sha256, "bytes": size, "rows": rows, "name": pulled_as})


class LabelFile:
    """A label file that is being written; rows are added in order of image id.

    Args:
        path: of the file.
        advance: told how many rows more were taken.
    """

    def __init__(self, path: Path, advance: Callable[[int], None] = lambda _rows: None) -> None:
        dictionaries = [leaf for field in LABELS for leaf in leaves(field.name, field.type) if leaf not in LENGTHS_APART]
        self._writer = pq.ParquetWriter(
            path, LABELS, compression="zstd", compression_level=LEVEL, use_dictionary=dictionaries,
            column_encoding=dict.fromkeys(LENGTHS_APART, "DELTA_LENGTH_BYTE_ARRAY"), **PARQUET)
        self._advance = advance
        self._some: list[Sample] = []
        self._group: list[pa.Table] = []
        self.rows = 0

    def __enter__(self) -> LabelFile:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None and (self._some or self._group or not self.rows):
            self._write([*self._group, label_table(self._some)])
            self._advance(len(self._some))
        self._writer.close()

    def add(self, sample: Sample) -> None:
        """One more row."""
        self._some.append(sample)
        self.rows += 1
        if self.rows % ROWS_A_WRITE == 0:
            self._group.append(label_table(self._some))
            self._some = []
            self._advance(ROWS_A_WRITE)
        if self.rows % ROWS_A_GROUP == 0:
            self._write(self._group)
            self._group = []

    def _write(self, tables: list[pa.Table]) -> None:
        self._writer.write_table(pa.concat_tables(tables), ROWS_A_GROUP)


def write_left_out(path: Path, left_out: Sequence[LeftOut]) -> None:
    """Writes the file of what a release does not hold."""
    with pq.ParquetWriter(path, LEFT_OUT, compression="zstd", **PARQUET) as writer:
        for start in range(0, max(1, len(left_out)), ROWS_A_GROUP):
            writer.write_table(pa.Table.from_pylist([asdict(item) for item in left_out[start:start + ROWS_A_GROUP]],
                                                    schema=LEFT_OUT))


def same_but_empty_columns(before: Path, after: Path) -> bool:
    """Whether a label file says what an older one says, and nothing in the columns that the older one lacks."""
    with pq.ParquetFile(before) as one, pq.ParquetFile(after) as other:
        known = one.schema_arrow.names
        pairs = zip(one.iter_batches(ROWS_A_GROUP), other.iter_batches(ROWS_A_GROUP), strict=False)
        return one.metadata.num_rows == other.metadata.num_rows and set(known) <= set(other.schema_arrow.names) and all(
            was.equals(now.select(known)) and all(now[name].null_count == len(now) for name in now.schema.names
                                                  if name not in known) for was, now in pairs)


def shards_in_use(planned: Iterable[Planned]) -> list[str]:
    """Paths of the shards that hold these samples, sorted."""
    return sorted({item.shard for item in planned})
