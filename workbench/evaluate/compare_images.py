"""Readings of a release beside a model's, some hundred images at a time, by two processes where there are many."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import pyarrow as pa

from schemas.arrow import reading_of
from schemas.outcomes import IMAGE_OUTCOMES, REGION_OUTCOMES, EvaluatedImage, Outcomes
from schemas.reading import Reading
from schemas.stored import StoredReading
from stages.evaluate.outcomes import outcomes_of
from workbench.evaluate.question import ReleaseImages
from workbench.evaluate.read_by import ReadBy, decoded
from workbench.named_slices import NamedSlices
from workbench.run import Run, progress

BATCH = 250
"""Images that a process compares at a time."""
PARALLEL_FROM = 1_000
"""From so many images on two processes pay for the seconds that they take to start."""
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class SomeImages:
    """Label rows as Arrow has them, and what was read on them: decoding is left to the process that compares."""

    rows: pa.RecordBatch
    found: Mapping[str, Reading | StoredReading]


def compare_all(run: Run, release: ReleaseImages, source: ReadBy, slices: NamedSlices, across_units: bool) -> Outcomes:
    """What became of all regions and images of a release that were read.

    Args:
        run: shows how far it is.
        release: its images.
        source: whose readings.
        slices: named ones.
        across_units: compare words with lines.

    Raises:
        UnitMismatch: the readings have different units and ``across_units`` is false.
    """
    regions: list[pa.Table] = [REGION_OUTCOMES.empty_table()]
    images: list[pa.Table] = [IMAGE_OUTCOMES.empty_table()]
    jobs = (SomeImages(rows, source.of(rows["image_id"].to_pylist())) for rows in release.batches(BATCH))
    with progress(run, "compare", len(release.images)) as advance:
        for job, part in _compared(jobs, slices, across_units, len(release.images)):
            regions.append(part.regions)
            images.append(part.images)
            advance(len(job.rows))
    return Outcomes(pa.concat_tables(regions), pa.concat_tables(images))


def _compared(jobs: Iterator[SomeImages], slices: NamedSlices, across_units: bool,
              images: int) -> Iterator[tuple[SomeImages, Outcomes]]:
    """Each job with what came of it, in order."""
    if images < PARALLEL_FROM:
        for job in jobs:
            yield job, compare_some(job, slices, across_units)
        return
    # Not forked: a fork of a process with threads may stand still for ever.
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        waiting: deque[tuple[SomeImages, Future[Outcomes]]] = deque()
        for job in jobs:
            waiting.append((job, pool.submit(compare_some, job, slices, across_units)))
            if len(waiting) > 2 * PROCESSES:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()


def compare_some(images: SomeImages, slices: NamedSlices, across_units: bool) -> Outcomes:
    """What became of some hundred images; those that were not read are left out."""
    rows = [row for row in images.rows.to_pylist() if row["image_id"] in images.found]
    truths = [reading_of(row) for row in rows]
    named = slices.of_readings(truths, [row["campaign"] or "" for row in rows])
    return outcomes_of([EvaluatedImage(truth, decoded(images.found[truth.image_id]), row["group"], row["campaign"] or "",
                                       row["submitter"] or "", row["media_type"], names)
                        for row, truth, names in zip(rows, truths, named, strict=True)], across_units=across_units)
