"""What a campaign could give for what evaluations ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.demand import AcceptedBonus, DemandFollowed
from schemas.recipes.campaign import Campaign
from workbench.bench import Workbench
from workbench.demand import follow_demand, proposed


@dataclass(frozen=True, slots=True)
class DemandProposal:
    """One slice that is asked for.

    Attributes:
        followed: what was asked, given and sent.
        worth: points that the campaign gives for it today; 0 where none.
        bonus: what is proposed; None where the campaign gives nothing any more.
        given: what this campaign was told to give for it.
    """

    followed: DemandFollowed
    worth: int
    bonus: AcceptedBonus | None
    given: tuple[AcceptedBonus, ...]


def demand_proposals(bench: Workbench, campaign: Campaign, now: datetime) -> list[DemandProposal]:
    """Everything that the newest evaluation asks for, by rank, with points and a week for each.

    Args:
        bench: the systems.
        campaign: that could give them.
        now: in UTC.
    """
    today = campaign.day_of(now)
    week = _week(campaign, today)
    found = []
    for item in follow_demand(bench):
        if item.now.rank is None:
            continue
        name = item.now.demand.slice.name
        worth = (campaign.bonus[name].points_on(today) or 0) if name in campaign.bonus else 0
        bonus = AcceptedBonus(campaign.name, proposed(campaign, item.now, worth), *week) if week else None
        found.append(DemandProposal(item, worth, bonus, tuple(one for one in item.accepted if one.campaign == campaign.name)))
    return found


def _week(campaign: Campaign, today: date) -> tuple[date, date] | None:
    """Next Monday to Sunday, as far as the campaign runs then; what is left of it where it ends before; None where nothing is."""
    first = max(today + timedelta(days=7 - today.weekday()), campaign.first_day)
    if first > campaign.last_day:
        first = max(today, campaign.first_day)
    return (first, min(first + timedelta(days=6), campaign.last_day)) if first <= campaign.last_day else None
