"""What a decision would change, before anybody takes it; and why some decisions make no sense."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from datastore.ledger import decisions
from datastore.ledger.decisions import Related, own_image
from datastore.ledger.sql import in_chunks
from datastore.ledger.standing import Decision, Place, Standing, undone
from datastore.ledger.tables import accepted_readings, points, projects, tasks
from schemas.errors import NotToBeDecided
from schemas.submission import Outcome, Said

TAKEN = (Outcome.ACCEPTED, Outcome.HELD)


@dataclass(frozen=True, slots=True)
class Outlook:
    """A decision and what follows from it.

    Attributes:
        decision: as it would stand in the list; its number is the next one.
        about: the submissions that it has a bearing on, as they are.
        before: what becomes of them without it.
        after: what becomes of them with it.
    """

    decision: Decision
    about: Related
    before: Standing
    after: Standing

    @property
    def changed(self) -> dict[str, Place]:
        """Submissions that it changes, by id, in order of key."""
        return dict(sorted(decisions.changes(self.about, self.after).items(), key=lambda item: self.about.rows[item[0]].key))

    @property
    def stops(self) -> list[str]:
        """Images that nobody stands on any more."""
        return sorted(_stood_on(self.before) - _stood_on(self.after))

    @property
    def starts(self) -> list[str]:
        """Images that somebody stands on from then on."""
        return sorted(_stood_on(self.after) - _stood_on(self.before))

    def cluster_of(self, standing: Standing, image_id: str) -> set[str]:
        """Images of one cluster that somebody stands on."""
        name = standing.clusters[image_id].cluster_id
        return {image for image in _stood_on(standing) if standing.clusters[image].cluster_id == name}


@dataclass(frozen=True, slots=True)
class Labelled:
    """What people made of an image.

    Attributes:
        configs: annotation configs with an accepted reading of it.
        tasks: (Label Studio's project, its task).
    """

    configs: tuple[str, ...]
    tasks: tuple[tuple[int, int], ...]


def foresee(connection: Connection, decision: Decision) -> Outlook:
    """What would follow from a decision, if it were added to the list now."""
    decision = Decision(decisions.last_number(connection) + 1, decision.kind, decision.submission_id, decision.other_id,
                        decision.undoes, decision.decided_at)
    about = decisions.related(connection, (), named(connection, decision))
    return Outlook(decision, about, about.standing(), about.standing([*about.said, decision]))


def named(connection: Connection, decision: Decision) -> set[str]:
    """Submissions that a decision is about; an undo is about those of what it takes back."""
    listed = {item.number: item for item in decisions.all_decisions(connection)}
    while decision.kind is Said.UNDO and decision.undoes in listed:
        decision = listed[decision.undoes]
    return {name for name in (decision.submission_id, decision.other_id) if name}


def check_split(outlook: Outlook) -> None:
    """Raises NotToBeDecided where a submission cannot be a picture of its own."""
    row = _row(outlook, outlook.decision.submission_id)
    if row.outcome == Outcome.DUPLICATE and own_image(row) == row.image_id:
        original = outlook.about.rows[row.duplicate_of]
        raise NotToBeDecided(f"{row.key} has the same bytes or the same pixels as {original.key}: it is no picture of its own, "
                             "and there is nothing to tell apart")


def check_merge(outlook: Outlook) -> None:
    """Raises NotToBeDecided where two submissions cannot be merged; the message names the way."""
    decision = outlook.decision
    if decision.submission_id == decision.other_id:
        raise NotToBeDecided(f"{_row(outlook, decision.submission_id).key} and {_row(outlook, decision.other_id).key} are one "
                             "submission: expected two")
    row, other = _row(outlook, decision.submission_id), _row(outlook, decision.other_id)
    into = original_of(outlook, other)
    if into.outcome == Outcome.HELD and own_image(row) != own_image(other):
        through = "" if into is other else f"{other.key} repeats it: "
        raise NotToBeDecided(f"{through}{into.key} waits for a decision itself. First say what it is: saegim ingest split or "
                             f"merge {into.submission_id[:12]}; then this")
    if own_image(row) == own_image(other):
        raise NotToBeDecided(f"{row.key} and {other.key} have the same bytes or the same pixels: they are one photograph, and "
                             "nothing is left to say")
    mine = original_of(outlook, row)
    if decision.kind is Said.DUPLICATE and mine is into:
        repeats = f"{row.key} repeats {into.key}" if into is other else f"{other.key} repeats {into.key}"
        both = f"{row.key} and {other.key} both repeat {into.key}" if into not in (row, other) else repeats
        raise NotToBeDecided(f"They are one photograph already: {both}. The one sent first is the original. To take that back: "
                             "saegim ingest decisions, then undo; or saegim ingest split")
    if decision.kind is Said.CLUSTER and not outlook.changed and outlook.before.clusters == outlook.after.clusters:
        raise NotToBeDecided(f"{row.key} and {other.key} are in one cluster already")


def check_undo(connection: Connection, decision: Decision) -> None:
    """Raises NotToBeDecided where there is nothing to take back."""
    listed = {item.number: item for item in decisions.all_decisions(connection)}
    if decision.undoes is None:
        raise NotToBeDecided("There is no decision to take back")
    if decision.undoes not in listed:
        raise NotToBeDecided(f"There is no decision {decision.undoes}. saegim ingest decisions lists them")
    if by := undone(list(listed.values())).get(decision.undoes):
        raise NotToBeDecided(f"Decision {decision.undoes} is taken back already, by {by}. To have it in force again: saegim "
                             f"ingest undo {by}")


def original_of(outlook: Outlook, row: Row[Any]) -> Row[Any]:
    """The submission that stands for one: itself, or what it repeats."""
    return outlook.about.rows[row.duplicate_of] if row.duplicate_of else row


def labelled(connection: Connection, image_ids: Iterable[str]) -> dict[str, Labelled]:
    """What people made of some images, by image id; those of which nobody made anything are left out."""
    configs: dict[str, list[str]] = {}
    given: dict[str, list[tuple[int, int]]] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        for row in connection.execute(select(accepted_readings.c.image_id, accepted_readings.c.annotation_config).where(
                accepted_readings.c.image_id.in_(chunk)).order_by(accepted_readings.c.annotation_config)):
            configs.setdefault(row.image_id, []).append(row.annotation_config)
        for row in connection.execute(
                select(tasks.c.image_id, projects.c.project_id, tasks.c.task_id)
                .join(projects, projects.c.key == tasks.c.project)
                .where(tasks.c.image_id.in_(chunk), tasks.c.task_id.is_not(None), projects.c.project_id.is_not(None),
                       ~projects.c.deleted).order_by(projects.c.project_id, tasks.c.task_id)):
            given.setdefault(row.image_id, []).append((row.project_id, row.task_id))
    return {name: Labelled(tuple(configs.get(name, ())), tuple(given.get(name, ()))) for name in configs.keys() | given.keys()}


def points_of(connection: Connection, submission_ids: Sequence[str]) -> dict[str, int]:
    """Points that submissions have by the last score, by id."""
    found: dict[str, int] = {}
    for chunk in in_chunks(submission_ids):
        found |= dict(connection.execute(select(points.c.submission_id, func.sum(points.c.points)).where(
            points.c.submission_id.in_(chunk)).group_by(points.c.submission_id)).tuples().all())
    return found


def _stood_on(standing: Standing) -> set[str]:
    return {place.image_id for place in standing.places.values() if place.outcome in TAKEN}


def _row(outlook: Outlook, name: str) -> Row[Any]:
    """A submission of which something can be said.

    Raises:
        NotToBeDecided: nobody took it, or its picture is not known.
    """
    row = outlook.about.rows[name]
    if row.outcome == Outcome.REJECTED:
        raise NotToBeDecided(f"{row.key} was rejected ({row.reason}): nothing repeats it and it repeats nothing. To have it "
                             f"tried again: saegim ingest retry --reason {row.reason}")
    if row.outcome == Outcome.QUARANTINED:
        raise NotToBeDecided(f"{row.key} is quarantined. To have it tried again: saegim ingest retry; decide about it after the "
                             "next ingest")
    if row.outcome == Outcome.WITHDRAWN:
        raise NotToBeDecided(f"{row.key} was withdrawn: nothing can be said of it any more")
    if not own_image(row):
        raise NotToBeDecided(f"{row.key} is held unread ({row.reason}): {row.detail}. Decide about it once it has been taken in")
    return row
