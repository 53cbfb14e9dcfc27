"""Submitters of campaigns, as the portal and managers know them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import participants
from schemas.accounts import Participant


def participant(ledger: Ledger, campaign: str, submitter: str) -> Participant | None:
    """A submitter of a campaign; None where nothing is known of them."""
    found = _some(ledger, (participants.c.campaign == campaign) & (participants.c.submitter == submitter))
    return found[0] if found else None


def participants_of(ledger: Ledger, campaign: str) -> list[Participant]:
    """Everybody of whom something is known in a campaign, by name."""
    return _some(ledger, participants.c.campaign == campaign)


def participants_named(ledger: Ledger, campaign: str, submitters: Sequence[str]) -> dict[str, Participant]:
    """Some submitters of a campaign by name; those of whom nothing is known are left out."""
    found: dict[str, Participant] = {}
    for chunk in in_chunks(submitters):
        some = _some(ledger, (participants.c.campaign == campaign) & participants.c.submitter.in_(chunk))
        found.update({item.submitter: item for item in some})
    return found


def disqualified_of(ledger: Ledger, campaign: str) -> list[Participant]:
    """Those of a campaign who were taken out of it, by name."""
    return _some(ledger, (participants.c.campaign == campaign) & participants.c.disqualified_at.is_not(None))


def called(ledger: Ledger, campaign: str, part: str, most: int) -> list[Participant]:
    """At most so many of a campaign whose nickname has a text in it; those who are hidden are not found."""
    query = select(participants).where(
        participants.c.campaign == campaign, participants.c.hidden.is_(False),
        participants.c.nickname.icontains(part, autoescape=True))
    with ledger.read() as connection:
        return [Participant(*row) for row in connection.execute(query.order_by(participants.c.nickname).limit(most))]


def campaigns_joined(ledger: Ledger, submitter: str) -> list[Participant]:
    """What somebody is in each campaign that knows them, by campaign."""
    return _some(ledger, participants.c.submitter == submitter)


def note(ledger: Ledger, campaign: str, submitter: str) -> None:
    """Notes that somebody may take part, who has agreed to nothing yet; nothing changes where they are known already."""
    _change(ledger, campaign, submitter)


def join(ledger: Ledger, campaign: str, submitter: str, consent_version: int, at: datetime) -> None:
    """Notes that somebody agreed to a version of the consent, and takes part."""
    _change(ledger, campaign, submitter, consent_version=consent_version, consented_at=at)


def leave(ledger: Ledger, campaign: str, submitter: str) -> None:
    """Notes that somebody takes part no more: they are not on boards, and their nickname is forgotten."""
    _change(ledger, campaign, submitter, consent_version=None, consented_at=None, nickname=None, hidden=True)


def rename(ledger: Ledger, campaign: str, submitter: str, nickname: str | None, hidden: bool) -> None:
    """Notes how boards name somebody, and whether they do."""
    _change(ledger, campaign, submitter, nickname=nickname, hidden=hidden)


def disqualify(ledger: Ledger, campaign: str, submitter: str, because: str, at: datetime) -> None:
    """Notes that somebody gets no points any more, and why; they read it."""
    _change(ledger, campaign, submitter, disqualified_at=at, disqualified_because=because)


def reinstate(ledger: Ledger, campaign: str, submitter: str) -> None:
    """Takes a disqualification back."""
    _change(ledger, campaign, submitter, disqualified_at=None, disqualified_because=None)


def participant_in(connection: Connection, campaign: str, submitter: str) -> Participant | None:
    """``participant`` within a transaction."""
    row = connection.execute(select(participants).where(
        participants.c.campaign == campaign, participants.c.submitter == submitter)).one_or_none()
    return Participant(*row) if row else None


def participants_in(connection: Connection, campaign: str) -> list[Participant]:
    """``participants_of`` within a transaction."""
    return _found(connection, participants.c.campaign == campaign)


def set_nickname(connection: Connection, campaign: str, submitter: str, nickname: str | None, hidden: bool) -> None:
    """``rename`` within a transaction."""
    _write(connection, campaign, submitter, nickname=nickname, hidden=hidden)


def set_disqualified(connection: Connection, campaign: str, submitter: str, because: str | None, at: datetime | None) -> None:
    """``disqualify`` within a transaction; ``reinstate`` where both are None."""
    _write(connection, campaign, submitter, disqualified_at=at, disqualified_because=because)


def _change(ledger: Ledger, campaign: str, submitter: str, **values: object) -> None:
    with ledger.write() as connection:
        _write(connection, campaign, submitter, **values)


def _write(connection: Connection, campaign: str, submitter: str, **values: object) -> None:
    insert_or_ignore(connection, participants, [{"campaign": campaign, "submitter": submitter, "hidden": False}])
    if values:
        connection.execute(participants.update().where(
            participants.c.campaign == campaign, participants.c.submitter == submitter).values(**values))


def _some(ledger: Ledger, condition: ColumnElement[bool]) -> list[Participant]:
    with ledger.read() as connection:
        return _found(connection, condition)


def _found(connection: Connection, condition: ColumnElement[bool]) -> list[Participant]:
    query = select(participants).where(condition).order_by(participants.c.campaign, participants.c.submitter)
    return [Participant(*row) for row in connection.execute(query)]
