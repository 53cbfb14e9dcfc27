"""The morning: how the night went, what waits where, when it is ready, and what needs hands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, Watching, manage_page
from apps.portal.visit import InCampaign, Visit, Visiting
from pages import morning_words
from pages.evaluation_explained import Words
from pages.morning_facts import facts
from pages.morning_night import WIDTH, night_picture
from pages.portal import PageLanguage, Tab
from schemas.accounts import Role
from workbench.morning.look import look

router = APIRouter()


@router.get("/manage")
def morning(visit: Visiting, watcher: Watching) -> HTMLResponse:
    """The morning of all campaigns together: there is a morning before there is a campaign."""
    def word(words: Words) -> str:
        return words.ko if visit.language is PageLanguage.KO else words.en

    return visit.page("manage_morning", Tab.MANAGE, sections=(), decides=watcher.role is Role.MANAGER, word=word,
                      heading=word(morning_words.PAGE), here="/manage", base="/manage", **_content(visit))


@router.get("/c/{campaign}/manage/morning")
def morning_in_campaign(visit: Visiting, campaign: InCampaign, _watcher: Watching) -> HTMLResponse:
    """The same among the sections of a campaign."""
    return manage_page(visit, campaign, ManagePage.MORNING, **_content(visit))


def _content(visit: Visit) -> dict[str, Any]:
    found = look(visit.bench, visit.now)
    return {"morning": found, "words": morning_words, "facts": list(facts(found)), "picture_of_night": night_picture(found),
            "width": WIDTH}
