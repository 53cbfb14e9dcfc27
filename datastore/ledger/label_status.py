"""What the status of labelling is worked out from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select

from datastore.ledger.annotations import _newest
from datastore.ledger.engine import Ledger
from datastore.ledger.outbox import answered
from datastore.ledger.tables import agreements, collected, projects, tasks
from schemas.labelling import Agreement, Compared, Effort, Kind, Queue, Side, Work


def work(ledger: Ledger, annotation_config: str | None = None) -> list[Work]:
    """What people did: the newest state of each annotation that stands."""
    newest = _newest()
    query = (select(newest, projects.c.annotation_config, projects.c.config_version, projects.c.side)
             .join(projects, projects.c.key == newest.c.project)
             .order_by(newest.c.revision, newest.c.annotation_id))
    if annotation_config:
        query = query.where(projects.c.annotation_config == annotation_config)
    with ledger.read() as connection:
        return [Work(_run(row), Side(row.side), row.reader, row.revision, row.lead_time, row.skipped, row.problem,
                     Effort(**row.effort) if row.effort else None) for row in connection.execute(query)]


def compared(ledger: Ledger, annotation_config: str | None = None) -> list[Compared]:
    """What was compared: pairs of people, and people with the truth of gold."""
    query = select(agreements).order_by(agreements.c.image_id, agreements.c.one, agreements.c.other)
    if annotation_config:
        query = query.where(agreements.c.annotation_config.startswith(f"{annotation_config}@", autoescape=True))
    with ledger.read() as connection:
        readers = {row.reading_id: (row.reader, bool(row.effort and row.effort["model"])) for row in connection.execute(
            select(collected.c.reading_id, collected.c.reader, collected.c.effort).where(collected.c.reading_id.is_not(None)))}
        return [Compared(row.annotation_config, Kind(row.kind), readers[row.one][0], readers[row.other][0],
                         Agreement(row.regions, row.cer, row.attributes), row.agreed, readers[row.one][1], readers[row.other][1])
                for row in connection.execute(query)]


def queues(ledger: Ledger, since_revision: int, days: float, annotation_config: str | None = None) -> list[Queue]:
    """All projects with their tasks.

    Args:
        ledger: where.
        since_revision: moment from which answers count for the rate, in ms since 1970.
        days: how many days have passed since then.
        annotation_config: only this one's.
    """
    query = select(projects).where(projects.c.project_id.is_not(None), ~projects.c.deleted).order_by(
        projects.c.annotation_config, projects.c.config_version, projects.c.side)
    if annotation_config:
        query = query.where(projects.c.annotation_config == annotation_config)
    found = []
    with ledger.read() as connection:
        for row in connection.execute(query).all():
            of_project = collected.c.project == row.key
            there = select(func.count()).select_from(tasks).where(tasks.c.project == row.key, tasks.c.task_id.is_not(None))
            recent = connection.scalar(select(func.count(collected.c.subject.distinct())).where(
                of_project, ~collected.c.deleted, collected.c.revision >= since_revision)) or 0
            found.append(Queue(_run(row), Side(row.side), row.project_id, connection.scalar(there) or 0,
                               connection.scalar(there.where(~answered())) or 0, recent / days if recent else None))
    return found


def _run(row: Row[Any]) -> str:
    return f"{row.annotation_config}@{row.config_version}"
