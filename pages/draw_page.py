"""What the page of a campaign's draw shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pages.evaluation_explained import Words
from schemas.draw import ListLine


class DrawPhase(StrEnum):
    """How far a draw is."""

    NO_DRAW = "no_draw"
    """Nothing is drawn in this campaign."""
    PLANNED = "planned"
    """The secret is not there yet."""
    COMMITTED = "committed"
    FROZEN = "frozen"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class WinnerLine:
    """Somebody who was drawn.

    Attributes:
        code: in the list.
        name: nickname; empty where it is not shown.
        own: whether it is the reader.
        passed_over: taken out of the event after the list was frozen: the next one has the prize.
    """

    code: str
    name: str
    own: bool
    passed_over: bool


@dataclass(frozen=True, slots=True)
class DrawPage:
    """A campaign's draw as one reader sees it.

    Attributes:
        phase: how far it is.
        drawn: how many prizes are drawn.
        top: how many win by rank, and take no part.
        ends: the campaign's end as people read it.
        awaited: the public value that it waits for, in words.
        commitment: sha256 of the secret; empty where there is none.
        committed: when, as people read it.
        list_hash: of the frozen list; empty before.
        frozen: when.
        frozen_because: why the list was frozen while something was undecided.
        public_value: empty before the draw.
        drawn_at: when.
        secret: empty before the draw.
        winners: in the order in which they were drawn, those who are passed over too.
        own_code: of the reader; empty where they have none.
        own_line: their line in the list; None where there is none.
        find: what was searched for.
        lines: of the list, that the search found or of this page.
        found: how many the search found.
        people: lines of the list.
        eligible: how many of them take part in the draw.
        page: of the list, from 1 on.
        pages: how many there are.
    """

    phase: DrawPhase
    drawn: int
    top: int
    ends: Words
    awaited: str
    commitment: str
    committed: Words
    list_hash: str
    frozen: Words
    frozen_because: str
    public_value: str
    drawn_at: Words
    secret: str
    winners: tuple[WinnerLine, ...]
    own_code: str
    own_line: ListLine | None
    find: str
    lines: tuple[ListLine, ...]
    found: int
    people: int
    eligible: int
    page: int
    pages: int
