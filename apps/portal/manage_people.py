"""People of a campaign: what they sent, who is taken out, who is invited, what accounts may do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from fastapi.responses import HTMLResponse

from apps.portal.manage_frame import ManagePage, actor, go_to, manage_page
from apps.portal.visit import InCampaign, Managing, Visit, Visiting
from pages.manage_words import ROLES
from schemas.accounts import Account, Role
from schemas.errors import AccountRefused, DecidedMeanwhile, NotToBeDecided, SettingError
from schemas.people_list import OrderOfPeople, state_of_person
from schemas.recipes.campaign import Campaign
from workbench import accounts
from workbench.board import shown_board
from workbench.people_list import REASON_LENGTH, people_page, person_of, take_in, take_out

router = APIRouter(prefix="/c/{campaign}/manage")
MOST_INVITED = 200
"""Names that are invited in one go."""


@router.get("/people")
def show_people(visit: Visiting, campaign: InCampaign, _manager: Managing, find: str = "", by: str = OrderOfPeople.POINTS,
                page: int = 1, done: str = "") -> HTMLResponse:
    """One page of the people of a campaign."""
    return _page(visit, campaign, find, by, page, done=done)


@router.post("/people")
def change_person(visit: Visiting, campaign: InCampaign, manager: Managing, act: Annotated[str, Form()],
                  name: Annotated[str, Form()], because: Annotated[str, Form()] = "", seen: Annotated[str, Form()] = "",
                  role: Annotated[Role | None, Form()] = None, sure: Annotated[str, Form()] = "") -> Response:
    """Takes somebody out or in, changes a role, closes an account."""
    try:
        _change(visit, campaign, manager, act, name, because, seen, role, bool(sure))
    except DecidedMeanwhile:
        return _page(visit, campaign, find=name, problem="meanwhile", status=409)
    except (NotToBeDecided, AccountRefused) as error:
        return _page(visit, campaign, find=name, problem=str(error), status=422)
    return go_to(campaign, ManagePage.PEOPLE, "?done=1")


@router.get("/invite")
def go_to_people(campaign: InCampaign, _manager: Managing) -> Response:
    """Where the page of the links leads back to: they are shown once."""
    return go_to(campaign, ManagePage.PEOPLE)


@router.post("/invite")
def invite(visit: Visiting, campaign: InCampaign, manager: Managing, names: Annotated[str, Form()],
           role: Annotated[Role, Form()] = Role.SUBMITTER, days: Annotated[int, Form(ge=1, le=365)] = 30) -> HTMLResponse:
    """Makes invitation links; they are in this answer and nowhere else."""
    wanted = list(dict.fromkeys(name for line in names.splitlines() for part in line.split(",") if (name := part.strip())))
    links: list[tuple[str, str]] = []
    wrong: list[tuple[str, str]] = []
    for name in wanted[:MOST_INVITED]:
        try:
            links.append((name, accounts.invite(visit.bench.settings, visit.bench.ledger, name, role, campaign.name,
                                                actor(manager), days)))
        except (AccountRefused, SettingError) as error:
            wrong.append((name, str(error)))
    wrong += [(name, "") for name in wanted[MOST_INVITED:]]
    return _page(visit, campaign, links=links, wrong=wrong, days=days, status=422 if wrong and not links else 200)


def _change(visit: Visit, campaign: Campaign, manager: Account, act: str, name: str, because: str, seen: str,
            role: Role | None, sure: bool) -> None:
    ledger = visit.bench.ledger
    if person_of(ledger, campaign.name, name) is None:
        raise HTTPException(404)
    if act == "take_out":
        take_out(ledger, campaign.name, name, because, manager, seen)
    elif act == "take_in":
        take_in(ledger, campaign.name, name, manager, seen)
    elif act == "role" and role:
        accounts.change_role(ledger, name, role, actor(manager))
    elif act == "close" and sure:
        accounts.close(ledger, name, actor(manager), because)
    else:
        raise HTTPException(422)


def _page(visit: Visit, campaign: Campaign, find: str = "", by: str = OrderOfPeople.POINTS, page: int = 1, status: int = 200,
          problem: str = "", done: str = "", links: list[tuple[str, str]] | None = None,
          wrong: list[tuple[str, str]] | None = None, days: int = 30) -> HTMLResponse:
    order = OrderOfPeople(by) if by in tuple(OrderOfPeople) else OrderOfPeople.POINTS
    board = shown_board(visit.bench, campaign, visit.now)
    return manage_page(
        visit, campaign, ManagePage.PEOPLE, status, list=people_page(visit.bench.ledger, campaign.name, find, order, page),
        find=find, by=order, orders=OrderOfPeople, problem=problem, done=done, links=links or [], wrong=wrong or [], days=days,
        roles=ROLES, state_of=state_of_person, next_at=board.next_at if board else None, longest=REASON_LENGTH)
