"""Duplicates, doubtful pictures and clusters on one page, for a manager who decides by looking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pages.html import template
from stages.ingest.align import DOUBTFUL_LOW, LEAST_INLIERS, SAME_OVERLAP, SAME_WEAKEST, TILE, Place
from stages.ingest.texts import OTHER_FIGURES, SURE


class Section(StrEnum):
    """Where a group stands on the page, in this order."""

    HELD = "held"
    BY_HAND = "by_hand"
    EDITED = "edited"
    EXACT = "exact"
    CLUSTER = "cluster"


HEADINGS = {
    Section.HELD: ("확인이 필요합니다 · Waiting for you",
                   "Neither taken nor refused: each may repeat an earlier picture. Nobody labels it until you decide."),
    Section.BY_HAND: ("사람이 정했습니다 · Decided by hand",
                      "What somebody said of two pictures. No run overrules it; undo takes it back."),
    Section.EDITED: ("중복: 고친 사본 · Duplicates: edited copies",
                     "The same photograph compressed, cut or scaled: not labelled, no points. Split what is one of its own."),
    Section.EXACT: ("중복: 같은 파일 · Duplicates: the same picture",
                    "Equal bytes, or equal pixels in another file. There is nothing to compare and nothing to decide."),
    Section.CLUSTER: ("묶음 · Clusters", "Different photographs of one thing: all are kept, always in one split."),
}
FIGURES = {
    "inliers": ("맞는 점 · points that fit",
                "Points of the two pictures that lie on each other once one is laid over the other; "
                f"compared from {LEAST_INLIERS} on."),
    "overlap": ("겹침 · overlap", "Share of the later picture that the earlier one shows too, 0 to 1; "
                                f"a duplicate has {SAME_OVERLAP} or more."),
    "median": ("보통 일치도 · usual agreement",
               f"How well the tiles of {TILE} pixels agree (correlation: 1 is equal, 0 unrelated): half of them agree better."),
    "low": ("낮은 일치도 · low agreement", f"One tile in twenty agrees less. From {DOUBTFUL_LOW} on nearly everything agrees: "
                                          "the same photograph, or a form with something else written on it."),
    "weakest": ("가장 다른 곳 · worst place", f"Agreement of the worst tile but one. A duplicate has {SAME_WEAKEST} or more; "
                                             "where one line differs it is less."),
    "lines": ("줄 · lines", "Lines that the model read at the same place of both pictures."),
    "edits": ("글자 차이 · edits", "Characters to change in all of them to get from one text to the other."),
    "lines alone": ("한쪽에만 있는 줄 · lines alone", "Lines that it read on one of the two only."),
    "figures changed": ("다른 숫자 · figures changed", f"Digits that differ in lines that it is sure of (score {SURE} or more); "
                                                      f"from {OTHER_FIGURES} on it is another document."),
}
"""Name in ``Compared.figures`` → what people call it, and what it says."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One picture of a group.

    Attributes:
        name: key of its submission.
        note: a line about it.
        href: its file, relative to the page.
        width: pixels of the file.
        height: pixels of the file.
        marks: places to mark on it.
    """

    name: str
    note: str
    href: str
    width: int
    height: int
    marks: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where two pictures differ, cut out of both as data URLs."""

    earlier: str
    later: str
    agreement: float


@dataclass(frozen=True, slots=True)
class Command:
    """A line for a shell, and what follows from it."""

    line: str
    effect: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that belong together.

    Attributes:
        section: where it stands.
        title: what a manager reads above it.
        why: why it stands there, in a sentence.
        pictures: the earlier one first.
        commands: what a manager may say of it.
        figures: what the comparison found, by name.
        laid: file of the earlier picture laid over the later one, relative to the page; None where that cannot be done.
        cuts: where the two differ, the worst place first.
    """

    section: Section
    title: str
    why: str
    pictures: tuple[PagePicture, ...]
    commands: tuple[Command, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    laid: str | None = None
    cuts: tuple[Cut, ...] = ()


def contact_sheet(groups: Sequence[Group], left_out: int = 0) -> str:
    """The page, as HTML; the pictures are files beside it. It runs no script, and its texts are escaped.

    Args:
        groups: what it shows.
        left_out: how many older groups there are.
    """
    sections = [(section, *HEADINGS[section], [group for group in groups if group.section is section]) for section in Section]
    return template("contact_sheet").render(sections=sections, figures=FIGURES, left_out=left_out)


def pair_sheet(group: Group) -> str:
    """A page of one group."""
    return template("contact_sheet").render(alone=group, figures=FIGURES)
