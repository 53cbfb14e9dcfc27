"""What the status of labelling is worked out from."""

from sqlalchemy import ScalarSelect, func, select

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
    query = (select(projects.c.annotation_config, projects.c.config_version, projects.c.side, projects.c.project_id,
                    _tasks_there().label("tasks"), _tasks_there(still_open=True).label("open"),
                    _answered_since(since_revision).label("recent"))
             .where(projects.c.project_id.is_not(None), ~projects.c.deleted)
             .order_by(projects.c.annotation_config, projects.c.config_version, projects.c.side))
    if annotation_config:
        query = query.where(projects.c.annotation_config == annotation_config)
    with ledger.read() as connection:
        return [Queue(ConfigVersion.of(row.annotation_config, row.config_version), Side(row.side), row.project_id, row.tasks,
                      row.open, row.recent / days if row.recent else None) for row in connection.execute(query)]


def _tasks_there(*, still_open: bool = False) -> ScalarSelect[int]:
    """How many tasks of a row of ``projects`` are in Label Studio; those that nobody has answered, where asked for."""
    query = select(func.count()).select_from(tasks).where(tasks.c.project == projects.c.key, tasks.c.task_id.is_not(None))
    return (query.where(~answered()) if still_open else query).correlate(projects).scalar_subquery()


def _answered_since(revision: int) -> ScalarSelect[int]:
    """How many tasks of a row of ``projects`` somebody has answered since then."""
    return (select(func.count(annotations.c.subject.distinct()))
            .where(annotations.c.project == projects.c.key, ~annotations.c.deleted, annotations.c.revision >= revision)
            .correlate(projects).scalar_subquery())
