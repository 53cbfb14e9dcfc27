"""Points and ranks: the same inputs always give the same result, so that anybody can check it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome


@dataclass(frozen=True, slots=True)
class ScoredSubmission:
    """What scoring has to know of a submission. ``slices`` is empty until the picture has an accepted reading."""

    submission_id: str
    submitter: str
    sent_at: datetime
    outcome: Outcome
    slices: frozenset[str]


@dataclass(frozen=True, slots=True)
class PointLine:
    """Points for one submission by one rule: ``accepted``, or the name of a slice."""

    submission_id: str
    submitter: str
    rule: str
    points: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of the leaderboard; equal points share a rank, and the next rank is skipped."""

    rank: int
    submitter: str
    points: int
    accepted: int


def points(campaign: Campaign, submissions: Iterable[ScoredSubmission]) -> list[PointLine]:
    """Points of a campaign: for each accepted photograph sent in time, and a bonus for each rare slice on it once, on
    the days of the bonus.

    Duplicates, rejections and everything that is not accepted get none.
    """
    lines: list[PointLine] = []
    for item in submissions:
        if item.outcome is not Outcome.ACCEPTED or not campaign.counts(item.sent_at):
            continue
        lines.append(PointLine(item.submission_id, item.submitter, "accepted", campaign.points))
        lines += [PointLine(item.submission_id, item.submitter, name, worth)
                  for name, worth in campaign.bonus_at(item.sent_at).items() if name in item.slices]
    return lines


def leaderboard(lines: Iterable[PointLine]) -> list[Standing]:
    """Ranks submitters by points, then by name."""
    total: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for line in lines:
        total[line.submitter] += line.points
        accepted[line.submitter] += line.rule == "accepted"
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    ranks = {count: 1 + sum(other > count for other in total.values()) for count in set(total.values())}
    return [Standing(ranks[count], submitter, count, accepted[submitter]) for submitter, count in ordered]
