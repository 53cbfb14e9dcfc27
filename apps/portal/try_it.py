"""The demo page: anybody's photograph, and what the current model makes of it. Nobody's until its owner sends it on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from apps.portal.rates import limited
from apps.portal.visit import VISITOR, Visit, Visiting, campaign_of
from datastore.ledger import participants, trials
from pages.portal import PageLanguage, Tab
from pages.trial_page import shown_answer, why_refused
from pages.upload_words import NO_PLACE
from schemas.accounts import Participant
from schemas.recipes.campaign import Campaign
from schemas.trial import Trial, TrialState
from schemas.upload import NoPlace, Wanted
from workbench.campaigns import load_campaigns
from workbench.trials import REMEMBERED, open_trial, picture_url, place_of, send_on, trial_now

router = APIRouter()
PLACES = "30/minute"
"""Photographs of one account, or of one address: an office may have one for all."""
VISITOR_SECONDS = 86_400
"""How long a browser is known by its random name; its photographs are forgotten long before."""


class ChosenFile(BaseModel):
    """What a browser says of the photograph that was chosen."""

    name: str = Field("", max_length=500)
    type: str = Field("", max_length=100)
    size: int


def asked_campaign(visit: Visiting, campaign: str = "") -> Campaign | None:
    """The campaign that the query names; None where it names none, 404 where there is none of that name."""
    return campaign_of(visit, campaign) if campaign else None


AskedCampaign = Annotated[Campaign | None, Depends(asked_campaign)]


def own_trial(visit: Visiting, trial_id: str) -> Trial:
    """A trial of this browser; 404 where it is somebody else's or forgotten."""
    found = trial_now(visit.bench, trial_id, visit.visitor, visit.now)
    if found is None:
        raise HTTPException(404)
    return found


OwnTrial = Annotated[Trial, Depends(own_trial)]


@router.get("/try")
def show_page(visit: Visiting, campaign: AskedCampaign, trial: str = "") -> Response:
    """The page; with a trial of this browser in its address it shows that one."""
    found = trial_now(visit.bench, trial, visit.visitor, visit.now) if trial else None
    content = _content(visit, found, campaign) if found else {}
    answer = visit.page("try", Tab.TRY, campaign, trial=found, forgotten=bool(trial and not found), asked=campaign,
                        **{name: value for name, value in content.items() if name not in ("trial", "asked")})
    visit.portal.give_cookie(answer, VISITOR, str(visit.portal.visitors.dumps(visit.visitor)), VISITOR_SECONDS)
    return answer


@router.post("/try/place", dependencies=[Depends(limited(PLACES))])
def give_place(visit: Visiting, chosen: ChosenFile) -> JSONResponse:
    """A place for one photograph, and the form to post it by; 409 with a sentence where there is none."""
    opened = open_trial(visit.bench, visit.visitor, Wanted("", chosen.name, chosen.type, chosen.size), visit.now)
    if isinstance(opened, NoPlace):
        return JSONResponse({"error": _said(visit, opened)}, 409)
    answer = JSONResponse({"trial": opened.trial_id, "url": opened.form.url, "fields": dict(opened.form.fields)})
    visit.portal.give_cookie(answer, VISITOR, str(visit.portal.visitors.dumps(visit.visitor)), VISITOR_SECONDS)
    return answer


@router.post("/try/{trial_id}/arrived")
def note_arrived(visit: Visiting, trial: OwnTrial, campaign: AskedCampaign) -> HTMLResponse:
    """Puts a photograph into the queue that the page has posted; answers with its place there."""
    trials.note_arrived(visit.bench.ledger, trial.trial_id)
    return _part(visit, own_trial(visit, trial.trial_id), campaign)


@router.get("/try/{trial_id}")
def show_trial(visit: Visiting, trial: OwnTrial, campaign: AskedCampaign) -> HTMLResponse:
    """How far a trial is; its answer once there is one."""
    return _part(visit, trial, campaign)


@router.post("/try/{trial_id}/send")
def send_trial(visit: Visiting, trial: OwnTrial, to: Annotated[str, Form()], campaign: AskedCampaign) -> HTMLResponse:
    """Sends a photograph that was read to a campaign that whoever is logged in has joined."""
    chosen = campaign_of(visit, to)
    sender = _sender(visit, chosen)
    if sender is None:
        raise HTTPException(403 if visit.account else 401)
    refused = None
    if trial.sent_as is None:
        if trial.state is not TrialState.READ:
            raise HTTPException(409)
        refused = send_on(visit.bench, trial, chosen, sender, visit.now)
    return _part(visit, own_trial(visit, trial.trial_id), campaign, _said(visit, refused) if refused else "")


def _part(visit: Visit, trial: Trial, campaign: Campaign | None, notice: str = "") -> HTMLResponse:
    return visit.page("try_answer_part", Tab.TRY, campaign, notice=notice, **_content(visit, trial, campaign))


def _content(visit: Visit, trial: Trial, campaign: Campaign | None) -> dict[str, Any]:
    """What the template of an answer shows."""
    content: dict[str, Any] = {"trial": trial, "asked": campaign, "until": trial.sent_at + REMEMBERED}
    if trial.state is TrialState.WAITING:
        content["place"] = place_of(visit.bench, trial, visit.now)
    elif trial.answer and trial.state is TrialState.REFUSED:
        content["why"] = why_refused(trial.answer)
    elif trial.answer:
        content["seen"] = shown_answer(trial.answer, campaign, campaign.bonus_at(visit.now) if campaign else {})
        content["picture"] = picture_url(visit.bench, trial)
        content["choices"] = _choices(visit, campaign)
        content["closed"] = _said(visit, NoPlace.NOT_OPEN) if campaign and not campaign.counts(visit.now) else ""
    return content


def _choices(visit: Visit, campaign: Campaign | None) -> list[Campaign]:
    """Campaigns that whoever is logged in may send to now: the one that was asked for, or all that they have joined."""
    if visit.account is None:
        return []
    asked = [campaign] if campaign else load_campaigns(visit.bench.settings).by_name.values()
    return [item for item in asked if item.counts(visit.now) and _sender(visit, item)]


def _sender(visit: Visit, campaign: Campaign) -> Participant | None:
    """Whoever is logged in, where they have joined a campaign."""
    if visit.account is None:
        return None
    found = participants.participant(visit.bench.ledger, campaign.name, visit.account.name)
    return found if found and found.consented_at else None


def _said(visit: Visit, refused: NoPlace) -> str:
    korean, english = NO_PLACE[refused]
    return korean if visit.language is PageLanguage.KO else english
