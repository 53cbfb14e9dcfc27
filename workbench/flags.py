"""Flags: what looks unfair of a campaign's submissions, found by figures and decided by a manager."""

from __future__ import annotations

from datetime import UTC, datetime

from datastore.ledger import audit, flags
from schemas.accounts import Act, Role
from schemas.errors import NotToBeDecided
from schemas.flags import FlagDecision, FlagKind
from workbench.bench import Workbench


def decide_flag(bench: Workbench, submission_id: str, kind: FlagKind, decision: FlagDecision, because: str, who: str,
                role: Role) -> None:
    """Writes what a manager says of a flag, and that they said it. The points follow with the next score.

    Args:
        bench: the systems.
        submission_id: which.
        kind: of the flag.
        decision: what they say; a later word replaces an earlier one.
        because: why; the submission's owner reads it where the flag is confirmed.
        who: name of the account.
        role: as what.

    Raises:
        NotToBeDecided: there is no such flag, or it is confirmed without a reason.
    """
    if decision is FlagDecision.CONFIRMED and not because.strip():
        raise NotToBeDecided("A flag is confirmed with a reason: its owner reads why their photograph does not count")
    with bench.ledger.write(alone=audit.ALONE) as connection:
        flag = flags.decide_on_flag(connection, submission_id, kind, decision, because.strip(), who, datetime.now(UTC))
        if flag is None:
            raise NotToBeDecided(f"Submission {submission_id} has no flag {kind!r}: saegim campaign flags NAME lists them")
        audit.write_deed(connection, who, role, Act.FLAG_DECIDED, flag.campaign, submission_id,
                         f"{kind}: {decision}. {because}".strip())
