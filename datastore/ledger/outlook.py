"""What a decision would change, before anybody takes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, select

from datastore.ledger import decisions
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import accepted_readings, point_entries, projects, tasks
from schemas.decision import Decision, GivenTask, Labelled, Outlook
from schemas.submission import Said


def foresee(connection: Connection, decision: Decision) -> Outlook:
    """What would follow from a decision, if it were added to the list now."""
    listed = {item.number: item for item in decisions.all_decisions(connection)}
    decision = replace(decision, number=max(listed, default=0) + 1)
    meant = decision
    while meant.kind is Said.UNDO and meant.undoes in listed:
        meant = listed[meant.undoes]
    about = decisions.related(connection, (), meant.names)
    return Outlook(decision, listed.get(decision.undoes or 0), frozenset(meant.names), about, decisions.endings(about),
                   decisions.endings(about, [*about.said, decision]))


def labelled(connection: Connection, image_ids: Iterable[str]) -> dict[str, Labelled]:
    """What people made of some images, by image id; those of which nobody made anything are left out."""
    configs: dict[str, list[str]] = {}
    given: dict[str, list[GivenTask]] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        for row in connection.execute(select(accepted_readings.c.image_id, accepted_readings.c.annotation_config).where(
                accepted_readings.c.image_id.in_(chunk)).order_by(accepted_readings.c.annotation_config)):
            configs.setdefault(row.image_id, []).append(row.annotation_config)
        for row in connection.execute(
                select(tasks.c.image_id, projects.c.project_id, tasks.c.task_id)
                .join(projects, projects.c.key == tasks.c.project)
                .where(tasks.c.image_id.in_(chunk), tasks.c.task_id.is_not(None), projects.c.project_id.is_not(None),
                       ~projects.c.deleted).order_by(projects.c.project_id, tasks.c.task_id)):
            given.setdefault(row.image_id, []).append(GivenTask(row.project_id, row.task_id))
    return {name: Labelled(tuple(configs.get(name, ())), tuple(given.get(name, ()))) for name in configs.keys() | given.keys()}


def points_of(connection: Connection, submission_ids: Sequence[str]) -> dict[str, int]:
    """Points that submissions have by the last score, by id."""
    found: dict[str, int] = {}
    for chunk in in_chunks(submission_ids):
        found |= dict(connection.execute(
            select(point_entries.c.submission_id, func.sum(point_entries.c.provisional + point_entries.c.final))
            .where(point_entries.c.submission_id.in_(chunk)).group_by(point_entries.c.submission_id)).tuples().all())
    return found
