"""The page on which people send photographs, and see what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from apps.portal.rates import limited
from apps.portal.visit import InCampaign, Participating, Visit, Visiting
from pages.category_words import category_words
from pages.evaluation_explained import Words
from pages.moments import moment_words
from pages.portal import Tab
from pages.upload_words import NO_PLACE, NOTHING_TO_SAY
from schemas.accounts import Participant
from schemas.ids import digest
from schemas.recipes.campaign import Campaign
from schemas.upload import FINAL_REFUSALS, GivenPlace, NoPlace, OwnPhotograph, PhotographState, Wanted
from workbench import uploads
from workbench.own_photographs import own_photographs

SHOWN = 40
"""Photographs on the page; one's own history has all."""
AT_ONCE = 100
"""Most photographs in one request."""
WAITING_SECONDS = 8
"""Until the page asks again while photographs wait; ingest takes them every few minutes."""
SETTLED_SECONDS = 60
"""The same while none waits: points change every half hour."""
WHY_LATER_SECONDS = 20
"""When the page asks again for a place that it did not get for now."""

ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
Key = Annotated[str, Field(max_length=1024)]
Category = Annotated[str, Field(max_length=200)]
router = APIRouter()


class WantedPhotograph(BaseModel):
    """A photograph that the page asks a place for."""

    client_id: ClientId
    file_name: str = Field("", max_length=4096)
    media_type: str = Field("", max_length=200)
    size: int = Field(ge=0, le=1 << 50)


class PlacesAsked(BaseModel):
    """Photographs that the page asks places for."""

    photographs: list[WantedPhotograph] = Field(max_length=AT_ONCE)


class ArrivedPhotographs(BaseModel):
    """Photographs of which the page says that the bucket has them."""

    client_ids: list[ClientId] = Field(max_length=AT_ONCE)


class SaidOfPhotographs(BaseModel):
    """What the page says that photographs show."""

    client_ids: list[ClientId] = Field(max_length=AT_ONCE)
    categories: list[Category] = Field(max_length=AT_ONCE)


@router.get("/c/{campaign}/send")
def send_page(visit: Visiting, campaign: InCampaign, sender: Participating) -> HTMLResponse:
    """The page."""
    refused = uploads.refused_all(campaign, sender, visit.now)
    return visit.page("send", Tab.SEND, campaign, **_photographs(visit, campaign, sender),
                      refused=NO_PLACE[refused] if refused else None, ask_again=refused is NoPlace.CONSENT,
                      begins=_begins(campaign, visit.now),
                      chips=[] if uploads.refused_categories(campaign, sender, visit.now) else _chips(campaign, visit.now),
                      most_bytes=visit.bench.settings.max_bytes)


@router.get("/c/{campaign}/send/photographs")
def photographs_part(visit: Visiting, campaign: InCampaign, sender: Participating,
                     seen: Annotated[str, Query(max_length=32)] = "") -> Response:
    """What became of each photograph; the page asks for it again and again, and is told nothing where nothing changed."""
    found = _photographs(visit, campaign, sender)
    if seen == found["seen"]:
        return Response(status_code=204)
    return visit.page("send_photographs_part", Tab.SEND, campaign, **found)


@router.post("/c/{campaign}/send/places", dependencies=[Depends(limited("120/minute"))])
def give_places(visit: Visiting, campaign: InCampaign, sender: Participating, asked: PlacesAsked) -> JSONResponse:
    """Places for photographs, or why there is none."""
    wanted = {item.client_id: Wanted(item.client_id, item.file_name, item.media_type, item.size) for item in asked.photographs}
    places = uploads.issue(visit.bench, campaign, sender, list(wanted.values()), visit.now)
    return JSONResponse({"places": [_answer(visit, place) for place in places]})


@router.post("/c/{campaign}/send/arrived", dependencies=[Depends(limited("240/minute"))])
def note_arrived(visit: Visiting, campaign: InCampaign, sender: Participating, arrived: ArrivedPhotographs) -> JSONResponse:
    """Which of some photographs the bucket has."""
    found = uploads.confirm(visit.bench, campaign.name, sender.submitter, arrived.client_ids, visit.now)
    return JSONResponse({"arrived": found})


@router.post("/c/{campaign}/send/categories", dependencies=[Depends(limited("240/minute"))])
def say_categories(visit: Visiting, campaign: InCampaign, sender: Participating, said: SaidOfPhotographs) -> JSONResponse:
    """Notes what photographs show; 409 with a sentence where nothing more can be said."""
    noted = uploads.say_of_sent(visit.bench, campaign, sender, said.client_ids, said.categories, visit.now)
    if isinstance(noted, NoPlace):
        ko, en = NOTHING_TO_SAY[noted]
        return JSONResponse({"error": ko if visit.language == "ko" else en}, 409)
    return JSONResponse({"noted": noted})


