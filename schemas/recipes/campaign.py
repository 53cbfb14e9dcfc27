"""A campaign: when it runs, what is collected, what it is worth, what can be won."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from saegim.names import did_you_mean
from schemas.reading import REGION_VOCABULARY, Unit
from schemas.recipes.recipe import Recipe, parse_recipe
from schemas.text import normalise

SLICES = {value for values in REGION_VOCABULARY.values() for value in values}


class Prizes(Recipe):
    """How many win by rank, and how many of the others are drawn at random."""

    top: int = Field(3, ge=0)
    drawn: int = Field(2, ge=0)


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
        bonus: points on top, by slice of its accepted reading.
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
    bonus: dict[str, int] = Field(default_factory=dict)
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

    @field_validator("bonus")
    @classmethod
    def _known_slices(cls, bonus: dict[str, int]) -> dict[str, int]:
        unknown = sorted(set(bonus) - SLICES)
        if unknown:
            raise ValueError(f"no such slice: {unknown[0]}{did_you_mean(unknown[0], SLICES)}")
        return bonus

    @model_validator(mode="after")
    def _days_in_order(self) -> Campaign:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} lies before first_day {self.first_day}")
        return self


    def counts(self, sent_at: datetime) -> bool:
        """Whether something sent at a moment was sent in time."""
        return self.first_day <= sent_at.astimezone(ZoneInfo(self.time_zone)).date() <= self.last_day


def parse_campaign(text: str, where: str) -> Campaign:
    """Reads a campaign's YAML; raises SettingError with the wrong line."""
    return parse_recipe(Campaign, text, where)
