"""Dense pages, read line by line: their regions are cut out and typed one by one, then put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.label_studio.codec import to_line_prediction
from datastore.ledger import images, leases, outbox, readings
from datastore.ledger.label_queue import Candidate
from datastore.ledger.outbox import TaskRow
from datastore.ledger.projects import Project
from schemas.reading import Kind, Reading
from schemas.recipes.annotation_config import AnnotationConfig
from schemas.submission import image_key
from stages.label.crops import crops
from workbench.bench import Workbench
from workbench.label.push import SUBJECT, MakeTasks, Pushed, claim_project, push


def push_lines(bench: Workbench, config: AnnotationConfig, project: Project, taken_by: str, pages: Sequence[Candidate],
               room: int) -> Pushed:
    """Gives out the lines of pages, whole pages at a time, until there is no more room.

    Args:
        bench: the systems.
        config: the annotation config of single lines.
        project: its project.
        taken_by: the config whose accepted readings the pages become.
        pages: by priority.
        room: for how many tasks.
    """
    lease = claim_project(bench, project)
    try:
        for page in pages:
            if room <= 0:
                break
            with bench.ledger.read() as connection:
                reading = readings.readings_by_id(connection, [page.reading_id])[page.reading_id]
            _store_crops(bench, reading)
            with bench.ledger.write() as connection:
                leases.fence(connection, lease)
                start = outbox.last_place(connection, project.key)
                room -= outbox.plan_tasks(connection, [
                    TaskRow(project.key, f"{reading.image_id}/{region.region_id}", config.version, reading.image_id, taken_by,
                            (page.reading_id,), place=start + index)
                    for index, region in enumerate(reading.regions, 1) if region.attributes.kind is Kind.TEXT])
        return push(bench, project, lease, make_line_tasks(bench))
    finally:
        leases.release(bench.ledger, lease)


def make_line_tasks(bench: Workbench) -> MakeTasks:
    """Makes Label Studio's tasks of rows of the outbox that are about one region."""

    def make(rows: Sequence[TaskRow], shown: Mapping[str, Reading]) -> list[dict[str, Any]]:
        regions = {(reading_id, region.region_id): region for reading_id, reading in shown.items() for region in reading.regions}
        made = []
        for row in rows:
            reading_id, region_id = row.shown[0], row.subject.partition("/")[2]
            region = regions[reading_id, region_id]
            crop = f"s3://{bench.settings.bucket_images}/{crop_key(row.image_id, region_id)}"
            made.append({
                "data": {"image": crop, SUBJECT: row.subject},
                "predictions": [to_line_prediction(region.text, region.attributes.legible, score=region.score,
                                                   name=shown[reading_id].reader.removeprefix("model:"))]})
        return made

    return make


def crop_key(image_id: str, region_id: str) -> str:
    """Where a region's crop is in the bucket of images."""
    return f"crops/{image_id}/{region_id}.jpg"


def _store_crops(bench: Workbench, reading: Reading) -> None:
    with bench.ledger.read() as connection:
        image = images.image_rows(connection, [reading.image_id])[reading.image_id]
    bucket = bench.settings.bucket_images
    data = bench.objects.get(bucket, image_key(image.image_id, image.media_type))
    bench.objects.put_many(bucket, ((crop_key(image.image_id, region_id), jpeg, "image/jpeg")
                                    for region_id, jpeg in crops(data, reading.regions)))


