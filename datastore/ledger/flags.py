"""Flags: what looks unfair of submissions, and what a manager said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Row, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import flags
from schemas.flag_review import FlagName
from schemas.flags import Flag, FlagDecision, FlagKind


def add_flags(ledger: Ledger, found: Sequence[Flag]) -> int:
    """Notes flags; one that was raised before stays as it is, decided or not. Returns how many are new."""
    with ledger.write() as connection:
        return insert_or_ignore(connection, flags, [asdict(flag) for flag in found])


def flags_of(ledger: Ledger, campaign: str, open_only: bool = False) -> list[Flag]:
    """Flags of a campaign, the oldest first; with ``open_only`` those that nobody has decided."""
    query = select(flags).where(flags.c.campaign == campaign).order_by(flags.c.found_at, flags.c.submission_id, flags.c.kind)
    if open_only:
        query = query.where(flags.c.decision.is_(None))
    with ledger.read() as connection:
        return [_flag(row) for row in connection.execute(query)]


def flags_of_submissions(ledger: Ledger, submission_ids: Sequence[str]) -> dict[str, list[Flag]]:
    """Flags by submission; those without one are left out."""
    found: dict[str, list[Flag]] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(submission_ids):
            for row in connection.execute(select(flags).where(flags.c.submission_id.in_(chunk)).order_by(flags.c.kind)):
                found.setdefault(row.submission_id, []).append(_flag(row))
    return found


def set_flag(connection: Connection, name: FlagName, decision: FlagDecision | None, because: str | None, who: str | None,
             at: datetime | None) -> Flag | None:
    """Writes what is said of a flag from now on; nothing any more where all of it is None. None where there is no such flag."""
    this = (flags.c.submission_id == name.submission_id, flags.c.kind == name.kind)
    connection.execute(update(flags).where(*this).values(decision=decision, because=because, decided_by=who, decided_at=at))
    row = connection.execute(select(flags).where(*this)).one_or_none()
    return _flag(row) if row else None


def _flag(row: Row[tuple[object, ...]]) -> Flag:
    return Flag(row.submission_id, FlagKind(row.kind), row.campaign, row.detail, row.found_at,
                FlagDecision(row.decision) if row.decision else None, row.because, row.decided_by, row.decided_at)
