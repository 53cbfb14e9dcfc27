"""Label Studio's own virtual environment: beside Prefect the resolver would fall back to an old Prefect."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from schemas.errors import SaegimError
from workbench.settings import ROOT

LOCK = Path(__file__).parent / "label-studio.lock"


def environment() -> Path:
    """Where it lies: in the checkout, so that every state folder shares it; SAEGIM_LABEL_STUDIO_VENV moves it."""
    if named := os.environ.get("SAEGIM_LABEL_STUDIO_VENV"):
        return Path(named).resolve()
    return ROOT / ".saegim" / f"label-studio-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def is_installed() -> bool:
    """Whether the environment is there and complete."""
    return (environment() / "complete").is_file()


def install() -> Path:
    """Makes the environment from its lock where it is not there; returns its ``label-studio`` command.

    Raises:
        SaegimError: pip could not install it.
    """
    folder = environment()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two stacks of one checkout may start at once
        if not is_installed():
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(folder)])
            _run([str(folder / "bin" / "pip"), "install", "-qq", "--disable-pip-version-check", "--no-input",
                  "--require-hashes", "--no-deps", "-r", str(LOCK)])
            (folder / "complete").touch()
    return folder / "bin" / "label-studio"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SaegimError(f"Label Studio's environment could not be made ({' '.join(command[:3])} …): "
                          f"{(done.stderr or done.stdout).strip()[-800:]}")
