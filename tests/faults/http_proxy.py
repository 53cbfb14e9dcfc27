"""A proxy before an HTTP service that fails as a plan says: it knows whole requests and whole answers."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.faults.injecting import DOWN_SECONDS, STORM_SECONDS, Injector
from tests.faults.loop import reset
from tests.faults.plan import Fault, Kind, Service

LATE_SECONDS = 0.8
"""Shorter than the harness lets label wait for what a lost answer was about (SAEGIM_SETTLE_SECONDS)."""
SLOW_SECONDS = 0.15
STALL_SECONDS = 3.5
"""Longer than ``hurry.ANSWER``."""
ANSWERS = {
    Kind.E500: (500, "Internal Server Error", "InternalError"),
    Kind.SLOW_DOWN: (503, "Slow Down", "SlowDown"),
    Kind.STORM: (503, "Slow Down", "SlowDown"),
    Kind.E403: (403, "Forbidden", "AccessDenied"),
    Kind.SKEWED: (403, "Forbidden", "RequestTimeTooSkewed"),
    Kind.E401: (401, "Unauthorized", "Unauthorized"),
    Kind.E413: (413, "Payload Too Large", "EntityTooLarge"),
    Kind.E429: (429, "Too Many Requests", "SlowDown"),
    Kind.CONFLICT: (412, "Precondition Failed", "PreconditionFailed"),
    Kind.TIMEOUT_AFTER: (504, "Gateway Timeout", "GatewayTimeout"),
    Kind.TIMEOUT_LATE: (504, "Gateway Timeout", "GatewayTimeout"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: its first line, its headers as they came, and its body."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def as_bytes(self, length: int | None = None) -> bytes:
        """As it is sent: with the length of its body, or another one."""
        kept = [(key, value) for key, value in self.headers
                if key.lower() not in ("transfer-encoding", "content-length", "expect", "connection")]
        has_body = self.body or self.header("content-length") or self.header("transfer-encoding")
        if has_body:
            kept.append(("Content-Length", str(len(self.body) if length is None else length)))
        return "\r\n".join([self.line, *(f"{key}: {value}" for key, value in kept), "", ""]).encode("latin-1")


class HttpProxy:
    """Serves one service's clients."""

    def __init__(self, service: Service, url: str, injector: Injector) -> None:
        parts = urlsplit(url)
        self._service, self._injector = service, injector
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._storm_until = self._down_until = 0.0
        self.late: set[asyncio.Task[None]] = set()

    def calm(self) -> None:
        """Storms and outages are over."""
        self._storm_until = self._down_until = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request by request."""
        if time.monotonic() < self._down_until:
            self._injector.turned_away()
            reset(writer)
            return
        while True:
            request = await _read(reader, writer)
            if request is None or not await self._one(request, writer):
                return

    async def _one(self, request: Message, writer: asyncio.StreamWriter) -> bool:
        """Answers one request, or not; says whether the connection lives on."""
        now = time.monotonic()
        if now < self._down_until:
            self._injector.turned_away()
            reset(writer)
            return False
        if now < self._storm_until:
            self._injector.turned_away()
            await self._say(Kind.STORM, writer)
            return True
        method, _, rest = request.line.partition(" ")
        fault = self._injector.next(self._service, f"{method} {rest.partition('?')[0].partition(' ')[0][:90]}",
                                    lambda kind: fits(kind, request))
        if fault is None:
            return await self._relay(await self._ask(request), writer)
        return await self._failing(fault, request, writer)

    async def _failing(self, fault: Fault, request: Message, writer: asyncio.StreamWriter) -> bool:
        kind = fault.kind
        if kind is Kind.STORM:
            self._storm_until = time.monotonic() + STORM_SECONDS
        if kind is Kind.DOWN:
            self._down_until = time.monotonic() + DOWN_SECONDS
        if kind in (Kind.KILL_BEFORE, Kind.RESET_BEFORE, Kind.DOWN):
            if kind is Kind.KILL_BEFORE:
                self._injector.kill()
            reset(writer)
            return False
        if kind in (Kind.SLOW, Kind.STALL):
            await asyncio.sleep(STALL_SECONDS if kind is Kind.STALL else SLOW_SECONDS)
            return await self._relay(await self._ask(request), writer)
        if kind in (Kind.OVERWRITTEN, Kind.DELETED):
            path = request.line.split(" ")[1]
            await asyncio.to_thread(self._injector.on_raw, path, kind is Kind.OVERWRITTEN)
            return await self._relay(await self._ask(request), writer)
        if kind is Kind.DECODER_KILLED:
            self._injector.kill_decoder()
            return await self._relay(await self._ask(request), writer)
        if kind is Kind.TIMEOUT_LATE:
            self.late.add(asyncio.ensure_future(self._later(request)))
            await self._say(kind, writer)
            return True
        if kind not in (Kind.RESET_AFTER, Kind.KILL_AFTER, Kind.TIMEOUT_AFTER, Kind.HALF, Kind.WRONG_BYTES, Kind.STALE_LIST):
            await self._say(kind, writer)
            return True
        return await self._after(kind, await self._ask(request), writer)

    async def _after(self, kind: Kind, answer: Message, writer: asyncio.StreamWriter) -> bool:
        """The service has done it."""
        if kind is Kind.TIMEOUT_AFTER:
            await self._say(kind, writer)
            return True
        if kind in (Kind.RESET_AFTER, Kind.KILL_AFTER):
            if kind is Kind.KILL_AFTER:
                self._injector.kill()
            reset(writer)
            return False
        if kind is Kind.HALF:
            writer.write(answer.as_bytes() + answer.body[:len(answer.body) // 2])
            with contextlib.suppress(OSError):
                await writer.drain()
                await asyncio.sleep(0.02)
            writer.close()
            return False
        body = _without_newest(answer.body) if kind is Kind.STALE_LIST else _one_bit_off(answer.body)
        return await self._relay(Message(answer.line, answer.headers, body), writer)

    async def _later(self, request: Message) -> None:
        await asyncio.sleep(LATE_SECONDS)
        await self._ask(request)

    async def _ask(self, request: Message) -> Message:
        """What the service answers."""
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
        try:
            writer.write(request.as_bytes() + request.body)
            await writer.drain()
            answer = await _read(reader, None, request.line.partition(" ")[0])
            if answer is None:
                raise ConnectionResetError(f"{self._service} gave no answer")
            return answer
        finally:
            writer.close()

    async def _relay(self, answer: Message, writer: asyncio.StreamWriter) -> bool:
        length = answer.header("content-length")
        head = answer.as_bytes(int(length) if length and not answer.body else None)  # that of HEAD tells a length without a body
        writer.write(head + answer.body)
        await writer.drain()
        return True

    async def _say(self, kind: Kind, writer: asyncio.StreamWriter) -> None:
        status, words, code = ANSWERS[kind]
        if self._service is Service.S3:
            body, media = f"<Error><Code>{code}</Code><Message>{words}</Message></Error>".encode(), "application/xml"
        else:
            body, media = b'{"detail": "%s"}' % words.encode(), "application/json"
        writer.write(f"HTTP/1.1 {status} {words}\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()


def fits(kind: Kind, request: Message) -> bool:
    """Whether a kind of fault can happen to a request."""
    method, path, _ = request.line.split(" ", 2)
    of_object = method == "GET" and "list-type" not in path and len(path.partition("?")[0].strip("/").split("/")) > 1
    if kind in (Kind.WRONG_BYTES,):
        return of_object
    if kind in (Kind.OVERWRITTEN, Kind.DELETED):
        return of_object and path.startswith("/raw-")
    if kind is Kind.DECODER_KILLED:
        return (of_object and path.startswith("/raw-")) or (method == "PUT" and path.startswith("/images-"))
    if kind is Kind.STALE_LIST:
        return method == "GET" and "list-type" in path
    if kind is Kind.CONFLICT:
        return method == "PUT" and request.header("if-none-match") == "*"
    if kind is Kind.HALF:
        return method != "HEAD"
    if kind in (Kind.TIMEOUT_LATE, Kind.E413):
        return method == "POST"
    return True


def _one_bit_off(body: bytes) -> bytes:
    """The body with one bit turned round, in its middle."""
    if not body:
        return body
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 0x10]) + body[middle + 1:]


def _without_newest(body: bytes) -> bytes:
    """A listing without the object that was written last."""
    found = re.findall(rb"<Contents>.*?</Contents>", body, re.DOTALL)
    if not found:
        return body
    newest = max(found, key=lambda item: (re.search(rb"<LastModified>(.*?)</", item) or [b"", b""])[1])
    return body.replace(newest, b"", 1)


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None, asked: str = "") -> Message | None:
    """One request or answer; None at the end. ``writer`` is told to go on where a client asks before it sends its body."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    line, *lines = head.decode("latin-1").split("\r\n")[:-2]
    if line.startswith("HTTP/") and line.split(" ")[1] == "100":
        return await _read(reader, writer, asked)
    message = Message(line, tuple((key, value.strip()) for key, _, value in (item.partition(":") for item in lines)), b"")
    if writer is not None and message.header("expect"):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return Message(message.line, message.headers, await _body(reader, message, asked))


async def _body(reader: asyncio.StreamReader, message: Message, asked: str) -> bytes:
    if asked == "HEAD" or (asked and message.line.split(" ")[1] in ("204", "304")):
        return b""
    if "chunked" in message.header("transfer-encoding").lower():
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        while (await reader.readuntil(b"\r\n")) != b"\r\n":
            pass
        return b"".join(parts)
    if length := message.header("content-length"):
        return await reader.readexactly(int(length))
    if asked and message.header("connection").lower() == "close":
        return await reader.read(-1)
    return b""
