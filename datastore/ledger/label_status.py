"""What the status of labelling is worked out from."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from datastore.ledger.annotations import newest_states
from datastore.ledger.engine import Ledger
from datastore.ledger.outbox import answered
from datastore.ledger.tables import agreements, annotations, projects, tasks
from schemas.config_version import ConfigVersion
from schemas.labelling import Agreement, AgreementKind, CountedAgreement, Effort, Queue, Side, Work
from schemas.reader import Reader


def work(ledger: Ledger, annotation_config: str | None = None) -> list[Work]:
    """What people did: the newest state of each annotation that stands, of one annotation config or of all."""
    newest = newest_states()
    query = (select(newest, projects.c.annotation_config, projects.c.config_version, projects.c.side)
             .join(projects, projects.c.key == newest.c.project)
             .order_by(newest.c.revision, newest.c.annotation_id))
    if annotation_config:
        query = query.where(projects.c.annotation_config == annotation_config)
    with ledger.read() as connection:
        return [Work(ConfigVersion.of(row.annotation_config, row.config_version), Side(row.side), Reader(row.reader),
                     row.revision, row.lead_time, row.skipped, row.problem, Effort(**row.effort) if row.effort else None)
                for row in connection.execute(query)]


def compared(ledger: Ledger, annotation_config: str | None = None) -> list[CountedAgreement]:
    """What was compared: pairs of people, and people with the truth of gold; of one annotation config or of all."""
    query = select(agreements).order_by(agreements.c.image_id, agreements.c.one, agreements.c.other)
    if annotation_config:
        query = query.where(agreements.c.annotation_config.startswith(f"{annotation_config}@", autoescape=True))
    with ledger.read() as connection:
        made = select(annotations.c.reading_id, annotations.c.reader, annotations.c.effort).where(
            annotations.c.reading_id.is_not(None))
        readers = {row.reading_id: (Reader(row.reader), bool(row.effort and row.effort["model"]))
                   for row in connection.execute(made)}
        return [CountedAgreement(
            ConfigVersion(row.annotation_config), AgreementKind(row.kind), readers[row.one][0], readers[row.other][0],
            Agreement(row.regions, row.cer, row.attributes), row.agreed, readers[row.one][1], readers[row.other][1])
            for row in connection.execute(query)]


def queues(ledger: Ledger, since_revision: int, days: float, annotation_config: str | None = None) -> list[Queue]:
    """The open work of all projects that are in Label Studio, by annotation config, version and side.

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
    with ledger.read() as connection:
        rows = connection.execute(query).all()
        keys = [row.key for row in rows]
        there = _tasks_there(connection, keys)
        still_open = _tasks_there(connection, keys, ~answered())
        recent = _answered_since(connection, keys, since_revision)
    return [Queue(ConfigVersion.of(row.annotation_config, row.config_version), Side(row.side), row.project_id, there[row.key],
                  still_open[row.key], recent[row.key] / days if recent[row.key] else None) for row in rows]


def _tasks_there(connection: Connection, keys: Sequence[str], *conditions: ColumnElement[bool]) -> Counter[str]:
    """How many tasks of these projects are in Label Studio and fulfil the conditions, by project."""
    query = select(tasks.c.project, func.count().label("tasks")).where(
        tasks.c.project.in_(keys), tasks.c.task_id.is_not(None), *conditions).group_by(tasks.c.project)
    return Counter({row.project: row.tasks for row in connection.execute(query)})


def _answered_since(connection: Connection, keys: Sequence[str], revision: int) -> Counter[str]:
    """How many tasks of these projects somebody has answered since then, by project."""
    answers = annotations.c
    query = select(answers.project, func.count(answers.subject.distinct()).label("tasks")).where(
        answers.project.in_(keys), ~answers.deleted, answers.revision >= revision).group_by(answers.project)
    return Counter({row.project: row.tasks for row in connection.execute(query)})
