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
def free_address() -> Iterator[tuple[socket.socket, str]]:
    """A socket on a free port of this machine, and its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.contextmanager
def running(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    """Serves an application at a socket until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """An application on a free port of this machine; its address."""
    with free_address() as (listening, address), running(app, listening):
        yield address


def session_of(app: FastAPI, address: str, name: str) -> dict[str, str]:
    """The cookie by which a browser is logged in as somebody, as Playwright takes it."""
    portal: Portal = app.state.portal
    return {"name": portal.cookie(SESSION), "value": portal.session(name, datetime.now(UTC)), "url": address}
