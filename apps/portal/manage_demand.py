"""What evaluations ask for, and points that the campaign gives for it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, Watching, manage_page
from apps.portal.visit import InCampaign, Managing, Visit, Visiting
from datastore.ledger import audit
from pages.demand_tables import sentence, sentence_ko
from pages.slice_words import slice_words
from schemas.accounts import Act
from schemas.errors import SettingError
from schemas.recipes.campaign import Campaign
from workbench.campaigns import load_campaigns
from workbench.demand import WrittenBonus, accept_demand
from workbench.demand_proposals import demand_proposals

router = APIRouter(prefix="/c/{campaign}/manage")


@router.get("/demand")
def show_demand(visit: Visiting, campaign: InCampaign, _watcher: Watching) -> HTMLResponse:
    """What is asked for, by rank."""
    return _page(visit, campaign)


@router.post("/demand")
def accept(visit: Visiting, campaign: InCampaign, manager: Managing, slice_name: Annotated[str, Form()],
           points: Annotated[int, Form(ge=1, le=10_000)], first_day: Annotated[date, Form()],
           last_day: Annotated[date, Form()]) -> Response:
    """Writes a bonus into the campaign's file; the answer says which file changed, and loading it anew changes nothing."""
    try:
        done = accept_demand(visit.bench, slice_name, campaign.name, points, first_day, last_day)
    except SettingError as error:
        return _page(visit, campaign, problem=str(error), status=422)
    if done.changed:
        audit.add_deed(visit.bench.ledger, manager.name, manager.role, Act.DEMAND_ACCEPTED, campaign.name, slice_name,
                       f"{points} points, {first_day} to {last_day}: {done.file}")
    now = load_campaigns(visit.bench.settings).by_name.get(campaign.name, campaign)
    return _page(visit, now, done=done, slice_name=slice_name)


def _page(visit: Visit, campaign: Campaign, problem: str = "", status: int = 200, done: WrittenBonus | None = None,
          slice_name: str = "") -> HTMLResponse:
    return manage_page(visit, campaign, ManagePage.DEMAND, status, problem=problem, done=done, slice_name=slice_name,
                       proposals=demand_proposals(visit.bench, campaign, visit.now), sentence=sentence, sentence_ko=sentence_ko,
                       slice_words=slice_words, first_day=campaign.first_day, last_day=campaign.last_day)
