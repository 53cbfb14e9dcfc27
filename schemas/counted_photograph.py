"""A photograph as counting its points sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.submission import CATEGORIES, Outcome
from schemas.text import normalise


@dataclass(frozen=True, slots=True)
class CountedPhotograph:
    """What everything known now says of one submission of a campaign.

    Attributes:
        submission_id: which.
        key: where it lies; orders what was sent at one moment.
        submitter: whose.
        sent_at: in UTC.
        outcome: what ingest, or a manager, made of it.
        because: of a duplicate the id of the earlier submission, of a rejection its reason; empty elsewhere.
        claimed: slices that its sender says the picture shows.
        suggested: those that a model reads on it.
        read: those of its accepted reading; None while there is none.
        flagged: whether a manager has a flag of it to decide: its points are provisional until then, and as many as without it.
        unfair: why a manager found that it does not count; empty where none did.
    """

    submission_id: str
    key: str
    submitter: str
    sent_at: datetime
    outcome: Outcome
    because: str = ""
    claimed: frozenset[str] = frozenset()
    suggested: frozenset[str] = frozenset()
    read: frozenset[str] | None = None
    flagged: bool = False
    unfair: str = ""


def claimed_slices(claims: Mapping[str, str]) -> frozenset[str]:
    """What a photograph shows as its sender says in the object's user metadata: names of slices, known ones or not."""
    return frozenset(normalise(claims.get(CATEGORIES, "")).replace(",", " ").split())
