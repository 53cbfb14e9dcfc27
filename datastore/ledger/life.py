"""The rows that tell of one image or of one submission: each question finds them by an index, however full the ledger is."""

# Without ``from __future__ import annotations``: a table has that name.
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from datastore.ledger.rows import every_image, every_submission, image_row, submission_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import (
    accepted_readings,
    agreements,
    annotations,
    arrivals,
    comparisons,
    decisions,
    holds,
    images,
    point_entries,
    projects,
    runs,
    second_looks,
    submissions,
    tasks,
    uploads,
)
from schemas.decision import Decision
from schemas.labelling import Side
from schemas.points import PointEntry, PointReason
from schemas.recorded import ImageRow, SubmissionRow
from schemas.runs import RunState, VerbRun
from schemas.submission import Compared, Said, Verdict
from schemas.trace import LifeAnnotation, LifeArrival, LifePair, LifeTask
from schemas.upload import Upload

MOST_SUBMISSIONS = 50
"""Of one image that are told, the earliest ones: a picture that everybody sends has thousands."""
MOST_RUNS = 200


def image_of(connection: Connection, image_id: str) -> ImageRow | None:
    """An image by its whole id; None where there is none."""
    row = connection.execute(every_image.where(images.c.image_id == image_id)).one_or_none()
    return image_row(row) if row else None


def submissions_of(connection: Connection, image_id: str) -> list[SubmissionRow]:
    """Submissions that an image was made of or that repeat it, the earliest ones, in order of time."""
    found: dict[str, SubmissionRow] = {}
    for column in (submissions.c.image_id, submissions.c.own_image_id):
        rows = connection.execute(every_submission.where(column == image_id).order_by(
            submissions.c.sent_at, submissions.c.key).limit(MOST_SUBMISSIONS))
        found |= {row.submission_id: submission_row(row) for row in rows}
    return sorted(found.values(), key=lambda row: (row.sent_at, row.key))[:MOST_SUBMISSIONS]


def submissions_named(connection: Connection, submission_ids: Iterable[str]) -> list[SubmissionRow]:
    """Submissions by their whole ids; those that are not there are left out."""
    return [submission_row(row) for chunk in in_chunks(sorted(set(submission_ids)))
            for row in connection.execute(every_submission.where(submissions.c.submission_id.in_(chunk)))]


def arrivals_of(connection: Connection, submission_ids: Iterable[str]) -> list[LifeArrival]:
    """Those of some submissions that no ingest has settled."""
    return [LifeArrival(row.submission_id, row.key, row.size, row.sent_at, row.is_decoded)
            for chunk in in_chunks(sorted(set(submission_ids)))
            for row in connection.execute(select(
                arrivals.c.submission_id, arrivals.c.key, arrivals.c.size, arrivals.c.sent_at,
                arrivals.c.decoded.is_not(None).label("is_decoded")).where(arrivals.c.submission_id.in_(chunk)))]


def places_of(connection: Connection, keys: Iterable[str]) -> dict[str, Upload]:
    """Places that the portal gave out, by key; a key that it did not make is left out."""
    return {row.key: Upload(**{**row._mapping, "categories": tuple(row.categories)})
            for chunk in in_chunks(sorted(set(keys)))
            for row in connection.execute(select(uploads).where(uploads.c.key.in_(chunk)))}


def comparisons_of(connection: Connection, submission_ids: Iterable[str]) -> dict[str, list[Compared]]:
    """What submissions were compared with, by submission id, in order of the other image's id."""
    found: dict[str, list[Compared]] = {}
    for chunk in in_chunks(sorted(set(submission_ids))):
        for row in connection.execute(select(comparisons).where(comparisons.c.submission_id.in_(chunk)).order_by(
                comparisons.c.submission_id, comparisons.c.image_id)):
            found.setdefault(row.submission_id, []).append(Compared(row.image_id, Verdict(row.verdict), row.figures))
    return found


def decisions_about(connection: Connection, submission_ids: Iterable[str]) -> list[Decision]:
    """What a manager said of some submissions, in the order in which it was said."""
    found: dict[int, Decision] = {}
    for chunk in in_chunks(sorted(set(submission_ids))):
        for row in connection.execute(select(decisions).where(or_(decisions.c.submission_id.in_(chunk),
                                                                  decisions.c.other_id.in_(chunk)))):
            found[row.number] = Decision(row.number, Said(row.kind), row.submission_id or "", row.other_id or "", row.undoes,
                                         row.decided_at)
    return [found[number] for number in sorted(found)]


