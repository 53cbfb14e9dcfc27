"""A campaign: when it runs, what is collected, what it is worth, what can be won."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator, model_validator

from saegim.names import did_you_mean
from schemas.reading import ALL_SLICES, Unit
from schemas.recipes.recipe import Recipe, parse_recipe
from schemas.recipes.slices import SliceNames, slices_known
from schemas.text import normalise

WORTH_NOTHING = {"illegible"}
"""Slices that no campaign collects."""


class Prizes(Recipe):
    """How many win by rank, and how many of the others are drawn at random."""

    top: int = Field(3, ge=0)
    drawn: int = Field(2, ge=0)


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

    points: int
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


class Campaign(Recipe):
    """A file of recipes/campaigns/.

    Attributes:
        name: first part of its submissions' keys, normalised as these are.
        title: what submitters read.
        time_zone: whose days its days are, by its IANA name such as ``Asia/Seoul``.
        first_day: first day on which submissions count, from its midnight in that zone.
        last_day: the last one, to its midnight.
        annotation_config: what its pictures are labelled under, and whose accepted readings its bonus counts; where left out,
            what SAEGIM_ANNOTATION_CONFIG names.
        unit: what one picture shows; left out for photographs of scenes and documents. Crops of a ``line`` or a ``word`` may be
            as low as SAEGIM_MIN_LINE_SIDE.
        points: for an accepted photograph.
        bonus: points on top, by slice of its accepted reading; a named slice too.
        prizes: what can be won.
    """

    name: str = Field(pattern=r"^[^/\s]+$")
    title: str
    time_zone: str = "Asia/Seoul"
    first_day: date
    last_day: date
    annotation_config: str = ""
    unit: Unit | None = None
    points: int = Field(10, ge=0)
    bonus: dict[str, Bonus] = Field(default_factory=dict)
    prizes: Prizes = Prizes(top=3, drawn=2)

    @field_validator("name")
    @classmethod
    def _normalised(cls, name: str) -> str:
        return normalise(name)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; expected an IANA name such as Asia/Seoul or Europe/London") from None
        return name

    @field_validator("bonus", mode="before")
    @classmethod
    def _points_alone(cls, bonus: object) -> object:
        if not isinstance(bonus, Mapping):
            return bonus
        return {normalise(name) if isinstance(name, str) else name: _written_out(value) for name, value in bonus.items()}

    @field_validator("bonus")
    @classmethod
    def _known_slices(cls, bonus: dict[str, Bonus], info: ValidationInfo) -> dict[str, Bonus]:
        known = slices_known(info)
        if known is not None and (unknown := [name for name in sorted(bonus) if name not in known or name in WORTH_NOTHING]):
            raise ValueError(f"no such slice: {unknown[0]}{did_you_mean(unknown[0], set(known) - WORTH_NOTHING)}")
        return bonus

    @model_validator(mode="after")
    def _days_in_order(self) -> Campaign:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} lies before first_day {self.first_day}")
        return self

    def day_of(self, sent_at: datetime) -> date:
        """The day on which something was sent, in the campaign's zone."""
        return sent_at.astimezone(ZoneInfo(self.time_zone)).date()

    def counts(self, sent_at: datetime) -> bool:
        """Whether something sent at a moment was sent in time."""
        return self.first_day <= self.day_of(sent_at) <= self.last_day

    def bonus_at(self, sent_at: datetime) -> dict[str, int]:
        """Points by slice for what was sent at a moment, sorted by slice."""
        day = self.day_of(sent_at)
        found = ((name, bonus.points_on(day)) for name, bonus in sorted(self.bonus.items()))
        return {name: points for name, points in found if points is not None}


def _written_out(value: object) -> object:
    """A bonus as a mapping, as its record reads it; of a list the first, with the others in it."""
    if isinstance(value, list) and value:
        first, *others = map(_written_out, value)
        return {**first, "also": others} if others and isinstance(first, dict) else first
    return value if isinstance(value, Mapping | Bonus) else {"points": value}


def parse_campaign(text: str, where: str, slices: Collection[str] = ALL_SLICES) -> Campaign:
    """Reads a campaign's YAML.

    Args:
        text: YAML.
        where: its file, for the message.
        slices: that it may name.

    Raises:
        SettingError: with each wrong line.
    """
    return parse_recipe(Campaign, text, where, SliceNames(slices))
