"""A proxy before PostgreSQL that knows its messages: a statement is failed, lost or answered with an error as a plan says."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import time
from urllib.parse import urlsplit

from tests.faults.injecting import DOWN_SECONDS, Injector
from tests.faults.loop import reset
from tests.faults.plan import Fault, Kind, Service

SLOW_SECONDS = 0.2
ERRORS = {
    Kind.SERIALIZATION: ("40001", "could not serialize access due to concurrent update"),
    Kind.DEADLOCK: ("40P01", "deadlock detected"),
    Kind.POOL: ("53300", "sorry, too many clients already"),
    Kind.PG_FULL: ("53100", "could not extend file: No space left on device"),
}
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
STARTUP = 196608


class PostgresProxy:
    """Serves the clients of one PostgreSQL server."""

    def __init__(self, url: str, injector: Injector) -> None:
        parts = urlsplit(url)
        self._injector = injector
        self._host, self._port = parts.hostname or "", parts.port or 5432
        self._down_until = 0.0

    def calm(self) -> None:
        """Outages are over."""
        self._down_until = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, statement by statement."""
        if time.monotonic() < self._down_until:
            self._injector.turned_away()
            reset(writer)
            return
        server_in, server_out = await asyncio.open_connection(self._host, self._port, limit=1 << 22)
        try:
            await _greet(reader, writer, server_in, server_out)
            state = await _until_ready(server_in, writer)
            while state:
                unit = await _unit(reader)
                state = b"" if unit is None else await self._statement(unit, state, writer, server_in, server_out)
        finally:
            server_out.close()

    async def _statement(self, unit: bytes, state: bytes, writer: asyncio.StreamWriter, server_in: asyncio.StreamReader,
                         server_out: asyncio.StreamWriter) -> bytes:
        """Relays one statement and its answer, or not; returns the transaction's state, empty where the connection has ended."""
        if time.monotonic() < self._down_until:
            self._injector.turned_away()
            reset(writer)
            return b""
        if unit[:1] == b"X":
            return b""
        fault = self._injector.next(Service.POSTGRES, words_of(unit), lambda kind: kind not in ERRORS or state == b"T")
        kind = fault.kind if fault else None
        if kind is Kind.DOWN:
            self._down_until = time.monotonic() + DOWN_SECONDS
        if kind in (Kind.KILL_BEFORE, Kind.RESET_BEFORE, Kind.DOWN):
            if kind is Kind.KILL_BEFORE:
                self._injector.kill()
            reset(writer)
            return b""
        if kind in ERRORS:
            return await self._fails(fault, unit, writer, server_in, server_out)
        if kind is Kind.SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        server_out.write(unit)
        await server_out.drain()
        if kind in (Kind.KILL_AFTER, Kind.RESET_AFTER):
            await _until_ready(server_in, None)
            if kind is Kind.KILL_AFTER:
                self._injector.kill()
            reset(writer)
            return b""
        return await _until_ready(server_in, writer)

    async def _fails(self, fault: Fault | None, unit: bytes, writer: asyncio.StreamWriter, server_in: asyncio.StreamReader,
                     server_out: asyncio.StreamWriter) -> bytes:
        """The transaction is undone on the server, and the client is told why, as a server does that fails in it."""
        assert fault
        ends = is_commit(unit)
        after = b"I" if ends else b"E"
        server_out.write(query("rollback" if ends else "do $$ begin raise exception 'injected'; end $$"))
        await server_out.drain()
        await _until_ready(server_in, None)
        code, said = ERRORS[fault.kind]
        fields = b"".join(key + value.encode() + b"\0" for key, value in (
            (b"S", "ERROR"), (b"V", "ERROR"), (b"C", code), (b"M", said))) + b"\0"
        writer.write(b"E" + struct.pack("!I", 4 + len(fields)) + fields + b"Z" + struct.pack("!I", 5) + after)
        await writer.drain()
        return after


def is_commit(unit: bytes) -> bool:
    """Whether a statement is the end of a transaction."""
    return b"COMMIT" in unit[:40].upper()


def words_of(unit: bytes) -> str:
    """The beginning of a statement as people read it."""
    text = unit[5:] if unit[:1] == b"Q" else unit[5:].partition(b"\0")[2]
    return " ".join(text.partition(b"\0")[0].decode("utf-8", "replace").split())[:90] or "a prepared statement"


def query(text: str) -> bytes:
    """A simple query."""
    body = text.encode() + b"\0"
    return b"Q" + struct.pack("!I", 4 + len(body)) + body


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server_in: asyncio.StreamReader,
                 server_out: asyncio.StreamWriter) -> None:
    """Until the client has sent its startup message; it may ask for encryption first, which there is not here."""
    while True:
        size, code = struct.unpack("!II", await reader.readexactly(8))
        rest = await reader.readexactly(size - 8)
        if code in (SSL_REQUEST, GSS_REQUEST):
            writer.write(b"N")
            continue
        server_out.write(struct.pack("!II", size, code) + rest)
        await server_out.drain()
        if code != STARTUP:  # a request to cancel has no answer
            raise ConnectionResetError
        return


async def _unit(reader: asyncio.StreamReader) -> bytes | None:
    """All that a client sends until it waits for an answer: up to a query, or to a Sync; None at its end."""
    found = b""
    with contextlib.suppress(asyncio.IncompleteReadError):
        while True:
            head = await reader.readexactly(5)
            found += head + await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
            if head[:1] in b"QSX":
                return found
    return None


async def _until_ready(server: asyncio.StreamReader, writer: asyncio.StreamWriter | None) -> bytes:
    """Relays what a server says until it is ready for the next statement; returns the state of its transaction: I, T or E."""
    while True:
        head = await server.readexactly(5)
        message = head + await server.readexactly(struct.unpack("!I", head[1:])[0] - 4)
        if writer is not None:
            writer.write(message)
        if head[:1] == b"Z":
            break
        if head[:1] in b"GHW":
            raise ConnectionResetError("copying is not known here")
    if writer is not None:
        await writer.drain()
    return message[-1:]
