"""What people see of their own account, and how they go out."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from apps.portal.join import Hidden, Nickname
from apps.portal.rates import limited
from apps.portal.visit import SESSION, InCampaign, LoggedIn, Visit, Visiting, logged_in, participant_of
from datastore.ledger import accounts, participants
from pages.portal import Tab
from workbench.campaigns import load_campaigns
from workbench.joining import JoinProblem, leave, rename

router = APIRouter()

CHANGES = Depends(limited("30/minute"))
"""How often somebody may change what is known of them."""


@router.get("/account", dependencies=[Depends(logged_in)])
def own_account(visit: Visiting) -> HTMLResponse:
    """Who is logged in, as what, in which campaigns."""
    return _page(visit, None, None, "")


@router.post("/c/{campaign}/name", dependencies=[Depends(participant_of), CHANGES])
def change_name(visit: Visiting, account: LoggedIn, campaign: InCampaign, nickname: Nickname = "",
                hidden: Hidden = False) -> Response:
    """What boards call somebody."""
    if problem := rename(visit.bench, campaign.name, account, nickname, hidden):
        return _page(visit, problem, campaign.name, nickname)
    return RedirectResponse("/account?saved=1", 303)


@router.post("/c/{campaign}/leave", dependencies=[Depends(participant_of), CHANGES])
def leave_campaign(visit: Visiting, account: LoggedIn, campaign: InCampaign) -> RedirectResponse:
    """Somebody takes part no more."""
    leave(visit.bench, campaign.name, account)
    return RedirectResponse("/account", 303)


@router.post("/log-out")
def log_out(visit: Visiting) -> RedirectResponse:
    """This browser is nobody's any more."""
    answer = RedirectResponse("/", 303)
    visit.portal.take_cookie(answer, SESSION)
    return answer


@router.post("/log-out/everywhere", dependencies=[CHANGES])
def log_out_everywhere(visit: Visiting, account: LoggedIn) -> RedirectResponse:
    """All other browsers are nobody's any more, and the invitation logs nobody in."""
    accounts.end_sessions(visit.bench.ledger, account.name, visit.now)
    answer = RedirectResponse("/account?ended=1", 303)
    visit.portal.log_in(answer, account.name, visit.now)
    return answer


def _page(visit: Visit, problem: JoinProblem | None, where: str | None, typed: str) -> HTMLResponse:
    """The page of an account; ``where`` and ``typed`` are the campaign and the nickname of what is in the way."""
    campaigns = load_campaigns(visit.bench.settings).by_name
    mine = participants.campaigns_joined(visit.bench.ledger, visit.account.name) if visit.account else []
    return visit.page("account", Tab.NONE, None, 422 if problem else 200, who=visit.account, problem=problem, where=where,
                      typed=typed, joined=[(item, campaigns[item.campaign]) for item in mine if item.campaign in campaigns],
                      label_studio=visit.bench.settings.label_studio_url)
