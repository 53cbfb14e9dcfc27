"""Draws of campaigns: the secret, the frozen list, the public value and who was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from datastore.ledger.tables import draws


@dataclass(frozen=True, slots=True, repr=False)
class DrawRow:
    """A draw as the ledger has it, with what nobody may see yet; its ``repr`` says nothing of it.

    Attributes:
        campaign: its name.
        commitment: sha256 of the secret.
        secret: 64 hexadecimal digits; to be shown with the winners and not before.
        committed_at: in UTC.
        awaited: the public value that it waits for, in words.
        code_key: makes the codes of people; never to be shown.
        final_list: text of the frozen list.
        list_hash: its sha256.
        frozen_at: in UTC.
        frozen_because: why it was frozen while something was undecided.
        public_value: what it waited for.
        winners: codes in the order in which they were drawn.
        drawn_at: in UTC.
    """

    campaign: str
    commitment: str
    secret: str
    committed_at: datetime
    awaited: str
    code_key: str
    final_list: str | None
    list_hash: str | None
    frozen_at: datetime | None
    frozen_because: str | None
    public_value: str | None
    winners: tuple[str, ...] | None
    drawn_at: datetime | None


def draw_row(connection: Connection, campaign: str) -> DrawRow | None:
    """The draw of a campaign; None where nobody committed to a secret."""
    row = connection.execute(select(draws).where(draws.c.campaign == campaign)).one_or_none()
    return _row(row) if row else None


def add_commitment(connection: Connection, campaign: str, commitment: str, secret: str, awaited: str, code_key: str,
                   at: datetime) -> None:
    """Writes a commitment. The campaign has none yet."""
    connection.execute(insert(draws).values(campaign=campaign, commitment=commitment, secret=secret, awaited=awaited,
                                            code_key=code_key, committed_at=at))


def add_final_list(connection: Connection, campaign: str, text: str, list_hash: str, because: str, at: datetime) -> None:
    """Writes the frozen list of a campaign that has a commitment and no list."""
    connection.execute(update(draws).where(draws.c.campaign == campaign, draws.c.list_hash.is_(None)).values(
        final_list=text, list_hash=list_hash, frozen_because=because, frozen_at=at))


def add_winners(connection: Connection, campaign: str, public_value: str, winners: tuple[str, ...], at: datetime) -> None:
    """Writes who was drawn in a campaign that has a frozen list and no winners."""
    connection.execute(update(draws).where(draws.c.campaign == campaign, draws.c.drawn_at.is_(None)).values(
        public_value=public_value, winners=list(winners), drawn_at=at))


def _row(row: Row[tuple[object, ...]]) -> DrawRow:
    winners = None if row.winners is None else tuple(row.winners)
    return DrawRow(row.campaign, row.commitment, row.secret, row.committed_at, row.awaited, row.code_key, row.final_list,
                   row.list_hash, row.frozen_at, row.frozen_because, row.public_value, winners, row.drawn_at)
