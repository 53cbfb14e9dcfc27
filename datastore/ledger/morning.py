"""What the morning page asks of the ledger: how much waits where, how fast people work, what nobody renews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.outbox import answered
from datastore.ledger.tables import (
    accepted_readings,
    annotations,
    arrivals,
    flags,
    leases,
    projects,
    readings,
    runs,
    submissions,
    tasks,
    unreadable_tasks,
)
from schemas.morning import StuckLease, Waits
from schemas.reader import ReaderKind
from schemas.runs import RunState, VerbRun
from schemas.submission import Outcome

HOUR = 3_600_000
"""In the unit of revisions, milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Accepted images that nobody has labelled yet.

    Attributes:
        unread: that no model has read.
        ungiven: that a model has read and that have no task.
        given: how many images have one, labelled or not.
    """

    unread: Waits
    ungiven: Waits
    given: int


@dataclass(frozen=True, slots=True)
class HourOfAnswers:
    """What one person answered in one hour.

    Attributes:
        reader: who.
        at: when that hour began, in UTC.
        answers: how many.
        seconds: that they took, each counted up to a limit.
    """

    reader: str
    at: datetime
    answers: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Tasks that Label Studio fails on, in one of its projects."""

    project: int | None
    tasks: tuple[int, ...]
    changed_at: datetime


def not_settled(ledger: Ledger) -> Waits:
    """Raw objects that are listed and have no outcome yet."""
    with ledger.read() as connection:
        return Waits(*connection.execute(select(func.count(), func.min(arrivals.c.sent_at)).select_from(arrivals)).one())


def count_submissions(ledger: Ledger) -> dict[str, int]:
    """How many submissions ended as what, by outcome."""
    with ledger.read() as connection:
        return dict(connection.execute(
            select(submissions.c.outcome, func.count()).group_by(submissions.c.outcome)).tuples().all())