def tasks_of(connection: Connection, image_id: str) -> list[LifeTask]:
    """Tasks about an image or its regions, in the order in which they were pushed."""
    rows = connection.execute(
        select(tasks, projects.c.project_id, projects.c.annotation_config, projects.c.side, projects.c.deleted)
        .join(projects, projects.c.key == tasks.c.project).where(tasks.c.image_id == image_id)
        .order_by(tasks.c.posted_at, tasks.c.task_id, tasks.c.subject))
    return [LifeTask(row.project_id, row.annotation_config, row.config_version, Side(row.side), row.subject, row.reason,
                     tuple(row.shown), row.posted_at, row.task_id, row.deleted) for row in rows]


def annotations_of(connection: Connection, image_id: str) -> list[LifeAnnotation]:
    """All states of all annotations of an image, in order of time."""
    rows = connection.execute(select(annotations, projects.c.project_id)
                              .join(projects, projects.c.key == annotations.c.project)
                              .where(annotations.c.image_id == image_id)
                              .order_by(annotations.c.revision, annotations.c.annotation_id))
    return [LifeAnnotation(row.project_id, row.annotation_id, row.revision, row.task_id, row.subject, row.reader, row.reading_id,
                           row.skipped, row.lead_time, row.problem, row.deleted) for row in rows]


def pairs_of(connection: Connection, image_id: str) -> list[LifePair]:
    """Comparisons of readings of an image."""
    rows = connection.execute(select(*(agreements.c[item.name] for item in fields(LifePair)))
                              .where(agreements.c.image_id == image_id).order_by(agreements.c.one, agreements.c.other))
    return [LifePair(*row) for row in rows]


def second_looks_of(connection: Connection, image_id: str) -> dict[str, str]:
    """Why a third person decides of an image, by annotation config."""
    return dict(connection.execute(select(second_looks.c.annotation_config, second_looks.c.reason)
                                   .where(second_looks.c.image_id == image_id)
                                   .order_by(second_looks.c.annotation_config)).tuples().all())


def accepted_of(connection: Connection, image_id: str) -> dict[str, str]:
    """Ids of the accepted readings of an image, by annotation config."""
    return dict(connection.execute(select(accepted_readings.c.annotation_config, accepted_readings.c.reading_id)
                                   .where(accepted_readings.c.image_id == image_id)
                                   .order_by(accepted_readings.c.annotation_config)).tuples().all())


def hold_of(connection: Connection, image_id: str) -> str | None:
    """Why an image stops every release; None where it stops none."""
    return connection.scalar(select(holds.c.reason).where(holds.c.image_id == image_id))


def points_for(connection: Connection, submission_ids: Iterable[str]) -> list[PointEntry]:
    """Entries of points for some submissions, in their order."""
    found = [PointEntry(**{**row._mapping, "reason": PointReason(row.reason)})
             for chunk in in_chunks(sorted(set(submission_ids)))
             for row in connection.execute(select(*(point_entries.c[item.name] for item in fields(PointEntry)))
                                           .where(point_entries.c.submission_id.in_(chunk)))]
    return sorted(found, key=lambda entry: entry.number)


def runs_between(connection: Connection, verbs: Sequence[str], first: datetime, last: datetime) -> list[VerbRun]:
    """Runs of some verbs that began between two moments, in order of time: the newest ones, where there are many.

    The one of each verb that began last before the first moment is among them, for it may have been at work then.
    """
    found: dict[str, VerbRun] = {}
    for verb in verbs:
        before = select(func.max(runs.c.started_at)).where(runs.c.verb == verb, runs.c.started_at <= first)
        begun = connection.scalar(before) or first
        rows = connection.execute(select(runs).where(runs.c.verb == verb, runs.c.started_at >= begun, runs.c.started_at <= last)
                                  .order_by(runs.c.started_at.desc()).limit(MOST_RUNS))
        found |= {row.run_id: VerbRun(**{**row._mapping, "state": RunState(row.state), "notes": tuple(row.notes)})
                  for row in rows}
    return sorted(found.values(), key=lambda run: (run.started_at, run.run_id))
