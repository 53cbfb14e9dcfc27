"""Points: what each photograph of a campaign is worth by everything known now.

The same inputs give the same points in whatever order they come, so that anybody can count them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from schemas.counted_photograph import CountedPhotograph
from schemas.points import PHOTOGRAPH, PointLine, PointReason
from schemas.recipes.campaign import Campaign
from schemas.recipes.pricing_rules import PricingRules, RulesVersion, bonus_on, in_force
from schemas.submission import Outcome

NOT_TAKEN = {
    Outcome.REJECTED: PointReason.REJECTED,
    Outcome.HELD: PointReason.HELD,
    Outcome.QUARANTINED: PointReason.HELD,
    Outcome.WITHDRAWN: PointReason.WITHDRAWN,
}
"""Outcomes that are worth nothing, whatever the rules say."""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason of points, with what it needs beside it; see ``PointReason``."""

    reason: PointReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """Points of a photograph itself, before any bonus.

    Attributes:
        points: how many.
        category: that they are of; empty where the campaign's own points count.
    """

    points: int
    category: str = ""


@dataclass(slots=True)
class Earned:
    """What one person had points for until now, in order of time.

    Attributes:
        categories: photographs of each category.
        days: photographs of each day of the campaign's zone.
        moments: when each was sent.
    """

    categories: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    moments: list[datetime] = field(default_factory=list)

    def add(self, category: str, day: date, moment: datetime) -> None:
        """One more photograph with points."""
        self.categories[category] += 1
        self.days[day] += 1
        self.moments.append(moment)

    def too_many(self, rules: PricingRules, day: date, moment: datetime) -> Why | None:
        """The cap of a day or of a burst that one more photograph would break; None where none."""
        caps = rules.caps
        if caps.day is not None and self.days[day] >= caps.day:
            return Why(PointReason.CAP_OF_DAY, str(caps.day))
        if (burst := caps.burst) and len(self.moments) >= burst.photographs:
            first = self.moments[-burst.photographs]
            if moment - first < timedelta(seconds=burst.seconds):
                return Why(PointReason.CAP_OF_BURST, f"{burst.photographs} {burst.seconds}")
        return None


def count(campaign: Campaign, versions: Sequence[RulesVersion], photographs: Iterable[CountedPhotograph],
          disqualified: Mapping[str, str]) -> list[PointLine]:
    """Counts the points of a campaign.

    Each photograph is priced by the rules that were in force when it was sent; days and zone are those of the file as it is now.
    Caps are used up in order of (sent_at, key) by photographs that have points.

    Args:
        campaign: its file as it is now.
        versions: of its rules, in order.
        photographs: all of its submissions.
        disqualified: why, by submitter.

    Returns:
        At least one line a photograph, the one of ``PHOTOGRAPH``, in order of (sent_at, key).
    """
    earned: dict[str, Earned] = {}
    lines: list[PointLine] = []
    for item in sorted(photographs, key=lambda item: (item.sent_at, item.key)):
        version = in_force(versions, item.sent_at)
        counted = _Counted(item, version, campaign.day_of(item.sent_at), earned.setdefault(item.submitter, Earned()))
        lines += counted.lines(_not_counted(campaign, item, disqualified))
    return lines


def _not_counted(campaign: Campaign, item: CountedPhotograph, disqualified: Mapping[str, str]) -> Why | None:
    """Why a photograph is worth nothing by any rules; the first reason that there is."""
    if reason := NOT_TAKEN.get(item.outcome):
        return Why(reason, item.because)
    if item.submitter in disqualified:
        return Why(PointReason.DISQUALIFIED, disqualified[item.submitter])
    if item.unfair:
        return Why(PointReason.FLAG_CONFIRMED, item.unfair)
    return None if campaign.counts(item.sent_at) else Why(PointReason.OUTSIDE_THE_DAYS)


