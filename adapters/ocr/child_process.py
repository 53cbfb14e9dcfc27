"""A process of our own code at the other end of a socket, which ends when its parent does, however that one ends.

Not ``multiprocessing``: its children import the parent's main module, which may be Prefect's or a benchmark's, and fork is unsafe
beside threads and a GPU.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""Where our packages lie."""
ENDS_IN = 5.0
"""Seconds that a child has to end by itself."""


class Channel:
    """One end of a socket between two processes: it carries objects, and descriptors of files and of other sockets."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._objects: Connection[Any, Any] = Connection(os.dup(end.fileno()))

    @classmethod
    def of(cls, descriptor: int) -> Channel:
        """The channel of a socket's descriptor, which belongs to it from then on."""
        return cls(socket.socket(fileno=descriptor))

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        """Both ends of a new one."""
        one, other = socket.socketpair()
        return cls(one), cls(other)

    @property
    def descriptor(self) -> int:
        """Of the socket, to be given away."""
        return self._socket.fileno()

    def fileno(self) -> int:
        """For ``multiprocessing.connection.wait``."""
        return self._objects.fileno()

    def send(self, message: object) -> None:
        """Sends an object.

        Raises:
            OSError: nobody is at the other end.
        """
        self._objects.send(message)

    def receive(self) -> Any:
        """The next object.

        Raises:
            EOFError: nobody is at the other end; OSError as well.
        """
        return self._objects.recv()

    def send_descriptors(self, *descriptors: int) -> None:
        """Gives the other process descriptors of its own of the same files."""
        socket.send_fds(self._socket, [b"d"], list(descriptors))

    def receive_descriptors(self, count: int) -> list[int]:
        """Descriptors that ``send_descriptors`` gave.

        Raises:
            EOFError: nobody is at the other end.
        """
        said, descriptors, _, _ = socket.recv_fds(self._socket, 1, count)
        if not said:
            raise EOFError
        return descriptors

    def close(self) -> None:
        """Closes this end: the other one sees it."""
        self._objects.close()
        self._socket.close()


class ChildProcess:
    """A Python process that runs one module of ours. It sees the end of its parent, or of this object, as the channel's end."""

    def __init__(self, module: str) -> None:
        """Starts it; the module opens the channel with ``channel_of_parent``."""
        ours, theirs = socket.socketpair()
        known = os.environ.get("PYTHONPATH")
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, str(theirs.fileno())], stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                env={**os.environ, "OMP_NUM_THREADS": "1",
                     "PYTHONPATH": os.pathsep.join([str(ROOT), *([known] if known else [])])})
        self.channel = Channel(ours)

    def how_it_ended(self) -> int:
        """Its exit status; minus the signal's number where one ended it. Waits for it, and ends it where it does not."""
        try:
            return self.process.wait(ENDS_IN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def end(self) -> None:
        """Ends it now: it holds nothing that could break."""
        self.channel.close()
        self.process.kill()
        self.process.wait()


def channel_of_parent() -> Channel:
    """The channel to the process that started this one by ``ChildProcess``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent decides
    return Channel.of(int(sys.argv[1]))
