"""Image shards: append-only Parquet files named after their content; each image is written once for all releases."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datastore.objects import ObjectStore
from saegim.folder import sha256_of
from saegim.manifest import File
from schemas.arrow import IMAGES
from schemas.sample import Planned

SHARD_BYTES = 256_000_000
"""A shard is closed when its images reach this: a size that every reader takes well, and a takedown rewrites quickly."""
GROUP_BYTES = 2_000_000
"""A row group is closed when its images reach this: whoever wants one image reads no more than that."""
ROWS_A_GROUP = 100
PARQUET = {"version": "2.6", "data_page_version": "1.0", "write_statistics": ["image_id"], "store_schema": True}

Fetch = Callable[[Sequence[Planned]], Iterator[bytes | None]]
"""Gives the canonical images of some samples, in order; None for one that no release may hold."""


def write_shards(objects: ObjectStore, bucket: str, dataset: str, splits: Sequence[str], planned: Sequence[Planned],
                 fetch: Fetch, advance: Callable[[int], None]) -> tuple[list[Planned], list[File]]:
    """Writes the images that no shard has yet.

    After the first image that no release may hold nothing more is written; the others are still fetched, so that whoever
    looks at them sees all.

    Args:
        objects: the object storage.
        bucket: of the releases.
        dataset: whose.
        splits: names of all splits.
        planned: samples; those without ``shard`` are written.
        fetch: see ``Fetch``.
        advance: told how many images more were fetched.

    Returns:
        All samples in their order, with their shard, and the new files. Where an image was refused, what is missing has
        no shard.
    """
    placed = list(planned)
    files: list[File] = []
    sound = True
    for split in splits:
        new = [number for number, item in enumerate(planned) if item.split == split and not item.shard]
        pictures = zip(new, fetch([planned[number] for number in new]), strict=True)
        while True:
            with tempfile.TemporaryDirectory(prefix="saegim-shard-") as folder:
                path = Path(folder) / "shard.parquet"
                inside, sound = _write(path, planned, pictures, sound, advance)
                if not inside:
                    break
                file = _uploaded(objects, bucket, dataset, split, path, len(inside))
            files.append(file)
            for number in inside:
                placed[number] = replace(planned[number], shard=file.path)
    return placed, files


def _write(path: Path, planned: Sequence[Planned], pictures: Iterator[tuple[int, bytes | None]], sound: bool,
           advance: Callable[[int], None]) -> tuple[list[int], bool]:
    """Writes one shard from what comes next; returns which samples are in it, none where an image was refused."""
    inside: list[int] = []
    size = 0
    # Pictures are compressed already, and a dictionary of them would only be a second copy.
    with pq.ParquetWriter(path, IMAGES, compression="none", use_dictionary=False, **PARQUET) as writer:
        group = _Group(writer)
        for number, data in pictures:
            advance(1)
            if data is None or not sound:
                sound = False
                continue
            group.add(planned[number], data)
            inside.append(number)
            size += len(data)
            if size >= SHARD_BYTES:
                break
        group.close()
    return (inside, True) if sound else ([], False)


class _Group:
    """The row group that is being filled."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self._rows: list[tuple[Planned, bytes]] = []
        self._size = 0

    def add(self, item: Planned, data: bytes) -> None:
        """One more image."""
        self._rows.append((item, data))
        self._size += len(data)
        if len(self._rows) == ROWS_A_GROUP or self._size >= GROUP_BYTES:
            self.close()

    def close(self) -> None:
        """Writes what is there."""
        if not self._rows:
            return
        images = pa.StructArray.from_arrays(
            [pa.array([data for _, data in self._rows], pa.binary()),
             pa.array([_file_name(item) for item, _ in self._rows], pa.string())], fields=list(IMAGES.field("image").type))
        self._writer.write_table(pa.table([
            pa.array([item.image_id for item, _ in self._rows], pa.string()), images,
            pa.array([item.candidate.width for item, _ in self._rows], pa.int32()),
            pa.array([item.candidate.height for item, _ in self._rows], pa.int32())], schema=IMAGES))
        self._rows, self._size = [], 0


def _uploaded(objects: ObjectStore, bucket: str, dataset: str, split: str, path: Path, rows: int) -> File:
    sha256 = sha256_of(path)
    file = File(path=f"images/split={split}/{sha256[:32]}.parquet", kind="images", sha256=sha256, bytes=path.stat().st_size,
                rows=rows, split=split)
    if not objects.exists(bucket, f"{dataset}/{file.path}"):
        objects.put_file(bucket, f"{dataset}/{file.path}", path)
    return file


def _file_name(item: Planned) -> str:
    return item.image_id + (".jpg" if item.candidate.media_type == "image/jpeg" else ".png")
