"""The frame of the manager's pages: their sections, what waits in each, and who may see them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse

from apps.portal.visit import Visit, Visiting
from datastore.ledger import flag_queue, senders
from pages.evaluation_explained import Words
from pages.moments import moment_words
from pages.portal import PageLanguage, Tab
from schemas.accounts import Account, Role
from schemas.recipes.campaign import Campaign
from workbench.accounts import Actor


class ManagePage(StrEnum):
    """The manager's pages, in the order of their links; the name is the end of the address."""

    OVERVIEW = ""
    MORNING = "morning"
    FLAGS = "flags"
    HELD = "held"
    DUPLICATES = "duplicates"
    DEMAND = "demand"
    PEOPLE = "people"
    DRAW = "draw"
    TRACE = "trace"
    LOG = "log"


SECTIONS: dict[ManagePage, Words] = {
    ManagePage.OVERVIEW: Words("Overview", "현황"),
    ManagePage.MORNING: Words("Morning", "아침 현황"),
    ManagePage.FLAGS: Words("Flags", "의심 사진"),
    ManagePage.HELD: Words("Held", "보류"),
    ManagePage.DUPLICATES: Words("Duplicates", "중복"),
    ManagePage.DEMAND: Words("Demand", "필요한 사진"),
    ManagePage.PEOPLE: Words("People", "참가자"),
    ManagePage.DRAW: Words("Draw", "추첨"),
    ManagePage.TRACE: Words("Trace", "추적"),
    ManagePage.LOG: Words("Log", "기록"),
}
"""What the links say."""
FOR_ENGINEERS = (ManagePage.OVERVIEW, ManagePage.MORNING, ManagePage.DEMAND, ManagePage.TRACE)
"""What engineers see; they decide nothing."""


def watcher_of(visit: Visiting) -> Account:
    """Whoever is logged in, where that is a manager or an engineer; 401 where nobody is, 403 where it is somebody else."""
    if visit.account is None:
        raise HTTPException(401)
    if visit.account.role not in (Role.MANAGER, Role.ENGINEER):
        raise HTTPException(403)
    return visit.account


Watching = Annotated[Account, Depends(watcher_of)]


def address_of(campaign: Campaign, section: ManagePage, query: str = "") -> str:
    """The address of a section."""
    path = f"/c/{quote(campaign.name)}/manage"
    return f"{path}/{section}{query}" if section else f"{path}{query}"


def go_to(campaign: Campaign, section: ManagePage, query: str = "") -> RedirectResponse:
    """Sends a browser from what it posted to a page: loading that anew posts nothing."""
    return RedirectResponse(address_of(campaign, section, query), 303)


def manage_page(visit: Visit, campaign: Campaign, section: ManagePage, status: int = 200, **content: Any) -> HTMLResponse:
    """One of the manager's pages.

    Args:
        visit: the request.
        campaign: that the path names.
        section: which; its template is ``manage_NAME``.
        status: of the answer.
        **content: what its template shows.
    """
    decides = visit.account is not None and visit.account.role is Role.MANAGER
    ledger = visit.bench.ledger
    waits = {ManagePage.FLAGS: flag_queue.count_open(ledger, campaign.name),
             ManagePage.HELD: len(senders.held_ids(ledger, campaign.name))} if decides else {}
    sections = [(address_of(campaign, one), words, one is section, waits.get(one, 0)) for one, words in SECTIONS.items()
                if decides or one in FOR_ENGINEERS]

    def word(words: Words) -> str:
        return words.ko if visit.language is PageLanguage.KO else words.en

    def when(at: datetime) -> str:
        return word(moment_words(at, campaign.time_zone))

    return visit.page(
        f"manage_{section or 'overview'}", Tab.MANAGE, campaign, status, sections=sections, decides=decides, word=word, when=when,
        heading=word(SECTIONS[section]), here=address_of(campaign, section), base=address_of(campaign, ManagePage.OVERVIEW),
        picture=visit.bench.picture_links.of, **content)


def actor(account: Account) -> Actor:
    """An account, as what is written into the audit log."""
    return Actor(account.name, account.role)
