"""One page of changed tasks: read what it needs, let a stage say what becomes of it, write that; one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.label_studio.changes import ChangedTask, UnreadableTask
from datastore.ledger import Connection, Ledger, cursors, leases, outbox, readings
from datastore.ledger.annotations import add_annotations, mark_taken_back
from datastore.ledger.leases import Lease
from schemas.label_tasks import Project
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from stages.collect.lines import of_lines
from stages.collect.new_states import TaskNow, ToKeep, of_images, taken_back
from workbench.collect.decide import decide
from workbench.collect.decode import image_states, line_states, read_before, read_page, subject_of
from workbench.collect.lines import decide_dense_pages
from workbench.report import CollectReport


@dataclass(frozen=True, slots=True)
class Source:
    """Where pages come from.

    Attributes:
        config: the project's annotation config, as it is today.
        project: whose tasks they are.
        lease: on collecting from it.
        lease_seconds: for which the lease is renewed at each page.
        takers: of tasks about lines, the annotation configs that take their pages, by name.
    """

    config: AnnotationConfig
    project: Project
    lease: Lease
    lease_seconds: int
    takers: Mapping[str, AnnotationConfig] = field(default_factory=dict)


def cursor_of(project: Project) -> str:
    """Name of a project's cursor, and of the lease on collecting from it."""
    return f"collect project {project.key}"


def collect_page(ledger: Ledger, source: Source, changes: Sequence[ChangedTask | UnreadableTask], *,
                 in_order: bool = True) -> CollectReport:
    """Writes one page of changed tasks and what follows from it; the cursor moves in the same transaction.

    Args:
        ledger: where.
        source: of the tasks.
        changes: the tasks.
        in_order: they are the next ones in order of their changes; else the cursor stays where it is.

    Raises:
        LeaseLost: another run has taken the project over; nothing is written.
    """
    page = [task for task in changes if isinstance(task, ChangedTask)]
    leases.renew(ledger, source.lease, source.lease_seconds)
    # Alone, for two sides' answers to one image may come at once, and each would wait for the other.
    with ledger.write(alone=f"decide {source.config.name}") as connection:
        leases.fence(connection, source.lease)
        report = take_in(connection, source, page)
        note_changes(connection, source.project, changes)
        if in_order:
            cursors.set_cursor(connection, cursor_of(source.project), max(task.updated_at for task in changes))
    return report


def take_in(connection: Connection, source: Source, page: Sequence[ChangedTask]) -> CollectReport:
    """Takes back what is gone, writes down each new state of each annotation, and decides anew about their images."""
    config = source.config
    project = source.project
    known = read_page(connection, config, project, page)
    gone = taken_back(known.standing, [
        TaskNow(task.task_id, subject_of(task), frozenset(item.id for item in task.annotations)) for task in page])
    without = {item.image_id for item in gone if item.image_id}
    mark_taken_back(connection, project.key, gone)
    report = CollectReport(taken_back=len(without))
    if config.subject is not Subject.IMAGE:
        lines = line_states(known, project, page)
        report.add(keep(connection, of_lines(lines, read_before(connection, lines, project.run), project.run, source.takers)))
        report.add(decide_dense_pages(connection, config.name, without | {row.image_id for row in known.tasks.values()}))
    else:
        kept = of_images(image_states(known, config, project, page))
        report.add(keep(connection, kept))
        report.add(decide(connection, config, without | kept.image_ids))
    return report


def keep(connection: Connection, kept: ToKeep) -> CollectReport:
    """Writes the readings and rows that new states became."""
    new = readings.add_readings(connection, kept.readings)
    add_annotations(connection, kept.rows)
    return CollectReport(readings=new, skipped=sum(row.skipped for row in kept.rows),
                         with_a_problem=sum(row.problem is not None for row in kept.rows))


def note_changes(connection: Connection, project: Project, changes: Sequence[ChangedTask | UnreadableTask]) -> None:
    """Notes which change of each task was collected, and which tasks Label Studio could not show."""
    page = [task for task in changes if isinstance(task, ChangedTask)]
    outbox.note_collected(connection, project.key, {subject_of(task): task.updated_at for task in page})
    outbox.note_unreadable(connection, project.key, {
        task.task_id: task.updated_at for task in changes if isinstance(task, UnreadableTask)})
    outbox.forget_unreadable(connection, project.key, [task.task_id for task in page])
