"""What managers said of submissions, as a list that only grows, and what follows from it in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.rows import every_image, every_submission, image_row, submission_row
from datastore.ledger.sql import in_chunks, update_rows
from datastore.ledger.standing import Refused, in_force, work_out
from datastore.ledger.tables import comparisons, decisions, images, submissions
from schemas.decision import Decision, Endings, IngestFinding, Membership, Related
from schemas.recorded import ImageRow, SubmissionRow
from schemas.submission import Outcome, Said, Verdict

UNDECIDED = (Outcome.WITHDRAWN,)
"""Outcomes that no decision changes, and that no other submission can repeat."""


def decision_list(ledger: Ledger) -> list[Decision]:
    """Every decision in order, also those that are undone, and the undoing ones (``standing.undone`` tells them apart)."""
    with ledger.read() as connection:
        return all_decisions(connection)


def all_decisions(connection: Connection) -> list[Decision]:
    """``decision_list`` within a transaction."""
    return _read(connection)


def last_number(connection: Connection) -> int:
    """How many decisions there are."""
    return connection.scalar(select(func.max(decisions.c.number))) or 0


def decided_images(connection: Connection, submission_ids: Iterable[str]) -> set[str]:
    """Own images of those of some submissions of which somebody said something."""
    names = {name for item in _about(connection, submission_ids) for name in item.names}
    return {own for row in rows_by_id(connection, names).values() if (own := row.own_image)}


def picture_key(connection: Connection, image_id: str) -> str:
    """Where the picture of a duplicate is in the bucket ``images``, though the ledger has no image of it."""
    return str(connection.scalar(select(comparisons.c.picture_key).join(
        submissions, submissions.c.submission_id == comparisons.c.submission_id)
        .where(submissions.c.own_image_id == image_id).limit(1)))


def append(connection: Connection, decision: Decision) -> Decision:
    """Adds a decision at the end of the list; its number is given here. The caller has the lock ``images``."""
    number = last_number(connection) + 1
    values = {item.name: getattr(decision, item.name) or None for item in fields(Decision)} | {"number": number}
    connection.execute(insert(decisions), values)
    return _decision(connection.execute(select(decisions).where(decisions.c.number == number)).one())


def related(connection: Connection, image_ids: Iterable[str], submission_ids: Iterable[str] = ()) -> Related:
    """What has to do with some images or submissions: through what was found, or through what was ever said."""
    wanted = set(image_ids)
    names = set(submission_ids)
    rows: dict[str, SubmissionRow] = {}
    asked: set[str] = set()
    said: dict[int, Decision] = {}
    while wanted or names:
        asked |= wanted
        new = _with_images(connection, wanted) | rows_by_id(connection, names - rows.keys())
        fresh = {name: row for name, row in new.items() if name not in rows}
        rows |= fresh
        about = {item.number: item for item in _about(connection, fresh)}
        said |= about
        wanted = {image for row in fresh.values() for image in (row.own_image, row.image_id, row.found_image_id) if image}
        wanted -= asked
        names = {name for item in about.values() for name in item.names} - rows.keys() if fresh else set()
    every = sorted([*said.values(), *_undoing(connection, said)], key=lambda item: item.number)
    return Related(rows, _findings(connection, rows), every, _images(connection, asked))


def endings(about: Related, said: Sequence[Decision] | None = None) -> Endings:
    """What becomes of related submissions, by the decisions that there are or by others."""
    refused = {name: Refused(image.refused, image.why_refused) for name, image in about.images.items() if image.refused}
    return work_out(about.findings, in_force(about.said if said is None else said), refused)


def settle_anew(connection: Connection, image_ids: Iterable[str], submission_ids: Iterable[str] = ()) -> int:
    """Writes what becomes of the submissions that have to do with some images; returns how many changed.

    The caller has the lock ``images``.
    """
    about = related(connection, image_ids, submission_ids)
    return write(connection, about, endings(about))


def write(connection: Connection, about: Related, worked_out: Endings) -> int:
    """Writes what becomes of some submissions and their images, as far as it is not there yet; returns how many changed."""
    changed = about.changes(worked_out)
    for chunk in in_chunks(sorted(name for name in changed if about.rows[name].outcome is Outcome.ACCEPTED)):
        # One accepted submission an image, at each moment: whoever leaves goes first.
        connection.execute(update(submissions).where(submissions.c.submission_id.in_(chunk)).values(outcome=Outcome.HELD))
    update_rows(connection, submissions, [{"submission_id": name, **asdict(ending)} for name, ending in changed.items()])
    was = {name: Membership(image.cluster_id, image.represents) for name, image in about.images.items()}
    update_rows(connection, images, [{"image_id": name, **asdict(cluster)} for name, cluster in worked_out.clusters.items()
                                     if cluster != was.get(name)])
    return len(changed)


def rows_by_id(connection: Connection, submission_ids: Iterable[str]) -> dict[str, SubmissionRow]:
    """Submissions by id; those that are not there are left out."""
    return {name: row for chunk in in_chunks(sorted(set(submission_ids)))
            for name, row in _submissions(connection, every_submission.where(submissions.c.submission_id.in_(chunk))).items()}


def keys_by_id(ledger: Ledger, submission_ids: Iterable[str]) -> dict[str, str]:
    """Keys of submissions by id; those that are not there are left out."""
    with ledger.read() as connection:
        return {name: row.key for name, row in rows_by_id(connection, submission_ids).items()}


def _submissions(connection: Connection, query: Select[Any]) -> dict[str, SubmissionRow]:
    return {row.submission_id: submission_row(row) for row in connection.execute(query)}


def _with_images(connection: Connection, image_ids: set[str]) -> dict[str, SubmissionRow]:
    return {name: row for chunk in in_chunks(sorted(image_ids)) for name, row in _submissions(
        connection, every_submission.where(or_(submissions.c.own_image_id.in_(chunk), submissions.c.found_image_id.in_(chunk),
                                                 submissions.c.image_id.in_(chunk)))).items()}


def _images(connection: Connection, image_ids: Iterable[str]) -> dict[str, ImageRow]:
    return {row.image_id: image_row(row) for chunk in in_chunks(sorted(image_ids))
            for row in connection.execute(every_image.where(images.c.image_id.in_(chunk)))}


def _findings(connection: Connection, rows: Mapping[str, SubmissionRow]) -> list[IngestFinding]:
    """What ingest found of submissions with an image, as far as a decision can change something about them."""
    doubts = _doubts(connection, rows)
    return [IngestFinding(row.submission_id, row.key, row.sent_at, own, row.found or Verdict.DISTINCT, row.found_image_id,
                    doubts.get(row.submission_id, ()), row.uncompared, row.decisions_before)
            for row in rows.values() if (own := row.own_image) and row.outcome not in UNDECIDED]


def _about(connection: Connection, names: Iterable[str]) -> list[Decision]:
    found: list[Decision] = []
    for chunk in in_chunks(sorted(names)):
        found += map(_decision, connection.execute(select(decisions).where(
            or_(decisions.c.submission_id.in_(chunk), decisions.c.other_id.in_(chunk)))))
    return found


def _undoing(connection: Connection, said: Mapping[int, Decision]) -> list[Decision]:
    """Every undo that has a bearing on some decisions; they are few."""
    if not said:
        return []
    return [item for item in _read(connection, decisions.c.kind == Said.UNDO) if item.number not in said]


def _doubts(connection: Connection, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for chunk in in_chunks(sorted(names)):
        for row in connection.execute(select(comparisons.c.submission_id, comparisons.c.image_id).where(
                comparisons.c.submission_id.in_(chunk), comparisons.c.verdict == Verdict.REVIEW)):
            found[row.submission_id] = (*found.get(row.submission_id, ()), row.image_id)
    return found


def _read(connection: Connection, *conditions: Any) -> list[Decision]:
    return [_decision(row) for row in connection.execute(select(decisions).where(*conditions).order_by(decisions.c.number))]


def _decision(row: Row[Any]) -> Decision:
    return Decision(row.number, Said(row.kind), row.submission_id or "", row.other_id or "", row.undoes, row.decided_at)