@dataclass(frozen=True, slots=True)
class _Counted:
    """One photograph with its rules, its day, and what its sender had points for before."""

    item: CountedPhotograph
    version: RulesVersion
    day: date
    earned: Earned

    @property
    def rules(self) -> PricingRules:
        return self.version.rules

    @property
    def is_final(self) -> bool:
        return self.item.read is not None and not self.item.flagged

    @property
    def expected(self) -> frozenset[str]:
        """What its sender or a model says that it shows."""
        return self.item.claimed | self.item.suggested

    @property
    def shown(self) -> frozenset[str]:
        """What it shows, as far as is known."""
        return self.item.read if self.item.read is not None else self.expected

    def lines(self, not_counted: Why | None) -> list[PointLine]:
        if not_counted:
            return [self._line(PHOTOGRAPH, 0, not_counted)]
        if self.item.outcome is Outcome.DUPLICATE:
            return [self._duplicate()]
        if full := self.earned.too_many(self.rules, self.day, self.item.sent_at):
            return [self._line(PHOTOGRAPH, 0, full)]
        base = self._base()
        if base is None:
            best = _best(self.rules, self.shown).category
            return [self._line(PHOTOGRAPH, 0, Why(PointReason.CAP_OF_CATEGORY, f"{best} {self.rules.categories[best].cap}"))]
        lines = [self._line(PHOTOGRAPH, base.points, self._why(base)), *self._bonus()]
        if any(line.provisional + line.final > 0 for line in lines):
            self.earned.add(base.category, self.day, self.item.sent_at)
        return lines

    def _duplicate(self) -> PointLine:
        worth = self.rules.duplicate_points
        if worth and (full := self.earned.too_many(self.rules, self.day, self.item.sent_at)):
            return self._line(PHOTOGRAPH, 0, full)
        if worth:
            self.earned.add("", self.day, self.item.sent_at)
        return self._line(PHOTOGRAPH, worth, Why(PointReason.DUPLICATE, self.item.because))

    def _base(self) -> Base | None:
        """Points of the best of its categories whose cap is not reached; None where all of them are."""
        of = [name for name in self.rules.categories if name in self.shown]
        free = [name for name in of if (cap := self.rules.categories[name].cap) is None or self.earned.categories[name] < cap]
        return None if of and not free else _best(self.rules, free)

    def _why(self, base: Base) -> Why:
        if self.item.read is None:
            return Why(PointReason.ACCEPTED, base.category)
        if self.item.flagged:
            return Why(PointReason.FLAGGED, base.category)
        hoped = _best(self.rules, self.expected)
        if hoped.category and hoped.category not in self.shown and hoped.points > base.points:
            return Why(PointReason.DENIED, hoped.category)
        return Why(PointReason.CONFIRMED, base.category)

    def _bonus(self) -> Iterator[PointLine]:
        for name, worth in bonus_on(self.rules.bonus, self.day).items():
            if name in self.shown:
                yield self._line(name, worth, Why(self._why_bonus(name)))
            elif name in self.expected:
                yield self._line(name, 0, Why(PointReason.DENIED))

    def _why_bonus(self, name: str) -> PointReason:
        if self.item.read is None:
            return PointReason.CLAIMED if name in self.item.claimed else PointReason.SUGGESTED
        if self.item.flagged:
            return PointReason.FLAGGED
        return PointReason.CONFIRMED if name in self.expected else PointReason.FOUND

    def _line(self, rule: str, worth: int, why: Why) -> PointLine:
        provisional = 0 if self.is_final else worth
        return PointLine(self.item.submission_id, self.item.submitter, rule, provisional, worth - provisional, why.reason,
                         why.detail, self.version.number)


def _best(rules: PricingRules, names: Iterable[str]) -> Base:
    """Points of the best of the categories among some slices, of equal ones the first by name; else the campaign's own."""
    found = [Base(rules.points_of(name), name) for name in sorted(names) if name in rules.categories]
    return max(found, key=lambda base: base.points, default=Base(rules.points))
