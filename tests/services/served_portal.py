"""The portal as people reach it: served on a free port, over the systems of a test's world, by a clock that the test sets."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import uvicorn
from fastapi import Request

from apps.portal.app import make_app
from apps.portal.visit import SESSION, Portal, Visit, visit_of
from tests.services.conftest import World
from workbench.bench import Workbench


@dataclass
class ServedPortal:
    """A portal that runs.

    Attributes:
        bench: the systems.
        url: where it answers.
        kept: what the application keeps.
        ahead: by how much its clock is ahead.
    """

    bench: Workbench
    url: str
    kept: Portal
    ahead: timedelta = field(default_factory=timedelta)

    @property
    def now(self) -> datetime:
        """What its clock says, in UTC."""
        return datetime.now(UTC) + self.ahead

    def cookies(self, account: str) -> dict[str, str]:
        """What a browser has in which somebody is logged in."""
        return {SESSION: self.kept.session(account, self.now)}

    def visit(self, request: Request) -> Visit:
        """A visit by its clock."""
        return replace(visit_of(request), now=self.now)


@contextlib.contextmanager
def served(world: World) -> Iterator[ServedPortal]:
    """Serves the portal of a world until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    world.env |= {"SAEGIM_PORTAL_URL": url, "SAEGIM_PORTAL_SECRET": "of the test, thirty-two letters!"}
    bench = world.bench
    app = make_app(bench)
    portal = ServedPortal(bench, url, app.state.portal)
    posted_to = (bench.settings.bucket_raw, bench.settings.bucket_demo)
    bench.objects.ensure_buckets(posted_to, posted_to, url)
    app.dependency_overrides[visit_of] = portal.visit
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    try:
        yield portal
    finally:
        server.should_exit = True
        thread.join(20)
