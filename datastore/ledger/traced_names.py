"""What a name may be the name of: ids and their beginnings, keys of objects, numbers of Label Studio's tasks and annotations."""

# Without ``from __future__ import annotations``: a table has that name.
import re
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, or_, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import annotations, arrivals, projects, readings, submissions, tasks, uploads
from datastore.ledger.tables import images as image_table
from schemas.submission import Outcome, sender_of
from schemas.text import normalise
from schemas.trace import TraceKind, TraceName

HEX = re.compile("[0-9a-f]{6,64}")
FEW = 6
"""Things of one kind that a name may be, at most: more are told by giving more of it."""
NUMBER_OF_TASK = 2**31 - 1
NAMED = select(submissions.c.submission_id, submissions.c.key, submissions.c.image_id, submissions.c.own_image_id,
               submissions.c.outcome)
"""Asks for what ``_settled`` takes."""


def things_with_key(ledger: Ledger, key: str) -> list[TraceName]:
    """Submissions with a key, whatever way its Hangul is written in; those not settled yet, and places that nobody sent to."""
    with ledger.read() as connection:
        sender = sender_of(key)
        same = [submissions.c.key == key]
        if sender:
            same = [submissions.c.campaign == sender.campaign, submissions.c.submitter == sender.submitter]
        found = {row.submission_id: _settled(row)
                 for row in connection.execute(NAMED.where(*same))
                 if normalise(row.key) == normalise(key)}
        if not found:
            found = {name: _submission(name) for name in connection.scalars(
                select(arrivals.c.submission_id).where(arrivals.c.key == key))}
        if not found and connection.scalar(select(uploads.c.key).where(uploads.c.key == key)):
            return [TraceName(TraceKind.SUBMISSION, key)]  # a place that nothing was sent to yet has no id
        return list(found.values())


def things_beginning(ledger: Ledger, beginning: str) -> list[TraceName]:
    """Submissions, images and readings whose ids begin so; a few of each."""
    with ledger.read() as connection:
        if not HEX.fullmatch(beginning):
            return []
        found = [_settled(row) for row in connection.execute(_beginning(NAMED, submissions.c.submission_id, beginning))]
        found += [_submission(name) for name in connection.scalars(
            _beginning(select(arrivals.c.submission_id), arrivals.c.submission_id, beginning))]
        found += [TraceName(TraceKind.IMAGE, name, name) for name in connection.scalars(
            _beginning(select(image_table.c.image_id), image_table.c.image_id, beginning))]
        return found + [TraceName(TraceKind.READING, row.reading_id, row.image_id) for row in connection.execute(_beginning(
            select(readings.c.reading_id, readings.c.image_id), readings.c.reading_id, beginning))]


def tasks_numbered(ledger: Ledger, number: int, project: int | None = None) -> list[TraceName]:
    """Label Studio's task of this number, in one project or in any of ours."""
    with ledger.read() as connection:
        query = select(projects.c.project_id, tasks.c.task_id, tasks.c.image_id).join(
            projects, projects.c.key == tasks.c.project).where(tasks.c.task_id == number)
        if not 0 < number <= NUMBER_OF_TASK:
            return []
        rows = connection.execute(query if project is None else query.where(projects.c.project_id == project)).all()
        return [TraceName(TraceKind.TASK, f"{row.project_id}/{row.task_id}", row.image_id) for row in rows]


def annotations_numbered(ledger: Ledger, number: int) -> list[TraceName]:
    """Label Studio's annotation of this number, in any of our projects."""
    with ledger.read() as connection:
        if not 0 < number <= NUMBER_OF_TASK:
            return []
        found: dict[str, TraceName] = {}
        for row in connection.execute(select(projects.c.project_id, annotations.c.annotation_id, annotations.c.image_id).join(
                annotations, annotations.c.project == projects.c.key).where(annotations.c.annotation_id == number)):
            name = f"{row.project_id}/{row.annotation_id}"
            found[name] = TraceName(TraceKind.ANNOTATION, name, row.image_id or "")
        return list(found.values())


def regions_of_image(ledger: Ledger, image_id: str, beginning: str) -> list[TraceName]:
    """Regions of one image whose ids begin so, in any reading of it."""
    with ledger.read() as connection:
        return _regions(connection, select(readings.c.image_id, readings.c.regions).where(readings.c.image_id == image_id),
                        beginning)


def regions_anywhere(ledger: Ledger, beginning: str) -> list[TraceName]:
    """The same in the readings of all images: every reading is gone through, for no index has the ids of regions."""
    with ledger.read() as connection:
        beside = [f'"{column}":"{beginning}' for column in ("region_id", "replaces")]
        return _regions(connection, select(readings.c.image_id, readings.c.regions).where(
            or_(*(readings.c.regions.contains(text, autoescape=True) for text in beside))), beginning)


def nearest(ledger: Ledger, name: str) -> list[TraceName]:
    """What begins as much like a name as anything does: a digit that was mistyped comes after it."""
    for length in range(min(len(name) - 1, 63), 5, -1):
        if found := things_beginning(ledger, name[:length]):
            return found
    return []


def _regions(connection: Connection, query: Select[tuple[str, str]], beginning: str) -> list[TraceName]:
    ids = re.compile(rf'"(?:region_id|replaces)":"({re.escape(beginning)}[^"]*)"')
    found: set[TraceName] = set()
    for row in connection.execute(query):
        found.update(TraceName(TraceKind.REGION, name, row.image_id) for name in ids.findall(row.regions))
        if len(found) > FEW:
            break
    return sorted(found)


def _beginning(query: Select[Any], column: Column[Any], beginning: str) -> Select[Any]:
    return query.where(column >= beginning, column < beginning + "g").order_by(column).limit(FEW)


def _settled(row: Row[Any]) -> TraceName:
    """A submission; one that was withdrawn has no part in the life of any image."""
    return _submission(row.submission_id, "" if row.outcome == Outcome.WITHDRAWN else row.image_id or row.own_image_id)


def _submission(name: str, image_id: str | None = None) -> TraceName:
    return TraceName(TraceKind.SUBMISSION, name, image_id or "", name)
