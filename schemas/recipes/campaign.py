"""A campaign: when it runs, what is collected, what it is worth, what can be won."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator, model_validator

from saegim.names import did_you_mean
from schemas.reading import ALL_SLICES, Unit
from schemas.recipes.campaign_parts import Bilingual, BoardRules, Bonus, Caps, Category, Consent, Number, Prizes, TakePart
from schemas.recipes.pricing_rules import PricingRules, bonus_on
from schemas.recipes.recipe import Recipe, parse_recipe, wrong_at
from schemas.recipes.slices import SliceNames, slices_known
from schemas.sources import PUBLIC
from schemas.text import normalise

S = TypeVar("S")

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
"""A day whose midnight every clock can tell."""
WORTH_NOTHING = {"illegible"}
"""Slices that no campaign collects."""


class Campaign(Recipe):
    """A file of recipes/campaigns/.

    Attributes:
        name: first part of its submissions' keys, normalised as these are.
        title: what submitters read.
        text: what the event is about; they read it before they join.
        take_part: who may join without an invitation.
        time_zone: whose days its days are, by its IANA name such as ``Asia/Seoul``.
        first_day: first day on which submissions count, from its midnight in that zone.
        last_day: the last one, to its midnight.
        annotation_config: what its pictures are labelled under, and whose accepted readings its bonus counts; where left out,
            what SAEGIM_ANNOTATION_CONFIG names.
        unit: what one picture shows; left out for photographs of scenes and documents. Crops of a ``line`` or a ``word`` may be
            as low as SAEGIM_MIN_LINE_SIDE.
        points: for an accepted photograph.
        categories: what the portal offers to say of a photograph, by slice; with points of their own where these differ.
        bonus: points on top, by slice of its accepted reading; a named slice too.
        caps: for how many photographs a person gets points.
        duplicate_points: for a photograph that was sent before.
        prizes: what can be won.
        board: when people see a new one.
        consent: what people agree to; nobody joins by the portal where it is left out.
        demo_quota: most photographs a day that people send to it from the demo page: those are chosen for what the model reads
            badly, and would outweigh what is there.
    """

    name: str = Field(pattern=r"^[^/\s]+$")
    title: Bilingual
    text: Bilingual | None = None
    take_part: TakePart = TakePart()
    time_zone: str = "Asia/Seoul"
    first_day: Day
    last_day: Day
    annotation_config: str = ""
    unit: Unit | None = None
    points: Number = 10
    categories: dict[str, Category] = Field(default_factory=dict)
    bonus: dict[str, Bonus] = Field(default_factory=dict)
    caps: Caps = Caps()
    duplicate_points: Number = 0
    prizes: Prizes = Prizes(top=3, drawn=2)
    board: BoardRules = BoardRules()
    consent: Consent | None = None
    demo_quota: Number = 20

    @field_validator("name")
    @classmethod
    def _normalised(cls, name: str) -> str:
        if normalise(name) == PUBLIC:
            raise ValueError("that is the name of public data sets, which are no collection: expected another one")
        return normalise(name)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; expected an IANA name such as Asia/Seoul or Europe/London") from None
        return name

    @field_validator("bonus", "categories", mode="before")
    @classmethod
    def _points_alone(cls, slices: object) -> object:
        if not isinstance(slices, Mapping):
            return slices
        return {normalise(name) if isinstance(name, str) else name: _written_out(value) for name, value in slices.items()}

    @field_validator("bonus", "categories")
    @classmethod
    def _known_slices(cls, slices: dict[str, S], info: ValidationInfo) -> dict[str, S]:
        known = slices_known(info)
        if known is not None and (unknown := [name for name in sorted(slices) if name not in known or name in WORTH_NOTHING]):
            raise wrong_at(unknown[0], f"no such slice: {unknown[0]}{did_you_mean(unknown[0], set(known) - WORTH_NOTHING)}")
        return slices

    @field_validator("duplicate_points")
    @classmethod
    def _no_more_than_a_photograph(cls, worth: int, info: ValidationInfo) -> int:
        if worth > info.data.get("points", worth):
            raise ValueError(f"a duplicate would be worth more than a photograph, which has {info.data['points']}")
        return worth

    @field_validator("board")
    @classmethod
    def _seen_by_people(cls, board: BoardRules, info: ValidationInfo) -> BoardRules:
        first, last = info.data.get("first_day"), info.data.get("last_day")
        hours = ((last - first).days + 1) * 24 if first and last and first <= last else None
        if hours and "freeze_hours" in board.model_fields_set and board.freeze_hours * 2 > hours:
            raise wrong_at("freeze_hours", f"it may be half of the campaign at most: {hours // 2} of its {hours} hours")
        return board

    @model_validator(mode="after")
    def _days_in_order(self) -> Campaign:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} lies before first_day {self.first_day}")
        return self

    def day_of(self, sent_at: datetime) -> date:
        """The day on which something was sent, in the campaign's zone."""
        return sent_at.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def begins_at(self) -> datetime:
        """The moment in UTC at which its first day begins in its zone."""
        return self.midnight(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The moment in UTC at which its last day is over: the first one at which nothing counts any more."""
        return self.midnight(self.last_day + timedelta(days=1))

    @property
    def freezes_at(self) -> datetime:
        """The moment in UTC from which people see no new board before the final one; half of the campaign is the longest."""
        return max(self.ends_at - timedelta(hours=self.board.freeze_hours),
                   self.begins_at + (self.ends_at - self.begins_at) / 2)

    def midnight(self, day: date) -> datetime:
        """The first moment of a day, also where the clocks are changed at midnight and it has none, or has two."""
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)

    def counts(self, sent_at: datetime) -> bool:
        """Whether something sent at a moment was sent in time."""
        return self.begins_at <= sent_at < self.ends_at

    def rules(self) -> dict[str, Any]:
        """What photographs are priced by, as JSON has it: see ``PricingRules``. Another title changes nothing of it."""
        return self.model_dump(mode="json", include=set(PricingRules.model_fields),
                               exclude={"categories": {"__all__": {"title"}}})

    def bonus_at(self, sent_at: datetime) -> dict[str, int]:
        """Points by slice for what is sent at a moment, by the file as it is now, sorted by slice."""
        return bonus_on(self.bonus, self.day_of(sent_at))


def _written_out(value: object) -> object:
    """A bonus or a category as a mapping, as its record reads it; of a list the first, with the others in it."""
    if isinstance(value, list) and value:
        first, *others = map(_written_out, value)
        return {**first, "also": others} if others and isinstance(first, dict) else first
    return value if isinstance(value, Mapping | Recipe) else {"points": value}


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
