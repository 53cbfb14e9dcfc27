"""The page on which people take a photograph of theirs back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from apps.portal.rates import limited
from apps.portal.visit import InCampaign, Participating, Visiting
from pages.moments import moment_words
from pages.portal import Tab
from schemas.errors import NoSuchSubmission
from schemas.upload import PhotographState
from workbench.own_photographs import own_photograph
from workbench.withdrawal import withdraw_own

router = APIRouter(prefix="/c/{campaign}/withdraw")

MOST = 1024
"""Characters of a key."""


@router.get("")
def ask_once_more(visit: Visiting, campaign: InCampaign, sender: Participating, key: Annotated[str, Query(max_length=MOST)],
                  ) -> HTMLResponse:
    """What happens when a photograph is taken back, with the button that does it; 404 of what the reader did not send."""
    photograph = own_photograph(visit.bench, campaign.name, sender.submitter, key)
    if photograph is None:
        raise HTTPException(404)
    return visit.page("withdraw", Tab.SEND, campaign, photograph=photograph,
                      gone=photograph.state is PhotographState.WITHDRAWN,
                      sent=moment_words(photograph.sent_at, campaign.time_zone))


@router.post("", dependencies=[Depends(limited("60/minute"))])
def take_back(visit: Visiting, campaign: InCampaign, sender: Participating, key: Annotated[str, Form(max_length=MOST)],
              ) -> RedirectResponse:
    """Takes it back; twice is once."""
    try:
        withdraw_own(visit.bench, campaign.name, sender.submitter, key)
    except NoSuchSubmission:
        raise HTTPException(404) from None
    return RedirectResponse(f"/c/{campaign.name}/send#sent-title", 303)
