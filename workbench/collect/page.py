"""Changed tasks of a project, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.label_studio.client import TIES, Annotation, ChangedTask, UnreadableTask
from adapters.label_studio.codec import from_annotation
from datastore.ledger import Connection, cursors, leases, outbox, projects, published_configs, readings
from datastore.ledger.annotations import AnnotationRow, Standing, add_annotations, seen_annotations, take_back
from datastore.ledger.images import ImageRow, image_rows
from datastore.ledger.outbox import TaskRow
from datastore.ledger.projects import Project
from schemas.errors import CodecError, LeaseLost
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from stages.collect.effort import effort
from stages.collect.review import problems, with_origins
from workbench.bench import Workbench
from workbench.collect.decide import decide
from workbench.collect.lines import decide_pages, note_lines
from workbench.label.push import SUBJECT
from workbench.report import CollectReport
from workbench.run import progress

COUNTS = ("readings", "accepted", "no_longer_accepted", "agreed", "to_a_second_look", "skipped", "with_a_problem", "taken_back",
          "by_one_person")


def collect_project(bench: Workbench, config: AnnotationConfig, project: Project, report: CollectReport) -> Counter[str]:
    """One project's changes; the report gets what could not be read.

    Raises:
        LeaseLost: another run is collecting from it.
    """
    number = project.number
    cursor_name = f"collect project {project.key}"
    lease = leases.claim(bench.ledger, "collect", [cursor_name], bench.settings.lease_seconds)
    if not lease.tokens:
        raise LeaseLost(f"Another run is collecting from project {number} right now.")
    counts: Counter[str] = Counter()
    write_page = bench.run.batch(collect_page)
    try:
        since = cursors.get_cursor(bench.ledger, cursor_name)
        with progress(bench.run, f"collect {project.run}", 0) as advance:
            start = since - TIES if since else None
            unreadable = outbox.unreadable(bench.ledger, project.key)
            known = outbox.collected_since(bench.ledger, project.key, start) if start else set()
            if mended := _mended(bench, project, unreadable):
                counts += write_page(bench, config, project, lease, None, mended)
            for page in bench.label_studio.changed_tasks(number, start, known | set(unreadable.items())):
                counts += write_page(bench, config, project, lease, cursor_name, page)
                advance(len(page))
    finally:
        leases.release(bench.ledger, lease)
    report.notes += [
        f"Task {task_id} of {bench.label_studio.url}/projects/{number}/data cannot be read: Label Studio fails on it (500), as "
        "on an answer that holds half an emoji. All others are collected. Delete it in that list; label pushes it again."
        for task_id in outbox.unreadable(bench.ledger, project.key)]
    return counts


def _found(bench: Workbench, report: CollectReport) -> list[Project]:
    """The ledger's projects that are in Label Studio, by their marks; those of them too that were lost and are there again."""
    there, known = bench.label_studio.marked_projects(), projects.every_project(bench.ledger)
    newest = {project.annotation_config: project.config_version for project in known}  # they come in order of their versions
    found = []
    for project in known:
        if project.key in there:
            number = there[project.key]
            found.append(project if number == project.number else projects.confirm_project(bench.ledger, project, number))
        elif not project.lost:
            is_old = project.config_version < newest[project.annotation_config]
            report.notes.append(f"Project {project.number} ({project.run}, {project.side}) was deleted in Label Studio, or is "
                                f"another's. What was collected from it stays{'.' if is_old else '; label makes it again.'}")
            if is_old:  # nobody makes it again: it is said once
                with bench.ledger.write() as connection:
                    projects.retire_project(connection, project)
    return found


def _mended(bench: Workbench, project: Project, unreadable: Mapping[int, datetime]) -> list[ChangedTask]:
    """Tasks that could not be read in an earlier run and can be now; those that are gone are forgotten."""
    found = {task_id: bench.label_studio.task(project.number, task_id, changed_at) for task_id, changed_at in unreadable.items()}
    if gone := [task_id for task_id, task in found.items() if task is None]:
        with bench.ledger.write() as connection:
            outbox.forget_unreadable(connection, project.key, gone)
    return [task for task in found.values() if isinstance(task, ChangedTask)]


