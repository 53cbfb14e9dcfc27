"""Tasks of which a third person decides: what two people read differently, what a check rejected, the truth of gold."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from adapters.label_studio.annotation_config import AnnotationConfig
from datastore.ledger import answers, leases, queue, tasks
from datastore.ledger.answers import SecondLook
from datastore.ledger.projects import Project
from datastore.ledger.tasks import TaskRow
from flows.image_tasks import make_tasks
from flows.projects import project_of, projects_of
from flows.push import claim_project, push
from flows.report import Report
from flows.workbench import Workbench
from schemas.errors import LeaseLost
from schemas.labelling import Side

GOLD_REASON = ("한 글자씩 꼼꼼히 확인해 주세요.\n"
               "Please check every letter with care.")
"""Everybody can open the project of second looks: it does not say that the image is gold."""


def push_second_looks(bench: Workbench, config: AnnotationConfig, report: Report) -> None:
    """Pushes the tasks of which a third person decides: few, and somebody waits for them, so all at once."""
    there = {row.side for row in projects_of(bench, config)}
    if Side.SECOND_LOOK not in there and not answers.second_looks_without_task(bench.ledger, config.name):
        return
    project = project_of(bench, config, Side.SECOND_LOOK)
    try:
        lease = claim_project(bench, project)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    try:
        _withdraw(bench, config, project)
        wanted = answers.second_looks_without_task(bench.ledger, config.name, project.key)
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            start = tasks.last_place(connection, project.key)
            tasks.plan_tasks(connection, [
                TaskRow(project.key, item.image_id, config.version, item.image_id, config.name, item.shown, item.reason,
                        place=start + index)
                for index, item in enumerate(wanted, 1)])
        pushed = push(bench, project, lease, make_tasks(bench, config))
    finally:
        leases.release(bench.ledger, lease)
    if pushed.new:
        report.counts["second looks"] = report.counts.get("second looks", 0) + pushed.new
        report.notes.append(f"{bench.label_studio.url}/projects/{project.number}/data waits for a second look.")
    report.notes += pushed.notes(project.number)


def make_gold(connection: Connection, config: AnnotationConfig, prelabels: Mapping[str, str]) -> int:
    """Makes images gold that nobody was given yet: a second look settles their truth first.

    Args:
        connection: a writing transaction.
        config: whose gold it is.
        prelabels: ids of the readings that the second look starts from, by image id.
    """
    new = queue.add_gold(connection, config.name, list(prelabels))
    for image_id, reading_id in sorted(prelabels.items()):
        answers.want_second_look(connection, SecondLook(image_id, config.name, GOLD_REASON, (reading_id,)))
    return new


def _withdraw(bench: Workbench, config: AnnotationConfig, project: Project) -> None:
    """Takes back second looks that nobody has begun and that nobody needs any more: the first readers mended their work."""
    for image_id in answers.needless_second_looks(bench.ledger, config.name):
        with bench.ledger.read() as connection:
            row = tasks.task_rows(connection, project.key, [image_id]).get(image_id)
        if row and row.task_id and not bench.label_studio.delete_untouched(project.number, row.task_id):
            continue
        with bench.ledger.write() as connection:
            tasks.drop(connection, project.key, [image_id])
            answers.drop_second_look(connection, config.name, image_id)
