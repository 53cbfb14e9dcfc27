"""Kills the process that it runs in with SIGKILL at a call that a test names."""

from __future__ import annotations

import importlib
import os
import signal
from typing import Any


def kill_at(target: str, when: str) -> None:
    """From now on the first call of ``target`` is the last thing that this process does.

    Args:
        target: such as ``datastore.releases:ObjectStore.put_if_absent``, as its callers look it up.
        when: ``before`` it does anything, or ``after`` it has done it.
    """
    module_name, _, path = target.partition(":")
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    real = getattr(owner, name)

    def patched(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, patched)
