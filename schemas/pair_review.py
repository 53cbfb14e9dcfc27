"""Held photographs and duplicates in front of a manager."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.decision import Decision
from schemas.ids import digest
from schemas.pairs import Pair, SentPicture
from schemas.recorded import SubmissionRow


def state_of_submission(row: SubmissionRow, last: int) -> str:
    """What a page says that its reader saw of a submission: where it stands otherwise, it is another text.

    Args:
        row: the submission.
        last: number of the last decision in force that names it; 0 where none does.
    """
    return digest(row.outcome, row.image_id or "", row.duplicate_of or "", row.detail or "", str(last), length=16)


@dataclass(frozen=True, slots=True)
class HeldItem:
    """A held photograph as a manager looks at it.

    Attributes:
        row: the submission.
        picture: its own.
        pairs: it with each earlier picture that it may repeat; empty where it was compared with none.
        nickname: of its owner; empty where they have none.
        why: why it waits.
        state: see ``state_of_submission``.
    """

    row: SubmissionRow
    picture: SentPicture
    pairs: tuple[Pair, ...]
    nickname: str
    why: str
    state: str


@dataclass(frozen=True, slots=True)
class SaidOfPair:
    """A decision with what it says in words; ``key`` is that of the submission."""

    decision: Decision
    key: str
    taken_back: bool


@dataclass(frozen=True, slots=True)
class HeldQueue:
    """What a manager has before them.

    Attributes:
        item: the one to look at; None where nothing is left.
        ahead: the one after it, whose pictures are brought already; None where there is none.
        left: how many wait, in all.
        done: what was said just before, and what it is about in words; None where nothing was.
    """

    item: HeldItem | None
    ahead: HeldItem | None
    left: int
    done: SaidOfPair | None


class SheetKind(StrEnum):
    """What one page of duplicates shows."""

    EDITED = "edited"
    """Edited copies of an earlier photograph."""
    CLUSTERS = "clusters"
    """Different photographs of one thing."""
    EXACT = "exact"
    """The same bytes or pixels again."""
    BY_HAND = "by_hand"
    """What managers said."""


@dataclass(frozen=True, slots=True)
class RepeatedPicture:
    """Photographs that belong together.

    Attributes:
        original: the first one, that the others repeat or resemble; None where its picture is not known any more.
        others: the others.
    """

    original: SentPicture | None
    others: tuple[SentPicture, ...]


@dataclass(frozen=True, slots=True)
class DuplicateSheet:
    """One page of duplicates or clusters, as contact sheets.

    Attributes:
        kind: what it shows.
        groups: photographs that belong together; empty for ``BY_HAND``.
        by_hand: pairs with what managers said of them; empty for the others.
        states: see ``state_of_submission``, by submission id.
        page: from 1 on.
        pages: how many there are.
        left_out: how many older pairs are on no page.
    """

    kind: SheetKind
    groups: tuple[RepeatedPicture, ...]
    by_hand: tuple[Pair, ...]
    states: dict[str, str]
    page: int
    pages: int
    left_out: int
