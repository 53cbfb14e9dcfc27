"""A wire to a real server that is cut for a while, or says 503: as when a service starts anew, or asks to slow down."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

SLOW_DOWN = (b"HTTP/1.1 503 Slow Down\r\nRetry-After: 1\r\nContent-Type: application/xml\r\nConnection: close\r\n"
             b"Content-Length: 87\r\n\r\n"
             b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>")


@dataclass
class Wire:
    """Where the wire begins, and its next outage."""

    address: str = ""
    outages: int = 0
    _at: int = 0
    _seconds: float = 0.0
    _busy: bool = False
    _until: float = 0.0
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, at: int, seconds: float, busy: bool = False) -> None:
        """Plans an outage: it begins with the ``at``-th piece that a client sends from now on.

        Args:
            at: 1 is the next one.
            seconds: how long it lasts.
            busy: requests get 503, instead of no connection.
        """
        with self._lock:
            self._at, self._seconds, self._busy, self.outages = at, seconds, busy, 0

    @property
    def is_out(self) -> bool:
        """Whether it is cut now."""
        return time.monotonic() < self._until

    def sent(self) -> bool:
        """Notes one piece; says whether it gets through."""
        with self._lock:
            if self._at:
                self._at -= 1
                if not self._at:
                    self._until, self.outages = time.monotonic() + self._seconds, self.outages + 1
            return not self.is_out

    def serve(self, client: socket.socket, target: tuple[str, int]) -> None:
        """One connection, until one side closes it or the wire is cut."""
        with client, contextlib.suppress(OSError):
            if self.is_out and not self._busy:
                return
            with socket.create_connection(target) as server:
                back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
                back.start()
                while data := client.recv(1 << 16):
                    if not self.sent():
                        if self._busy:
                            client.sendall(SLOW_DOWN)
                        break
                    server.sendall(data)
                for one in (server, client):
                    with contextlib.suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                back.join()

    def _pump(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                client.sendall(data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def wire(host: str, port: int) -> Iterator[Wire]:
    """A wire to a server."""
    found = Wire()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found.address = f"127.0.0.1:{listening.getsockname()[1]}"

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=found.serve, args=(client, (host, port)), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield found
        listening.shutdown(socket.SHUT_RDWR)
