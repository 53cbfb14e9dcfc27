"""Requests that change something come from our own pages: told by Sec-Fetch-Site and Origin, without tokens in forms.

As Go 1.25 does it (net/http.CrossOriginProtection), and Datasette since it took its tokens out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.responses import PlainTextResponse

SAFE = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing here."""


async def refuse_other_origins(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuses with 403 what another site's page asks to change."""
    if request.method not in SAFE and not _is_ours(request):
        return PlainTextResponse("이 요청은 다른 사이트에서 왔습니다. · This request came from another site.", 403)
    return await call_next(request)


def _is_ours(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True  # no browser: nobody's cookies are abused
    return urlsplit(origin).netloc == request.headers.get("host")
