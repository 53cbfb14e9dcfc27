"""Requests that change something come from our own pages: told by Sec-Fetch-Site and Origin, without tokens in forms.

As Go 1.25 does it (net/http.CrossOriginProtection), and Datasette since it took its tokens out. With it, whatever comes before a
page may decide: who we are asked as (the host), how much we are sent, and that no text has a NUL, which PostgreSQL takes in none.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.portal.refusals import refusal

SAFE = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing here."""

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
"""Hosts of this machine itself, by which the local stack and a proxy on it ask."""

MOST_BYTES = 1_000_000
"""Of what a page may send; photographs go to the object store."""

WRITTEN_NUL = b"%00"
"""NUL in a query and in the fields of a form."""

FIELDS = "application/x-www-form-urlencoded"
"""A form's type, where no file is in it."""

PARTS = "multipart/form-data"
"""A form's type where one may be: what is in its fields stands there as it is."""


class Guarded:
    """An application that answers requests of its own pages, of its own host, of a bearable size.

    Args:
        app: what answers them.
        portal_url: where people reach it.
    """

    def __init__(self, app: ASGIApp, portal_url: str) -> None:
        self.app = app
        self.ours = urlsplit(portal_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if status := self._refused(request):
            answer = await run_in_threadpool(refusal, request, status)
            await answer(scope, receive, send)
            return
        await self.app(scope, _without_nul(request, _bounded(receive)), send)

    def _refused(self, request: Request) -> int | None:
        if not self._is_our_host(request.headers.get("host", "")):
            return 400
        if request.method not in SAFE and not self._is_ours(request):
            return 403
        if "\0" in _looked_up(request.scope["path"]) or WRITTEN_NUL in request.scope["query_string"]:
            return 404  # no page of ours has such an address
        size = request.headers.get("content-length", "0")
        return 413 if not size.isdecimal() or int(size) > MOST_BYTES else None

    def _is_our_host(self, host: str) -> bool:
        try:
            return urlsplit(f"//{host}").hostname in LOOPBACK | {self.ours.hostname}
        except ValueError:
            return False

    def _is_ours(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.headers.get("origin")
        if origin is None:
            return True  # no browser: nobody's cookies are abused
        # A proxy may put another host into the request than the one that the browser asked.
        return urlsplit(origin).netloc in (request.headers.get("host"), self.ours.netloc)


def _looked_up(path: str) -> str:
    """A path as pages look up what it names: a campaign's name is normalised first, which leaves no NUL in it."""
    _campaigns, _slash, rest = path.removeprefix("/c/").partition("/")
    return rest if path.startswith("/c/") else path


def _bounded(receive: Receive) -> Receive:
    """What is received, up to the most that a page may send: who sends in pieces says no size before."""
    left = MOST_BYTES

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return bounded


def _without_nul(request: Request, receive: Receive) -> Receive:
    """What is received, where it is no form with a NUL; a script's JSON says what it is, and its names are kept as data."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (FIELDS, PARTS):
        return receive
    end = b""

    async def without_nul() -> Message:
        nonlocal end
        message = await receive()
        seen = end + message.get("body", b"")  # three characters may come in two pieces
        end = seen[-2:]
        if b"\0" in seen or (media_type == FIELDS and WRITTEN_NUL in seen):
            raise HTTPException(422)
        return message

    return without_nul
