"""Where the images of label rows lie: which row group of which shard, and which of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saegim.errors import ReleaseDamaged

IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Piece:
    """The images that are wanted of one row group.

    Attributes:
        shard: file, as the label rows name it.
        group: number of the row group.
        inside: which of the group's rows; ascending.
        rows: their rows in the label table, in the same order.
        all_of_it: whether these are all rows of the group.
    """

    shard: str
    group: int
    inside: pa.Array
    rows: pa.Array
    all_of_it: bool


def pieces(folder: Path, labels: pa.Table) -> Iterator[Piece]:
    """Goes through the shards in the order of their names, and through each from its first row to its last.

    Args:
        folder: that the release was pulled to.
        labels: label rows with ``image_id`` and ``shard``.

    Raises:
        ReleaseDamaged: a shard is not there, or lacks an image.
    """
    counts = {item["values"]: item["counts"] for item in pc.value_counts(labels["shard"]).to_pylist()}
    order = pc.sort_indices(labels["shard"])
    first = 0
    for shard in sorted(counts):
        yield from _of_shard(folder, shard, labels, order.slice(first, counts[shard]))
        first += counts[shard]


def _of_shard(folder: Path, shard: str, labels: pa.Table, mine: pa.Array) -> Iterator[Piece]:
    opened = open_shard(folder, shard)
    there = opened.read(columns=["image_id"], use_threads=False)["image_id"].combine_chunks()
    found = pc.index_in(there, value_set=labels["image_id"].take(mine).combine_chunks())
    if len(found) - found.null_count != len(mine):
        raise ReleaseDamaged(f"{folder / shard} has {len(found) - found.null_count} of the {len(mine)} images that the labels "
                             "say it has: pull the release again")
    first = 0
    for group in range(opened.num_row_groups):
        count = opened.metadata.row_group(group).num_rows
        here = found.slice(first, count)
        first += count
        if here.null_count < count:
            inside = pc.indices_nonzero(here.is_valid())
            yield Piece(shard, group, inside, mine.take(here.take(inside)), not here.null_count)


def open_shard(folder: Path, shard: str) -> pq.ParquetFile:
    """Opens a shard.

    Raises:
        ReleaseDamaged: it is not there, or is no Parquet.
    """
    try:
        with suppress(OSError):  # a disk that maps no files into memory; what else is wrong comes again
            return pq.ParquetFile(folder / shard, memory_map=True, pre_buffer=False)
        return pq.ParquetFile(folder / shard, pre_buffer=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise ReleaseDamaged(f"{folder / shard} cannot be read ({error}): pull the release again") from error


def read_images(opened: pq.ParquetFile, piece: Piece) -> pa.ChunkedArray:
    """The column ``image`` of a piece: structs of bytes and path."""
    images = opened.read_row_group(piece.group, columns=[IMAGE], use_threads=False)[IMAGE]
    return images if piece.all_of_it else images.take(piece.inside)