def collect_page(bench: Workbench, config: AnnotationConfig, project: Project, lease: leases.Lease, cursor_name: str | None,
                 changes: Sequence[ChangedTask | UnreadableTask]) -> Counter[str]:
    """Writes one page of changed tasks and what follows from it; the cursor moves in the same transaction.

    Args:
        bench: the systems.
        config: the annotation config.
        project: whose tasks they are.
        lease: on collecting from it.
        cursor_name: of the cursor; None where the tasks are not the next ones in order of their changes.
        changes: the tasks.
    """
    counts: Counter[str] = Counter()
    page = [task for task in changes if isinstance(task, ChangedTask)]
    leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
    # Alone, for two sides' answers to one image may come at once, and each would wait for the other.
    with bench.ledger.write(alone=f"decide {config.name}") as connection:
        leases.fence(connection, lease)
        touched = take_back(connection, project.key, [
            Standing(task.task_id, _subject(task), frozenset(item.id for item in task.annotations)) for task in page])
        counts["taken_back"] += len(touched)
        if config.subject is Subject.REGION:
            touched |= note_lines(connection, project, page, counts)
            decide_pages(connection, config, touched, counts)
        else:
            touched |= _note(connection, config, project, page, counts)
            decide(connection, config, touched, counts)
        outbox.note_collected(connection, project.key, {_subject(task): task.updated_at for task in page})
        outbox.note_unreadable(connection, project.key, {
            task.task_id: task.updated_at for task in changes if isinstance(task, UnreadableTask)})
        outbox.forget_unreadable(connection, project.key, [task.task_id for task in page])
        if cursor_name:
            cursors.set_cursor(connection, cursor_name, max(task.updated_at for task in changes))
    return counts


def _note(connection: Connection, config: AnnotationConfig, project: Project, page: Sequence[ChangedTask],
          counts: Counter[str]) -> set[str]:
    """Writes down each new state of each annotation; returns the images that it is about."""
    rows = outbox.task_rows(connection, project.key, [_subject(task) for task in page])
    images = image_rows(connection, [row.image_id for row in rows.values()])
    by_id = readings.readings_by_id(connection, [reading_id for row in rows.values() for reading_id in row.shown])
    states = [(task, item) for task in page for item in task.annotations]
    seen = seen_annotations(connection, project.key, [(item.id, item.revision) for _, item in states])
    touched = set()
    for task, item in states:
        if (item.id, item.revision) in seen:
            continue
        row = rows.get(_subject(task))
        shown = [by_id[name] for name in row.shown if name in by_id] if row else []
        reading, problem = _read(connection, config, project, images, row, item)
        if reading:
            reading = with_origins(reading, shown)
            counts["readings"] += readings.add_readings(connection, [reading])
        add_annotations(connection, [AnnotationRow(
            item.id, item.revision, project.key, task.task_id, row.subject if row else None,
            row.image_id if row else None, item.reader, readings.reading_id(reading) if reading else None,
            item.was_cancelled, item.lead_time, problem, effort(_prelabel(shown), reading) if reading else None)])
        counts["skipped"] += item.was_cancelled
        counts["with_a_problem"] += problem is not None
        if row:
            touched.add(row.image_id)
    return touched


def _read(connection: Connection, config: AnnotationConfig, project: Project, images: Mapping[str, ImageRow], row: TaskRow | None,
          item: Annotation) -> tuple[Reading | None, str | None]:
    """The reading that an annotation is, and what is wrong with it."""
    if item.was_cancelled:
        return None, None
    if row is None or row.image_id not in images:
        return None, "its task names no image of ours"
    image = images[row.image_id]
    try:
        # As the annotator saw it: another version may show and hide other controls.
        xml = published_configs.published_xml(connection, config.name, project.config_version) or config.xml
        reading = from_annotation(
            item.raw, image_id=image.image_id, width=image.width, height=image.height, revision=item.revision,
            reader=item.reader, config=config.model_copy(update={"version": project.config_version, "xml": xml}),
            renames=config.renames.get(project.config_version, {}))
    except CodecError as error:
        return None, str(error)
    return reading, "; ".join(problems(reading)) or None


def _subject(task: ChangedTask) -> str:
    return str(task.data.get(SUBJECT, ""))


def _prelabel(shown: Sequence[Reading]) -> Reading | None:
    """What a person mended: a model's reading. People's readings to choose from are no pre-label."""
    return next((reading for reading in shown if not reading.by_person), None)
