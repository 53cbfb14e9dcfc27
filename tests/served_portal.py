"""The portal of tests/portal.py behind a real port, for browsers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI

from apps.portal.visit import SESSION, Portal


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """An application on a free port of this machine; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def session_of(app: FastAPI, address: str, name: str) -> dict[str, str]:
    """The cookie by which a browser is logged in as somebody, as Playwright takes it."""
    portal: Portal = app.state.portal
    return {"name": portal.cookie(SESSION), "value": portal.session(name, datetime.now(UTC)), "url": address}
