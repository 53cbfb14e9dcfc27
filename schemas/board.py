"""The board: who has how many points, and which photographs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BoardState(StrEnum):
    """What a board is of."""

    OPEN = "open"
    FROZEN = "frozen"
    """The last one that people see before the end."""
    FINAL = "final"
    """The campaign is closed: what the prizes are given by."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of the board.

    Attributes:
        rank: from 1 on; who is equal in everything that decides shares it, and the next ranks are skipped.
        submitter: whose, as the keys have it.
        points: provisional and final together.
        final: those that people confirmed.
        photographs: that points were given for.
        to_next: points that are missing to the next better rank; 0 for the first.
        to_prize: points that are missing to the last rank that wins by rank; 0 for who has it.
        disqualified: is listed without a rank (0), and wins nothing.
    """

    rank: int
    submitter: str
    points: int
    final: int
    photographs: int
    to_next: int
    to_prize: int
    disqualified: bool = False


@dataclass(frozen=True, slots=True)
class PhotographStanding:
    """One of the photographs with most points.

    Attributes:
        submission_id: which.
        submitter: whose.
        points: provisional and final together.
        final: those that people confirmed.
        rules: what it has points for, the most first.
    """

    submission_id: str
    submitter: str
    points: int
    final: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A board as people saw it.

    Attributes:
        campaign: its name.
        number: from 1 on.
        made_at: in UTC.
        state: open, frozen or final.
        people: by rank; those without a point are not on it.
        photographs: some, those with most points first.
        by_rule: points of all people by rule, the most first.
        next_at: when the next one is due; None for the final one.
    """

    campaign: str
    number: int
    made_at: datetime
    state: BoardState
    people: tuple[Standing, ...]
    photographs: tuple[PhotographStanding, ...]
    by_rule: tuple[RulePoints, ...]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class RulePoints:
    """Points of all people by one rule, provisional and final together, and for how many photographs."""

    rule: str
    points: int
    photographs: int
