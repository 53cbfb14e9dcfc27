"""What a release writes whose labels have changed, beside Delta and Iceberg; and publishers who race for one number."""

from __future__ import annotations

import hashlib
import importlib
import logging
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.progress import track

from benchmarks.figures import Figure
from benchmarks.labelled_images import fill, large_picture, published, recipe, relabel, small_picture
from benchmarks.store import workbench
from benchmarks.written_lines import are_real
from datastore.objects import ObjectStore
from datastore.releases import LabelFile
from saegim.load import load
from saegim.manifest import Manifest
from saegim.releases import Releases
from schemas.errors import PublishConflict
from tests.every_object import every_object
from workbench.bench import Workbench
from workbench.export.plan import next_release
from workbench.export.publish import publish
from workbench.export.samples import read_samples
from workbench.settings import Settings

IMAGES = int(os.environ.get("SAEGIM_BENCH_IMAGES", "2500"))
REGIONS, FEW_REGIONS = 48, 8
APART, FIRST = 100, 7
"""Every hundredth image is changed, from this one on."""
PEER_FILES = 5
TARGET = 100
PUBLISHERS, ROUNDS = 16, 20
WAIT_SECONDS = 300


def run() -> list[Figure]:
    """Bytes first, then the race."""
    return [*_bytes(), *_race()]


def _bytes() -> list[Figure]:
    with workbench() as bench, tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        dataset = recipe("made")
        ids = fill(bench, range(IMAGES), large_picture, REGIONS)
        published(bench, dataset)
        there = _objects(bench)
        numbers = range(FIRST, IMAGES, APART)
        changed = [ids[number] for number in numbers]
        relabel(bench, changed, large_picture, numbers, REGIONS)
        second = published(bench, dataset)
        new = {key: size for (key, tag), size in _objects(bench).items() if (key, tag) not in there}
        before, after = (load(f"made@{number}", folder=Path(folder) / "made", releases=Releases(bench.settings))
                         for number in (1, 2))
        table, is_changed = before.to_arrow(), pc.field("image_id").isin(changed)
        rows = after.to_arrow().filter(is_changed)
        assert len(rows) == len(changed) and not rows["regions"].equals(table.filter(is_changed)["regions"])
        written = sum(new.values())
        what = f"{IMAGES:,} images of {table['image'].nbytes / len(table) / 1e3:.0f} KB, {REGIONS} " \
            f"{'real' if are_real() else 'made'} regions each"
        figures = [
            _beside(f"bytes that changed labels of {len(changed)} write, beside Delta MERGE of one table; {what}", written,
                    _delta(Path(folder) / "delta", table, rows), TARGET),
            _beside("… beside Iceberg upsert of one table", written, _iceberg(Path(folder) / "iceberg", table, rows), TARGET),
            Figure("… what they are", _kinds(second, new)),
        ]
        labels, new_labels = before.labels, rows.select(before.labels.schema.names)
        figures += [
            _beside("… beside Delta MERGE of a table of the labels alone", written,
                    _delta(Path(folder) / "delta-labels", labels, new_labels)),
            _beside("… beside Iceberg upsert of a table of the labels alone", written,
                    _iceberg(Path(folder) / "iceberg-labels", labels, new_labels)),
            *_size_a_row(bench, second, Path(folder)),
        ]
        return figures


def _objects(bench: Workbench) -> dict[tuple[str, str], int]:
    """Sizes of all objects of the releases, by key and ETag."""
    return {(raw.key, raw.version): raw.size for raw in every_object(bench.objects, bench.settings.bucket_datasets)}


def _beside(name: str, ours: int, peer: int, target: float | None = None) -> Figure:
    return Figure(name, f"{ours / 1e6:.2f} MB", f"{peer / 1e6:,.1f} MB", f"1/{peer / ours:,.{0 if peer > 10 * ours else 1}f}",
                  f"≤ 1/{target:g}" if target else "", ours * target <= peer if target else None)


def _kinds(manifest: Manifest, new: dict[str, int]) -> str:
    kinds = {f"{manifest.dataset}/{file.path}": file.kind for file in manifest.files}
    sizes: Counter[str] = Counter()
    for key, size in new.items():
        sizes[kinds.get(key, "manifest")] += size
    return ", ".join(f"{kind} {size / 1e3:,.0f} KB" for kind, size in sizes.most_common())


def _size_a_row(bench: Workbench, manifest: Manifest, folder: Path) -> Iterator[Figure]:
    planned = next_release(bench, recipe(manifest.dataset)).plan.samples
    for count in (FEW_REGIONS, REGIONS):
        path = folder / f"{count}.parquet"
        with LabelFile(path) as labels:
            for item in read_samples(bench.ledger, bench.settings, planned):
                labels.add(replace(item, reading=replace(item.reading, regions=item.reading.regions[:count])))
        yield Figure(f"label file, bytes a row at {count} regions", f"{path.stat().st_size / labels.rows:,.0f}"
                     if labels.rows else "")


