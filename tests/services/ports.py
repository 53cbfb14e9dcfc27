"""Ports for the stacks of the tests, several of which start at the same moment on one machine."""

from __future__ import annotations

import fcntl
import json
import tempfile
from pathlib import Path

from apps.stack.state import INNER, PREFERRED

FIRST = 20_000
A_STACK = 20
"""Ports are kept apart by so many for each stack."""
STACKS = 490
"""So many stacks later the same ports are given again: they end below 30,000, where SeaweedFS's second ones begin."""


def give_ports(state: Path) -> None:
    """A stack that is not started yet gets ports that no other one takes: each would find the same usual ones free.

    Args:
        state: its folder of configuration, logs and data.
    """
    first = _next()
    state.mkdir(mode=0o700, parents=True)
    ports = state / "ports.json"
    ports.touch(mode=0o600)
    ports.write_text(json.dumps({name: first + place for place, name in enumerate((*PREFERRED, *INNER))}))


def free_ports(count: int) -> range:
    """So many ports, 20 at most, that no stack of the tests takes; nor does one take those 10,000 higher."""
    first = _next()
    return range(first, first + count)


def _next() -> int:
    with (Path(tempfile.gettempdir()) / "saegim-stacks-of-tests").open("a+") as counted:
        fcntl.flock(counted, fcntl.LOCK_EX)
        counted.seek(0)
        number = int(counted.read() or 0)
        counted.truncate(0)
        counted.write(str(number + 1))
    return FIRST + number % STACKS * A_STACK
