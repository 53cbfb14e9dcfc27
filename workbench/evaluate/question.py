"""What is evaluated: a release, one of its splits, and whose readings of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datastore.releases import local_copy, newest
from saegim.manifest import Manifest
from saegim.names import did_you_mean
from saegim.releases import Releases
from schemas.errors import SettingError
from schemas.stored import StoredImage
from workbench.bench import Workbench

TEST = "test"
"""The split that is taken where none is named and the release has it."""
ALL = "all"
"""Stands for all splits together."""
ROWS = 500
"""Label rows that are in memory at once."""
LIGHT = ["image_id", "split", "media_type", "width", "height"]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know.

    Attributes:
        release: ``name@3``; the newest release of the setting ``dataset`` where empty.
        split: name of a split, ``all``, or empty: the test images where there are any, else all.
        model: NAME or NAME@VERSION; the model in use where empty.
        predictions: a file of another engine's output, in place of a model.
        join_lines: words of that file are joined to lines where it says where lines end.
        allow_missing: go on where the file lacks images or names others.
        across_units: compare words with lines.
    """

    release: str = ""
    split: str = ""
    model: str = ""
    predictions: Path | None = None
    join_lines: bool = False
    allow_missing: bool = False
    across_units: bool = False

    @property
    def options(self) -> str:
        """What of it changes the figures, in words."""
        return " ".join(name for name in ("join_lines", "allow_missing", "across_units") if getattr(self, name))


@dataclass(frozen=True, slots=True)
class ReleaseImages:
    """Images of a release that are evaluated.

    Attributes:
        manifest: of the release.
        labels: its label file on this machine.
        split: whose images; empty for all.
        images: in order of image id.
        others: images of the release that are in other splits.
        only_test: whether all of them are test images.
    """

    manifest: Manifest
    labels: Path
    split: str
    images: tuple[StoredImage, ...]
    others: tuple[StoredImage, ...]
    only_test: bool

    def batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """Label rows, at most so many at a time, in order of image id."""
        for batch in pq.ParquetFile(self.labels).iter_batches(rows):
            chosen = batch.filter(pc.equal(batch["split"], self.split)) if self.split else batch
            if len(chosen):
                yield chosen

    def rows_of(self, image_ids: set[str]) -> list[dict[str, Any]]:
        """Label rows of a few images, in order of image id."""
        wanted = pa.array(sorted(image_ids), pa.string())
        return [row for batch in pq.ParquetFile(self.labels).iter_batches(ROWS)
                for row in batch.filter(pc.is_in(batch["image_id"], value_set=wanted)).to_pylist()]


@contextmanager
def opened(bench: Workbench, question: Question) -> Iterator[ReleaseImages | None]:
    """The images that a question is about, while their label file lies on this machine; None where there is no release yet.

    Raises:
        ReleaseNotFound: there is no such release.
        SettingError: the release has no such split, or it has no image.
    """
    settings = bench.settings
    manifest = (Releases(settings).manifest(question.release) if question.release
                else newest(bench.objects, settings.bucket_datasets, settings.dataset))
    if manifest is None:
        yield None
        return
    with local_copy(bench.objects, settings.bucket_datasets, manifest, manifest.labels) as labels:
        table = pq.read_table(labels, columns=LIGHT)
        counts = Counter(table["split"].to_pylist())
        split = _split(question, manifest, counts)
        rows = table.to_pylist()
        yield ReleaseImages(manifest, labels, split, _images(rows, split, True), _images(rows, split, False),
                            split == TEST or set(counts) == {TEST})


def _images(rows: Sequence[dict[str, Any]], split: str, inside: bool) -> tuple[StoredImage, ...]:
    """Images of a split, or those of all others."""
    return tuple(StoredImage(row["image_id"], row["media_type"], row["width"], row["height"]) for row in rows
                 if (not split or row["split"] == split) is inside)


def _split(question: Question, manifest: Manifest, counts: Counter[str]) -> str:
    """The split; empty for all."""
    if question.split == ALL or (not question.split and not counts[TEST]):
        return ""
    split = question.split or TEST
    if not counts[split]:
        there = ", ".join(f"{name} ({count} images)" for name, count in sorted(counts.items()))
        raise SettingError(f"{manifest.name} has no images in the split {split!r}{did_you_mean(split, counts)}; it has {there}, "
                           "and --split all takes all of them")
    return split
