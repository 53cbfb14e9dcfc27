"""Who asks, in which language, about which campaign: what every page of the portal begins with."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from datastore.ledger import accounts, participants
from pages.portal import PageFrame, PageLanguage, Tab, render
from schemas.accounts import Account, Participant, Role
from schemas.recipes.campaign import Campaign
from schemas.text import normalise
from workbench.bench import Workbench
from workbench.campaign_rules import follow_file
from workbench.campaigns import load_campaigns

SESSION = "saegim_session"
"""Cookie of an account: its name and when it was logged in, in microseconds, signed."""
VISITOR = "saegim_visitor"
"""Cookie of a browser: a random name, signed; the demo page knows photographs by it."""
LANGUAGE = "saegim_language"
SESSION_SECONDS = 30 * 86_400
"""How long a log-in lasts."""


class Portal:
    """What lives as long as the application: the systems, the signers of its cookies, who asked how often.

    Args:
        bench: the systems.
        version: of the static files; part of their addresses.
    """

    def __init__(self, bench: Workbench, version: str = "") -> None:
        secret = bench.settings.portal_secret.get_secret_value() or secrets.token_hex(32)
        self.bench = bench
        self.version = version
        self.secure = bench.settings.portal_url.startswith("https:")
        self.rates = MovingWindowRateLimiter(MemoryStorage())
        self._secret = secret
        self._rules_of: dict[str, Campaign] = {}
        self.sessions = URLSafeTimedSerializer(secret, salt="session")
        self.visitors = URLSafeTimedSerializer(secret, salt="visitor")

    def follow_file(self, campaign: Campaign, now: datetime) -> None:
        """Notes the rules of a campaign that runs where its file changed: what a page promises counts from the first one on."""
        if campaign.counts(now) and self._rules_of.get(campaign.name) != campaign:
            follow_file(self.bench, campaign.name)
            self._rules_of[campaign.name] = campaign

    def key(self, of: str) -> str:
        """A key for one purpose, made of the secret."""
        return hmac.digest(self._secret.encode(), of.encode(), "sha256").hex()

    def cookie(self, name: str) -> str:
        """A cookie as browsers know it: under https none of a neighbouring domain can stand in for it (RFC 6265bis, 4.1.3.2)."""
        return f"__Host-{name}" if self.secure else name

    def give_cookie(self, response: Response, name: str, value: str, seconds: int = SESSION_SECONDS) -> None:
        """Puts a cookie into an answer, which scripts do not see and other sites' pages do not send along with forms."""
        response.set_cookie(self.cookie(name), value, max_age=seconds, httponly=True, samesite="lax", secure=self.secure)

    def take_cookie(self, response: Response, name: str) -> None:
        """Takes a cookie away again."""
        response.delete_cookie(self.cookie(name), httponly=True, samesite="lax", secure=self.secure)

    def log_in(self, response: Response, account: str, now: datetime) -> None:
        """Makes the browser that an answer goes to one of an account, whoever it was of before."""
        self.give_cookie(response, SESSION, self.session(account, now))

    def session(self, account: str, now: datetime) -> str:
        """What the cookie of an account says that logs in now."""
        return str(self.sessions.dumps([account, microseconds(now)]))


def microseconds(moment: datetime) -> int:
    """A moment as microseconds since 1970, exactly: the ledger keeps moments so, the signature's own clock whole seconds."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


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
    language: PageLanguage
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
        title = "" if campaign is None else campaign.title.ko if self.language is PageLanguage.KO else campaign.title.en
        frame = PageFrame(self.language, tab, self.path, campaign.name if campaign else "", title,
                      self.account.name if self.account else "", self.account.role if self.account else None,
                      self.portal.version)
        return HTMLResponse(render(name, frame, **content), status)


def visit_of(request: Request) -> Visit:
    """The visit that a request is."""
    portal: Portal = request.app.state.portal
    query = f"?{request.url.query}" if request.url.query else ""
    return Visit(portal, _language(portal, request), _account(portal, request), _visitor(portal, request),
                 f"{path_of(request)}{query}", datetime.now(UTC))


def path_of(request: Request) -> str:
    """The path that was asked for, as the browser wrote it: Hangul and all else beyond ASCII in percent signs."""
    return quote(request.scope.get("raw_path", b"").decode("latin-1") or request.url.path, safe="/%:@!$&'()*+,;=~-._")


Visiting = Annotated[Visit, Depends(visit_of)]


def campaign_of(visit: Visiting, campaign: str) -> Campaign:
    """The campaign that a path names; 404 where there is none."""
    found = load_campaigns(visit.bench.settings).by_name.get(normalise(campaign))
    if found is None:
        raise HTTPException(404)
    visit.portal.follow_file(found, visit.now)
    return found


InCampaign = Annotated[Campaign, Depends(campaign_of)]


def logged_in(visit: Visiting) -> Account:
    """Whoever is logged in; 401 where nobody is."""
    if visit.account is None:
        raise HTTPException(401)
    return visit.account


LoggedIn = Annotated[Account, Depends(logged_in)]


def participant_of(visit: Visiting, campaign: InCampaign, account: LoggedIn) -> Participant:
    """Whoever is logged in, as a participant of the path's campaign; 401 where nobody is, 403 where they have not joined it."""
    found = participants.participant(visit.bench.ledger, campaign.name, account.name)
    if found is None or found.consented_at is None:
        raise HTTPException(403)
    return found


Participating = Annotated[Participant, Depends(participant_of)]


def manager_of(account: LoggedIn) -> Account:
    """Whoever is logged in, where that is a manager; 401 where nobody is, 403 where it is somebody else."""
    if account.role is not Role.MANAGER:
        raise HTTPException(403)
    return account


Managing = Annotated[Account, Depends(manager_of)]


def _language(portal: Portal, request: Request) -> PageLanguage:
    chosen = request.cookies.get(portal.cookie(LANGUAGE))
    if chosen in tuple(PageLanguage):
        return PageLanguage(chosen)
    return PageLanguage.EN if request.headers.get("accept-language", "ko").lower().startswith("en") else PageLanguage.KO


def _account(portal: Portal, request: Request) -> Account | None:
    try:
        name, since = portal.sessions.loads(request.cookies.get(portal.cookie(SESSION), ""), max_age=SESSION_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    found = accounts.account(portal.bench.ledger, str(name))
    return found if found and not found.closed_at and since >= microseconds(found.sessions_from) else None


def _visitor(portal: Portal, request: Request) -> str:
    try:
        return str(portal.visitors.loads(request.cookies.get(portal.cookie(VISITOR), ""), max_age=SESSION_SECONDS))
    except BadSignature:
        return secrets.token_urlsafe(16)
