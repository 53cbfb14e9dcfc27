"""The company's own log-in, where there is one (OpenID Connect, authorisation code with PKCE, state and nonce; authlib)."""

from __future__ import annotations

import importlib
from typing import Any

from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from authlib.integrations.starlette_client import OAuth, OAuthError  # type: ignore[import-untyped]
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware

from apps.portal.own_paths import own_path
from apps.portal.rates import limited
from apps.portal.visit import Portal, Visiting
from workbench.company_accounts import company_account
from workbench.settings import Settings

router = APIRouter(prefix="/oidc")

COOKIE = "saegim_oidc"
"""Holds state, nonce and the secret of PKCE while somebody is at their company's page."""
COOKIE_SECONDS = 600
RATE = "300/minute"
"""Of one address: a whole company may come from one."""
BACK = "back"

_HTTP = next(base.__module__ for base in AsyncOAuth2Client.__mro__ if base.__name__ == "AsyncClient").partition(".")[0]
NO_ANSWER: tuple[type[Exception], ...] = (importlib.import_module(_HTTP).HTTPError,)
"""What authlib's HTTP library raises, which is httpx2 where it is installed, else httpx."""


def add_oidc(app: FastAPI, settings: Settings, portal: Portal) -> None:
    """Gives an application the company's log-in; its paths are not found where the settings name none."""
    app.state.oidc = _client(settings) if settings.oidc_issuer else None
    app.include_router(router)
    app.add_middleware(SessionMiddleware, secret_key=portal.key("oidc"), session_cookie=COOKIE, max_age=COOKIE_SECONDS,
                       path="/oidc", same_site="lax", https_only=portal.secure)


@router.get("/start", dependencies=[Depends(limited(RATE))])
async def start(request: Request, visit: Visiting, back: str = "/") -> Response:
    """Leads to the company's page."""
    client = _of(request)
    request.session[BACK] = own_path(back)
    try:
        answer: Response = await client.authorize_redirect(request, _way_back(visit.bench.settings))
    except NO_ANSWER as error:
        raise HTTPException(503) from error
    except ValueError as error:  # what answers is no provider
        raise HTTPException(503) from error
    return answer


@router.get("/callback", dependencies=[Depends(limited(RATE))])
async def come_back(request: Request, visit: Visiting) -> RedirectResponse:
    """Takes what the company's page says of somebody, and logs them in."""
    client = _of(request)
    settings = visit.bench.settings
    back = own_path(str(request.session.pop(BACK, "/")))
    try:
        metadata = await client.load_server_metadata()
        token = await client.authorize_access_token(request, claims_options={
            "iss": {"essential": True, "value": settings.oidc_issuer},
            "aud": {"essential": True, "value": settings.oidc_client_id}})
    except NO_ANSWER as error:
        raise HTTPException(503) from error
    except (OAuthError, JoseError, ValueError) as error:  # somebody else's answer, an old one, one that was changed
        raise HTTPException(401) from error
    claims = token.get("userinfo") or {}
    address = claims.get("email") if claims.get("email_verified") is True else None
    if metadata.get("issuer") != settings.oidc_issuer or not isinstance(address, str):
        raise HTTPException(403)
    account = await run_in_threadpool(company_account, visit.bench, address, visit.now)
    if account is None:
        raise HTTPException(403)
    request.session.clear()
    answer = RedirectResponse(back, 303)
    visit.portal.log_in(answer, account.name, visit.now)
    return answer


def _of(request: Request) -> Any:
    if request.app.state.oidc is None:
        raise HTTPException(404)
    return request.app.state.oidc


def _client(settings: Settings) -> Any:
    return OAuth().register(
        "company", client_id=settings.oidc_client_id, client_secret=settings.oidc_client_secret.get_secret_value(),
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "timeout": 10})


def _way_back(settings: Settings) -> str:
    return f"{settings.portal_url.rstrip('/')}/oidc/callback"
