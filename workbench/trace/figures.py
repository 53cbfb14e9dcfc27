"""Evaluations that an image is part of: what became of each of its regions."""

from __future__ import annotations

from collections.abc import Set

from datastore.ledger.evaluations import evaluations_made
from datastore.parts_of_objects import rows_of_image
from schemas.errors import ObjectMissing
from schemas.stored import StoredEvaluation
from schemas.trace import LifeMeasured
from workbench.bench import Workbench

FILE = "regions.parquet"
"""What became of regions, beside an evaluation."""
COLUMNS = ["image_id", "region_id", "other_id", "outcome", "truth", "read"]
MOST = 12
"""Evaluations that are looked into, the newest ones."""


def measured_of(bench: Workbench, image_id: str, releases: Set[str]) -> list[LifeMeasured]:
    """The newest evaluation of each model on each release that holds an image, the oldest first.

    Args:
        bench: the systems.
        image_id: of the image.
        releases: names of those that hold it.
    """
    newest: dict[tuple[str, str], StoredEvaluation] = {}
    for made in evaluations_made(bench.ledger):
        if made.release in releases:
            newest.setdefault((made.release, made.reader), made)
    found = [LifeMeasured(made, tuple(rows)) for made in list(newest.values())[:MOST] if (rows := _rows(bench, made, image_id))]
    return sorted(found, key=lambda item: item.evaluation.made_at)


def _rows(bench: Workbench, made: StoredEvaluation, image_id: str) -> list[dict[str, object]]:
    objects, bucket, key = bench.objects, bench.settings.bucket_datasets, f"{made.folder}/{FILE}"
    try:
        return list(rows_of_image(objects, bucket, key, image_id, COLUMNS).to_pylist())
    except ObjectMissing:
        return []  # somebody cleared the folder
