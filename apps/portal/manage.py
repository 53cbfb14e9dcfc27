"""The manager's overview of a campaign, its board as a table for spreadsheets, and the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, Watching, manage_page
from apps.portal.visit import InCampaign, Managing, Visiting
from datastore.ledger import audit
from pages.board_csv import board_csv
from pages.campaign_todo import what_to_do
from pages.day_chart import HEIGHT, WIDTH, day_bars
from pages.manage_words import ACTS, OUTCOMES, PHASES, ROLES
from pages.moments import day_of_year_words, day_words, left_words
from schemas.accounts import Act
from workbench.board import latest_board
from workbench.campaign_state import campaign_state
from workbench.draw import drawn
from workbench.label.status import PAGE_KEY
from workbench.people_list import people_of

router = APIRouter(prefix="/c/{campaign}/manage")
LINES_OF_LOG = 100
"""Lines on one page of the audit log."""
LAST_NUMBER = 2**31 - 1
"""Of a line: the ledger counts them in 32 bits."""


@router.get("")
def overview(visit: Visiting, campaign: InCampaign, _watcher: Watching) -> HTMLResponse:
    """How the campaign goes, and what waits where."""
    bench = visit.bench
    state = campaign_state(bench, campaign, visit.now)
    bucket = bench.settings.bucket_images
    has_status = bench.objects.exists(bucket, PAGE_KEY)
    return manage_page(
        visit, campaign, ManagePage.OVERVIEW, state=state, phase=PHASES[state.phase], outcomes=OUTCOMES,
        to_do=what_to_do(campaign, state, drawn(bench.ledger, campaign.name)),
        left=left_words(max(state.ends_at - visit.now, timedelta())), bars=day_bars(state.by_day), width=WIDTH,
        height=HEIGHT, day_words=day_words, first_day=day_of_year_words(campaign.first_day),
        last_day=day_of_year_words(campaign.last_day), label_studio=bench.settings.label_studio_url,
        label_status=bench.browser_objects.presigned_get(bucket, PAGE_KEY, 900) if has_status else "")


@router.get("/board.csv")
def download_board(visit: Visiting, campaign: InCampaign, manager: Managing) -> Response:
    """The newest board with all people, for a spreadsheet."""
    ledger = visit.bench.ledger
    board = latest_board(visit.bench, campaign)
    text = board_csv(board, people_of(ledger, campaign.name), visit.language)
    audit.add_deed(ledger, manager.name, manager.role, Act.EXPORTED, campaign.name, campaign.name,
                   f"board {board.number}" if board else "no board yet")
    return Response(text.encode(), media_type="text/csv; charset=utf-8",
                    headers={"Content-Disposition": 'attachment; filename="board.csv"'})


@router.get("/log")
def show_log(visit: Visiting, campaign: InCampaign, _manager: Managing,
             before: Annotated[int | None, Query(ge=0, le=LAST_NUMBER)] = None, everything: bool = False) -> HTMLResponse:
    """Who did what, the newest first."""
    found = audit.deeds(visit.bench.ledger, None if everything else campaign.name, LINES_OF_LOG + 1, before)
    shown = found[:LINES_OF_LOG]
    older = shown[-1].number if len(found) > LINES_OF_LOG else None
    return manage_page(visit, campaign, ManagePage.LOG, deeds=shown, older=older, before=before, everything=everything, acts=ACTS,
                       roles=ROLES)
