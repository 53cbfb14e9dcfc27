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

import pyarrow as pa
import pyarrow.parquet as pq

from datastore.objects import ObjectStore
from datastore.shards import PARQUET
from saegim.folder import sha256_of
from saegim.leaves import leaves
from saegim.manifest import File, Manifest, folder_of, parse_manifest, parse_name
from schemas.arrow import LABELS, LEFT_OUT, label_table
from schemas.errors import ObjectMissing, PublishConflict
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
    numbers = (int(folder[1:]) for folder in objects.folders(bucket, f"{dataset}/") if re.fullmatch("v[1-9][0-9]*", folder))
    manifests = (manifest_of(objects, bucket, dataset, number) for number in sorted(numbers, reverse=True))
    return next(filter(None, manifests), None)


def manifest_of(objects: ObjectStore, bucket: str, dataset: str, number: int) -> Manifest | None:
    """The manifest of one release, of its newest revision where something was taken down; None where there is none."""
    folder: str | None = folder_of(number)
    found = None
    while folder:
        key = f"{dataset}/{folder}/manifest.json"
        try:
            found = parse_manifest(objects.get(bucket, key), key)
        except ObjectMissing:
            return None
        folder = found.superseded_by and folder_of(number, parse_name(found.superseded_by).revision)
    return found


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


def reading_keys(objects: ObjectStore, bucket: str, manifest: Manifest) -> dict[str, tuple[str, str, int]]:
    """Whose reading a release has of each image: (reader, run, revision) by image id."""
    columns = ["image_id", "reader", "run", "revision"]
    with local_copy(objects, bucket, manifest, manifest.labels) as path:
        return {name: (sys.intern(reader), sys.intern(run), revision)
                for batch in _batches(path, columns)
                for name, reader, run, revision in zip(*(batch[column].to_pylist() for column in columns), strict=True)}


def shard_files(objects: ObjectStore, bucket: str, parent: Manifest | None, wanted: Iterable[str]) -> dict[str, File]:
    """The files of some shards by path, as the newest release that has each states them.

    One that no release has any more, or that is gone, is left out: its images have to be written again.
    """
    rest, found, manifest = set(wanted), dict[str, File](), parent
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
        self._objects, self._bucket, self._dataset, self.number = objects, bucket, dataset, number

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


def write_labels(path: Path, samples: Iterable[Sample], advance: Callable[[int], None] = lambda _rows: None) -> int:
    """Writes a label file; the samples stream through. Returns how many there were."""
    rows, some = 0, list[Sample]()
    dictionaries = [leaf for field in LABELS for leaf in leaves(field.name, field.type) if leaf not in LENGTHS_APART]
    with pq.ParquetWriter(path, LABELS, compression="zstd", compression_level=LEVEL, use_dictionary=dictionaries,
                          column_encoding=dict.fromkeys(LENGTHS_APART, "DELTA_LENGTH_BYTE_ARRAY"), **PARQUET) as writer:
        group: list[pa.Table] = []
        for sample in samples:
            some.append(sample)
            rows += 1
            if rows % ROWS_A_WRITE == 0:
                group.append(label_table(some))
                some = []
                advance(ROWS_A_WRITE)
            if rows % ROWS_A_GROUP == 0:
                writer.write_table(pa.concat_tables(group), ROWS_A_GROUP)
                group = []
        if some or group or not rows:
            writer.write_table(pa.concat_tables([*group, label_table(some)]), ROWS_A_GROUP)
            advance(len(some))
    return rows


def write_left_out(path: Path, left_out: Sequence[LeftOut]) -> None:
    """Writes the file of what a release does not hold."""
    with pq.ParquetWriter(path, LEFT_OUT, compression="zstd", **PARQUET) as writer:
        for start in range(0, max(1, len(left_out)), ROWS_A_GROUP):
            writer.write_table(pa.Table.from_pylist([asdict(item) for item in left_out[start:start + ROWS_A_GROUP]],
                                                    schema=LEFT_OUT))


def shards_in_use(planned: Iterable[Planned]) -> list[str]:
    """Paths of the shards that hold these samples, sorted."""
    return sorted({item.shard for item in planned})
