"""What the file of a campaign is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from schemas.recipes.recipe import Recipe

ADDRESSES = re.compile(r"(\*|[^\s@*]+)@[^\s@*]+\.[^\s@*.]+")
"""One address, or all of a domain; never those of everybody."""

MOST = 1_000_000
"""No number of a campaign's file is larger: the ledger keeps points as 32 bits, and no clock tells a billion minutes."""
Number = Annotated[int, Field(ge=0, le=MOST)]
NumberFromOne = Annotated[int, Field(ge=1, le=MOST)]


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("expected words")
    return text


class Bilingual(Recipe):
    """What people read in Korean and in English; in a campaign's file one text alone stands for both."""

    ko: Annotated[str, Field(min_length=1), AfterValidator(_words)]
    en: Annotated[str, Field(min_length=1), AfterValidator(_words)]

    @model_validator(mode="before")
    @classmethod
    def _one_text(cls, text: object) -> object:
        if isinstance(text, str):
            return {"ko": text, "en": text}
        if isinstance(text, Mapping | Bilingual):
            return text
        raise ValueError("expected a text, or one each below ko and en")


class Prizes(Recipe):
    """How many win by rank, and how many of the others are drawn at random.

    Attributes:
        top: win by rank.
        drawn: win at random, among all others with points.
        public_value: what the draw waits for: a number that nobody knows before the end and everybody can look up later, such
            as ``drand quicknet, first round after 2026-12-24 12:00 in Seoul``.
    """

    top: Number = 3
    drawn: Number = 2
    public_value: str = ""


class Category(Recipe):
    """What people may send, for a chip on the page; in a campaign's file a number alone is the points of a category.

    Attributes:
        points: for a photograph of it, in place of the campaign's; the campaign's where left out.
        title: what the chip says; the slice's own words where left out.
        cap: most photographs of it that a person gets points for; no end where left out.
    """

    points: Number | None = None
    title: Bilingual | None = None
    cap: NumberFromOne | None = None


class Burst(Recipe):
    """At most so many photographs with points within so many seconds: one thing is not photographed from all sides."""

    photographs: NumberFromOne
    seconds: NumberFromOne


class Caps(Recipe):
    """For how many photographs a person gets points; left out: no end.

    Attributes:
        day: in one day of the campaign's zone.
        burst: in a row.
    """

    day: NumberFromOne | None = None
    burst: Burst | None = None


class Consent(Recipe):
    """What people agree to before they send anything. Another text is another version, and asks everybody again."""

    version: NumberFromOne
    text: Bilingual


class TakePart(Recipe):
    """Who may take part beside those with an invitation.

    Attributes:
        addresses: of accounts of the company's own log-in, such as ``*@example.com``.
    """

    addresses: tuple[str, ...] = ()

    @field_validator("addresses", mode="before")
    @classmethod
    def _several(cls, addresses: object) -> object:
        return [addresses] if isinstance(addresses, str) else addresses

    @field_validator("addresses")
    @classmethod
    def _of_a_domain(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses:
            if not ADDRESSES.fullmatch(address):
                raise ValueError(f"{address!r} is no address of a log-in: expected one such as kim@example.com, or those of a "
                                 "domain such as '*@example.com'")
        return addresses


class BoardRules(Recipe):
    """When people see a new board.

    Attributes:
        every_minutes: how long one stands.
        freeze_hours: so long before the end the last one is shown that people see before the final one.
        photographs: whether the ones with most points are shown on it as small pictures; never those that a flag is on.
    """

    every_minutes: NumberFromOne = 30
    freeze_hours: Number = 24
    photographs: bool = True


class Bonus(Recipe):
    """Points on top for a slice; in a campaign's file a number alone is the points of a bonus for all of its days.

    Several for one slice are a list in the file, such as ``[5, {points: 8, first_day: 2026-11-30, last_day: 2026-12-06}]``: of
    those that count on a day the one with most points is given, so that a better week takes nothing from earlier ones.

    Attributes:
        points: for a photograph with a region of the slice.
        first_day: first day, in the campaign's zone, on which a photograph has to be sent for it; the campaign's where left out.
        last_day: the last one.
        also: the others of a list.
    """

    points: Number
    first_day: date | None = None
    last_day: date | None = None
    also: tuple[Bonus, ...] = ()

    @model_validator(mode="after")
    def _days_in_order(self) -> Bonus:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} lies before first_day {self.first_day}")
        return self

    def counts_on(self, day: date) -> bool:
        """Whether it is given for what was sent on a day; the others of its list are no matter."""
        return (self.first_day or day) <= day <= (self.last_day or day)

    def points_on(self, day: date) -> int | None:
        """The most points that it, or another one of its list, gives for what was sent on a day; None where none counts."""
        return max((item.points for item in (self, *self.also) if item.counts_on(day)), default=None)
