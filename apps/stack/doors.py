"""Checks of ``saegim doctor``: who gets at what the stack holds, over the network and on this machine's disk."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

import httpx

from apps.stack.checks import NotWell
from apps.stack.state import stack_folder
from datastore.ledger.engine import file_of
from saegim.settings import home
from workbench.bench import Workbench

STRANGER = "http://elsewhere.example"
"""An origin that no server of ours knows: a page somewhere that a manager has opened."""
TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def prefect_password(bench: Workbench) -> str:
    """A request without the password is refused: whoever may start a run may run any command on the workers."""
    url = bench.settings.prefect_api_url
    answer = httpx.get(f"{url}/version", timeout=10)
    if answer.status_code != 401:
        raise NotWell(f"{url} answers without a password (HTTP {answer.status_code}): whoever reaches it may run any command on "
                      "the workers", "saegim up; on a server of your own: PREFECT_SERVER_API_AUTH_STRING=user:password, and the "
                      "same as PREFECT_API_AUTH_STRING for workers and commands")
    return "without it the answer is 401"


def prefect_origins(bench: Workbench) -> str:
    """A page of another site may not read answers, nor send what needs a preflight."""
    answer = httpx.get(f"{bench.settings.prefect_api_url}/health", headers={"Origin": STRANGER}, timeout=10)
    if allowed := answer.headers.get("access-control-allow-origin"):
        raise NotWell(f"allowed: {allowed}", "saegim up; on a server of your own: PREFECT_SERVER_CORS_ALLOWED_ORIGINS=the "
                      "address of its pages")
    return "pages of other sites are refused"


def state_folder(_bench: Workbench) -> str:
    """The state folder is its owner's alone: that closes all that lies in it."""
    folder = home()
    if not folder.is_dir():
        return f"there is no {folder} yet"
    _only_ours([folder])
    return f"{folder} is open to its owner alone"


def secret_files(_bench: Workbench) -> str:
    """Files that hold passwords and keys."""
    files = [path for path in (home() / "env", stack_folder() / "supervisord.conf") if path.is_file()]
    _only_ours(files)
    return ", ".join(str(path.relative_to(home())) for path in files) + " are their owner's alone" if files else "there are none"


def ledger_file(bench: Workbench) -> str:
    """SQLite's file and what lies beside it; a server has rights of its own."""
    path = file_of(bench.settings.ledger)
    if path is None:
        return "no file: a server keeps it"
    files = [item for item in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")) if item.is_file()]
    _only_ours(files)
    return f"{path} is its owner's alone"


def _only_ours(paths: Iterable[Path]) -> None:
    if opened := [path for path in paths if path.stat().st_mode & TO_OTHERS]:
        raise NotWell("; ".join(f"{path} has mode {stat.S_IMODE(path.stat().st_mode):o}" for path in opened) + ": others on this "
                      "machine may read it", "chmod go-rwx " + " ".join(f"'{path}'" for path in opened))
