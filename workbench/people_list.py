"""People of a campaign: what they sent and what was made of it; who is taken out of it, and taken back in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from datastore.ledger import Ledger, accounts, audit, participants, senders
from datastore.ledger.senders import SenderCounts
from schemas.accounts import Account, Act, Participant
from schemas.errors import DecidedMeanwhile, NotToBeDecided
from schemas.people_list import OrderOfPeople, PeoplePage, PersonSeen, state_of_person
from schemas.submission import Outcome
from schemas.text import normalise

A_PAGE = 50
"""People on one page."""
REASON_LENGTH = 500
"""Most characters of a reason that somebody is taken out of a campaign for."""

ORDERS: dict[OrderOfPeople, Callable[[PersonSeen], Any]] = {
    OrderOfPeople.POINTS: lambda one: -one.points,
    OrderOfPeople.FLAGS: lambda one: (-one.open_flags, -one.confirmed_flags),
    OrderOfPeople.DUPLICATES: lambda one: -one.duplicates,
    OrderOfPeople.PHOTOGRAPHS: lambda one: -one.photographs,
    OrderOfPeople.NAME: lambda _: 0,
}
"""What comes first; those who are equal follow by name."""


def people_of(ledger: Ledger, campaign: str) -> list[PersonSeen]:
    """Everybody who sent something to a campaign, joined it, or was invited to it, by name."""
    counted = senders.sender_counts(ledger, campaign)
    known = {item.submitter: item for item in participants.participants_of(ledger, campaign)}
    by_name = {item.name: item for item in accounts.all_accounts(ledger)}
    nothing = SenderCounts()
    return [_person(name, known.get(name), by_name.get(name), counted.get(name, nothing))
            for name in sorted({*counted, *known}) if name]


def people_page(ledger: Ledger, campaign: str, find: str, order: OrderOfPeople, page: int) -> PeoplePage:
    """One page of the people of a campaign.

    Args:
        ledger: where.
        campaign: its name.
        find: a part of a name, a nickname or an address; empty for all.
        order: what comes first.
        page: from 1 on; a page that is not there is the last one.
    """
    wanted = normalise(find).casefold()
    everybody = [one for one in people_of(ledger, campaign) if wanted in _searched(one)]
    there = sorted((one for one in everybody if one.has_joined), key=ORDERS[order])
    pages = max(1, -(-len(there) // A_PAGE))
    shown = max(1, min(page, pages))
    return PeoplePage(tuple(there[(shown - 1) * A_PAGE:shown * A_PAGE]), len(there),
                      tuple(one for one in everybody if not one.has_joined), shown, pages)


def person_of(ledger: Ledger, campaign: str, submitter: str) -> PersonSeen | None:
    """One of them; None where a campaign does not know them."""
    return next((one for one in people_of(ledger, campaign) if one.submitter == submitter), None)


def take_out(ledger: Ledger, campaign: str, submitter: str, because: str, by: Account, seen: str) -> None:
    """Takes somebody out of a campaign: the next score takes their points away. Said twice it changes nothing.

    Args:
        ledger: where.
        campaign: its name.
        submitter: whom.
        because: why; they read it.
        by: who says so.
        seen: ``state_of_person`` when they looked.

    Raises:
        NotToBeDecided: nobody of this name is known there, or no reason is given.
        DecidedMeanwhile: somebody has said something of them since.
    """
    reason = because.strip()
    if not reason:
        raise NotToBeDecided("Somebody is taken out for a reason: they read it")
    if len(reason) > REASON_LENGTH:
        raise NotToBeDecided(f"A reason has at most {REASON_LENGTH} characters, this one has {len(reason)}")
    _say(ledger, campaign, submitter, reason, by, seen)


def take_in(ledger: Ledger, campaign: str, submitter: str, by: Account, seen: str) -> None:
    """Takes somebody back into a campaign: the next score gives them their points. Arguments and errors as in ``take_out``."""
    _say(ledger, campaign, submitter, None, by, seen)


def _say(ledger: Ledger, campaign: str, submitter: str, because: str | None, by: Account, seen: str) -> None:
    if person_of(ledger, campaign, submitter) is None:
        raise NotToBeDecided(f"Campaign {campaign} does not know {submitter}")
    with ledger.write(alone=audit.ALONE) as connection:
        now = participants.participant_in(connection, campaign, submitter)
        if (now.disqualified_because if now else None) == because:
            return
        if state_of_person(now) != seen:
            raise DecidedMeanwhile(f"Somebody has decided about {submitter} since you looked")
        participants.set_disqualified(connection, campaign, submitter, because, datetime.now(UTC) if because else None)
        audit.write_deed(connection, by.name, by.role, Act.DISQUALIFIED if because else Act.REINSTATED, campaign, submitter,
                         because or "")


def _person(name: str, participant: Participant | None, account: Account | None, counts: SenderCounts) -> PersonSeen:
    outcomes = counts.outcomes
    return PersonSeen(name, participant, account, sum(outcomes.values()), outcomes[Outcome.ACCEPTED], outcomes[Outcome.DUPLICATE],
                      counts.provisional, counts.final, counts.open_flags, counts.confirmed_flags, counts.last_sent_at)


def _searched(one: PersonSeen) -> str:
    nickname = one.participant.nickname if one.participant else None
    address = one.account.address if one.account else None
    return " ".join([one.submitter, nickname or "", address or ""]).casefold()
