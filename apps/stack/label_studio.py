"""Label Studio's own virtual environment: beside Prefect the resolver would fall back to an old Prefect."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from schemas.errors import SaegimError
from workbench.settings import ROOT

LOCK = Path(__file__).parent / "label-studio.lock"
DATABASE = "label_studio.sqlite3"
"""Label Studio's name of the file that holds its database, in its data folder."""
MAKE_TABLES = """\
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "label_studio.core.settings.label_studio"
from label_studio import server
server._setup_env()
server._apply_database_migrations()
"""
"""What `label-studio start` does first: a minute of processor time on an empty database, 5 s on one that has the tables."""


def environment() -> Path:
    """Where it lies: in the checkout, so that every state folder shares it; SAEGIM_LABEL_STUDIO_VENV moves it."""
    if named := os.environ.get("SAEGIM_LABEL_STUDIO_VENV"):
        return Path(named).resolve()
    return ROOT / ".saegim" / f"label-studio-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def is_installed() -> bool:
    """Whether the environment is there and complete, with a database to begin with."""
    return all((environment() / name).is_file() for name in ("complete", DATABASE))


def install() -> Path:
    """Makes the environment from its lock where it is not there; returns its ``label-studio`` command.

    Raises:
        SaegimError: pip could not install it.
    """
    folder = environment()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two stacks of one checkout may start at once
        if not (folder / "complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(folder)])
            _run([str(folder / "bin" / "pip"), "install", "-qq", "--disable-pip-version-check", "--no-input",
                  "--require-hashes", "--no-deps", "-r", str(LOCK)])
            (folder / "complete").touch()
        if not (folder / DATABASE).is_file():
            _make_database(folder)
    return folder / "bin" / "label-studio"


def give_database(data: Path) -> None:
    """Gives a data folder that has no database yet one with Label Studio's tables and no account."""
    if not (data / DATABASE).exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun = data / f"{DATABASE}.begun"
        shutil.copyfile(environment() / DATABASE, begun)
        begun.chmod(0o600)
        begun.replace(data / DATABASE)


def hardened(url: str) -> dict[str, str]:
    """Environment in which Label Studio does what its defaults do not: docs/security.md says what for.

    Args:
        url: where people reach it: over https its cookies never go over a plain connection.
    """
    secure = {"SESSION_COOKIE_SECURE": "1", "CSRF_COOKIE_SECURE": "1"} if url.startswith("https:") else {}
    return {
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "COLLECT_ANALYTICS": "False", "LATEST_VERSION_CHECK": "False",
        "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "",  # both name the vendor's own by default, analytics or not
        # Left out, it looks for folders of certain names where it was started, and serves the first one that it finds.
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "false", "LABEL_STUDIO_ENABLE_LOCAL_FILES_STORAGE": "false",
        # A storage without a key takes this machine's own credentials, and any account may add one that points anywhere.
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_CONFIG_FILE": os.devnull, "BOTO_CONFIG": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true", "GOOGLE_APPLICATION_CREDENTIALS": os.devnull, **secure,
    }


def _make_database(folder: Path) -> None:
    """An empty database with Label Studio's tables, once for all state folders; the keys made beside it are thrown away."""
    with tempfile.TemporaryDirectory(dir=folder) as data:
        _run([str(folder / "bin" / "python"), "-c", MAKE_TABLES], {
            "LABEL_STUDIO_BASE_DATA_DIR": data, "COLLECT_ANALYTICS": "False", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": ""})
        (Path(data) / DATABASE).replace(folder / DATABASE)


def _run(command: list[str], env: Mapping[str, str] = MappingProxyType({})) -> None:
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SaegimError(f"Label Studio's environment could not be made ({' '.join(command[:3])} …): "
                          f"{(done.stderr or done.stdout).strip()[-800:]}")
