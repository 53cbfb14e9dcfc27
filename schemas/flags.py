"""Flags: what looks unfair of a submission, until a manager has decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FlagKind(StrEnum):
    """What may be unfair. ``pages/flag_words.py`` has what people read."""

    FARMING = "farming"
    """Many duplicates of one submitter, or many pictures of one scene."""
    SCREEN = "screen"
    """A photograph of a screen."""
    STOCK = "stock"
    """A picture that everybody can download."""
    CAPTURE_DATE = "capture_date"
    """Taken outside the days of the event, as its camera says. Pictures without a date are not flagged: phones strip it."""


class FlagDecision(StrEnum):
    """What a manager said of a flag."""

    CLEARED = "cleared"
    """It counts."""
    CONFIRMED = "confirmed"
    """It does not count."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag of a submission.

    Attributes:
        submission_id: which.
        kind: what may be unfair.
        campaign: of which campaign.
        detail: what was seen, in figures.
        found_at: in UTC.
        decision: None while nobody has decided: its points stay provisional.
        because: why so; its owner reads it where the flag was confirmed.
        decided_by: name of the account, or ``command line``.
        decided_at: in UTC.
    """

    submission_id: str
    kind: FlagKind
    campaign: str
    detail: str
    found_at: datetime
    decision: FlagDecision | None = None
    because: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
