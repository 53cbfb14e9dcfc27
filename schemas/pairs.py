"""Pairs of submissions whose pictures a manager compares by looking, and clusters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from schemas.decision import Decision


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A submission as the page shows it; ``image_key`` is where its own canonical picture is."""

    submission_id: str
    key: str
    submitter: str
    sent_at: datetime
    image_key: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A submission and an earlier one.

    Attributes:
        later: the submission.
        earlier: the one that it repeats, or may repeat; None where it was compared with none.
        figures: what the comparison found, by name; empty where there was none.
        decision: what a manager said of the two; None where nobody did.
        detail: why the later one waits, where it does.
    """

    later: SentPicture
    earlier: SentPicture | None
    figures: dict[str, float] = field(default_factory=dict)
    decision: Decision | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The newest pairs of a kind, and how many of it there are."""

    pairs: list[Pair]
    total: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Submissions that show one thing, in the order in which they were sent; ``founder`` represents them."""

    founder: str
    members: list[SentPicture]
