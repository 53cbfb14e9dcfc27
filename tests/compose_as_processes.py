"""The services of ``deploy/compose.yaml`` as processes, by their own commands and environments: what containers would run.

In a network of its own, where each service's name is this machine; as root:
``unshare -n -m python -m tests.compose_as_processes FOLDER VERB…``.
It brings all up, lets a worker run some verbs, says what the doctor says, and ends.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from apps.stack import label_studio
from apps.stack.answers import answers
from tests.places import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
PUBLIC_HOST = "ocr.example.com"
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
HEALTH = {"object-storage": "http://127.0.0.1:8333/status", "prefect-server": "http://127.0.0.1:4200/api/health",
          "label-studio": "http://127.0.0.1:8080/health", "portal": "http://127.0.0.1:8500/health"}
LABEL_STUDIO = ["label-studio", "start", "--no-browser", "--internal-host", "0.0.0.0", "--port", "8080"]
"""The command of its image, in the Containerfile."""
WAIT = 600
PATIENCE = 30
"""Seconds that a process has for its end."""
SET_FLAGS = 0x8914
"""SIOCSIFFLAGS, of netdevice(7)."""
UP_AND_RUNNING = 0x1 | 0x40
ORDER = ("object-storage", "prefect-server", "label-studio", "setup", "worker-cpu", "worker-gpu", "portal", "portal-reader")


def filled(value: str, given: Mapping[str, str]) -> str:
    """A value of the file, with the variables of ``deploy/.env`` in it, as compose fills them in."""
    def one(found: re.Match[str]) -> str:
        name, otherwise = found[1], found[2]
        if name in given:
            return given[name]
        assert otherwise is not None, f"{name} is not set"
        return filled(otherwise, given)

    return re.sub(r"\$\{([A-Z0-9_]+)(?::[-?]((?:[^{}]|\$\{[^}]*\})*))?\}", one, value)


class Composed:
    """The services, each with a state folder of its own.

    Args:
        folder: where they keep what volumes would.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        drawn = subprocess.run(["sh", ROOT / "deploy" / "new-secrets.sh"], check=True, capture_output=True, text=True).stdout
        self.given = dict(line.split("=", 1) for line in drawn.splitlines()) | {"PUBLIC_HOST": PUBLIC_HOST}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, name: str) -> dict[str, str]:
        """What a service's container would have, and no more."""
        state = self.folder / name
        state.mkdir(mode=0o700, exist_ok=True)
        venv = label_studio.environment() if name == "label-studio" else ROOT / ".venv"
        own = {key: filled(str(value), self.given).replace("/var/lib/saegim", str(state))
               for key, value in COMPOSE["services"][name].get("environment", {}).items()}
        return {"PATH": f"{venv}/bin:/usr/bin:/bin", "HOME": str(state), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT),
                "SAEGIM_HOME": str(state), "LABEL_STUDIO_BASE_DATA_DIR": str(state), "PYTHONUNBUFFERED": "1", **own}

    def start_postgres(self) -> None:
        """PostgreSQL with the three databases that ``postgres-init.sh`` makes."""
        as_user = ["runuser", "-u", "postgres", "--"]
        data = Path(tempfile.mkdtemp(prefix="saegim-postgres-"))  # where the user postgres may go
        atexit.register(shutil.rmtree, data, ignore_errors=True)
        shutil.chown(data, "postgres")
        subprocess.run([*as_user, POSTGRES / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8"],
                       check=True, cwd=data, stdout=subprocess.DEVNULL)
        self.running["postgres"] = subprocess.Popen([*as_user, POSTGRES / "postgres", "-D", data, "-k", data, "-c", "fsync=off"],
                                                    cwd=data, stderr=subprocess.DEVNULL)
        while subprocess.run([POSTGRES / "pg_isready", "-h", "127.0.0.1"], stdout=subprocess.DEVNULL, check=False).returncode:
            time.sleep(0.2)
        subprocess.run(["sh", ROOT / "deploy" / "postgres-init.sh"], check=True, env={
            **os.environ, **self.given, "POSTGRES_USER": "postgres", "PGHOST": "127.0.0.1"})

    def start(self, name: str) -> None:
        """Starts a service as the file says, and waits until it is well, or done."""
        service = COMPOSE["services"][name]
        command = service.get("command") or LABEL_STUDIO
        began = time.monotonic()
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment(name), stdout=log, stderr=log)
        if name == "setup":
            assert process.wait(WAIT) == 0, self.said(name)
        elif name in HEALTH:
            while not answers(HEALTH[name]):
                assert process.poll() is None, self.said(name)
                assert time.monotonic() - began < WAIT, self.said(name)
                time.sleep(0.5)
        self.running[name] = process
        print(f"{name}: well after {time.monotonic() - began:.0f} s", flush=True)

    def said(self, name: str) -> str:
        """The end of a service's log."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """Stops all, the last one first."""
        for process in reversed(self.running.values()):
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:  # Prefect's worker sometimes does not end; Docker kills it after a while too
                process.kill()
                process.wait()


def own_network(folder: Path) -> None:
    """Loopback comes up, and the names of the services are this machine's, for this process and its children alone."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {PUBLIC_HOST} {' '.join(COMPOSE['services'])}\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


def main() -> None:
    """Brings all up and lets a run go through."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    own_network(folder)
    composed = Composed(folder)
    try:
        composed.start_postgres()
        for name in ORDER:
            composed.start(name)
        env = composed.environment("worker-cpu")
        for verb in sys.argv[2:]:
            subprocess.run([ROOT / ".venv/bin/python", "-m", "prefect", "deployment", "run", f"{verb}/{verb}", "--watch"],
                           cwd=ROOT, env=env, check=True)
        subprocess.run([ROOT / ".venv/bin/saegim", "doctor"], cwd=ROOT, env=env, check=False)
    finally:
        composed.stop()


if __name__ == "__main__":
    main()
