"""The portal: one FastAPI application, its pages rendered on the server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from apps.portal import (
    board,
    join,
    manage,
    manage_demand,
    manage_draw,
    manage_flags,
    manage_held,
    manage_morning,
    manage_people,
    manage_trace,
    members,
    send,
    try_it,
    withdraw,
)
from apps.portal.headers import Protected, policy
from apps.portal.oidc import add_oidc
from apps.portal.refusals import add_refusals
from apps.portal.same_origin import Guarded
from apps.portal.static_files import KeptFiles, version
from apps.portal.visit import Portal
from workbench.bench import Workbench

THREADS = 6
"""Requests that are worked on at once, the others wait in order. Forty, as Starlette has it, take the interpreter from each
other on two cores, and wait for the ledger's 15 connections."""


@asynccontextmanager
async def _with_few_threads(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    yield


def make_app(bench: Workbench) -> FastAPI:
    """The application over the systems of a workbench."""
    app = FastAPI(title="Saegim", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_with_few_threads)
    files = KeptFiles(version())
    app.state.portal = Portal(bench, files.version)
    app.state.policy = policy(bench.settings)
    app.mount("/static", files, name="static")
    add_refusals(app)
    add_oidc(app, bench.settings, app.state.portal)
    # The last one added is the first one that a request comes to.
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Guarded, portal_url=bench.settings.portal_url)
    app.add_middleware(Protected, fixed=app.state.policy)
    app.include_router(board.router)
    app.include_router(join.router)
    for part in (manage, manage_demand, manage_draw, manage_flags, manage_held, manage_morning, manage_people, manage_trace):
        app.include_router(part.router)
    app.include_router(members.router)
    app.include_router(send.router)
    app.include_router(try_it.router)
    app.include_router(withdraw.router)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    return app
