"""What a campaign's start page and its board show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pages.evaluation_explained import Words
from schemas.board import BoardState


class Season(StrEnum):
    """Where a campaign stands, for who takes part."""

    BEFORE = "before"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person on a board as they are shown.

    Attributes:
        rank: from 1 on; 0 for who was taken out of the event.
        name: their nickname; empty where they chose none.
        hidden: whether they chose not to be named.
        points: provisional and final together.
        final: those that people confirmed.
        photographs: that points were given for.
        to_next: points that are missing to the next better rank; 0 for the first.
        to_prize: points that are missing to a prize by rank; 0 for who has it.
        wins: whether the rank wins a prize.
        own: whether it is the reader's own line.
    """

    rank: int
    name: str
    hidden: bool
    points: int
    final: int
    photographs: int
    to_next: int
    to_prize: int
    wins: bool
    own: bool

    @property
    def final_share(self) -> int:
        """Final points in per cent of all."""
        return round(100 * self.final / self.points) if self.points else 0


@dataclass(frozen=True, slots=True)
class PictureCard:
    """A photograph with its points.

    Attributes:
        url: of its canonical copy, for a short while.
        width: of the picture, in pixels.
        height: likewise.
        points: provisional and final together.
        final: those that people confirmed.
        rules: what it has points for.
        own: whether the reader sent it.
    """

    url: str
    width: int
    height: int
    points: int
    final: int
    rules: tuple[Words, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class RuleBar:
    """Points of all people by one rule.

    Attributes:
        words: what the rule is called.
        points: of all people.
        photographs: for how many.
        share: of the rule with most points, from 0 to 100.
    """

    words: Words
    points: int
    photographs: int
    share: int


@dataclass(frozen=True, slots=True)
class NeededKind:
    """What is needed now.

    Attributes:
        words: what people call it.
        points: that the campaign gives on top today; 0 where none.
    """

    words: Words
    points: int


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The board as one reader sees it.

    Attributes:
        state: open, frozen or final; None while there is no board at all.
        made_at: when it was counted; empty where there is none.
        next_at: when the next one is due, in UTC; None where none comes.
        next_words: the same as people read it.
        ends: the campaign's end as people read it.
        every: minutes between two boards.
        lines: people of this page of the list.
        around: the reader's own line and those next to it, where they are not among ``lines``; empty where they are.
        own: the reader's own line; None where they have none.
        disqualified: whether the reader was taken out of the event.
        pictures: photographs with most points.
        pictures_for_participants: whether there are some that the reader has to log in for.
        bars: points by rule, the most first.
        wanted: what is needed now.
        people: how many are on the board.
        top: how many win by rank.
        drawn: how many more win at random.
        find: what was searched for; empty where nothing.
        found: how many lines the search found; 0 where nothing was searched for.
        page: of the list, from 1 on.
        pages: how many there are.
    """

    state: BoardState | None
    made_at: Words
    next_at: datetime | None
    next_words: Words
    ends: Words
    every: int
    lines: tuple[PersonLine, ...]
    around: tuple[PersonLine, ...]
    own: PersonLine | None
    disqualified: bool
    pictures: tuple[PictureCard, ...]
    pictures_for_participants: bool
    bars: tuple[RuleBar, ...]
    wanted: tuple[NeededKind, ...]
    people: int
    top: int
    drawn: int
    find: str
    found: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """What can be sent, and what it is worth.

    Attributes:
        words: what it is called.
        points: for a photograph of it, without the bonus.
        bonus: on top today; 0 where none.
        cap: most photographs of it that a person gets points for; None where there is no end.
        until: last day of today's bonus where that ends before the campaign; empty otherwise.
    """

    words: Words
    points: int
    bonus: int
    cap: int | None
    until: Words


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """What a campaign is about.

    Attributes:
        title: what it is called.
        text: what it is about; paragraphs by line breaks.
        season: before, running or over.
        first_day: in the campaign's zone, as people read it.
        last_day: likewise.
        zone: its IANA name.
        left: time to the beginning or to the end; empty where it is over, or far away.
        cards: what can be sent.
        wanted: what is needed now.
        rules: how points are counted, in sentences.
        top: how many win by rank.
        drawn: how many more win at random.
        addresses: of accounts that may join without an invitation, such as ``*@example.com``.
        consent: what people agree to; None where nobody can join here.
        joined: whether the reader takes part.
    """

    title: Words
    text: Words
    season: Season
    first_day: Words
    last_day: Words
    zone: str
    left: Words
    cards: tuple[CategoryCard, ...]
    wanted: tuple[NeededKind, ...]
    rules: tuple[Words, ...]
    top: int
    drawn: int
    addresses: tuple[str, ...]
    consent: Words | None
    joined: bool


def season(begins_at: datetime, ends_at: datetime, now: datetime) -> Season:
    """Where a campaign stands; all moments know their offset."""
    return Season.BEFORE if now < begins_at else Season.RUNNING if now < ends_at else Season.OVER


def refresh_after(next_at: datetime | None, now: datetime, spread: int) -> int | None:
    """Seconds until a reader's page asks for the next board.

    Args:
        next_at: when it is due; None where none comes.
        now: in UTC.
        spread: seconds later, so that not all pages ask at once.

    Returns:
        At least 30; None where no board comes. One that is late is asked for once a minute.
    """
    if next_at is None:
        return None
    due = (next_at - now) / timedelta(seconds=1)
    return int(max(due + 15, 30 if due > -60 else 60)) + spread
