"""Flagged photographs, one at a time: does it count?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, go_to, manage_page
from apps.portal.visit import InCampaign, Managing, Visit, Visiting
from datastore.ledger import flag_queue
from pages.flag_words import ASKS, DECISIONS, REASONS, TITLES, because_words, reason_text
from pages.manage_words import FIGURES, likeness
from schemas.errors import DecidedMeanwhile, NotToBeDecided
from schemas.flag_review import FlagName, Say, flag_name, state_of
from schemas.flags import FlagKind
from schemas.recipes.campaign import Campaign
from workbench.flag_review import MOST_ALIKE, REASON_LENGTH, flags_to_decide, say_of_flags

router = APIRouter(prefix="/c/{campaign}/manage")
OWN = "own"
"""In place of the number of a proposed reason: the manager writes one."""
DECIDED_SHOWN = 200
"""Decided flags that are listed."""


@router.get("/flags")
def show_flags(visit: Visiting, campaign: InCampaign, _manager: Managing, at: str = "", after: str = "", done: str = "",
               show: str = "") -> HTMLResponse:
    """The flag to look at now, or with ``show=decided`` those that are decided."""
    if show == "decided":
        listed = flag_queue.decided_flags(visit.bench.ledger, campaign.name, DECIDED_SHOWN)
        return _page(visit, campaign, listed=listed)
    try:
        return _page(visit, campaign, FlagName.read(at), FlagName.read(after), FlagName.read(done))
    except NotToBeDecided:
        raise HTTPException(404) from None


@router.post("/flags")
def say_of_flag(visit: Visiting, campaign: InCampaign, manager: Managing, flag: Annotated[str, Form()],
                say: Annotated[str, Form()], seen: Annotated[str, Form()] = "", own: Annotated[str, Form()] = "",
                together: Annotated[str, Form()] = "", alike: Annotated[list[str] | None, Form()] = None) -> Response:
    """Decides a flag, and those like it where that is asked for."""
    name = FlagName.read(flag)
    what, _, reason = say.partition(":")
    if name is None or what not in tuple(Say) or flag_queue.flag_named(visit.bench.ledger, campaign.name, name) is None:
        raise HTTPException(404)
    others = [other for text in (alike or [])[:MOST_ALIKE] if (other := FlagName.read(text))] if together else []
    try:
        say_of_flags(visit.bench, campaign.name, [name, *others], Say(what), _reason(name.kind, reason, own), manager, seen)
    except DecidedMeanwhile:
        return _page(visit, campaign, name, problem="meanwhile", status=409)
    except NotToBeDecided:
        return _page(visit, campaign, name, problem="reason", status=422)
    return go_to(campaign, ManagePage.FLAGS, f"?at={name}" if what == Say.OPEN else f"?after={name}&done={name}")


def _reason(kind: FlagKind, chosen: str, own: str) -> str:
    """A reason as it is kept: a proposed one by its number, or a manager's own."""
    if chosen.isdecimal() and int(chosen) < len(REASONS[kind]):
        return reason_text(REASONS[kind][int(chosen)])
    return own if chosen == OWN else ""


def _page(visit: Visit, campaign: Campaign, at: FlagName | None = None, after: FlagName | None = None,
          done: FlagName | None = None, problem: str = "", status: int = 200, listed: object = None) -> HTMLResponse:
    return manage_page(
        visit, campaign, ManagePage.FLAGS, status, queue=flags_to_decide(visit.bench.ledger, campaign.name, at, after, done),
        problem=problem, listed=listed, titles=TITLES, asks=ASKS, reasons=REASONS, decisions=DECISIONS,
        because_words=because_words, figures=FIGURES, likeness=likeness, flag_name=flag_name, state_of=state_of,
        longest=REASON_LENGTH, most_alike=MOST_ALIKE)
