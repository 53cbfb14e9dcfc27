"""Held photographs and duplicates in front of a manager, and what they say of them: by the functions of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from datastore.ledger import Ledger, audit, decisions, pairs, participants, senders
from datastore.ledger.standing import in_force, undone
from pages.decision import said as in_words
from schemas.accounts import Account, Act
from schemas.decision import Decision
from schemas.errors import DecidedMeanwhile, NotToBeDecided
from schemas.pair_review import HeldItem, HeldQueue, SaidOfPair, state_of_submission
from schemas.recorded import SubmissionRow
from schemas.submission import Said
from workbench.bench import Workbench
from workbench.ingest import deciding

TRIES = 5
"""Each time that somebody else's decision about other pictures comes between looking and writing."""


def held_to_decide(ledger: Ledger, campaign: str, after: str = "", done: int = 0) -> HeldQueue:
    """The held photograph that a manager looks at now, and the one after it, in the order in which they were sent.

    Args:
        ledger: where.
        campaign: its name.
        after: the first one behind this one, by the id of its submission; behind the last one it begins anew.
        done: number of the decision that was taken just before; 0 for none.
    """
    names = senders.held_ids(ledger, campaign)
    if after:
        names = _from(ledger, names, after)
    rows = rows_of(ledger, names[:2])
    found = pairs.doubts_of(ledger, names[:2])
    states = states_of(ledger, rows.values())
    known = participants.participants_named(ledger, campaign, [row.submitter or "" for row in rows.values()])
    items = []
    for name in names[:2]:
        if name in found:
            row = rows[name]
            owner = known.get(row.submitter or "")
            items.append(HeldItem(row, found[name][0].later, tuple(pair for pair in found[name] if pair.earlier),
                                  (owner.nickname if owner else None) or "", row.detail or "", states[name]))
    return HeldQueue(items[0] if items else None, items[1] if len(items) > 1 else None, len(names),
                     said_before(ledger, done) if done else None)


def say_of_pair(bench: Workbench, campaign: str, submission_id: str, what: Said, other_id: str, by: Account, seen: str) -> int:
    """Takes a decision about a photograph of a campaign, and notes who took it; said twice it changes nothing.

    Args:
        bench: the systems.
        campaign: its name.
        submission_id: of which photograph.
        what: what is said of it.
        other_id: for a merge, the other one.
        by: who says it.
        seen: ``state_of_submission`` when they looked at it.

    Returns:
        Number of the decision.

    Raises:
        NotToBeDecided: it makes no sense; the message says why, and the way.
        DecidedMeanwhile: the photograph stands otherwise than they saw it.
    """
    for _ in range(TRIES):
        row = rows_of(bench.ledger, [submission_id]).get(submission_id)
        if row is None or row.campaign != campaign:
            raise NotToBeDecided(f"Campaign {campaign} has no photograph {submission_id}")
        last = last_words(bench.ledger, [submission_id]).get(submission_id)
        if last and (last.kind, last.names) == (what, {submission_id, other_id} - {""}):
            return last.number
        if state_of_submission(row, last.number if last else 0) != seen:
            raise DecidedMeanwhile(f"{row.key} stands otherwise than you saw it: {row.outcome}")
        decision = Decision(0, what, submission_id, other_id, decided_at=datetime.now(UTC))
        outlook = deciding.look_ahead(bench.ledger, decision)
        try:
            deciding.decide(bench, outlook)
        except NotToBeDecided:
            continue
        keys = decisions.keys_by_id(bench.ledger, outlook.decision.names)
        number = outlook.decision.number
        audit.add_deed(bench.ledger, by.name, by.role, Act.DUPLICATE_DECIDED, campaign, row.key,
                       f"{number}: {in_words(outlook.decision, keys)}")
        return number
    raise DecidedMeanwhile("Others decide or an ingest runs at this moment: say it again")


def take_back(bench: Workbench, campaign: str, number: int, by: Account) -> None:
    """Takes a decision about a photograph of a campaign back; one that is taken back already stays so.

    Raises:
        NotToBeDecided: there is no such decision.
    """
    for _ in range(TRIES):
        listed = decisions.decision_list(bench.ledger)
        named = next((item for item in listed if item.number == number and item.kind is not Said.UNDO), None)
        row = rows_of(bench.ledger, [named.submission_id]).get(named.submission_id) if named else None
        if row is None or row.campaign != campaign:
            raise NotToBeDecided(f"Nothing was decided in campaign {campaign} under number {number}")
        if number in undone(listed):
            return
        outlook = deciding.foresee_undo(bench.ledger, number)
        try:
            deciding.decide(bench, outlook)
        except NotToBeDecided:
            continue
        audit.add_deed(bench.ledger, by.name, by.role, Act.DUPLICATE_DECIDED, campaign, row.key,
                       f"{outlook.decision.number}: takes decision {number} back")
        return
    raise DecidedMeanwhile("Others decide or an ingest runs at this moment: say it again")


def rows_of(ledger: Ledger, submission_ids: Iterable[str]) -> dict[str, SubmissionRow]:
    """Some submissions by id; those that are not there are left out."""
    with ledger.read() as connection:
        return decisions.rows_by_id(connection, submission_ids)


def states_of(ledger: Ledger, rows: Iterable[SubmissionRow]) -> dict[str, str]:
    """See ``state_of_submission``, of some submissions by id."""
    rows = list(rows)
    last = last_words(ledger, [row.submission_id for row in rows])
    return {row.submission_id: state_of_submission(row, last[row.submission_id].number if row.submission_id in last else 0)
            for row in rows}


def last_words(ledger: Ledger, submission_ids: Iterable[str]) -> dict[str, Decision]:
    """The last decision in force that names each of some submissions; those that none names are left out."""
    wanted = set(submission_ids)
    return {name: item for item in in_force(decisions.decision_list(ledger)) for name in item.names & wanted}


def said_before(ledger: Ledger, number: int) -> SaidOfPair | None:
    """A decision with the key that it is about; None where there is none of this number."""
    listed = decisions.decision_list(ledger)
    found = next((item for item in listed if item.number == number and item.kind is not Said.UNDO), None)
    if found is None:
        return None
    return SaidOfPair(found, decisions.keys_by_id(ledger, found.names).get(found.submission_id, found.submission_id),
                      number in undone(listed))


def _from(ledger: Ledger, names: Sequence[str], after: str) -> list[str]:
    """Held photographs as they follow one, that may be decided by now; those before it come last."""
    row = rows_of(ledger, [after]).get(after)
    if row is None:
        return list(names)
    order = {name: (item.sent_at, item.key) for name, item in rows_of(ledger, names).items()}
    behind = [name for name in names if order[name] > (row.sent_at, row.key)]
    return behind + [name for name in names if order[name] <= (row.sent_at, row.key)]
