"""What a campaign is about, for whoever reads it."""

from __future__ import annotations

from datetime import datetime, timedelta

from pages.board_pages import CampaignPage, CategoryCard, Season, season
from pages.campaign_words import rule_sentences
from pages.category_words import OF_A_PHOTOGRAPH, category_words
from pages.evaluation_explained import Words
from pages.moments import day_of_year_words, day_words, left_words
from schemas.recipes.campaign import Campaign
from workbench.bench import Workbench
from workbench.board_page import NO_WORDS, wanted_now

COUNTED = timedelta(days=366)
"""A longer time is not counted down to: an event without an end says so by its dates."""


def campaign_page(bench: Workbench, campaign: Campaign, joined: bool, now: datetime) -> CampaignPage:
    """The start page of a campaign.

    Args:
        bench: the systems.
        campaign: which.
        joined: whether the reader takes part.
        now: in UTC.
    """
    where = season(campaign.begins_at, campaign.ends_at, now)
    left = {Season.BEFORE: campaign.begins_at - now, Season.RUNNING: campaign.ends_at - now}.get(where)
    return CampaignPage(
        Words(campaign.title.en, campaign.title.ko), Words(campaign.text.en, campaign.text.ko) if campaign.text else NO_WORDS,
        where, day_of_year_words(campaign.first_day), day_of_year_words(campaign.last_day), campaign.time_zone,
        left_words(left) if left is not None and left < COUNTED else NO_WORDS, _cards(campaign, now),
        wanted_now(bench, campaign, now), tuple(rule_sentences(campaign)),
        campaign.prizes.top, campaign.prizes.drawn, campaign.take_part.addresses,
        Words(campaign.consent.text.en, campaign.consent.text.ko) if campaign.consent else None, joined)


def _cards(campaign: Campaign, now: datetime) -> tuple[CategoryCard, ...]:
    """A photograph first, then the categories as the file lists them, then what only has a bonus."""
    day = min(max(campaign.day_of(now), campaign.first_day), campaign.last_day)
    cards = [CategoryCard(OF_A_PHOTOGRAPH, campaign.points, 0, None, NO_WORDS)]
    for name in dict.fromkeys([*campaign.categories, *campaign.bonus]):
        category = campaign.categories.get(name)
        given = campaign.bonus[name].points_on(day) if name in campaign.bonus else None
        points = category.points if category is not None and category.points is not None else campaign.points
        cards.append(CategoryCard(category_words(campaign, name), points, given or 0, category.cap if category else None,
                                  _until(campaign, name, given)))
    return tuple(cards)


def _until(campaign: Campaign, name: str, given: int | None) -> Words:
    """The last day on which as much is given as today; empty where that is the campaign's last one, or nothing is given."""
    if not given:
        return NO_WORDS
    offers = (campaign.bonus[name], *campaign.bonus[name].also)
    last = max(item.last_day or campaign.last_day for item in offers if item.points == given)
    return day_words(last) if last < campaign.last_day else NO_WORDS
