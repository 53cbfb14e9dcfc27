"""Photographs that people send by the portal: the places that it gives out, and what became of what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Upload:
    """A photograph that somebody sends, or sent, by the portal.

    Attributes:
        key: where it goes: ``campaign/submitter/…``, made by the portal.
        campaign: its name.
        submitter: name of the account.
        client_id: the page's own name of it: asked for twice, it is one place.
        file_name: as the sender's device calls it; data, never part of a key.
        media_type: as the browser says; the bucket takes no other one at this place.
        size: bytes, as the browser says; the bucket takes no more.
        categories: what its sender says that it shows; may be said after it was sent.
        from_demo: whether it came from the demo page.
        issued_at: in UTC.
        arrived_at: when the page said that the bucket has it; None before.
    """

    key: str
    campaign: str
    submitter: str
    client_id: str
    file_name: str
    media_type: str
    size: int
    categories: tuple[str, ...]
    from_demo: bool
    issued_at: datetime
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photograph that a page asks a place for. All of it is what a browser says.

    Attributes:
        client_id: the page's own name of it.
        file_name: as the device calls it.
        media_type: empty where the browser knows none.
        size: bytes.
    """

    client_id: str
    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class PostForm:
    """Where a browser posts one object: all fields go before the file, in a form of the type ``multipart/form-data``."""

    url: str
    fields: Mapping[str, str]


class NoPlace(StrEnum):
    """Why a photograph gets no place. ``pages/upload_words.py`` has what its sender reads."""

    NOT_OPEN = "not_open"
    CONSENT = "consent"
    """The text that people agree to is a new one, and they have not."""
    DISQUALIFIED = "disqualified"
    FORMAT = "format"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_AT_ONCE = "too_many_at_once"
    """Places that were given to them and are still empty; more are given once those are filled or too old."""
    TOO_MANY_TODAY = "too_many_today"
    DEMO_FULL = "demo_full"
    """All places of the campaign's day for photographs from the demo page are taken (``Campaign.demo_quota``)."""


FINAL_REFUSALS = (NoPlace.FORMAT, NoPlace.EMPTY, NoPlace.TOO_LARGE)
"""Those that are about the photograph itself: it is not worth asking again."""


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """What the portal answers for one photograph.

    Attributes:
        client_id: the page's name of it.
        form: where to post it; None where there is nothing to post.
        there: the bucket has it already: nothing is to be sent.
        refused: why it gets no place; None where it gets one.
    """

    client_id: str
    form: PostForm | None = None
    there: bool = False
    refused: NoPlace | None = None


class PhotographState(StrEnum):
    """What became of a photograph, as its sender is told."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    NOT_COUNTED = "not_counted"
    """It is taken, and a manager decided that it gets no points."""
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    HELD = "held"
    """A person looks at it, whatever for."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class OwnPhotograph:
    """A photograph as its sender sees it.

    Attributes:
        key: of its object.
        submission_id: None while ingest has not decided.
        file_name: as the sender's device called it.
        sent_at: in UTC.
        state: what became of it.
        sentence: why, and what to do, in Korean and in English.
        because: what a manager wrote of it; empty where nobody did.
        categories: what its sender says that it shows.
        from_demo: whether it was sent from the demo page.
        provisional: points that may still change.
        final: points that people confirmed.
        picture: URL of its canonical copy, for a short time; None where it has none.
        earlier_picture: of the sender's own picture that it repeats.
    """

    key: str
    submission_id: str | None
    file_name: str
    sent_at: datetime
    state: PhotographState
    sentence: tuple[str, str]
    because: str = ""
    categories: tuple[str, ...] = ()
    from_demo: bool = False
    provisional: int = 0
    final: int = 0
    picture: str | None = None
    earlier_picture: str | None = None
