"""A release in memory: Arrow, pandas, Polars, decoded images, PyTorch, Hugging Face datasets."""

from __future__ import annotations

import hashlib
import importlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from saegim.decoding import AHEAD, DECODERS, decode
from saegim.errors import SettingMissing
from saegim.indexed import IndexedImages
from saegim.manifest import Manifest, as_splits
from saegim.notebook import html_of
from saegim.shards import IMAGE, open_shard, pieces, read_images

if TYPE_CHECKING:
    import datasets
    import pandas
    import polars
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, repr=False)
class Release:
    """A pulled release, or the part of it that was asked for.

    Attributes:
        manifest: what it is.
        folder: where its files lie.
        labels: one row an image with its regions, in order of image id; see the columns in the manifest.
    """

    manifest: Manifest
    folder: Path
    labels: pa.Table

    def __repr__(self) -> str:
        """What it is and how much of it this is, in one line."""
        there = Counter(self.labels["split"].to_pylist())
        splits = as_splits({name: there[name] for name in self.manifest.splits if there[name]}) or "no images"
        of = f" of {sum(self.manifest.splits.values()):,}" if len(self) < sum(self.manifest.splits.values()) else ""
        made_from = f", made from {self.manifest.parent}" if self.manifest.parent else ""
        return f"<Release {self.manifest.name}: {splits}{of}{made_from}, in {self.folder}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the same and a few images with their texts; see ``saegim.notebook``."""
        return html_of(repr(self), self.folder, self.labels)

    def __len__(self) -> int:
        return int(self.labels.num_rows)

    def to_arrow(self) -> pa.Table:
        """Labels and images in one table: the column ``image`` holds {bytes, path}. All of it is in memory.

        Rows are in the order of ``images``.
        """
        found = [(read_images(open_shard(self.folder, piece.shard), piece), piece.rows)
                 for piece in pieces(self.folder, self.labels)]
        if not found:
            return self.labels.append_column(IMAGE, pa.nulls(0, pa.struct([("bytes", pa.binary()), ("path", pa.string())])))
        # Images stay in as many chunks as they were read in: one array of binary holds 2 GiB and no more.
        images = pa.chunked_array([chunk for column, _ in found for chunk in column.chunks])
        return self.labels.take(pa.concat_arrays([rows for _, rows in found])).append_column(IMAGE, images)

    def to_pandas(self) -> pandas.DataFrame:
        """Labels as a data frame, without the images."""
        need("pandas")
        frame: pandas.DataFrame = self.labels.to_pandas()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Labels as a Polars frame, without the images."""
        frame: polars.DataFrame = need("polars").from_arrow(self.labels)
        return frame

    def images(self) -> Iterator[tuple[Image, dict[str, Any]]]:
        """Each image, decoded as RGB, with its label row, always in the same order: that of the shards and their rows.

        Holds a few images at a time; those that come next are decoded meanwhile.
        """
        need("PIL.Image", "pillow")
        with ThreadPoolExecutor(DECODERS, "saegim-decode") as pool:
            ahead: deque[tuple[Future[Image], dict[str, Any]]] = deque()
            try:
                for data, row in self.encoded_images():
                    ahead.append((pool.submit(decode, data, row["image_id"]), row))
                    if len(ahead) > AHEAD:
                        image, of = ahead.popleft()
                        yield image.result(), of
                for image, of in ahead:
                    yield image.result(), of
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def to_torch(self, transform: Callable[[Image, dict[str, Any]], Any] | None = None) -> IndexedImages:
        """A map-style dataset for ``torch.utils.data.DataLoader``: ``(image, row)`` by number, in the order of ``images``.

        It does not import torch, and is safe with workers that are forked and with those that are spawned. Batches of
        images and rows need a ``collate_fn``, or a ``transform`` that makes tensors of one size.

        Args:
            transform: makes what the training needs of an image and its row. Where workers are spawned it has to be a
                function of a module.
        """
        need("PIL.Image", "pillow")
        return IndexedImages(self.folder, self.labels, transform)

    def to_datasets(self) -> datasets.Dataset:
        """A Hugging Face ``Dataset`` whose column ``image`` decodes. All of it is in memory.

        For a release that is larger: ``saegim datasets pull NAME --to DIR --format hf``, then ``load_dataset(DIR)``.
        """
        library = need("datasets")
        table = self.to_arrow()
        features = library.Features.from_arrow_schema(table.schema)
        features[IMAGE] = library.Image()
        # Told apart by what it holds: the library would hash all bytes of a table in memory.
        content = "".join([str(self.manifest.name), self.manifest.labels.sha256, *self.labels["image_id"].to_pylist()])
        found: datasets.Dataset = library.Dataset(
            library.table.InMemoryTable(table.replace_schema_metadata(None)),
            info=library.DatasetInfo(description=self.manifest.description, license=self.manifest.licence, features=features),
            fingerprint=hashlib.sha256(content.encode()).hexdigest()[:16])
        return found

    def encoded_images(self) -> Iterator[tuple[bytes, dict[str, Any]]]:
        """The bytes of each image as they were published, with its label row; needs no Pillow."""
        shard = ""
        opened = None
        for piece in pieces(self.folder, self.labels):
            if opened is None or piece.shard != shard:
                shard = piece.shard
                opened = open_shard(self.folder, piece.shard)
            rows = self.labels.take(piece.rows).to_pylist()
            for image, row in zip((item for chunk in read_images(opened, piece).chunks for item in chunk.field("bytes")), rows,
                                  strict=True):
                yield image.as_py(), row


def need(module: str, package: str | None = None) -> Any:
    """Imports what only some need.

    Raises:
        SettingMissing: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SettingMissing(f"This needs {package or module}: pip install {package or module} ({error})") from error
