"""collect: annotations changed since the cursor → readings by people, accepted or with a problem noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from prefect import flow

from adapters.label_studio.client import Annotation, ChangedTask
from adapters.label_studio.codec import from_annotation
from datastore.ledger import leases, readings, tasks
from datastore.ledger.readings import ImageRow
from datastore.ledger.tasks import AnnotationRow
from flows.batches import batch_task, progress
from flows.label import SUBJECT
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from schemas.errors import CodecError, LeaseLost
from schemas.reading import Reading
from stages.collect.review import accept, problems, shown_to, with_origins

TASKS_A_PAGE = 100


@flow(name="collect")
def collect() -> Report:
    """Brings home what annotators submitted or changed since the last run."""
    bench = open_workbench()
    project = bench.label_studio.ensure_project(bench.annotation_config)
    cursor_name = f"collect project {project}"
    lease = leases.claim(bench.ledger, "collect", [cursor_name], bench.settings.lease_seconds)
    if not lease.tokens:
        raise LeaseLost(f"Another run is collecting from project {project} right now.")
    counts: Counter[str] = Counter()
    try:
        page: list[ChangedTask] = []
        since = tasks.get_cursor(bench.ledger, cursor_name)
        with progress("collect", 0) as advance:
            for task in bench.label_studio.changed_annotations(project, since):
                page.append(task)
                if len(page) == TASKS_A_PAGE:
                    counts += collect_page(bench, project, lease, cursor_name, page)
                    advance(len(page))
                    page = []
            if page:
                counts += collect_page(bench, project, lease, cursor_name, page)
    finally:
        leases.release(bench.ledger, lease)
    names = ("accepted", "superseded", "skipped", "with a problem")
    return Report("collect", {name: counts[name] for name in names}, values={"project": project}).publish()


@batch_task
def collect_page(bench: Workbench, project: int, lease: leases.Lease, cursor_name: str,
                 page: Sequence[ChangedTask]) -> Counter[str]:
    """Writes one page of changed tasks; the cursor moves in the same transaction."""
    counts: Counter[str] = Counter()
    leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
    config = bench.annotation_config
    states = [(task, annotation) for task in page for annotation in task.annotations]
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        subjects = [str(task.data.get(SUBJECT, "")) for task in page]
        known = tasks.image_row(connection, subjects)
        by_models = readings.model_readings(connection, subjects)
        seen = tasks.seen_annotations(connection, [(item.id, _revision(item.updated_at)) for _, item in states])
        touched: dict[str, Reading] = {}
        for task, item in states:
            if (item.id, _revision(item.updated_at)) in seen:
                continue
            reading, problem = _read(bench, known.get(str(task.data.get(SUBJECT, ""))), item)
            if reading:
                reading = with_origins(reading, shown_to(reading, by_models.get(reading.image_id, [])))
                readings.add_readings(connection, [reading])
                touched[reading.image_id] = reading
            tasks.add_annotations(connection, [AnnotationRow(
                item.id, _revision(item.updated_at), project, task.task_id, reading.image_id if reading else None,
                readings.reading_id(reading) if reading else None, item.was_cancelled, item.lead_time, problem)])
            if item.was_cancelled or problem:
                counts["skipped" if item.was_cancelled else "with a problem"] += 1
        mine = readings.personal_readings(connection, f"{config.name}@{config.version}", touched)
        for image_id, of_image in mine.items():
            if chosen := accept([reading for reading in of_image if not problems(reading)]):
                readings.accept(connection, config.name, chosen)
                counts["accepted"] += chosen == touched[image_id]
                counts["superseded"] += chosen == touched[image_id] and len(of_image) > 1
        tasks.set_cursor(connection, cursor_name, max(task.updated_at for task in page))
    return counts


def _read(bench: Workbench, image: ImageRow | None, item: Annotation) -> tuple[Reading | None, str | None]:
    """The reading that an annotation is, and what is wrong with it."""
    if item.was_cancelled:
        return None, None
    if image is None:
        return None, "its task names no image of ours"
    try:
        reading = from_annotation(item.raw, image_id=image.image_id, width=image.width, height=image.height,
                                  revision=_revision(item.updated_at),
                                  reader=f"person:{item.completed_by}", config=bench.annotation_config)
    except CodecError as error:
        return None, str(error)
    return reading, "; ".join(problems(reading)) or None


def _revision(at: datetime) -> int:
    return round(at.timestamp() * 1000)
