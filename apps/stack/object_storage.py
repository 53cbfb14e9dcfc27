"""Runs SeaweedFS in a container: ``python -m apps.stack.object_storage --bind 0.0.0.0``; ``saegim up`` does it by itself.

The parts of SeaweedFS speak to each other by loopback; of its ports S3's alone is for others, and the rest ask for what lies in
the state folder.
"""

from __future__ import annotations

import argparse
import os

from apps.stack.seaweedfs import program
from apps.stack.state import Access, make_private, stack_folder

PORTS = {"s3": 8333, "master": 9333, "volume": 9340, "filer": 8888, "admin": 13646}
"""Of a machine that has no others: a container."""


def main() -> None:
    """Becomes SeaweedFS, with the keys that the environment names."""
    parser = argparse.ArgumentParser(prog="python -m apps.stack.object_storage", description="SeaweedFS, as saegim up starts it.")
    parser.add_argument("--bind", default="127.0.0.1", help="Address that its ports listen on.")
    bind = parser.parse_args().bind
    make_private()
    stack_folder().mkdir(exist_ok=True)
    found = program(Access(PORTS, os.environ), os.environ.get("SAEGIM_BUCKET_IMAGES", "images"))
    command = [f"-ip.bind={bind}" if part.startswith("-ip.bind=") else part for part in found.command]
    os.execvpe(command[0], command, {**os.environ, **found.env})  # noqa: S606  no shell, and nothing of a stranger's


if __name__ == "__main__":
    main()
