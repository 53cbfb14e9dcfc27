"""People of a campaign as a manager sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.accounts import Account, Participant


class OrderOfPeople(StrEnum):
    """What the list is sorted by."""

    POINTS = "points"
    FLAGS = "flags"
    DUPLICATES = "duplicates"
    PHOTOGRAPHS = "photographs"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """One submitter of a campaign.

    Attributes:
        submitter: as the keys have it.
        participant: what they chose and what managers said; None where they never joined by the portal.
        account: None where they have none.
        photographs: that they sent and ingest has decided.
        accepted: of these.
        duplicates: of these.
        provisional: points that may still change.
        final: points that people confirmed.
        open_flags: that nobody has decided.
        confirmed_flags: of photographs that do not count.
        last_sent_at: in UTC; None where they sent nothing.
    """

    submitter: str
    participant: Participant | None
    account: Account | None
    photographs: int = 0
    accepted: int = 0
    duplicates: int = 0
    provisional: int = 0
    final: int = 0
    open_flags: int = 0
    confirmed_flags: int = 0
    last_sent_at: datetime | None = None

    @property
    def points(self) -> int:
        """Provisional and final together."""
        return self.provisional + self.final

    @property
    def has_joined(self) -> bool:
        """Whether they agreed to what is asked of them, or sent something without the portal."""
        return bool(self.photographs or (self.participant and self.participant.consented_at))

    def share(self, count: int) -> int:
        """So many of their photographs, in per cent; 0 where they have none."""
        return round(100 * count / self.photographs) if self.photographs else 0


def state_of_person(participant: Participant | None) -> str:
    """What a page says that its reader saw of somebody: another word of a manager is another state."""
    at = participant.disqualified_at if participant else None
    return f"{at:%Y%m%dT%H%M%S.%f}" if at else ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the list.

    Attributes:
        people: on this page.
        found: how many there are in all, as far as they match what was searched for.
        not_joined: who was invited and has not joined, by name.
        page: from 1 on.
        pages: how many there are.
    """

    people: tuple[PersonSeen, ...]
    found: int
    not_joined: tuple[PersonSeen, ...]
    page: int
    pages: int
