"""The draw: prizes given at random, so that everybody can check that nobody chose who wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Eligibility(StrEnum):
    """Whether somebody in the final list takes part in the draw: last column of the published file."""

    ELIGIBLE = "eligible"
    BY_RANK = "wins by rank"
    NO_POINTS = "no points"
    DISQUALIFIED = "disqualified"


@dataclass(frozen=True, slots=True)
class ListLine:
    """One person in the final list.

    Attributes:
        rank: on the final board, may be shared; 0 for who has none.
        code: stands for the person; they alone know it, beside the managers.
        points: on the final board.
        eligibility: whether they take part in the draw.
    """

    rank: int
    code: str
    points: int
    eligibility: Eligibility


@dataclass(frozen=True, slots=True)
class FinalList:
    """The list that a draw is made of, as it is published.

    Attributes:
        campaign: its name.
        top: how many win by rank, at most: the first lines with a rank.
        drawn: how many of the others are drawn.
        lines: a person each, by rank, those without one last, and by code.
    """

    campaign: str
    top: int
    drawn: int
    lines: tuple[ListLine, ...]

    @property
    def eligible(self) -> tuple[str, ...]:
        """Codes of those who take part in the draw, in the list's order."""
        return tuple(line.code for line in self.lines if line.eligibility is Eligibility.ELIGIBLE)


@dataclass(frozen=True, slots=True)
class Draw:
    """What is known of a campaign's draw, as anybody may see it.

    Attributes:
        campaign: its name.
        commitment: sha256 of the secret, hexadecimal.
        committed_at: in UTC, before the campaign's end.
        awaited: the public value that the draw waits for, in words.
        list_hash: sha256 of the final list, hexadecimal; None while it is not frozen.
        frozen_at: in UTC.
        frozen_because: why the list was frozen while something was undecided; empty where nothing was.
        public_value: what the draw waited for; None before the draw.
        drawn_at: in UTC.
        secret: 64 hexadecimal digits; None before the draw.
        count: how many prizes are drawn.
        order: codes in the order in which they were drawn, some more than there are prizes.
        passed_over: those of ``order`` who were disqualified after the list was frozen: the next one has their prize.
    """

    campaign: str
    commitment: str
    committed_at: datetime
    awaited: str
    list_hash: str | None = None
    frozen_at: datetime | None = None
    frozen_because: str = ""
    public_value: str | None = None
    drawn_at: datetime | None = None
    secret: str | None = None
    count: int = 0
    order: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()

    @property
    def winners(self) -> tuple[str, ...]:
        """Codes of those who have a drawn prize."""
        return tuple(code for code in self.order if code not in self.passed_over)[:self.count]
