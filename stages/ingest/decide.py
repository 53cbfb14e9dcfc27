"""Which decisions of a manager make sense, and why others do not."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.decision import Decision, Outlook
from schemas.errors import NotToBeDecided
from schemas.recorded import SubmissionRow
from schemas.submission import Outcome, Said


def check(seen: Outlook) -> None:
    """Does nothing where a decision other than an undo can be taken; the errors' messages name the way.

    Raises:
        NotToBeDecided: it cannot.
    """
    check_present(seen)
    if seen.decision.kind is Said.SPLIT:
        check_split(seen)
    elif seen.decision.kind is not Said.UNDO:
        check_merge(seen)


def check_present(seen: Outlook) -> None:
    """Raises NotToBeDecided where a submission that a decision names is not in the ledger now."""
    if seen.decision.names - seen.about.rows.keys():
        raise NotToBeDecided("A submission waits for the next ingest now: saegim run ingest, then say it again")


def check_undo(decision: Decision, listed: Mapping[int, Decision], undone: Mapping[int, int]) -> None:
    """Raises NotToBeDecided where there is nothing to take back.

    Args:
        decision: an undo.
        listed: all decisions, by number.
        undone: numbers of undone ones, each with that of its undo.
    """
    if decision.undoes is None:
        raise NotToBeDecided("There is no decision to take back")
    if decision.undoes not in listed:
        raise NotToBeDecided(f"There is no decision {decision.undoes}. saegim ingest decisions lists them")
    if by := undone.get(decision.undoes):
        raise NotToBeDecided(f"Decision {decision.undoes} is taken back already, by {by}. To have it in force again: saegim "
                             f"ingest undo {by}")


def check_split(seen: Outlook) -> None:
    """Raises NotToBeDecided where a submission cannot be a picture of its own."""
    row = _decidable(seen, seen.decision.submission_id)
    if row.outcome is Outcome.DUPLICATE and row.own_image == row.image_id:
        original = seen.about.original_of(row)
        raise NotToBeDecided(f"{row.key} has the same bytes or the same pixels as {original.key}: it is no picture of its own, "
                             "and there is nothing to tell apart")


def check_merge(seen: Outlook) -> None:
    """Raises NotToBeDecided where two submissions cannot be merged."""
    decision = seen.decision
    row = _decidable(seen, decision.submission_id)
    if decision.submission_id == decision.other_id:
        raise NotToBeDecided(f"{row.key} and {row.key} are one submission: expected two")
    other = _decidable(seen, decision.other_id)
    into = seen.about.original_of(other)
    if into.outcome is Outcome.HELD and row.own_image != other.own_image:
        through = "" if into is other else f"{other.key} repeats it: "
        raise NotToBeDecided(f"{through}{into.key} waits for a decision itself. First say what it is: saegim ingest split or "
                             f"merge {into.submission_id[:12]}; then this")
    if row.own_image == other.own_image:
        raise NotToBeDecided(f"{row.key} and {other.key} have the same bytes or the same pixels: they are one photograph, and "
                             "nothing is left to say")
    if decision.kind is Said.DUPLICATE and seen.about.original_of(row) is into:
        repeats = f"{row.key} repeats {into.key}" if into is other else f"{other.key} repeats {into.key}"
        both = f"{row.key} and {other.key} both repeat {into.key}" if into not in (row, other) else repeats
        raise NotToBeDecided(f"They are one photograph already: {both}. The one sent first is the original. To take that back: "
                             "saegim ingest decisions, then undo; or saegim ingest split")
    if decision.kind is Said.CLUSTER and not seen.changed and seen.before.clusters == seen.after.clusters:
        raise NotToBeDecided(f"{row.key} and {other.key} are in one cluster already")


def _decidable(seen: Outlook, name: str) -> SubmissionRow:
    """A submission of which something can be said.

    Raises:
        NotToBeDecided: nobody took it, or its picture is not known.
    """
    row = seen.about.rows[name]
    if row.outcome is Outcome.REJECTED:
        raise NotToBeDecided(f"{row.key} was rejected ({row.reason}): nothing repeats it and it repeats nothing. To have it "
                             f"tried again: saegim ingest retry --reason {row.reason}")
    if row.outcome is Outcome.QUARANTINED:
        raise NotToBeDecided(f"{row.key} is quarantined. To have it tried again: saegim ingest retry; decide about it after the "
                             "next ingest")
    if row.outcome is Outcome.WITHDRAWN:
        raise NotToBeDecided(f"{row.key} was withdrawn: nothing can be said of it any more")
    if not row.own_image:
        raise NotToBeDecided(f"{row.key} is held unread ({row.reason}): {row.detail}. Decide about it once it has been taken in")
    return row
