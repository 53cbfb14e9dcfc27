"""Runs one verb in this process and kills it with SIGKILL at a call that a test names.

Example:  python -m tests.services.killed export datastore.releases:ObjectStore.put_if_absent after
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

from apps.cli.run import prepare
from flows.settings import load_settings


def main(verb: str, target: str, when: str) -> None:
    prepare(load_settings())
    module_name, _, path = target.partition(":")
    flow_module = importlib.import_module(f"flows.{verb}")
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
    getattr(flow_module, verb)()


if __name__ == "__main__":
    main(*sys.argv[1:])
