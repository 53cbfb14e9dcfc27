"""How people come in: the first page, invitations, the consent of a campaign, the way to log in."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from apps.portal.own_paths import own_path
from apps.portal.rates import limited
from apps.portal.visit import LANGUAGE, SESSION_SECONDS, InCampaign, LoggedIn, Visit, Visiting
from datastore.ledger import participants
from pages.portal import PageLanguage, Tab
from schemas.accounts import Account, Participant, Role
from schemas.recipes.campaign import Campaign
from workbench.campaigns import load_campaigns
from workbench.invitations import Invitation
from workbench.joining import JoinProblem, has_agreed, invited_account, join_campaign, may_join, valid_invitation

router = APIRouter()

JOINS = "300/minute"
"""Of one address: a whole company may come from one, at the hour when its event begins."""

Agreed = Annotated[int | None, Form(alias="agree", ge=1, le=1_000_000)]
Nickname = Annotated[str, Form(max_length=200)]
Hidden = Annotated[bool, Form()]
Back = Annotated[str, Form(max_length=2000)]


@router.get("/")
def home(visit: Visiting) -> HTMLResponse:
    """Campaigns that run, or will."""
    found = sorted(load_campaigns(visit.bench.settings).by_name.values(), key=lambda item: (item.ends_at, item.name))
    mine = {item.campaign for item in participants.campaigns_joined(visit.bench.ledger, visit.account.name) if item.consented_at
            } if visit.account else set()
    return visit.page("home", Tab.HOME, running=[item for item in found if item.begins_at <= visit.now < item.ends_at],
                      coming=[item for item in found if visit.now < item.begins_at],
                      over=[item for item in found if item.ends_at <= visit.now and item.name in mine], mine=mine)


@router.get("/log-in")
def ways_in(visit: Visiting, back: str = "/") -> HTMLResponse:
    """How somebody logs in who is not."""
    return visit.page("log_in", Tab.NONE, company=bool(visit.bench.settings.oidc_issuer), back=own_path(back))


@router.get("/language/{language}")
def choose_language(visit: Visiting, language: PageLanguage, back: str = "/") -> RedirectResponse:
    """Shows the same page in the other language from now on."""
    answer = RedirectResponse(own_path(back), 303)
    visit.portal.give_cookie(answer, LANGUAGE, language, SESSION_SECONDS)
    return answer


@router.get("/join/{token}")
def read(visit: Visiting, token: str) -> HTMLResponse:
    """An invitation, before its owner takes it up: programs that fetch links to preview them change nothing."""
    invitation = _valid(visit, token)
    return _invitation_page(visit, invitation, _campaign(visit, invitation), None)


@router.post("/join/{token}", dependencies=[Depends(limited(JOINS))])
def take_up(visit: Visiting, token: str, agree: Agreed = None, nickname: Nickname = "", hidden: Hidden = False
            ) -> Response:
    """Logs the owner of an invitation in; they take part in its campaign, where it runs and they agree."""
    invitation = _valid(visit, token)
    campaign = _campaign(visit, invitation)
    if campaign and _is_open(visit, campaign) and not has_agreed(campaign, _known(visit, campaign.name, invitation.name)):
        # Nobody is logged in, and no account is made, before they agreed.
        account = Account(invitation.name, invitation.role, None, visit.now, invitation.signed_at)
        if problem := join_campaign(visit.bench, campaign, account, agree, nickname, hidden, visit.now):
            return _invitation_page(visit, invitation, campaign, problem, nickname, hidden)
    account = invited_account(visit.bench, invitation, visit.now)
    answer = RedirectResponse(f"/c/{quote(campaign.name)}/" if campaign else "/", 303)
    visit.portal.log_in(answer, account.name, visit.now)
    return answer


@router.get("/c/{campaign}/join")
def consent(visit: Visiting, campaign: InCampaign, account: LoggedIn) -> HTMLResponse:
    """What somebody agrees to who takes part, or whose consent was to an older text."""
    known = _allowed(visit, campaign, account)
    return _consent_page(visit, campaign, known, None, known.nickname or "" if known else "", bool(known and known.hidden))


@router.post("/c/{campaign}/join", dependencies=[Depends(limited(JOINS))])
def agree_to(visit: Visiting, campaign: InCampaign, account: LoggedIn, agree: Agreed = None, nickname: Nickname = "",
             hidden: Hidden = False) -> Response:
    """Somebody takes part from now on, or agrees to the newer text."""
    known = _allowed(visit, campaign, account)
    if not _is_open(visit, campaign):
        return _consent_page(visit, campaign, known, None, nickname, hidden)
    if problem := join_campaign(visit.bench, campaign, account, agree, nickname, hidden, visit.now):
        return _consent_page(visit, campaign, known, problem, nickname, hidden)
    return RedirectResponse(f"/c/{quote(campaign.name)}/send", 303)


def _valid(visit: Visit, token: str) -> Invitation:
    found = valid_invitation(visit.bench, token, visit.now)
    if found is None:
        raise HTTPException(410)
    return found


def _campaign(visit: Visit, invitation: Invitation) -> Campaign | None:
    return load_campaigns(visit.bench.settings).by_name.get(invitation.campaign) if invitation.campaign else None


def _known(visit: Visit, campaign: str, submitter: str) -> Participant | None:
    return participants.participant(visit.bench.ledger, campaign, submitter)


def _is_open(visit: Visit, campaign: Campaign) -> bool:
    """Whether people can join: also before its first day."""
    return campaign.consent is not None and visit.now < campaign.ends_at


def _allowed(visit: Visit, campaign: Campaign, account: Account) -> Participant | None:
    known = _known(visit, campaign.name, account.name)
    if not may_join(campaign, account, known):
        raise HTTPException(403, detail="invitation")
    return known


def _invitation_page(visit: Visit, invitation: Invitation, campaign: Campaign | None, problem: JoinProblem | None,
                     nickname: str = "", hidden: bool = False) -> HTMLResponse:
    known = _known(visit, campaign.name, invitation.name) if campaign else None
    asks = campaign is not None and _is_open(visit, campaign) and not has_agreed(campaign, known)
    other = visit.account.name if visit.account and visit.account.name != invitation.name else ""
    return visit.page("invitation", Tab.NONE, campaign, 422 if problem else 200, invitation=invitation, about=campaign, asks=asks,
                      again=bool(known and known.consented_at), over=campaign is not None and visit.now >= campaign.ends_at,
                      other=other, problem=problem, nickname=nickname or (known.nickname or "" if known else ""),
                      hidden=hidden or bool(known and known.consented_at and known.hidden), roles=Role)


def _consent_page(visit: Visit, campaign: Campaign, known: Participant | None, problem: JoinProblem | None, nickname: str,
                  hidden: bool) -> HTMLResponse:
    return visit.page("consent", Tab.NONE, campaign, 422 if problem else 200, about=campaign, asks=_is_open(visit, campaign),
                      agreed=has_agreed(campaign, known), again=bool(known and known.consented_at),
                      over=visit.now >= campaign.ends_at, problem=problem, nickname=nickname,
                      hidden=hidden if known is None or known.consented_at or problem else False)
