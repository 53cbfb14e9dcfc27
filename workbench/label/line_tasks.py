"""Dense pages, read line by line: their regions are cut out and typed one by one, then put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.label_studio.codec import to_line_prediction
from datastore.ledger import images, leases, outbox, readings
from datastore.ledger.leases import Lease
from schemas.label_tasks import SUBJECT, Project, TaskRow, line_subject
from schemas.labelling import Waiting
from schemas.reader import Reader
from schemas.reading import Kind, Reading
from schemas.recipes.annotation_config import AnnotationConfig
from schemas.submission import image_key
from stages.label.crops import crops
from workbench.bench import Workbench
from workbench.label.claims import claim_project
from workbench.label.push import MakeTasks, Pushed, push


def push_lines(bench: Workbench, project: Project, taken_by: AnnotationConfig, pages: Sequence[Waiting], room: int) -> Pushed:
    """Gives out the lines of pages, whole pages at a time, until there is no more room.

    Args:
        bench: the systems.
        project: of the annotation config of single lines.
        taken_by: the config whose accepted readings the pages become.
        pages: the first one first.
        room: for how many tasks.

    Raises:
        LeaseLost: another run pushes to the project.
    """
    lease = claim_project(bench.ledger, project, bench.settings.lease_seconds)
    try:
        for page in pages:
            if room <= 0:
                break
            room -= _plan_page(bench, project, lease, taken_by, page)
        return push(bench, project, lease, line_task_maker(bench.settings.bucket_images))
    finally:
        leases.release(bench.ledger, lease)


def line_task_maker(bucket: str) -> MakeTasks:
    """Makes Label Studio's tasks of rows of the outbox that are about one region; its crop is in the bucket."""
    def make(rows: Sequence[TaskRow], shown: Mapping[str, Reading]) -> list[dict[str, Any]]:
        regions = {(reading_id, region.region_id): region for reading_id, reading in shown.items() for region in reading.regions}
        made = []
        for row in rows:
            reading_id = row.shown[0]
            region = regions[reading_id, row.region_id]
            prediction = to_line_prediction(region.text, region.attributes.legible, score=region.score,
                                            name=Reader(shown[reading_id].reader).name)
            made.append({"data": {"image": f"s3://{bucket}/{_crop_key(row.image_id, row.region_id)}", SUBJECT: row.subject},
                         "predictions": [prediction]})
        return made

    return make


def _plan_page(bench: Workbench, project: Project, lease: Lease, taken_by: AnnotationConfig, page: Waiting) -> int:
    """Cuts out the regions of a page and plans a task for each text; returns how many are new."""
    with bench.ledger.read() as connection:
        reading = readings.readings_by_id(connection, [page.reading_id])[page.reading_id]
    _store_crops(bench, reading)
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        start = outbox.last_place(connection, project.key)
        return outbox.plan_tasks(connection, [
            TaskRow(project.key, line_subject(reading.image_id, region.region_id), project.config_version, reading.image_id,
                    taken_by.name, (page.reading_id,), place=place)
            for place, region in enumerate(reading.regions, start + 1) if region.attributes.kind is Kind.TEXT])


def _store_crops(bench: Workbench, reading: Reading) -> None:
    with bench.ledger.read() as connection:
        image = images.image_rows(connection, [reading.image_id])[reading.image_id]
    bucket = bench.settings.bucket_images
    data = bench.objects.get(bucket, image_key(image.image_id, image.media_type))
    bench.objects.put_many(bucket, ((_crop_key(image.image_id, region_id), jpeg, "image/jpeg")
                                    for region_id, jpeg in crops(data, reading.regions)))


def _crop_key(image_id: str, region_id: str) -> str:
    """Where a region's crop is in the bucket of images."""
    return f"crops/{image_id}/{region_id}.jpg"