def on_the_way(ledger: Ledger) -> OnTheWay:
    """Where the accepted images are that have no accepted reading; one look at each."""
    def has(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(table.c.image_id == submissions.c.image_id, *conditions)

    read = has(readings, readings.c.reader.startswith(f"{ReaderKind.MODEL}:")).label("is_read")
    left = select(read, submissions.c.sent_at).where(
        submissions.c.outcome == Outcome.ACCEPTED, ~has(tasks), ~has(accepted_readings)).subquery()
    query = select(left.c.is_read, func.count(), func.min(left.c.sent_at)).group_by(left.c.is_read)
    with ledger.read() as connection:
        found = {bool(is_read): Waits(count, oldest) for is_read, count, oldest in connection.execute(query)}
        given = connection.scalar(select(func.count(tasks.c.image_id.distinct()))) or 0
    return OnTheWay(found.get(False, Waits()), found.get(True, Waits()), given)


def open_tasks(ledger: Ledger) -> Waits:
    """Tasks in Label Studio that nobody has answered; one that is older than the note of when it came there waits since its
    picture was sent.
    """
    sent = select(func.min(submissions.c.sent_at)).where(submissions.c.image_id == tasks.c.image_id).scalar_subquery()
    since = func.coalesce(tasks.c.posted_at, sent, type_=tasks.c.posted_at.type)
    with ledger.read() as connection:
        return Waits(*connection.execute(
            select(func.count(), func.min(since)).select_from(tasks)
            .join(projects, projects.c.key == tasks.c.project)
            .where(tasks.c.task_id.is_not(None), ~projects.c.deleted, ~answered())).one())


def count_tasks(ledger: Ledger) -> int:
    """How many tasks were ever planned: by the images that were given out, so many a picture."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(tasks)) or 0


def answers_by_hour(ledger: Ledger, since: datetime, longest: float) -> list[HourOfAnswers]:
    """What people answered, by person and hour; an answer that was changed later counts when it was given first.

    Args:
        ledger: where.
        since: moment from which answers count.
        longest: seconds of one answer that count at most.
    """
    first = func.min(annotations.c.revision)
    took = func.max(case((annotations.c.lead_time > longest, longest), else_=func.coalesce(annotations.c.lead_time, 0)))
    given = select(annotations.c.reader, first.label("at"), took.label("took")).where(~annotations.c.deleted).group_by(
        annotations.c.project, annotations.c.annotation_id, annotations.c.subject, annotations.c.reader).having(
        first >= round(since.timestamp() * 1000)).subquery()
    hour = (given.c.at - given.c.at % HOUR).label("hour")
    by_hour = select(given.c.reader, hour, func.count().label("answers"), func.sum(given.c.took).label("took")).group_by(
        given.c.reader, hour)
    with ledger.read() as connection:
        return [_hour(row) for row in connection.execute(by_hour)]


def _hour(row: Row[Any]) -> HourOfAnswers:
    return HourOfAnswers(row.reader, datetime.fromtimestamp(row.hour / 1000, UTC), row.answers, float(row.took or 0))


def not_renewed(ledger: Ledger, before: datetime) -> list[StuckLease]:
    """Claims that ran out before a moment and that nobody has taken over, by kind and holder."""
    first = func.min(leases.c.expires_at)
    with ledger.read() as connection:
        return [StuckLease(*row) for row in connection.execute(
            select(leases.c.kind, leases.c.holder, func.count(), first).where(leases.c.expires_at < before)
            .group_by(leases.c.kind, leases.c.holder).order_by(first))]


def unreadable_tasks_of_all(ledger: Ledger) -> list[Unreadable]:
    """Tasks that Label Studio fails on, of all projects that are there."""
    found: dict[str, list[Row[Any]]] = {}
    with ledger.read() as connection:
        for row in connection.execute(
                select(unreadable_tasks, projects.c.project_id).join(projects, projects.c.key == unreadable_tasks.c.project)
                .where(~projects.c.deleted).order_by(unreadable_tasks.c.project, unreadable_tasks.c.task_id)):
            found.setdefault(row.project, []).append(row)
    return [Unreadable(rows[0].project_id, tuple(row.task_id for row in rows), min(row.changed_at for row in rows))
            for rows in found.values()]


def count_open_flags(ledger: Ledger) -> int:
    """How many flags nobody has decided."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(flags).where(flags.c.decision.is_(None))) or 0


def first_sent(ledger: Ledger) -> datetime | None:
    """When the first submission was sent that has an outcome; None where there is none."""
    with ledger.read() as connection:
        at: Any = connection.scalar(select(func.min(submissions.c.sent_at)))
        return at if isinstance(at, datetime) else None


def answered_last(ledger: Ledger, before: datetime, most: int) -> list[str]:
    """Images whose tasks were collected last before a moment, at most so many."""
    at = func.max(tasks.c.collected_at)
    with ledger.read() as connection:
        return list(connection.scalars(select(tasks.c.image_id).where(tasks.c.collected_at < before).group_by(tasks.c.image_id)
                                       .order_by(at.desc(), tasks.c.image_id).limit(most)))


def completed_since(ledger: Ledger, verbs: Sequence[str], moment: datetime) -> list[VerbRun]:
    """Runs of some verbs that began at a moment or later and completed, in their order."""
    with ledger.read() as connection:
        rows = connection.execute(
            select(runs).where(runs.c.verb.in_(verbs), runs.c.started_at >= moment, runs.c.state == RunState.COMPLETED)
            .order_by(runs.c.started_at, runs.c.run_id))
        return [VerbRun(**{**row._mapping, "state": RunState(row.state), "notes": tuple(row.notes)}) for row in rows]


def first_run(ledger: Ledger) -> datetime | None:
    """When the first run began that is known; None where none is."""
    with ledger.read() as connection:
        at: Any = connection.scalar(select(func.min(runs.c.started_at)))
        return at if isinstance(at, datetime) else None
