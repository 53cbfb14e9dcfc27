"""Flags with their submissions, as a manager goes through them; a word that is compared with what its speaker saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.rows import submission_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import flags, submissions
from schemas.flag_review import FlagName, QueuedFlag
from schemas.flags import Flag, FlagDecision, FlagKind
from schemas.recorded import SubmissionRow

_with_submission = select(
    *(submissions.c[item.name] for item in fields(SubmissionRow)), flags.c.kind, flags.c.campaign.label("flagged_in"),
    flags.c.detail.label("seen"), flags.c.found_at, flags.c.decision, flags.c.because, flags.c.decided_by, flags.c.decided_at,
).join(flags, flags.c.submission_id == submissions.c.submission_id)


def open_flags(ledger: Ledger, campaign: str) -> list[QueuedFlag]:
    """All flags of a campaign that nobody has decided, in the order in which a manager sees them."""
    with ledger.read() as connection:
        found = _read(connection, _with_submission.where(flags.c.campaign == campaign, flags.c.decision.is_(None)))
    return sorted(found, key=lambda item: item.order)


def count_open(ledger: Ledger, campaign: str) -> int:
    """How many flags of a campaign nobody has decided."""
    query = select(func.count()).select_from(flags).where(flags.c.campaign == campaign, flags.c.decision.is_(None))
    with ledger.read() as connection:
        return connection.scalar(query) or 0


def decided_flags(ledger: Ledger, campaign: str, limit: int) -> list[QueuedFlag]:
    """Flags of a campaign that somebody decided, the last word first."""
    query = (_with_submission.where(flags.c.campaign == campaign, flags.c.decision.is_not(None))
             .order_by(flags.c.decided_at.desc(), flags.c.submission_id, flags.c.kind).limit(limit))
    with ledger.read() as connection:
        return _read(connection, query)


def flag_named(ledger: Ledger, campaign: str, name: FlagName) -> QueuedFlag | None:
    """One flag of a campaign; None where there is none of this name."""
    with ledger.read() as connection:
        return flags_named(connection, campaign, [name]).get(name)


def flags_named(connection: Connection, campaign: str, names: Sequence[FlagName]) -> dict[FlagName, QueuedFlag]:
    """Some flags of a campaign by name; those that are not there are left out."""
    wanted = set(names)
    found: dict[FlagName, QueuedFlag] = {}
    for chunk in in_chunks(sorted({name.submission_id for name in names})):
        for item in _read(connection, _with_submission.where(flags.c.campaign == campaign, flags.c.submission_id.in_(chunk))):
            name = FlagName(item.flag.submission_id, item.flag.kind)
            if name in wanted:
                found[name] = item
    return found


def _read(connection: Connection, query: Select[Any]) -> list[QueuedFlag]:
    return [QueuedFlag(_flag(row), submission_row(row)) for row in connection.execute(query)]


def _flag(row: Row[Any]) -> Flag:
    return Flag(row.submission_id, FlagKind(row.kind), row.flagged_in, row.seen, row.found_at,
                FlagDecision(row.decision) if row.decision else None, row.because, row.decided_by, row.decided_at)
