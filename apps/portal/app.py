"""The portal: one FastAPI application, its pages rendered on the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from apps.portal.same_origin import refuse_other_origins
from apps.portal.visit import Portal
from workbench.bench import Workbench

STATIC = Path(__file__).parent / "static"


def make_app(bench: Workbench) -> FastAPI:
    """The application over the systems of a workbench."""
    app = FastAPI(title="Saegim", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.portal = Portal(bench)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.middleware("http")(refuse_other_origins)
    policy = _policy(bench.settings.portal_s3_endpoint or bench.settings.s3_endpoint or "https:")

    @app.middleware("http")
    async def protect(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await call_next(request)
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


def _policy(storage: str) -> str:
    """The content security policy; pictures come from the object store, and photographs go there."""
    return "; ".join([
        "default-src 'none'", "script-src 'self'", "style-src 'self'", f"img-src 'self' blob: data: {storage}",
        f"connect-src 'self' {storage}", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        "manifest-src 'self'"])
