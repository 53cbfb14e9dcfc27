"""Image shards: append-only Parquet files named after their content; each image is written once for all releases."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Fetched:
    """A canonical image as it was found.

    Attributes:
        data: its bytes.
        problem: why no release may hold it; empty where one may.
    """

    data: bytes
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shards:
    """What a pass over the images of a release wrote.

    Attributes:
        planned: all samples in their order, with their shard; where an image was refused, what is missing has none.
        files: the new ones.
        problems: why an image was refused, by image id.
    """

    planned: list[Planned]
    files: list[File]
    problems: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file got: numbers of the samples in it, and problems of those that no release may hold."""

    inside: list[int]
    problems: dict[str, str]


def write_shards(objects: ObjectStore, bucket: str, dataset: str, splits: Sequence[str], planned: Sequence[Planned],
                 fetch: Callable[[Planned], Fetched], advance: Callable[[int], None]) -> Shards:
    """Writes the images that no shard has yet.

    After the first image that no release may hold nothing more is written; the others are still fetched, so that all
    problems are told at once.

    Args:
        objects: the object storage.
        bucket: of the releases.
        dataset: whose.
        splits: names of all splits.
        planned: samples; those without ``shard`` are written.
        fetch: gives the canonical image of a sample; several calls run at once.
        advance: told how many images more were fetched.
    """
    shards = Shards(list(planned), [], {})
    for split in splits:
        new = [number for number, item in enumerate(planned) if item.split == split and not item.shard]
        pictures = zip(new, objects.in_order(fetch, (planned[number] for number in new)), strict=True)
        while True:
            with tempfile.TemporaryDirectory(prefix="saegim-shard-") as folder:
                path = Path(folder) / "shard.parquet"
                part = _write(path, planned, pictures, not shards.problems, advance)
                shards.problems.update(part.problems)
                if shards.problems or not part.inside:
                    break
                file = _uploaded(objects, bucket, dataset, split, path, len(part.inside))
            shards.files.append(file)
            for number in part.inside:
                shards.planned[number] = replace(planned[number], shard=file.path)
    return shards


def _write(path: Path, planned: Sequence[Planned], pictures: Iterator[tuple[int, Fetched]], sound: bool,
           advance: Callable[[int], None]) -> _Part:
    """Writes one shard from what comes next; where something is not sound, all that comes is only looked at."""
    part = _Part([], {})
    size = 0
    # Pictures are compressed already, and a dictionary of them would only be a second copy.
    with pq.ParquetWriter(path, IMAGES, compression="none", use_dictionary=False, **PARQUET) as writer:
        group = _Group(writer)
        for number, picture in pictures:
            advance(1)
            if picture.problem:
                part.problems[planned[number].image_id] = picture.problem
            if part.problems or not sound:
                continue
            group.add(planned[number], picture.data)
            part.inside.append(number)
            size += len(picture.data)
            if size >= SHARD_BYTES:
                break
        group.close()
    return part


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
        self._rows = []
        self._size = 0


def _uploaded(objects: ObjectStore, bucket: str, dataset: str, split: str, path: Path, rows: int) -> File:
    sha256 = sha256_of(path)
    file = File(path=f"images/split={split}/{sha256[:32]}.parquet", kind="images", sha256=sha256, bytes=path.stat().st_size,
                rows=rows, split=split)
    if not objects.exists(bucket, f"{dataset}/{file.path}"):
        objects.put_file(bucket, f"{dataset}/{file.path}", path)
    return file


def _file_name(item: Planned) -> str:
    return item.image_id + (".jpg" if item.candidate.media_type == "image/jpeg" else ".png")