@router.get("/c/{campaign}/send/kinds")
def kinds_part(visit: Visiting, campaign: InCampaign, sender: Participating, key: Annotated[str, Query(max_length=1024)],
               ) -> HTMLResponse:
    """The choice of what one photograph shows that was sent before."""
    if refused := uploads.refused_categories(campaign, sender, visit.now):
        return _nothing_to_say(visit, campaign, refused)
    mine = [item for item in _own(visit, campaign, sender) if item.key == key]
    return visit.page("send_kinds_part", Tab.SEND, campaign, photograph=mine[0] if mine else None,
                      chips=_chips(campaign, visit.now), saved=False)


@router.post("/c/{campaign}/send/kinds", dependencies=[Depends(limited("120/minute"))])
def save_kinds(visit: Visiting, campaign: InCampaign, sender: Participating, key: Annotated[str, Form(max_length=1024)],
               categories: Annotated[list[Category] | None, Form(max_length=AT_ONCE)] = None) -> Response:
    """Notes what one photograph shows that was sent before, and has the list shown anew."""
    noted = uploads.say_categories(visit.bench, campaign, sender, [key], categories or [], visit.now)
    if isinstance(noted, NoPlace):
        return _nothing_to_say(visit, campaign, noted)
    answer = visit.page("send_kinds_part", Tab.SEND, campaign, photograph=None, chips=[], saved=bool(noted))
    answer.headers["HX-Trigger"] = "sent"
    return answer


def _nothing_to_say(visit: Visit, campaign: Campaign, refused: NoPlace) -> HTMLResponse:
    # With 200: htmx shows nothing of what has another status.
    return visit.page("send_kinds_part", Tab.SEND, campaign, refused=NOTHING_TO_SAY[refused])


def _photographs(visit: Visit, campaign: Campaign, sender: Participant) -> dict[str, Any]:
    shown = _own(visit, campaign, sender)
    waiting = any(item.state is PhotographState.WAITING for item in shown)
    names = {name: category_words(campaign, name) for item in shown for name in item.categories}
    sayable = uploads.refused_categories(campaign, sender, visit.now) is None
    return {"photographs": shown, "names": names, "sayable": sayable,
            "seen": digest(visit.language, str(sayable), *map(repr, shown), length=16),
            "moments": {item.key: moment_words(item.sent_at, campaign.time_zone) for item in shown},
            "again": WAITING_SECONDS if waiting else SETTLED_SECONDS, "more": len(shown) >= SHOWN}


def _own(visit: Visit, campaign: Campaign, sender: Participant) -> Sequence[OwnPhotograph]:
    return own_photographs(visit.bench, campaign.name, sender.submitter, SHOWN)


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that people can say of a photograph.

    Attributes:
        name: of the slice.
        words: what it is called.
        points: for a photograph of it, where these differ from the campaign's.
        bonus: points on top.
    """

    name: str
    words: Words
    points: int | None
    bonus: int


def _chips(campaign: Campaign, now: datetime) -> list[Chip]:
    bonus = campaign.bonus_at(now)
    own = {name: category.points for name, category in campaign.categories.items()}
    return [Chip(name, category_words(campaign, name), own.get(name), bonus.get(name, 0))
            for name in uploads.offered_categories(campaign)]


def _begins(campaign: Campaign, now: datetime) -> Words | None:
    """When it begins; None where it has."""
    begins = campaign.begins_at
    return moment_words(begins, campaign.time_zone) if now < begins else None


def _answer(visit: Visit, place: GivenPlace) -> dict[str, Any]:
    """One place as the page's script reads it (``static/send.js``).

    ``then`` says what it does where there is no place: give it up, ask again later, or send nothing for now.
    """
    answer: dict[str, Any] = {"client_id": place.client_id, "there": place.there}
    if place.form:
        answer["form"] = {"url": place.form.url, "fields": dict(place.form.fields)}
    if place.refused:
        ko, en = NO_PLACE[place.refused]
        later = place.refused is NoPlace.TOO_MANY_AT_ONCE
        answer["why"] = ko if visit.language == "ko" else en
        answer["then"] = "later" if later else "give up" if place.refused in FINAL_REFUSALS else "stop"
        answer["seconds"] = WHY_LATER_SECONDS
    return answer
