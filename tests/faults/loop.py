"""Proxies run in a thread of their own, on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.contextmanager
def running() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True, name="proxies")
    thread.start()
    try:
        yield loop
    finally:
        async def end() -> None:
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def listen(loop: asyncio.AbstractEventLoop, serve: Serve) -> int:
    """Serves connections on a free port of this machine; returns the port."""
    async def safely(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            await serve(reader, writer)
        with contextlib.suppress(Exception):
            writer.close()

    async def begin() -> int:
        server = await asyncio.start_server(safely, "127.0.0.1", 0, limit=1 << 20)
        return int(server.sockets[0].getsockname()[1])

    return asyncio.run_coroutine_threadsafe(begin(), loop).result(10)


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection as a broken network does: with RST, and without what was not sent yet."""
    found = writer.get_extra_info("socket")
    if found is not None:
        with contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
