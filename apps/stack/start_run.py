"""The process that a worker starts for a run: it asks the run starter for one that has imported everything, and stands for it.

It gets the signals that are meant for the run and hands them on, ends as the run ends, and takes the run with it when it is
killed. Where no run starter answers, or it cannot serve this run, it becomes what Prefect would have started. A file of its own
that imports nothing but sockets: this is what a run costs that finds the other one ready.

    python -I -S apps/stack/start_run.py FOLDER_OF_THE_SOCKET
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from typing import NoReturn

SOCKET = "runs.sock"
"""Name of the run starter's socket in its folder. It is opened from there: a path may be longer than a socket's may be."""
LENGTH = struct.Struct("!I")
"""Bytes of what is asked for, before it."""
TAKEN = b"+"
"""The run starter's answer where it starts the run. After it comes the exit code in one line, negative of a signal's number."""
REFUSED = b"-"
HANDED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals for the run, each one byte to the run starter."""
SECONDS = 10
"""So long the run starter may take to answer."""


def main(folder: str) -> NoReturn:
    """Is the run."""
    here = os.getcwd()  # noqa: PTH109  pathlib would cost as much as all of this
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        if _is_taken(connection, folder, here):
            connection.settimeout(None)
            for number in HANDED_ON:
                signal.signal(number, lambda got, _frame: _hand_on(connection, got))
            _end_as(int(connection.makefile("rb").readline() or -signal.SIGKILL))  # nothing: the run starter was killed, and
    os.chdir(here)                                                                 # all of its runs with it
    os.execv(sys.executable, [sys.executable, "-m", "prefect.engine"])  # noqa: S606


def _is_taken(connection: socket.socket, folder: str, here: str) -> bool:
    order = json.dumps({"env": dict(os.environ), "cwd": here}).encode("utf-8", "surrogateescape")
    try:
        os.chdir(folder)
        connection.connect(SOCKET)
        socket.send_fds(connection, [LENGTH.pack(len(order))], [0, 1, 2])
        connection.sendall(order)
        return connection.recv(1) == TAKEN
    except OSError:
        return False


def _hand_on(connection: socket.socket, number: int) -> None:
    try:
        connection.send(bytes([number]))
    except OSError:  # the run has ended
        return


def _end_as(code: int) -> NoReturn:
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main(sys.argv[1])
