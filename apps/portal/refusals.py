"""What people see in place of a page that they do not get: inside the frame, in their language, with what they can do."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from apps.portal.headers import protect
from apps.portal.visit import visit_of
from pages.portal import PageFrame, PageLanguage, Tab, render
from pages.refusal_words import refusal_words
from schemas.errors import SaegimError, Transient

BUSY_SECONDS = 10
"""When to try again where a service did not answer."""


def add_refusals(app: FastAPI) -> None:
    """Gives an application its pages for what goes wrong."""
    app.add_exception_handler(StarletteHTTPException, _of_status)
    app.add_exception_handler(RequestValidationError, _of_form)
    app.add_exception_handler(SaegimError, _of_error)
    app.add_exception_handler(Exception, _of_fault)


def refusal(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    """The answer of a status: a page, a part for htmx, or JSON for a script that asks for it."""
    frame = _frame(request)
    words = refusal_words(status)
    told = frame.say(words.title.ko, words.title.en)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": f"{told}. {frame.say(words.advice.ko, words.advice.en)}"}, status, headers)
    content: dict[str, Any] = {"words": words, "status": status, "wait": (headers or {}).get("Retry-After", ""),
                               "joinable": request.path_params.get("campaign", "")}
    name = "refusal_part" if request.headers.get("hx-request") else "refusal"
    return HTMLResponse(render(name, frame, **content), status, headers)


def _frame(request: Request) -> PageFrame:
    try:
        visit = visit_of(request)
    except SaegimError:  # the ledger itself may be what does not answer
        return PageFrame(PageLanguage.KO, Tab.NONE, "/", version=request.app.state.portal.version)
    account = visit.account
    return PageFrame(visit.language, Tab.NONE, visit.path if request.method == "GET" else "/", "", "",
                 account.name if account else "", account.role if account else None, visit.portal.version)


def _of_status(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException | StarletteHTTPException):
        raise error
    return refusal(request, error.status_code, dict(error.headers or {}))


def _of_form(request: Request, _error: Exception) -> Response:
    return refusal(request, 422)


def _of_error(request: Request, error: Exception) -> Response:
    if isinstance(error, Transient):
        return refusal(request, 503, {"Retry-After": str(BUSY_SECONDS)})
    raise error


def _of_fault(request: Request, _error: Exception) -> Response:
    answer = refusal(request, 500)
    protect(answer.headers, request.app.state.policy)  # Starlette answers this outside of all middleware
    return answer
