"""How a campaign goes: counted from the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from datastore.ledger import campaign_counts, flags
from datastore.ledger.campaign_counts import Between
from schemas.campaign_state import CampaignState, DayCount, Phase
from schemas.draw import Draw
from schemas.recipes.campaign import Campaign
from schemas.text import normalise
from stages.score.public_value import known_too_early
from workbench.bench import Workbench
from workbench.board import shown_board
from workbench.draw import drawn
from workbench.new_campaign import changed_rules
from workbench.undecided import is_listed, undecided

DAYS_SHOWN = 60
"""Days of arrivals, at most: the newest."""
RATE_DAYS = 7
"""The forecast goes on at the rate of so many days, or of as many as there were."""


def campaign_state(bench: Workbench, campaign: Campaign, now: datetime) -> CampaignState:
    """A campaign as it stands at a moment.

    Args:
        bench: the systems.
        campaign: its file.
        now: in UTC.
    """
    days = Between(campaign.begins_at, campaign.ends_at)
    outcomes = campaign_counts.count_outcomes(bench.ledger, campaign.name, days)
    waiting = campaign_counts.count_waiting(bench.ledger, bench.settings.bucket_raw, campaign.name, days)
    draw = drawn(bench.ledger, campaign.name)
    phase = phase_of(campaign, draw, now)
    points = campaign_counts.sum_of_points(bench.ledger, campaign.name)
    photographs = waiting + sum(outcomes.values())
    rate = _rate(bench, campaign, now)
    board = shown_board(bench, campaign, now)
    to_label = campaign_counts.count_to_label(bench.ledger, campaign.name,
                                              campaign.annotation_config or bench.settings.annotation_config, days)
    return CampaignState(
        campaign.name, phase, campaign.begins_at, campaign.ends_at, photographs, waiting, outcomes,
        campaign_counts.count_people(bench.ledger, campaign.name, days), points.provisional, points.final,
        len(flags.flags_of(bench.ledger, campaign.name, open_only=True)), to_label, _by_day(bench, campaign, now),
        _forecast(campaign, photographs, rate, now), rate.days, board.next_at if board else None, draw is not None,
        changed_rules(bench.ledger, campaign), tuple(_problems(bench, campaign, phase, draw)),
        phase is Phase.ENDED and not is_listed(bench, campaign))


def _problems(bench: Workbench, campaign: Campaign, phase: Phase, draw: Draw | None) -> Iterator[str]:
    """What a manager has to do something about."""
    name = campaign.name
    running = phase in (Phase.PLANNED, Phase.OPEN, Phase.FROZEN)
    if running and campaign.consent is None:
        yield "Nobody can join by the portal: the file has no consent"
    if running and campaign.prizes.drawn and not campaign.prizes.public_value:
        yield "The file does not say what the draw waits for: write prizes.public_value before the end"
    elif running and campaign.prizes.drawn and draw is None:
        yield f"Nobody has committed to the draw's secret; after the end it is too late: saegim campaign commit {name}"
    if draw is None and running and known_too_early(campaign, campaign.prizes.public_value):
        yield f"What the draw waits for may be known before the end: write a later day ({campaign.prizes.public_value})"
    if draw and phase is not Phase.DRAWN and known_too_early(campaign, draw.awaited):
        yield f"What the draw waits for may be known before the end, which was moved: end it before that ({draw.awaited})"
    if draw and normalise(campaign.prizes.public_value) != draw.awaited:
        yield f"The file names another public value than the one that was committed to, which counts: {draw.awaited}"
    if phase is Phase.ENDED:
        left = undecided(bench, campaign)
        yield f"It is over: saegim campaign close {name}" + (f", once nothing is undecided: {'; '.join(left)}" if left else "")
    if phase is Phase.CLOSED and draw and draw.count:
        yield f"The draw waits for {draw.awaited}: saegim campaign draw {name} --public-value …"


def phase_of(campaign: Campaign, draw: Draw | None, now: datetime) -> Phase:
    """Where a campaign is at a moment."""
    if draw and draw.drawn_at:
        return Phase.DRAWN
    if draw and draw.frozen_at:
        return Phase.CLOSED
    if now >= campaign.ends_at:
        return Phase.ENDED
    if now >= campaign.freezes_at:
        return Phase.FROZEN
    return Phase.OPEN if now >= campaign.begins_at else Phase.PLANNED


@dataclass(frozen=True, slots=True)
class _Rate:
    """Photographs a day, over so many days."""

    a_day: float
    days: float


def _rate(bench: Workbench, campaign: Campaign, now: datetime) -> _Rate:
    """At what rate photographs arrive: over the last days of the campaign up to now."""
    until = min(now, campaign.ends_at)
    since = max(campaign.begins_at, until - timedelta(days=RATE_DAYS))
    days = (until - since) / timedelta(days=1)
    if days <= 0:
        return _Rate(0.0, 0.0)
    last = Between(since, until)
    sent = campaign_counts.count_waiting(bench.ledger, bench.settings.bucket_raw, campaign.name, last)
    return _Rate((sent + campaign_counts.count_by_days(bench.ledger, campaign.name, [last])[0]) / days, days)


def _forecast(campaign: Campaign, photographs: int, rate: _Rate, now: datetime) -> int | None:
    if now <= campaign.begins_at:
        return None
    left = max(campaign.ends_at - now, timedelta()) / timedelta(days=1)
    return round(photographs + rate.a_day * left)


def _by_day(bench: Workbench, campaign: Campaign, now: datetime) -> tuple[DayCount, ...]:
    today = min(campaign.day_of(now), campaign.last_day)
    shown = [today - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]
    shown = [day for day in shown if day >= campaign.first_day]
    counts = campaign_counts.count_by_days(bench.ledger, campaign.name, [
        Between(campaign.midnight(day), campaign.midnight(day + timedelta(days=1))) for day in shown])
    return tuple(DayCount(*item) for item in zip(shown, counts, strict=True))
