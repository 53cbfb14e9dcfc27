"""Points: what a photograph is worth, as a list of changes that only grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PHOTOGRAPH = "photograph"
"""Rule of the points for a photograph itself; a bonus has the name of its slice as its rule."""


class PointReason(StrEnum):
    """Why points changed, and what ``detail`` has beside it. ``pages/point_words.py`` has what their owner reads."""

    ACCEPTED = "accepted"
    """Ingest took the photograph: provisional points. Detail: the category that they are of; empty where of none."""
    CLAIMED = "claimed"
    """Its sender says that the picture shows it: a provisional bonus."""
    SUGGESTED = "suggested"
    """The current model says so: a provisional bonus."""
    CONFIRMED = "confirmed"
    """People read the picture, and it is so: final points. Detail, of a photograph: the category that they are of."""
    DENIED = "denied"
    """People read the picture, and it is not so. Detail, of a photograph: the category that it is not of."""
    FOUND = "found"
    """People found on it what nobody had claimed: a final bonus."""
    DUPLICATE = "duplicate"
    """It was sent before. Detail: id of the earlier submission."""
    REJECTED = "rejected"
    """Ingest did not take it. Detail: ``schemas.submission.Reason``."""
    HELD = "held"
    """A manager has to look at it first."""
    WITHDRAWN = "withdrawn"
    """It was taken back."""
    DISQUALIFIED = "disqualified"
    """Its sender may not win. Detail: why, in a manager's words."""
    REINSTATED = "reinstated"
    """They may again."""
    CAP_OF_CATEGORY = "cap_of_category"
    """They had points for as many of its category before. Detail: the category and its cap, with a blank between."""
    CAP_OF_DAY = "cap_of_day"
    """The same for its day. Detail: the cap."""
    CAP_OF_BURST = "cap_of_burst"
    """The same for some seconds. Detail: the cap and the seconds, with a blank between."""
    OUTSIDE_THE_DAYS = "outside_the_days"
    """It was sent before the first day or after the last one."""
    FLAGGED = "flagged"
    """People read the picture, and then something about the photograph looked unfair: its points are provisional until a manager
    has decided. Detail, of a photograph: the category that they are of."""
    FLAG_CONFIRMED = "flag_confirmed"
    """A manager found that it does not count. Detail: why, in the manager's words."""
    CHANGED = "changed"
    """Anything else that changed: a claim taken back, another reading of the picture. Detail as of the points now."""


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


@dataclass(frozen=True, slots=True)
class WrittenPoints:
    """What the entries of one submission and one rule say.

    Attributes:
        provisional: their sum.
        final: theirs.
        newest: number of the newest one.
    """

    provisional: int
    final: int
    newest: int


@dataclass(frozen=True, slots=True)
class PersonSum:
    """Points of one submitter in a campaign.

    Attributes:
        submitter: whose.
        points: provisional and final together.
        final: those that people confirmed.
        photographs: that points were given for.
        reached_at: when the last of those photographs was sent, in UTC; None where none has points.
    """

    submitter: str
    points: int
    final: int
    photographs: int
    reached_at: datetime | None