def _delta(folder: Path, table: pa.Table, rows: pa.Table) -> int:
    """Bytes that a MERGE of the changed labels adds."""
    deltalake: Any = importlib.import_module("deltalake")
    for part in _parts(table):
        deltalake.write_deltalake(str(folder), part, mode="append")
    before = _size(folder)
    names = [name for name in rows.schema.names if name not in ("image_id", "image")]
    done = deltalake.DeltaTable(str(folder)).merge(
        rows.select(["image_id", *names]), "there.image_id = new.image_id", source_alias="new", target_alias="there",
    ).when_matched_update(updates={name: f"new.{name}" for name in names}).execute()
    assert done["num_target_rows_updated"] == len(rows)
    return _size(folder) - before


def _iceberg(folder: Path, table: pa.Table, rows: pa.Table) -> int:
    """Bytes that an upsert of the changed rows adds."""
    folder.mkdir()
    sql: Any = importlib.import_module("pyiceberg.catalog.sql")
    catalog = sql.SqlCatalog("made", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse")
    catalog.create_namespace("made")
    made = catalog.create_table("made.samples", schema=table.schema.remove_metadata())
    for part in _parts(table):
        made.append(part.replace_schema_metadata(None))
    before = _size(folder)
    done = made.upsert(rows.replace_schema_metadata(None), join_cols=["image_id"])
    assert (done.rows_updated, done.rows_inserted) == (len(rows), 0)
    return _size(folder) - before


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    step = -(-len(table) // PEER_FILES)
    for start in range(0, len(table), step):
        yield table.slice(start, step).combine_chunks()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class _AtOnce(ObjectStore):
    """An object storage whose conditional puts wait for those of all others."""

    def __init__(self, settings: Settings, barrier: threading.Barrier) -> None:
        super().__init__(settings)
        self._barrier = barrier

    def put_if_absent(self, bucket: str, key: str, data: bytes, media_type: str = "application/octet-stream") -> bool:
        self._barrier.wait(WAIT_SECONDS)
        return super().put_if_absent(bucket, key, data, media_type)


def _race() -> list[Figure]:
    """Publishers with releases of their own, all of the same number, round after round."""
    logging.getLogger("prefect.saegim").setLevel(logging.WARNING)  # each of 320 publications would say how far it is
    with workbench() as bench, ThreadPoolExecutor(PUBLISHERS) as pool:
        ids = fill(bench, range(24), small_picture, FEW_REGIONS)
        barrier = threading.Barrier(PUBLISHERS)
        benches = [Workbench(bench.settings) for _ in range(PUBLISHERS)]
        for one in benches:
            one.objects = _AtOnce(bench.settings, barrier)
        winners, lost, broken = 0, 0, 0
        for number in track(range(1, ROUNDS + 1), "rounds", transient=True):
            outcomes = list(pool.map(_won, benches, [ids] * PUBLISHERS, [number] * PUBLISHERS, range(PUBLISHERS)))
            winners += sum(outcomes)
            lost += len(outcomes) - sum(outcomes)
            broken += _is_broken(bench, number)
        expected = ROUNDS * (PUBLISHERS - 1)
        return [
            Figure(f"{PUBLISHERS} publishers of one number at once, {ROUNDS} rounds: winners",
                   f"{winners}, and {lost} were told that another was first", "", "", f"{ROUNDS}",
                   (winners, lost) == (ROUNDS, expected)),
            Figure("… broken manifests", str(broken), "", "", "0", broken == 0),
        ]


def _won(bench: Workbench, ids: Sequence[str], number: int, publisher: int) -> bool:
    dataset = recipe("made")
    left_out = dataset.readings.model_copy(update={"leave_out": [ids[publisher]]})
    release = next_release(bench, dataset.model_copy(update={"readings": left_out, "description": f"{number} {publisher}"}))
    assert release.number == number
    try:
        return publish(bench, release) is not None
    except PublishConflict:
        return False


def _is_broken(bench: Workbench, number: int) -> bool:
    """Whether the manifest names a file that is not there, or not with this sha256."""
    manifest = Releases(bench.settings).manifest(f"made@{number}")
    bucket, there = bench.settings.bucket_datasets, {key for key, _ in _objects(bench)}
    keys = {f"{manifest.dataset}/{file.path}": file.sha256 for file in manifest.files}
    return not keys.keys() <= there or any(
        hashlib.sha256(bench.objects.get(bucket, key)).hexdigest() != digest for key, digest in keys.items())
