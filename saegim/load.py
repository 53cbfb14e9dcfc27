"""A release in memory: Arrow, pandas, decoded images."""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saegim.errors import SettingMissing
from saegim.manifest import Manifest
from saegim.pull import pull

if TYPE_CHECKING:
    import pandas
    from PIL.Image import Image

ROWS_A_READ = 64


@dataclass(frozen=True, slots=True)
class Release:
    """A pulled release.

    Attributes:
        manifest: what it is.
        folder: where its files lie.
        labels: one row an image with its regions; see the columns in the manifest.
    """

    manifest: Manifest
    folder: Path
    labels: pa.Table

    def __len__(self) -> int:
        return int(self.labels.num_rows)

    def to_arrow(self) -> pa.Table:
        """Labels and images in one table: the column ``image`` holds {bytes, path}. All of it is in memory."""
        shards = sorted(set(self.labels["shard"].to_pylist()))
        if not shards:
            return self.labels
        images = pa.concat_tables([pq.read_table(self.folder / shard, columns=["image_id", "image"]) for shard in shards])
        where = pc.index_in(self.labels["image_id"], value_set=images["image_id"].combine_chunks())
        # A gather of single bytes objects stays below the 2 GiB of one binary array only when it is chunked.
        return self.labels.append_column("image", images["image"].take(where))

    def to_pandas(self) -> pandas.DataFrame:
        """Labels as a data frame, without the images."""
        _need("pandas", "pandas")
        frame: pandas.DataFrame = self.labels.to_pandas()
        return frame

    def images(self) -> Iterator[tuple[Image, dict[str, Any]]]:
        """Each image, decoded as RGB, with its label row. Holds a few images at a time."""
        pillow = _need("PIL.Image", "pillow")
        rows: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self.labels.to_pylist():
            rows.setdefault(row["shard"], {})[row["image_id"]] = row
        for shard in sorted(rows):
            for batch in pq.ParquetFile(self.folder / shard).iter_batches(ROWS_A_READ, columns=["image_id", "image"]):
                for item in batch.to_pylist():
                    if row := rows[shard].get(item["image_id"]):
                        yield pillow.open(io.BytesIO(item["image"]["bytes"])).convert("RGB"), row


def load(name: str, split: str | None = None, folder: str | os.PathLike[str] | None = None) -> Release:
    """Loads a release, pulling what is not there yet.

    Example:
        >>> release = saegim.load("scene-text@1", split="train")  # doctest: +SKIP

    Args:
        name: such as ``scene-text@3``, or ``scene-text`` for the newest.
        split: only this split's rows.
        folder: where its files are kept; ``$SAEGIM_CACHE`` or ``~/.cache/saegim`` where left out.

    Raises:
        ReleaseNotFound: no such release, or it has no such split.
    """
    cache = Path(folder or os.environ.get("SAEGIM_CACHE") or Path.home() / ".cache" / "saegim")
    dataset = name.partition("@")[0]
    pulled = pull(name, cache if folder else cache / dataset)
    labels = pq.read_table(pulled.folder / pulled.manifest.labels.path)
    if split is not None:
        if split not in pulled.manifest.splits:
            raise SettingMissing(f"{pulled.manifest.name} has no split {split!r}: expected one of "
                                 f"{', '.join(pulled.manifest.splits)}")
        labels = labels.filter(pc.field("split") == split)
    return Release(pulled.manifest, pulled.folder, labels)


def _need(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise SettingMissing(f"This needs {package}: pip install {package}") from None
