"""Tasks of which a third person decides: what two people read differently, what a check rejected, the truth of gold."""

from __future__ import annotations

from adapters.label_studio.tasks import delete_untouched
from datastore.ledger import leases, outbox, second_looks
from datastore.ledger.leases import Lease
from schemas.errors import LeaseLost
from schemas.label_tasks import Project, TaskRow
from schemas.labelling import Side
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.bench import Workbench
from workbench.label.claims import claim_project
from workbench.label.image_tasks import image_task_maker
from workbench.label.projects import data_address, project_of, projects_of
from workbench.label.push import push
from workbench.report import CollectReport, LabelReport


def push_second_looks(bench: Workbench, config: AnnotationConfig, report: LabelReport | CollectReport) -> None:
    """Pushes the tasks of which a third person decides: few, and somebody waits for them, so all at once."""
    there = {row.side for row in projects_of(bench.ledger, config)}
    if Side.SECOND_LOOK not in there and not second_looks.second_looks_without_task(bench.ledger, config.name):
        return
    project = project_of(bench, config, Side.SECOND_LOOK)
    try:
        lease = claim_project(bench.ledger, project, bench.settings.lease_seconds)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    try:
        _withdraw(bench, config, project, lease)
        _plan(bench, config, project, lease)
        pushed = push(bench, project, lease, image_task_maker(bench.ledger, bench.settings.bucket_images, config))
    finally:
        leases.release(bench.ledger, lease)
    if pushed.new:
        report.second_looks += pushed.new
        report.notes.append(f"{data_address(bench.label_studio, project)} waits for a second look.")
    report.notes += pushed.notes(project.number)


def _withdraw(bench: Workbench, config: AnnotationConfig, project: Project, lease: Lease) -> None:
    """Takes back second looks that nobody has begun and that nobody needs any more: the first readers mended their work.

    One whose post has an unknown outcome stays until ``push`` has found out whether its task is there.
    """
    for image_id in second_looks.needless_second_looks(bench.ledger, config.name):
        with bench.ledger.read() as connection:
            row = outbox.task_rows(connection, project.key, [image_id]).get(image_id)
        if row and row.task_id is None and row.after_task is not None:
            continue
        if row and row.task_id and not delete_untouched(bench.label_studio, project.number, row.task_id):
            continue
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            outbox.drop(connection, project.key, [image_id])
            second_looks.drop_second_look(connection, config.name, image_id)


def _plan(bench: Workbench, config: AnnotationConfig, project: Project, lease: Lease) -> None:
    """Plans a task for each second look that has none in the project."""
    wanted = second_looks.second_looks_without_task(bench.ledger, config.name, project.key)
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        start = outbox.last_place(connection, project.key)
        outbox.plan_tasks(connection, [
            TaskRow(project.key, item.image_id, config.version, item.image_id, config.name, item.shown, item.reason, place)
            for place, item in enumerate(wanted, start + 1)])
