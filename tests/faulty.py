"""A proxy before a real server that fails as networks and servers fail: at the n-th request, in a chosen way."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

LATE_SECONDS = 8.0
"""Longer than a flow waits before it tries again."""


class Fault(StrEnum):
    """What happens to one request."""

    RESET_BEFORE = "the connection breaks before the server has the request"
    UNAVAILABLE = "503, and the server never sees the request"
    RESET_AFTER = "the server did it, and the connection breaks before the answer"
    TIMEOUT_AFTER = "the server did it, and a proxy says 504"
    TIMEOUT_LATE = "a proxy says 504, and the server does it some seconds later"


@dataclass
class Faults:
    """Which request fails next, and what came through.

    ``only`` counts requests of this method only; ``at`` is the number of the request that fails (1: the next one). Where
    ``refused`` is not empty, all requests whose address contains it get 503.
    """

    fault: Fault | None = None
    at: int = 0
    only: str = ""
    refused: str = ""
    seen: list[str] = field(default_factory=list)
    late: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, fault: Fault, at: int, only: str = "") -> None:
        """From now on the ``at``-th request fails, once."""
        with self._lock:
            self.fault, self.at, self.only = fault, at, only
            self.seen.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """What happens to this request."""
        with self._lock:
            self.seen.append(f"{method} {path.partition('?')[0]}")
            if self.refused and self.refused in path:
                return Fault.UNAVAILABLE
            if self.fault is None or (self.only and method != self.only):
                return None
            self.at -= 1
            if self.at:
                return None
            fault, self.fault = self.fault, None
            return fault

    def wait(self) -> None:
        """Until the server has done what it does too late."""
        for thread in self.late:
            thread.join()
        self.late.clear()


@contextlib.contextmanager
def before(url: str) -> Iterator[tuple[str, Faults]]:
    """A proxy's address before a server, and its faults."""
    faults = Faults()
    client = httpx.Client(base_url=url, timeout=120)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            fault = faults.next(self.command, self.path)
            if fault is Fault.RESET_BEFORE:
                self._break()
                return
            if fault is Fault.UNAVAILABLE:
                self._answer(503, b"{}")
                return
            send = self._forwarded(body)
            if fault is Fault.TIMEOUT_LATE:
                def later() -> None:
                    time.sleep(LATE_SECONDS)
                    send()

                faults.late.append(threading.Thread(target=later))
                faults.late[-1].start()
                self._answer(504, b"gateway timeout")
                return
            answer = send()
            if fault is Fault.RESET_AFTER:
                self._break()
            elif fault is Fault.TIMEOUT_AFTER:
                self._answer(504, b"gateway timeout")
            else:
                self._answer(answer.status_code, answer.content, answer.headers.get("content-type", ""),
                             answer.headers.get("location"))

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any

        def _forwarded(self, body: bytes) -> Callable[[], httpx.Response]:
            """The request as it is now: the connection's next one takes its place here."""
            method, path = self.command, self.path
            headers = {name: value for name, value in self.headers.items()
                       if name.lower() not in ("host", "connection", "content-length", "accept-encoding")}
            return lambda: client.request(method, path, content=body, headers=headers)

        def _answer(self, status: int, content: bytes, kind: str = "application/json", location: str | None = None) -> None:
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                if location:
                    self.send_header("Location", location)
                self.end_headers()
                self.wfile.write(content)

        def _break(self) -> None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.close()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", faults
    finally:
        faults.wait()
        server.shutdown()
        server.server_close()
        client.close()
