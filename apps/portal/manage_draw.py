"""The draw: committing to the secret, freezing the list, drawing; each with a word of what cannot be undone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, actor, go_to, manage_page
from apps.portal.visit import InCampaign, Managing, Visit, Visiting
from pages.campaign_todo import what_is_undecided
from schemas.errors import NotToBeDecided
from schemas.recipes.campaign import Campaign
from workbench.campaign_state import campaign_state
from workbench.draw import commit_secret, draw_winners, drawn, freeze_list, people_by_code
from workbench.people_list import people_of

router = APIRouter(prefix="/c/{campaign}/manage")


@router.get("/draw")
def show_draw(visit: Visiting, campaign: InCampaign, _manager: Managing) -> HTMLResponse:
    """Where the draw is, and what comes next."""
    return _page(visit, campaign)


@router.post("/draw")
def go_on(visit: Visiting, campaign: InCampaign, manager: Managing, act: Annotated[str, Form()],
          sure: Annotated[str, Form()] = "", because: Annotated[str, Form()] = "",
          value: Annotated[str, Form()] = "") -> Response:
    """Takes the next step; without ``sure`` it only says what the step does."""
    if act not in ("commit", "close", "draw"):
        raise HTTPException(404)
    if not sure:
        return _page(visit, campaign, asks=act, because=because, value=value.strip())
    try:
        if act == "commit":
            commit_secret(visit.bench, campaign, actor(manager), visit.now)
        elif act == "close":
            freeze_list(visit.bench, campaign, because, actor(manager), visit.now)
        else:
            draw_winners(visit.bench, campaign, value, actor(manager), visit.now)
    except NotToBeDecided as error:
        return _page(visit, campaign, asks=act, problem=str(error), because=because, value=value.strip(), status=409)
    return go_to(campaign, ManagePage.DRAW)


def _page(visit: Visit, campaign: Campaign, asks: str = "", problem: str = "", because: str = "", value: str = "",
          status: int = 200) -> HTMLResponse:
    draw = drawn(visit.bench.ledger, campaign.name)
    people = {one.submitter: one for one in people_of(visit.bench.ledger, campaign.name)} if draw and draw.order else {}
    by_code = people_by_code(visit.bench.ledger, campaign.name, set(people)) if people else {}
    return manage_page(
        visit, campaign, ManagePage.DRAW, status, draw=draw, over=visit.now >= campaign.ends_at, ends_at=campaign.ends_at,
        prizes=campaign.prizes, asks=asks, problem=problem, because=because, value=value,
        undecided=what_is_undecided(campaign_state(visit.bench, campaign, visit.now)),
        person=lambda code: people.get(by_code.get(code, "")))
