"""pg_dump and pg_restore of the ledger's tables, and no others of the database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL

from schemas.errors import SaegimError, SettingError

NEWER = re.compile(r"server version: (\d+)")
"""What pg_dump says of a server that is newer than itself."""
UNKNOWN_FORMAT = "unsupported version"
"""What pg_restore says of a dump that is newer than itself."""


def dump(url: URL, snapshot: str, tables: Sequence[str], path: Path) -> None:
    """Writes some tables to a file, as a transaction sees them that has exported its snapshot.

    Raises:
        SettingError: there is no pg_dump, or an old one.
        SaegimError: it refuses.
    """
    named = [argument for table in tables for argument in ("--table", f'"{table}"')]
    _run("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", *named,
                          "--file", str(path)])


def restore(url: URL, path: Path) -> None:
    """Makes the tables of a dump in a database that has none of them; all or nothing.

    Raises:
        SettingError: there is no pg_restore, or an old one.
        SaegimError: it refuses.
    """
    _run("pg_restore", url, ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(path)])


def _run(program: str, url: URL, arguments: Sequence[str]) -> None:
    found = shutil.which(program)
    if not found:
        raise SettingError(f"There is no {program} on this machine, and the ledger is on PostgreSQL. Install it: "
                           "apt-get install postgresql-client")
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    # The password goes by the environment: arguments are seen by everybody on the machine.
    env = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run([found, "--dbname", plain, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _error(program, done.stderr)


def _error(program: str, said: str) -> SaegimError:
    if newer := NEWER.search(said):
        return SettingError(f"{program} of this machine is older than the server. Install the one of its version: apt-get "
                            f"install postgresql-client-{newer[1]}")
    if UNKNOWN_FORMAT in said:
        return SettingError(f"The backup was made by a newer pg_dump than this machine's {program} reads. Install a newer one: "
                            "apt-get install postgresql-client")
    lines = [line for line in said.strip().splitlines() if "error" in line] or said.strip().splitlines()
    return SaegimError(f"{program} refuses: {' '.join(lines)[:500] or 'it gives no reason'}")
