"""Any image of a release by its number, in any process: what PyTorch calls a map-style dataset."""

from __future__ import annotations

import os
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from saegim.decoding import decode
from saegim.shards import IMAGE, open_shard, pieces

if TYPE_CHECKING:
    from PIL.Image import Image

OPEN_SHARDS = 64
Transform = Callable[["Image", dict[str, Any]], Any]


class IndexedImages:
    """Images with their label rows, by number. Give it to ``torch.utils.data.DataLoader``.

    What is opened is opened by the process and the thread that reads: nothing open goes through a fork or a pickle. One
    image costs the reading of its row group, about 2 MB; the last group is kept, so that going in order reads each once.

    Args:
        folder: that the release was pulled to.
        labels: its label rows.
        transform: makes what ``dataset[number]`` is; the image and its row where left out.
    """

    def __init__(self, folder: Path, labels: pa.Table, transform: Transform | None = None) -> None:
        self._folder = folder
        self._labels = labels
        self._transform = transform
        self._shards: list[str] = []
        self._shard, self._group, self._inside, self._row = (array("l") for _ in range(4))
        for piece in pieces(folder, labels):
            if not self._shards or self._shards[-1] != piece.shard:
                self._shards.append(piece.shard)
            self._shard.extend([len(self._shards) - 1] * len(piece.rows))
            self._group.extend([piece.group] * len(piece.rows))
            self._inside.extend(piece.inside.to_pylist())
            self._row.extend(piece.rows.to_pylist())
        self._open = _Open()

    def __len__(self) -> int:
        return len(self._row)

    def __getitem__(self, number: int) -> Any:
        row = self._labels.slice(self._row[number], 1).to_pylist()[0]
        images = self._open.group(self._folder, self._shards[self._shard[number]], self._group[number])
        image = decode(images[self._inside[number]]["bytes"].as_py(), row["image_id"])
        return self._transform(image, row) if self._transform else (image, row)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_open"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._open = _Open()


class _Open(threading.local):
    """What one thread of one process has open."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._files: OrderedDict[str, pq.ParquetFile] = OrderedDict()
        self._last: tuple[str, int] | None = None
        self._images: pa.ChunkedArray | None = None

    def group(self, folder: Path, shard: str, group: int) -> Any:
        """The images of one row group."""
        if self._process != os.getpid():
            self._begin()
        if self._last != (shard, group):
            self._images = self._file(folder, shard).read_row_group(group, columns=[IMAGE], use_threads=False)[IMAGE]
            self._last = shard, group
        return self._images

    def _file(self, folder: Path, shard: str) -> pq.ParquetFile:
        if shard not in self._files:
            if len(self._files) == OPEN_SHARDS:
                self._files.popitem(last=False)
            self._files[shard] = open_shard(folder, shard)
        self._files.move_to_end(shard)
        return self._files[shard]
