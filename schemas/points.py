"""Points: what a photograph is worth, as a list of changes that only grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PHOTOGRAPH = "photograph"
"""Rule of the points for a photograph itself; a bonus has the name of its slice as its rule."""


class PointReason(StrEnum):
    """Why points changed. ``pages/point_words.py`` has what their owner reads."""

    ACCEPTED = "accepted"
    """Ingest took the photograph: provisional points."""
    CLAIMED = "claimed"
    """Its sender says that the picture shows it: a provisional bonus."""
    SUGGESTED = "suggested"
    """The current model says so: a provisional bonus."""
    CONFIRMED = "confirmed"
    """People read the picture, and it is so: final points."""
    DENIED = "denied"
    """People read the picture, and it is not so."""
    FOUND = "found"
    """People found on it what nobody had claimed: a final bonus."""
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"
    REINSTATED = "reinstated"
    CAP_OF_CATEGORY = "cap_of_category"
    CAP_OF_DAY = "cap_of_day"
    CAP_OF_BURST = "cap_of_burst"
    OUTSIDE_THE_DAYS = "outside_the_days"
    FLAG_CONFIRMED = "flag_confirmed"
    """A manager found that it does not count; the flag says why."""
    CHANGED = "changed"
    """Anything else that changed: a claim taken back, another reading of the picture."""


@dataclass(frozen=True, slots=True)
class PointLine:
    """What one submission is worth by one rule, as everything known now says.

    Attributes:
        submission_id: which.
        submitter: whose.
        rule: ``PHOTOGRAPH``, or the name of a slice.
        provisional: points that may still change; 0 once they are final.
        final: points that people confirmed.
        reason: why they are as they are.
        detail: what the reason needs, such as the cap or the earlier picture; empty where nothing.
        version: of the campaign's rules that it was priced by.
    """

    submission_id: str
    submitter: str
    rule: str
    provisional: int
    final: int
    reason: PointReason
    detail: str
    version: int


@dataclass(frozen=True, slots=True)
class PointSum:
    """Points of one submission, by all rules.

    Attributes:
        provisional: that may still change.
        final: that people confirmed.
    """

    provisional: int
    final: int


@dataclass(frozen=True, slots=True)
class PointEntry:
    """One change of points: a row of the list.

    Attributes:
        number: in the order in which they were written, from 1 on.
        at: when it was written, in UTC.
        campaign: of which campaign.
        submitter: whose.
        submission_id: of which submission.
        rule: see ``PointLine``.
        provisional: by how much the provisional points changed.
        final: by how much the final points changed.
        reason: why.
        detail: what the reason needs.
        version: of the campaign's rules.
    """

    number: int
    at: datetime
    campaign: str
    submitter: str
    submission_id: str
    rule: str
    provisional: int
    final: int
    reason: PointReason
    detail: str
    version: int
