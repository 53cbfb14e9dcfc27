"""What the photographs of a campaign are priced by: a part of its file, kept as it was when they were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import Field

from schemas.recipes.campaign_parts import Bonus, Caps, Category
from schemas.recipes.recipe import Recipe


class PricingRules(Recipe):
    """The part of a campaign's file that says what a photograph is worth.

    Names of slices are not looked at again: an earlier version may name one that has no definition any more.

    Attributes:
        points: for an accepted photograph.
        categories: by slice.
        bonus: points on top, by slice.
        caps: for how many photographs a person gets points.
        duplicate_points: for a photograph that was sent before.
    """

    points: int
    categories: dict[str, Category] = Field(default_factory=dict)
    bonus: dict[str, Bonus] = Field(default_factory=dict)
    caps: Caps = Caps()
    duplicate_points: int = 0

    def points_of(self, category: str) -> int:
        """Points for a photograph of one of its categories."""
        worth = self.categories[category].points
        return self.points if worth is None else worth


@dataclass(frozen=True, slots=True)
class FoundRules:
    """Rules of a campaign's file.

    Attributes:
        rules: as ``Campaign.rules`` has them.
        at: when the file was read, in UTC.
    """

    rules: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """Rules of a campaign as they were from a moment on.

    Attributes:
        number: from 1 on.
        from_at: when they were first seen, in UTC.
        rules: what they are.
    """

    number: int
    from_at: datetime
    rules: PricingRules


def in_force(versions: Sequence[RulesVersion], moment: datetime) -> RulesVersion:
    """The version by which is priced what was sent at a moment; the first one counts from ever, a later one after its moment.

    Args:
        versions: all of a campaign, at least one, in order of their numbers.
        moment: when it was sent.
    """
    return next((item for item in reversed(versions) if item.from_at < moment), versions[0])


def bonus_on(bonus: Mapping[str, Bonus], day: date) -> dict[str, int]:
    """Points on top by slice for what is sent on a day, sorted by slice."""
    found = ((name, item.points_on(day)) for name, item in sorted(bonus.items()))
    return {name: points for name, points in found if points is not None}
