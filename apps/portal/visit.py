"""Who asks, in which language, about which campaign: what every page of the portal begins with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer

from datastore.ledger import accounts, participants
from datastore.objects import ObjectStore
from pages.portal import Frame, Language, Tab, render
from schemas.accounts import Account, Participant, Role
from schemas.recipes.campaign import Campaign
from schemas.text import normalise
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns

SESSION = "saegim_session"
"""Cookie of an account: its name, signed."""
VISITOR = "saegim_visitor"
"""Cookie of a browser: a random name, signed; the demo page knows photographs by it."""
LANGUAGE = "saegim_language"
SESSION_SECONDS = 30 * 86_400
"""How long a log-in lasts."""


class Portal:
    """What lives as long as the application: the systems, and the signers of its cookies and links."""

    def __init__(self, bench: Workbench) -> None:
        secret = bench.settings.portal_secret.get_secret_value() or secrets.token_hex(32)
        self.bench = bench
        self.sessions = URLSafeTimedSerializer(secret, salt="session")
        self.visitors = URLSafeTimedSerializer(secret, salt="visitor")
        outside = bench.settings.portal_s3_endpoint
        self.shown = ObjectStore(bench.settings.model_copy(update={"s3_endpoint": outside})) if outside else bench.objects
        """The object store by the address that browsers reach it at."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request.

    Attributes:
        portal: the application's.
        language: of the answer.
        account: whoever is logged in; None where nobody is.
        visitor: random name of the browser.
        path: that was asked for, with its query.
        now: in UTC.
    """

    portal: Portal
    language: Language
    account: Account | None
    visitor: str
    path: str
    now: datetime

    @property
    def bench(self) -> Workbench:
        """The systems."""
        return self.portal.bench

    def page(self, name: str, tab: Tab, campaign: Campaign | None = None, status: int = 200, **content: Any) -> HTMLResponse:
        """A page of ``pages/templates/portal``; arguments as in ``pages.portal.render``."""
        title = "" if campaign is None else campaign.title.ko if self.language is Language.KO else campaign.title.en
        frame = Frame(self.language, tab, self.path, campaign.name if campaign else "", title,
                      self.account.name if self.account else "", self.account.role if self.account else None)
        return HTMLResponse(render(name, frame, **content), status)


def visit_of(request: Request) -> Visit:
    """The visit that a request is."""
    portal: Portal = request.app.state.portal
    query = f"?{request.url.query}" if request.url.query else ""
    return Visit(portal, _language(request), _account(portal, request), _visitor(portal, request),
                 f"{request.url.path}{query}", datetime.now(UTC))


Visiting = Annotated[Visit, Depends(visit_of)]


def campaign_of(visit: Visiting, campaign: str) -> Campaign:
    """The campaign that a path names; 404 where there is none."""
    found = load_campaigns(visit.bench.settings).by_name.get(normalise(campaign))
    if found is None:
        raise HTTPException(404)
    return found


InCampaign = Annotated[Campaign, Depends(campaign_of)]


def participant_of(visit: Visiting, campaign: InCampaign) -> Participant:
    """Whoever is logged in, as a participant of the path's campaign; 401 where nobody is, 403 where they have not joined it."""
    if visit.account is None:
        raise HTTPException(401)
    found = participants.participant(visit.bench.ledger, campaign.name, visit.account.name)
    if found is None or found.consented_at is None:
        raise HTTPException(403)
    return found


Participating = Annotated[Participant, Depends(participant_of)]


def manager_of(visit: Visiting) -> Account:
    """Whoever is logged in, where that is a manager; 401 where nobody is, 403 where it is somebody else."""
    if visit.account is None:
        raise HTTPException(401)
    if visit.account.role is not Role.MANAGER:
        raise HTTPException(403)
    return visit.account


Managing = Annotated[Account, Depends(manager_of)]


def _language(request: Request) -> Language:
    chosen = request.cookies.get(LANGUAGE)
    if chosen in tuple(Language):
        return Language(chosen)
    return Language.EN if request.headers.get("accept-language", "ko").lower().startswith("en") else Language.KO


def _account(portal: Portal, request: Request) -> Account | None:
    cookie = request.cookies.get(SESSION)
    if not cookie:
        return None
    try:
        name, signed_at = portal.sessions.loads(cookie, max_age=SESSION_SECONDS, return_timestamp=True)
    except BadSignature:
        return None
    found = accounts.account(portal.bench.ledger, str(name))
    # The cookie's clock is in whole seconds.
    return found if found and not found.closed_at and signed_at >= found.sessions_from.replace(microsecond=0) else None


def _visitor(portal: Portal, request: Request) -> str:
    try:
        return str(portal.visitors.loads(request.cookies.get(VISITOR, ""), max_age=SESSION_SECONDS))
    except BadSignature:
        return secrets.token_urlsafe(16)
