"""Ten thousand images from label file and ledger to the report: seconds, memory; and the same answer whoever asks, and when."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from more_itertools import chunked
from PIL import Image
from rich.progress import track
from sqlalchemy import insert

from benchmarks.figures import Figure
from benchmarks.store import workbench
from datastore.ledger import model_runs, readings
from datastore.ledger.tables import images
from saegim.folder import sha256_of
from saegim.manifest import Column, File, Manifest
from schemas.arrow import LABELS, label_table
from schemas.evaluation import Evaluation
from schemas.outcomes import EvaluatedImage
from schemas.sample import Candidate, Planned, Sample
from schemas.submission import image_key
from stages.pictures import as_jpeg
from tests.made_outcomes import made_images
from workbench.bench import Workbench
from workbench.evaluate.measure import measure
from workbench.evaluate.question import Question
from workbench.evaluate.stored import FIGURES
from workbench.settings import Settings

IMAGES = int(os.environ.get("SAEGIM_BENCH_IMAGES", "10000"))
FEW = 1_000
REGIONS = 30
SECONDS = 60
MODEL = "made"
"""The model, and the dataset."""
SIZE = (1000, 2000)
PICTURES = 300
MEDIA_TYPE = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one evaluation: wall-clock seconds, and the most memory of its process and of the largest that it started."""

    seconds: float
    megabytes: float
    megabytes_beside: float


def run() -> list[Figure]:
    """The large release, then a small one asked again and again."""
    with workbench() as opened:
        bench = Workbench(opened.settings.model_copy(update={"model": MODEL}))
        made = made_images(IMAGES, REGIONS, wrong=0.15)
        _read(bench, made)
        _publish(bench, 1, made)
        _publish(bench, 2, made[:FEW])
        large = _alone(bench.settings, 1)
        small = _alone(bench.settings, 2)
        once = answer(bench.settings, 2)
        twice = answer(bench.settings, 2)
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
            at_once = [future.result() for future in [pool.submit(answer, bench.settings, 2) for _ in range(2)]]
    same = all(item == once for item in (twice, *at_once))
    return [
        Figure(f"{IMAGES:,} images × {REGIONS} regions, label file and ledger to report", f"{large.seconds:.0f} s",
               f"{small.seconds:.0f} s for {FEW:,}", target=f"≤ {SECONDS} s", met=large.seconds <= SECONDS),
        Figure("… memory at most: the process that asks, the largest that it starts", _memory(large),
               f"{_memory(small)} for {FEW:,}"),
        Figure("evaluating twice in one process, and in two at once", "equal" if same else "differs", "once", target="equal",
               met=same),
    ]


def _memory(cost: Cost) -> str:
    return f"{cost.megabytes:,.0f} MB, {cost.megabytes_beside:,.0f} MB"


def _alone(settings: Settings, number: int) -> Cost:
    """What one evaluation takes in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, settings, number).result()


def measured(settings: Settings, number: int) -> Cost:
    """Evaluates a release here."""
    started = time.perf_counter()
    answer(settings, number)
    return Cost(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def answer(settings: Settings, number: int) -> Evaluation | None:
    """Figures of a release, computed anew: what was stored is put aside first."""
    bench = Workbench(settings)
    for folder in bench.objects.folders(settings.bucket_datasets, f"{MODEL}/evaluations/"):
        bench.objects.delete(settings.bucket_datasets, f"{MODEL}/evaluations/{folder}/{FIGURES}")
    return measure(bench, Question(f"made@{number}", "all")).evaluation


def _read(bench: Workbench, made: Sequence[EvaluatedImage]) -> None:
    """A model has read all images; pictures of the first ones are in the bucket: an id costs nothing, a crop its picture."""
    model_runs.set_model_run(bench.ledger, MODEL, f"model:{MODEL}@1", "run", {})
    for some in track(list(chunked(made, 500)), "readings"):
        with bench.ledger.write() as connection:
            connection.execute(insert(images), [
                {"image_id": item.truth.image_id, "number": int(item.truth.image_id, 16), "media_type": MEDIA_TYPE,
                 "width": item.truth.width, "height": item.truth.height, "bytes": 1, "cluster_id": item.truth.image_id,
                 "represents": True, "encoder": "made"} for item in some])
            readings.add_readings(connection, [item.found for item in some])
    picture = as_jpeg(Image.new("RGB", SIZE, "#ddd"), 80)
    for item in made[:PICTURES]:
        bench.objects.put(bench.settings.bucket_images, image_key(item.truth.image_id, MEDIA_TYPE), picture)


def _publish(bench: Workbench, number: int, made: Sequence[EvaluatedImage]) -> None:
    """A release of these images: its manifest and its label file, which are all that an evaluation reads."""
    folder = f"v{number}"
    with tempfile.TemporaryDirectory(prefix="saegim-bench-") as place:
        path = Path(place) / "labels.parquet"
        with pq.ParquetWriter(path, LABELS, compression="zstd") as writer:
            for some in chunked(made, 500):
                writer.write_table(label_table([_sample(item) for item in some]))
        bench.objects.put_file(bench.settings.bucket_datasets, f"{MODEL}/{folder}/labels.parquet", path)
        file = File(path=f"{folder}/labels.parquet", kind="labels", sha256=sha256_of(path), bytes=path.stat().st_size,
                    rows=len(made))
    manifest = Manifest(dataset=MODEL, number=number, unit="line", recipe={}, code_version="saegim 0",
                        splits={"train": len(made)}, files=[file],
                        columns=[Column(name=field.name, type=str(field.type)) for field in LABELS])
    bench.objects.put(bench.settings.bucket_datasets, f"{MODEL}/{folder}/manifest.json", manifest.to_bytes())


def _sample(item: EvaluatedImage) -> Sample:
    truth = item.truth
    candidate = Candidate(truth.image_id, truth.reading_id, MEDIA_TYPE, truth.width, truth.height, truth.image_id, item.campaign,
                          item.submitter, "scene_text", truth.unit, (), None)
    return Sample(Planned(candidate, item.group, "train", "shard"), item.submitter, truth)
