"""Photographs on the demo page: which wait, what came of them, and that they are forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, tuple_, update

from datastore.ledger import leases
from datastore.ledger.engine import Ledger
from datastore.ledger.leases import Lease
from datastore.ledger.tables import trials
from schemas.trial import Trial, TrialAnswer, TrialRegion, TrialState


def add_trial(ledger: Ledger, trial: Trial) -> None:
    """Notes a place that was given out; nothing has arrived there."""
    with ledger.write() as connection:
        connection.execute(trials.insert(), [{
            "trial_id": trial.trial_id, "visitor": trial.visitor, "state": trial.state, "sent_at": trial.sent_at,
            "key": trial.key, "media_type": trial.media_type}])


def trial_of(ledger: Ledger, trial_id: str, visitor: str) -> Trial | None:
    """A visitor's trial; None where there is none of this id, or where it is somebody else's."""
    query = select(trials).where(trials.c.trial_id == trial_id, trials.c.visitor == visitor)
    with ledger.read() as connection:
        row = connection.execute(query).one_or_none()
    return _trial(row) if row else None


def note_arrived(ledger: Ledger, trial_id: str) -> None:
    """Puts a trial into the queue once its photograph is there; said twice, it is the same."""
    with ledger.write() as connection:
        connection.execute(update(trials).where(trials.c.trial_id == trial_id, trials.c.state == TrialState.SENDING)
                           .values(state=TrialState.WAITING))


def count_waiting(ledger: Ledger) -> int:
    """How many wait to be read. Places that nothing has come to are none: whoever asks for many shuts nobody out."""
    query = select(func.count()).where(trials.c.state == TrialState.WAITING)
    with ledger.read() as connection:
        return int(connection.scalar(query) or 0)


def waiting_trials(ledger: Ledger, limit: int) -> list[Trial]:
    """The first that wait to be read, in order. Asked four times a second: it is one look into an index."""
    query = (select(trials).where(trials.c.state == TrialState.WAITING)
             .order_by(trials.c.sent_at, trials.c.trial_id).limit(limit))
    with ledger.read() as connection:
        return list(map(_trial, connection.execute(query)))


def ahead_of(ledger: Ledger, trial: Trial) -> int:
    """How many are read before a trial that waits."""
    query = select(func.count()).where(trials.c.state == TrialState.WAITING,
                                       tuple_(trials.c.sent_at, trials.c.trial_id) < (trial.sent_at, trial.trial_id))
    with ledger.read() as connection:
        return int(connection.scalar(query) or 0)


def seconds_of_last(ledger: Ledger, limit: int) -> list[float]:
    """How long the last answers took, the newest first."""
    query = (select(trials.c.answer).where(trials.c.state == TrialState.READ)
             .order_by(trials.c.answered_at.desc()).limit(limit))
    with ledger.read() as connection:
        return [float(answer["seconds"]) for answer in connection.scalars(query)]


def set_answer(ledger: Ledger, lease: Lease, trial: Trial, answer: TrialAnswer, at: datetime) -> None:
    """Writes what came of a trial, once; of one that was forgotten meanwhile nothing is written.

    Args:
        ledger: where.
        lease: on the trial.
        trial: that was read or refused.
        answer: what came of it.
        at: in UTC.

    Raises:
        LeaseLost: another reader has taken the trial over.
    """
    state = TrialState.REFUSED if answer.why else TrialState.READ
    with ledger.write() as connection:
        leases.fence(connection, lease)
        connection.execute(update(trials).where(trials.c.trial_id == trial.trial_id, trials.c.state == TrialState.WAITING)
                           .values(state=state, answer=asdict(answer), answered_at=at))


def note_sent(ledger: Ledger, trial_id: str, key: str) -> None:
    """Notes the key in the bucket of submissions that a trial was sent as."""
    with ledger.write() as connection:
        connection.execute(update(trials).where(trials.c.trial_id == trial_id).values(sent_as=key))


def forget_before(ledger: Ledger, moment: datetime) -> set[str]:
    """Removes the rows of trials whose place was given out before a moment; returns the ids of those that remain."""
    with ledger.write() as connection:
        connection.execute(delete(trials).where(trials.c.sent_at < moment))
        return set(connection.scalars(select(trials.c.trial_id)))


def _trial(row: Row[Any]) -> Trial:
    answer = _answer(row.answer) if row.answer else None
    return Trial(row.trial_id, row.visitor, TrialState(row.state), row.sent_at, row.key, row.media_type, answer,
                 row.answered_at, row.sent_as)


def _answer(written: Mapping[str, Any]) -> TrialAnswer:
    regions = tuple(TrialRegion(tuple((x, y) for x, y in item["points"]), item["text"], item["unsure"], tuple(item["slices"]))
                    for item in written["regions"])
    return TrialAnswer(**{**written, "regions": regions})
