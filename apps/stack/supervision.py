"""supervisord keeps the services running: its configuration, and the few things we ask of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from apps.stack.state import stack_folder
from schemas.errors import SaegimError

MARK = "SAEGIM_STACK_OF"
"""Environment variable that every process of a stack carries: how orphans are found after a kill -9."""
VENDORS = ("AWS_", "AZURE_", "GOOGLE_")
"""How variables begin that hold keys to somebody's clouds."""
STOP_SECONDS = 10
BIN = Path(sys.prefix) / "bin"
"""Commands of this environment. Not sys.executable, which has several names (python, python3): the same stack started
through another one must read as the same."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process that supervisord keeps running.

    Attributes:
        name: as people see it.
        command: argument list.
        env: what it needs beyond the environment of all.
        autostart: False where it must wait for others; ``start`` starts it.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    autostart: bool = True


def config_text(programs: Sequence[Program], folder: Path, directory: Path) -> str:
    """Supervisord's configuration. It starts in ``folder``: it reads a ``%`` in the path of a log twice."""
    lines = [
        "[supervisord]", "logfile=supervisord.log", "pidfile=supervisord.pid",
        "logfile_maxbytes=5MB", "logfile_backups=1", "",
        "[unix_http_server]", f"file={_plain(socket_path(folder))}", "chmod=0600", "",
        "[rpcinterface:supervisor]", "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface", "",
    ]
    for program in programs:
        environment = ",".join(f"{name}={_quoted(value)}" for name, value in program.env.items())
        lines += [
            f"[program:{program.name}]", f"command={_plain(shlex.join(program.command))}", f"directory={_plain(directory)}",
            f"environment={environment}", f"autostart={str(program.autostart).lower()}", "autorestart=true",
            "startsecs=2", "startretries=5", "stopasgroup=true", "killasgroup=true", f"stopwaitsecs={STOP_SECONDS}",
            "redirect_stderr=true", "umask=077", f"stdout_logfile=logs/{program.name}.log",
            "stdout_logfile_maxbytes=10MB", "stdout_logfile_backups=1", "",
        ]
    return "\n".join(lines)


def socket_path(folder: Path) -> Path:
    """Where supervisord listens: not in the state folder, whose path may be longer than a socket's may be (107 bytes)."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"saegim-{os.getuid()}-{name}.sock"


def log_path(program: str) -> Path:
    """Where a program's output goes."""
    return stack_folder() / "logs" / f"{program}.log"


def launch(text: str) -> None:
    """Starts supervisord in a session of its own, so that Ctrl-C in a terminal does not reach the services."""
    folder = stack_folder()
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    config = folder / "supervisord.conf"
    config.touch(mode=0o600)
    config.chmod(0o600)
    config.write_text(text, encoding="utf-8")
    # Credentials of whoever calls us are nobody's business here: Label Studio would lend them to every account.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(VENDORS)}
    with (folder / "supervisord.out").open("w") as out:
        process = subprocess.Popen(
            [str(BIN / "python"), "-m", "supervisor.supervisord", "--nodaemon", "-c", str(config)],
            cwd=folder, env={**environment, MARK: str(folder), "PYTHONUNBUFFERED": "1"}, start_new_session=True, umask=0o077,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    for _ in range(100):
        if states() is not None:
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SaegimError("supervisord did not start: " + (folder / "supervisord.out").read_text().strip()[-500:])


def running_config() -> str | None:
    """The configuration that the running supervisord was started with; None where none runs."""
    config = stack_folder() / "supervisord.conf"
    return config.read_text(encoding="utf-8") if config.is_file() and states() is not None else None


def states() -> dict[str, dict[str, Any]] | None:
    """What supervisord says of each program (``statename``, ``pid``, ``description``); None where it does not run."""
    try:
        with _rpc() as rpc:
            return {item["name"]: item for item in rpc.supervisor.getAllProcessInfo()}
    except (OSError, xmlrpc.client.Error):
        return None


def start(name: str) -> None:
    """Starts one program that is not running, and waits until it stays up."""
    with _rpc() as rpc, contextlib.suppress(xmlrpc.client.Fault):  # it runs already
        rpc.supervisor.startProcess(name)


def started(name: str) -> datetime | None:
    """When a program that runs was started; None where it does not run."""
    found = (states() or {}).get(name, {})
    return datetime.fromtimestamp(found["start"], UTC) if found.get("statename") in ("RUNNING", "STARTING") else None


def shut_down() -> int:
    """Stops supervisord and whatever of this stack is left, however its parent died. Returns how many processes that was."""
    processes = stack_processes()
    stopped = len(processes)
    with contextlib.suppress(OSError, xmlrpc.client.Error), _rpc() as rpc:
        rpc.supervisor.shutdown()
        psutil.wait_procs(processes, timeout=STOP_SECONDS + 5)
    for process in (left := stack_processes()):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _gone, stubborn = psutil.wait_procs(left, timeout=5)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    socket_path(stack_folder()).unlink(missing_ok=True)
    return stopped


def stack_processes() -> list[psutil.Process]:
    """Every process of this stack, by the mark in its environment."""
    found = []
    folder = str(stack_folder())
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == folder \
                    and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@contextlib.contextmanager
def _rpc() -> Iterator[Any]:
    transport = SupervisorTransport(None, None, f"unix://{socket_path(stack_folder())}")
    with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
        yield proxy


def _plain(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(value: str) -> str:
    quote = "'" if '"' in value else '"'  # supervisord knows quotes, but no escapes inside them
    return f"{quote}{_plain(value)}{quote}"
