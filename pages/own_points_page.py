"""What the page of one's own points shows."""

from __future__ import annotations

from dataclasses import dataclass

from pages.evaluation_explained import Words


@dataclass(frozen=True, slots=True)
class OwnChange:
    """One change of somebody's points.

    Attributes:
        at: when, as people read it.
        rule: what it was for.
        provisional: by how much the provisional points changed.
        final: likewise.
        title: why, in a few words.
        means: what that means and what one can do.
        version: of the campaign's rules.
    """

    at: Words
    rule: Words
    provisional: int
    final: int
    title: Words
    means: Words
    version: int


@dataclass(frozen=True, slots=True)
class OwnHistory:
    """What changed of one photograph of somebody's.

    Attributes:
        url: of its picture, for a short while; empty where none is shown.
        width: of the picture, in pixels.
        height: likewise.
        sent: when it was sent; empty where that is not known.
        provisional: its points that may still change.
        final: its points that people confirmed.
        changes: the newest first.
        key: of its object, to take it back by; empty where it is not there any more.
    """

    url: str
    width: int
    height: int
    sent: Words
    provisional: int
    final: int
    changes: tuple[OwnChange, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class MinePage:
    """Somebody's own points.

    Attributes:
        provisional: all that may still change.
        final: all that people confirmed.
        photographs: how many there are changes of.
        histories: of this page, those that changed last first.
        disqualified_because: why they were taken out of the event; empty where they were not.
        page: from 1 on.
        pages: how many there are.
    """

    provisional: int
    final: int
    photographs: int
    histories: tuple[OwnHistory, ...]
    disqualified_because: str
    page: int
    pages: int
