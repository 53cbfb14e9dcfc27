"""What managers said of submissions, as a list that only grows, and what follows from it in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks
from datastore.ledger.standing import Decision, Found, Place, Refused, Standing, in_force, work_out
from datastore.ledger.tables import comparisons, decisions, images, submissions
from schemas.submission import Outcome, Said, Verdict

UNDECIDED = (Outcome.WITHDRAWN,)
"""Outcomes that no decision changes, and that no other submission can repeat."""


@dataclass(frozen=True, slots=True)
class Related:
    """Submissions that have to do with each other, with what was found of them and said of them.

    Attributes:
        rows: of ``submissions``, by id.
        found: the same as ``work_out`` wants it.
        said: decisions that name them, undone ones and undoing ones too.
        images: rows of their images, by id.
    """

    rows: dict[str, Row[Any]]
    found: list[Found]
    said: list[Decision]
    images: dict[str, Row[Any]]

    def standing(self, said: Sequence[Decision] | None = None) -> Standing:
        """What becomes of them, by the decisions that there are or by others."""
        refused = {name: Refused(Outcome(row.refused), row.why_refused) for name, row in self.images.items() if row.refused}
        return work_out(self.found, in_force(self.said if said is None else said), refused)


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
    names = {name for item in _about(connection, submission_ids) for name in (item.submission_id, item.other_id)}
    return {own for row in rows_by_id(connection, names).values() if (own := own_image(row))}


def picture_key(connection: Connection, image_id: str) -> str:
    """Where the picture of a duplicate is in the bucket ``images``, though the ledger has no image of it."""
    return str(connection.scalar(select(comparisons.c.picture_key).join(
        submissions, submissions.c.submission_id == comparisons.c.submission_id)
        .where(submissions.c.own_image_id == image_id).limit(1)))


def append(connection: Connection, decision: Decision) -> Decision:
    """Adds a decision at the end of the list; its number is given here. The caller has the lock ``images``."""
    number = last_number(connection) + 1
    row = {item.name: getattr(decision, item.name) or None for item in fields(Decision)} | {"number": number}
    connection.execute(insert(decisions), row)
    return _decision(_row(connection, number))


def related(connection: Connection, image_ids: Iterable[str], submission_ids: Iterable[str] = ()) -> Related:
    """What has to do with some images or submissions: through what was found, or through what was ever said."""
    wanted, names = set(image_ids), set(submission_ids)
    rows: dict[str, Row[Any]] = {}
    asked: set[str] = set()
    said: dict[int, Decision] = {}
    while wanted or names:
        asked |= wanted
        new = _with_images(connection, wanted) | rows_by_id(connection, names - rows.keys())
        fresh = {name: row for name, row in new.items() if name not in rows}
        rows |= fresh
        about = {item.number: item for item in _about(connection, fresh)}
        said |= about
        wanted = {image for row in fresh.values() for image in (own_image(row), row.image_id, row.found_image_id) if image}
        wanted -= asked
        names = {name for item in about.values() for name in (item.submission_id, item.other_id) if name} - rows.keys()
        names = names if fresh else set()
    undoing = _undoing(connection, said)
    doubts = _doubts(connection, rows)
    found = [Found(row.submission_id, row.key, row.sent_at, own, Verdict(row.found or Verdict.DISTINCT),
                   row.found_image_id, doubts.get(row.submission_id, ()), row.uncompared, row.decisions_before)
             for row in rows.values() if (own := own_image(row)) and row.outcome not in UNDECIDED]
    pictures: dict[str, Row[Any]] = {}
    for chunk in in_chunks(sorted(asked)):
        pictures |= {row.image_id: row for row in connection.execute(select(images).where(images.c.image_id.in_(chunk)))}
    return Related(rows, found, sorted([*said.values(), *undoing], key=lambda item: item.number), pictures)


def settle_anew(connection: Connection, image_ids: Iterable[str], submission_ids: Iterable[str] = ()) -> int:
    """Writes what becomes of the submissions that have to do with some images; returns how many changed.

    The caller has the lock ``images``.
    """
    about = related(connection, image_ids, submission_ids)
    return write(connection, about, about.standing())


def write(connection: Connection, about: Related, standing: Standing) -> int:
    """Writes what becomes of some submissions and their images, as far as it is not there yet; returns how many changed."""
    changed = changes(about, standing)
    for chunk in in_chunks(sorted(name for name in changed if about.rows[name].outcome == Outcome.ACCEPTED)):
        # One accepted submission an image, at each moment: whoever leaves goes first.
        connection.execute(update(submissions).where(submissions.c.submission_id.in_(chunk)).values(outcome=Outcome.HELD))
    for name, place in changed.items():
        connection.execute(update(submissions).where(submissions.c.submission_id == name).values(**values_of(place)))
    for image_id, cluster in standing.clusters.items():
        row = about.images.get(image_id)
        if row is None or (row.cluster_id, row.represents) != (cluster.cluster_id, cluster.represents):
            connection.execute(update(images).where(images.c.image_id == image_id).values(
                cluster_id=cluster.cluster_id, represents=cluster.represents))
    return len(changed)


def changes(about: Related, standing: Standing) -> dict[str, Place]:
    """What becomes of the submissions whose rows say something else, by id."""
    return {name: place for name, place in standing.places.items()
            if any(getattr(about.rows[name], column) != value for column, value in values_of(place).items())}


def values_of(place: Place) -> dict[str, Any]:
    """The columns of ``submissions`` that follow from decisions."""
    return {item.name: getattr(place, item.name) for item in fields(Place)}


def rows_by_id(connection: Connection, submission_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Rows of submissions by id; those that are not there are left out."""
    return {row.submission_id: row for chunk in in_chunks(sorted(set(submission_ids)))
            for row in connection.execute(select(submissions).where(submissions.c.submission_id.in_(chunk)))}


def own_image(row: Row[Any]) -> str | None:
    """The image that was made of a submission, whatever it stands for."""
    own: str | None = row.own_image_id or row.image_id
    return own


def _with_images(connection: Connection, image_ids: set[str]) -> dict[str, Row[Any]]:
    return {row.submission_id: row for chunk in in_chunks(sorted(image_ids)) for row in connection.execute(
        select(submissions).where(or_(submissions.c.own_image_id.in_(chunk), submissions.c.found_image_id.in_(chunk),
                                      submissions.c.image_id.in_(chunk))))}


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


def _row(connection: Connection, number: int) -> Row[Any]:
    return connection.execute(select(decisions).where(decisions.c.number == number)).one()


def _decision(row: Row[Any]) -> Decision:
    return Decision(row.number, Said(row.kind), row.submission_id or "", row.other_id or "", row.undoes, row.decided_at)
