"""What every answer tells browsers, so that nothing runs, is framed or is kept that should not be; and how much may be asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.settings import Settings

HALF_A_YEAR = 15_768_000
"""Seconds for which browsers ask for this host by https alone, once they did."""


def policy(settings: Settings) -> dict[str, str]:
    """Headers of every answer; pictures come from the object store, and photographs go there."""
    storage = _origin(settings.portal_s3_endpoint or settings.s3_endpoint or "") or "https:"
    headers = {
        "Content-Security-Policy": "; ".join([
            "default-src 'none'", "script-src 'self'", "style-src 'self'", f"img-src 'self' blob: data: {storage}",
            f"connect-src 'self' {storage}", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
            "manifest-src 'self'"]),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.portal_url.startswith("https:"):
        headers["Strict-Transport-Security"] = f"max-age={HALF_A_YEAR}"
    return headers


def protect(headers: MutableHeaders, fixed: dict[str, str]) -> None:
    """Adds the headers of every answer; pages are kept nowhere, unless they say so themselves."""
    headers.update(fixed)
    headers.setdefault("Cache-Control", "no-store")


class Protected:
    """An application whose answers have these headers."""

    def __init__(self, app: ASGIApp, fixed: dict[str, str]) -> None:
        self.app = app
        self.fixed = fixed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and adds to its answer."""

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), self.fixed)
            await send(message)

        await self.app(scope, receive, protected if scope["type"] == "http" else send)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
