"""Held photographs, one at a time, beside what they may repeat; and duplicates as contact sheets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, go_to, manage_page
from apps.portal.visit import InCampaign, Managing, Visit, Visiting
from pages.manage_words import FIGURES, likeness
from schemas.accounts import Account
from schemas.errors import DecidedMeanwhile, NotToBeDecided
from schemas.pair_review import SheetKind
from schemas.recipes.campaign import Campaign
from schemas.submission import Said
from workbench.duplicate_sheet import duplicate_sheet
from workbench.pair_review import held_to_decide, rows_of, say_of_pair, take_back

router = APIRouter(prefix="/c/{campaign}/manage")
MERGES = (Said.DUPLICATE, Said.CLUSTER)
"""What is said of two photographs."""


@router.get("/held")
def show_held(visit: Visiting, campaign: InCampaign, _manager: Managing, after: str = "", done: int = 0) -> HTMLResponse:
    """The held photograph to look at now."""
    return _held(visit, campaign, after, done)


@router.post("/held")
def say_of_held(visit: Visiting, campaign: InCampaign, manager: Managing, say: Annotated[str, Form()],
                photograph: Annotated[str, Form()] = "", other: Annotated[str, Form()] = "", seen: Annotated[str, Form()] = "",
                number: Annotated[int, Form()] = 0) -> Response:
    """Decides a held photograph, or takes a decision back."""
    try:
        done = _decide(visit, campaign, manager, say, photograph, other, seen, number)
    except DecidedMeanwhile:
        return _held(visit, campaign, photograph, problem="meanwhile", status=409)
    except NotToBeDecided as error:
        return _held(visit, campaign, photograph, problem=str(error), status=422)
    return go_to(campaign, ManagePage.HELD, f"?after={photograph}&done={done}" if done else "")


@router.get("/duplicates")
def show_duplicates(visit: Visiting, campaign: InCampaign, _manager: Managing, show: str = SheetKind.EDITED,
                    page: int = 1) -> HTMLResponse:
    """One page of duplicates or clusters."""
    return _sheet(visit, campaign, show, page)


@router.post("/duplicates")
def say_of_duplicate(visit: Visiting, campaign: InCampaign, manager: Managing, say: Annotated[str, Form()],
                     photograph: Annotated[str, Form()] = "", seen: Annotated[str, Form()] = "",
                     number: Annotated[int, Form()] = 0, show: Annotated[str, Form()] = SheetKind.EDITED,
                     page: Annotated[int, Form()] = 1) -> Response:
    """Takes a photograph out of its group, or takes a decision back."""
    if say in MERGES:
        raise HTTPException(404)
    try:
        done = _decide(visit, campaign, manager, say, photograph, "", seen, number)
    except DecidedMeanwhile:
        return _sheet(visit, campaign, show, page, problem="meanwhile", status=409)
    except NotToBeDecided as error:
        return _sheet(visit, campaign, show, page, problem=str(error), status=422)
    return go_to(campaign, ManagePage.DUPLICATES, f"?show={show}&page={page}{f'&done={done}' if done else ''}")


def _decide(visit: Visit, campaign: Campaign, manager: Account, say: str, photograph: str, other: str, seen: str,
            number: int) -> int:
    """Number of the decision; 0 where one was taken back. 404 where it names what is not there."""
    if say not in tuple(Said):
        raise HTTPException(404)
    if say == Said.UNDO:
        take_back(visit.bench, campaign.name, number, manager)
        return 0
    named = [photograph, other] if say in MERGES else [photograph]
    rows = rows_of(visit.bench.ledger, named)
    if len(rows) < len(set(named)) or rows[photograph].campaign != campaign.name:
        raise HTTPException(404)
    return say_of_pair(visit.bench, campaign.name, photograph, Said(say), other if say in MERGES else "", manager, seen)


def _held(visit: Visit, campaign: Campaign, after: str = "", done: int = 0, problem: str = "", status: int = 200) -> HTMLResponse:
    return manage_page(visit, campaign, ManagePage.HELD, status, problem=problem, figures=FIGURES, likeness=likeness,
                       queue=held_to_decide(visit.bench.ledger, campaign.name, after, done))


def _sheet(visit: Visit, campaign: Campaign, show: str, page: int, problem: str = "", status: int = 200) -> HTMLResponse:
    kind = SheetKind(show) if show in tuple(SheetKind) else SheetKind.EDITED
    return manage_page(visit, campaign, ManagePage.DUPLICATES, status, problem=problem, kinds=SheetKind,
                       sheet=duplicate_sheet(visit.bench.ledger, campaign.name, kind, page))
