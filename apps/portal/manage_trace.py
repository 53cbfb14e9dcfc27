"""The life of one photograph, image, region, task, reading or annotation, on a page."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, Watching, manage_page
from apps.portal.visit import InCampaign, Visiting
from pages.trace_page import linked_words, outlines
from pages.trace_words import KINDS, fate_words, is_right, run_words
from schemas.accounts import Role
from schemas.errors import NoSuchThing
from schemas.trace import TraceStep
from workbench.trace.gather import trace

router = APIRouter(prefix="/c/{campaign}/manage")
LONGEST = 1100
"""Letters of what may be asked for: the longest key of an object has 1,024 bytes."""


@router.get("/trace")
def show_trace(visit: Visiting, campaign: InCampaign, watcher: Watching, thing: str = "", people: bool = False) -> HTMLResponse:
    """What is asked for, and its life; names of people for managers who ask for them."""
    decides = watcher.role is Role.MANAGER
    found, problem = None, ""
    if thing := thing.strip()[:LONGEST]:
        try:
            found = trace(visit.bench, thing, people=people and decides)
        except NoSuchThing as error:
            problem = str(error)
    released = found is not None and any(event.step is TraceStep.RELEASED for event in found.events)
    return manage_page(visit, campaign, ManagePage.TRACE, 404 if problem else 200, thing=thing, people=people and decides,
                       found=found, wrong=problem, shows=bool(found and found.picture_key and (decides or released)),
                       kinds=KINDS, fate_words=fate_words, is_right=is_right, linked_words=linked_words, run_words=run_words,
                       outlines=outlines,
                       prefect=visit.bench.settings.prefect_api_url.removesuffix("/api"))
