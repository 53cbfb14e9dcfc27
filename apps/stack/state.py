"""What the local stack remembers: its ports, its secrets, and ``.saegim/env`` that every command reads."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from saegim.settings import home

PREFERRED = {"s3": 8333, "label_studio": 8080, "prefect": 4200, "portal": 8500}
INNER = ("master", "volume", "filer", "admin")
"""SeaweedFS's own ports. Like its S3 port, each takes a second one 10,000 higher, for gRPC."""
USER = "admin@saegim.local"
HEADER = ["# Written by `saegim up`; every command reads it. Lines of your own survive, and the environment wins over it."]


@dataclass(frozen=True, slots=True)
class Access:
    """Addresses and secrets of the local services."""

    ports: Mapping[str, int]
    env: Mapping[str, str]

    def url(self, service: str) -> str:
        """Where a service answers."""
        return f"http://127.0.0.1:{self.ports[service]}"

    @property
    def prefect_auth(self) -> str:
        """``user:password`` of Prefect's server; empty where an older version started the stack."""
        return self.env.get("PREFECT_API_AUTH_STRING", "")


def stack_folder() -> Path:
    """Folder of the services' configuration, logs and data."""
    return home() / "stack"


def make_private() -> None:
    """Makes the state folder, and shuts its door to all but its owner: that closes whatever lies in it, however old.

    What this process and those that it starts write from now on is its owner's alone as well.
    """
    os.umask(0o077)
    home().mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):  # it is somebody else's: doctor says how open it is
        home().chmod(0o700)


def read_access() -> Access | None:
    """What the last ``saegim up`` wrote; None where there was none."""
    ports = stack_folder() / "ports.json"
    if not ports.is_file() or not (home() / "env").is_file():
        return None
    return Access(json.loads(ports.read_text()), _read_env())


def write_access(reuse_ports: bool) -> Access:
    """Chooses ports and secrets where there are none yet, and writes them down.

    Args:
        reuse_ports: the services run already, so that their ports are taken by themselves.
    """
    path = stack_folder() / "ports.json"
    remembered: dict[str, int] = json.loads(path.read_text()) if path.is_file() else {}
    ports = {**choose_ports(remembered), **remembered} if reuse_ports else choose_ports(remembered)
    path.write_text(json.dumps(ports, indent=1))

    there = _read_env()
    if there and "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY" not in there:
        # An older version lent the flows' own key to Label Studio, where every account could copy it into storages of its own.
        there = {name: value for name, value in there.items() if name not in ("SAEGIM_S3_ACCESS_KEY", "SAEGIM_S3_SECRET_KEY")}
    access = Access(ports, there)
    ours = {
        "SAEGIM_S3_ENDPOINT": access.url("s3"),
        "SAEGIM_S3_ACCESS_KEY": there.get("SAEGIM_S3_ACCESS_KEY") or secrets.token_hex(10),
        "SAEGIM_S3_SECRET_KEY": there.get("SAEGIM_S3_SECRET_KEY") or secrets.token_hex(20),
        "SAEGIM_LABEL_STUDIO_URL": access.url("label_studio"),
        "SAEGIM_LABEL_STUDIO_TOKEN": there.get("SAEGIM_LABEL_STUDIO_TOKEN") or secrets.token_hex(20),
        "SAEGIM_LABEL_STUDIO_USER": there.get("SAEGIM_LABEL_STUDIO_USER") or USER,
        "SAEGIM_LABEL_STUDIO_PASSWORD": there.get("SAEGIM_LABEL_STUDIO_PASSWORD") or secrets.token_urlsafe(9),
        "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY": there.get("SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY") or secrets.token_hex(10),
        "SAEGIM_LABEL_STUDIO_S3_SECRET_KEY": there.get("SAEGIM_LABEL_STUDIO_S3_SECRET_KEY") or secrets.token_hex(20),
        "SAEGIM_PREFECT_API_URL": f"{access.url('prefect')}/api",
        "PREFECT_API_URL": f"{access.url('prefect')}/api",
        "PREFECT_API_AUTH_STRING": there.get("PREFECT_API_AUTH_STRING") or f"saegim:{secrets.token_urlsafe(18)}",
        "SAEGIM_PORTAL_URL": _portal_url(there.get("SAEGIM_PORTAL_URL", ""), access.url("portal")),
        "SAEGIM_PORTAL_SECRET": there.get("SAEGIM_PORTAL_SECRET") or secrets.token_hex(32),
        "SAEGIM_PSEUDONYM_SECRET": there.get("SAEGIM_PSEUDONYM_SECRET") or secrets.token_hex(16),
    }
    _write_env(ours)
    return Access(ports, {**there, **ours})


def _portal_url(remembered: str, ours: str) -> str:
    """Where people reach the portal: what a manager set, of a proxy before it; else this machine's own address as it is now."""
    return remembered if remembered and not _OWN.fullmatch(remembered) else ours


_OWN = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?/?")
"""An address of this machine's own."""


def choose_ports(wanted: Mapping[str, int]) -> dict[str, int]:
    """A free loopback port for each service: the remembered one, the usual one, or any."""
    taken: set[int] = set()
    chosen: dict[str, int] = {}
    for name in (*PREFERRED, *INNER):
        offsets = (0, 10_000) if name == "s3" or name in INNER else (0,)
        candidates = [port for port in (wanted.get(name), PREFERRED.get(name)) if port]
        port = next((port for port in candidates if _all_free(port, offsets, taken)), None)
        while port is None:
            drawn = 20_000 + secrets.randbelow(25_000)
            port = drawn if _all_free(drawn, offsets, taken) else None
        chosen[name] = port
        taken |= {port + offset for offset in offsets}
    return chosen


def merge_env(lines: Iterable[str], ours: Mapping[str, str]) -> list[str]:
    """The lines of an env file with our values in place; other lines stay where they are."""
    rest = dict(ours)
    merged = []
    for line in lines:
        name = line.partition("=")[0].strip()
        merged.append(f"{name}={rest.pop(name)}" if name in rest else line)
    return merged + [f"{name}={value}" for name, value in rest.items()]


def _read_env() -> dict[str, str]:
    path = home() / "env"
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines()
             if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, value in pairs}


def _write_env(ours: Mapping[str, str]) -> None:
    path = home() / "env"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else HEADER
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join(merge_env(lines, ours)) + "\n", encoding="utf-8")


def _all_free(port: int, offsets: Iterable[int], taken: set[int]) -> bool:
    return all(port + offset not in taken and is_free(port + offset) for offset in offsets)


def is_free(port: int) -> bool:
    """Whether nobody listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
