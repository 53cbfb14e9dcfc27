"""A campaign's start page, its board, one's own points and the draw."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse

from apps.portal.visit import InCampaign, Participating, Visit, Visiting
from datastore.ledger import participants
from pages.board_pages import refresh_after
from pages.portal import Tab
from schemas.accounts import Role
from schemas.recipes.campaign import Campaign
from workbench.board_page import ListQuery, board_page
from workbench.campaign_page import campaign_page
from workbench.draw import drawn, published_list
from workbench.draw_page import draw_file, draw_page
from workbench.own_points import mine_page, own_table

router = APIRouter(prefix="/c/{campaign}")

RECOMPUTE = (Path(__file__).parent / "static" / "recompute_draw.py").read_text(encoding="utf-8")
"""What anybody can run to make a draw again; the page shows it as it is."""
SPREAD = 20
"""Seconds over which readers' pages ask for a new board: not all in the same one."""

Find = Annotated[str, Query(max_length=200)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("/")
def about(visit: Visiting, campaign: InCampaign) -> HTMLResponse:
    """What the campaign is about; everybody may read it."""
    page = campaign_page(visit.bench, campaign, _joined(visit, campaign), visit.now)
    return visit.page("campaign", Tab.HOME, campaign, page=page)


@router.get("/board")
def board(visit: Visiting, campaign: InCampaign, find: Find = "", page: Page = 1) -> HTMLResponse:
    """The board; everybody may read it, and photographs are for those who take part or work here."""
    return _board(visit, campaign, "board", find, page)


@router.get("/board/part")
def board_part(visit: Visiting, campaign: InCampaign, find: Find = "", page: Page = 1) -> HTMLResponse:
    """What the open board is replaced by when the next one is there."""
    return _board(visit, campaign, "board_part", find, page)


def _board(visit: Visit, campaign: Campaign, template: str, find: str, page: int) -> HTMLResponse:
    made = board_page(visit.bench, campaign, _asked(visit, campaign, find, page), visit.now)
    # Spread for pages only, nothing secret.
    refresh = refresh_after(made.next_at, visit.now, random.randrange(SPREAD))  # noqa: S311
    return visit.page(template, Tab.BOARD, campaign, page=made, refresh=refresh)


@router.get("/mine")
def mine(visit: Visiting, campaign: InCampaign, person: Participating, page: Page = 1) -> HTMLResponse:
    """The reader's own points."""
    return visit.page("mine", Tab.BOARD, campaign, page=mine_page(visit.bench, campaign, person, page))


@router.get("/mine.csv")
def mine_csv(visit: Visiting, campaign: InCampaign, person: Participating) -> Response:
    """The same as a table to keep."""
    table = own_table(visit.bench, campaign, person.submitter, visit.language)
    return _file(table, "text/csv", "points.csv")


@router.get("/draw")
def draw(visit: Visiting, campaign: InCampaign, find: Find = "", page: Page = 1) -> HTMLResponse:
    """How the draw goes, or went; everybody may check it."""
    asked = _asked(visit, campaign, find, page)
    return visit.page("draw", Tab.BOARD, campaign, page=draw_page(visit.bench, campaign, asked), program=RECOMPUTE)


@router.get("/draw/list.txt")
def draw_list(visit: Visiting, campaign: InCampaign) -> Response:
    """The frozen list, byte by byte as its digest was made; 404 before."""
    text = published_list(visit.bench.ledger, campaign.name)
    if text is None:
        raise HTTPException(404)
    return _file(text, "text/plain", "list.txt")


@router.get("/draw/draw.json")
def draw_json(visit: Visiting, campaign: InCampaign) -> Response:
    """All that is needed to make the draw again; 404 before it was made."""
    made = drawn(visit.bench.ledger, campaign.name)
    if made is None or made.drawn_at is None:
        raise HTTPException(404)
    return JSONResponse(draw_file(made), headers={"Content-Disposition": 'attachment; filename="draw.json"'})


def _file(text: str, media_type: str, name: str) -> Response:
    return Response(text.encode(), media_type=f"{media_type}; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _joined(visit: Visit, campaign: Campaign) -> bool:
    if visit.account is None:
        return False
    found = participants.participant(visit.bench.ledger, campaign.name, visit.account.name)
    return found is not None and found.consented_at is not None


def _asked(visit: Visit, campaign: Campaign, find: str, page: int) -> ListQuery:
    if visit.account is None:
        return ListQuery(find=find, page=page)
    inside = visit.account.role is not Role.SUBMITTER or _joined(visit, campaign)
    return ListQuery(visit.account.name, inside, find, page)
