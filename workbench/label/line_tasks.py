"""Dense pages, read line by line: their regions are cut out and typed some at a time, then put together again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.label_studio.codec import CHECK, to_line_prediction
from adapters.label_studio.lines import to_lines_prediction
from datastore.ledger import Ledger, images, leases, outbox, readings
from datastore.ledger.leases import Lease
from schemas.label_tasks import SUBJECT, Project, TaskRow, line_subject, lines_subject, text_ids
from schemas.labelling import Waiting
from schemas.reading import Reading, Region
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from schemas.submission import image_key
from stages.label.crops import crops
from workbench.bench import Workbench
from workbench.label.calibration import mark_planned
from workbench.label.claims import claim_project
from workbench.label.image_tasks import PRELABEL, shown_places
from workbench.label.push import MakeTasks, Pushed, push


def push_lines(bench: Workbench, project: Project, lines: AnnotationConfig, taken_by: AnnotationConfig,
               pages: Sequence[Waiting], room: int) -> Pushed:
    """Gives out the lines of pages, whole pages at a time, until there is no more room.

    Args:
        bench: the systems.
        project: of the annotation config of lines.
        lines: that config.
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
            room -= _plan_page(bench, project, lease, lines, taken_by, page)
        mark_planned(bench.ledger, project, lease, taken_by)
        return push(bench, project, lease, line_task_maker(bench.ledger, bench.settings.bucket_images))
    finally:
        leases.release(bench.ledger, lease)


def line_task_maker(ledger: Ledger, bucket: str) -> MakeTasks:
    """Makes Label Studio's tasks of rows of the outbox that are about lines.

    Args:
        ledger: knows the queue.
        bucket: has the crops.
    """
    def make(rows: Sequence[TaskRow], shown: Mapping[str, Reading]) -> list[dict[str, Any]]:
        places = shown_places(ledger, rows)
        made = []
        for row in rows:
            by_id = {region.region_id: region for region in shown[row.shown[0]].regions}
            regions = [by_id[name] for name in row.region_ids(shown[row.shown[0]])]
            data = {SUBJECT: row.subject, "place": places[row.subject]}
            made.append(_of_lines(bucket, row, regions, data) if row.shows_lines else _of_one_line(bucket, row, regions[0], data))
        return made

    return make


def _of_lines(bucket: str, row: TaskRow, regions: Sequence[Region], data: Mapping[str, Any]) -> dict[str, Any]:
    unsure = row.marked or {}
    lines = [{"image": _crop_address(bucket, row.image_id, region.region_id), "id": region.region_id,
              "mark": CHECK if region.region_id in unsure else ""} for region in regions]
    return {"data": {**data, "lines": lines}, "predictions": [to_lines_prediction(regions, name=PRELABEL)]}


def _of_one_line(bucket: str, row: TaskRow, region: Region, data: Mapping[str, Any]) -> dict[str, Any]:
    prediction = to_line_prediction(region.text, region.attributes.legible, score=region.score, name=PRELABEL)
    return {"data": {**data, "image": _crop_address(bucket, row.image_id, region.region_id)}, "predictions": [prediction]}


def _plan_page(bench: Workbench, project: Project, lease: Lease, lines: AnnotationConfig, taken_by: AnnotationConfig,
               page: Waiting) -> int:
    """Cuts out the texts of a page and plans tasks for them; returns how many are new."""
    with bench.ledger.read() as connection:
        reading = readings.readings_by_id(connection, [page.reading_id])[page.reading_id]
    _store_crops(bench, reading)
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        start = outbox.last_place(connection, project.key)
        return outbox.plan_tasks(connection, [
            TaskRow(project.key, subject, project.config_version, page.image_id, taken_by.name, (page.reading_id,), place=place)
            for place, subject in enumerate(_subjects(reading, lines), start + 1)])


def _subjects(reading: Reading, lines: AnnotationConfig) -> Iterator[str]:
    """What the tasks of a page are about: some consecutive lines each, or one."""
    names = text_ids(reading)
    if lines.subject is Subject.REGION:
        yield from (line_subject(reading.image_id, name) for name in names)
        return
    tasks = -(-len(names) // lines.lines_a_task)
    for number in range(tasks):  # tasks of a page are as long as each other: the last one has more than a line or two
        yield lines_subject(reading.image_id, number * len(names) // tasks, (number + 1) * len(names) // tasks)


def _store_crops(bench: Workbench, reading: Reading) -> None:
    with bench.ledger.read() as connection:
        image = images.image_rows(connection, [reading.image_id])[reading.image_id]
    bucket = bench.settings.bucket_images
    data = bench.objects.get(bucket, image_key(image.image_id, image.media_type))
    names = set(text_ids(reading))
    texts = [region for region in reading.regions if region.region_id in names]
    bench.objects.put_many(bucket, ((_crop_key(image.image_id, region_id), jpeg, "image/jpeg")
                                    for region_id, jpeg in crops(data, texts)))


def _crop_address(bucket: str, image_id: str, region_id: str) -> str:
    """Where Label Studio finds a region's crop."""
    return f"s3://{bucket}/{_crop_key(image_id, region_id)}"


def _crop_key(image_id: str, region_id: str) -> str:
    """Where a region's crop is in the bucket of images."""
    return f"crops/{image_id}/{region_id}.jpg"
