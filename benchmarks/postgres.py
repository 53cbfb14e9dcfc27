"""A PostgreSQL server of the benchmark's own, in a temporary folder, that counts what it is asked."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.store import free_port

OPTIONS = ("listen_addresses=127.0.0.1", "shared_preload_libraries=pg_stat_statements", "fsync=off", "shared_buffers=512MB",
           "max_wal_size=4GB", "maintenance_work_mem=512MB", "random_page_cost=1.1")
"""What a server is set to that holds a million images: a disk of a computer's own, and a fortieth of its memory. That nothing
outlives a crash is a benchmark's own choice."""
STARTED = 60
"""Seconds that a server has to start."""


@dataclass(slots=True)
class Statements:
    """What a database was sent. ``calls`` has how often, by statement without its values, the most frequent first."""

    calls: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many in all, ``BEGIN`` and ``COMMIT`` among them."""
        return sum(self.calls.values())


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """URL of the first database of an empty server; whatever it has is gone afterwards.

    Raises:
        SystemExit: it is not installed, or does not start.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    bin_folder = programs[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="saegim-bench-postgres-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []  # it refuses root
    if as_user:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()
    subprocess.run([*as_user, bin_folder / "initdb", "-D", data, "-U", "saegim", "--auth=trust", "--encoding=UTF8", "--no-sync"],
                   check=True, capture_output=True, cwd=folder)
    server = subprocess.Popen([*as_user, bin_folder / "postgres", "-D", data, "-p", str(port), "-k", folder,
                               *(f"-c{option}" for option in OPTIONS)], cwd=folder, stderr=subprocess.DEVNULL)
    url = f"postgresql://saegim@127.0.0.1:{port}/postgres"
    try:
        _wait(url)
        yield url
    finally:
        subprocess.run([*as_user, bin_folder / "pg_ctl", "-D", data, "stop", "-m", "immediate"], check=False,
                       capture_output=True, cwd=folder)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, name: str) -> str:
    """URL of an empty database on a server."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return f"{server.rsplit('/', 1)[0]}/{name}"


@contextlib.contextmanager
def counted(url: str) -> Iterator[Statements]:
    """Counts what a database is sent meanwhile, by whatever process; the count is there when the block has ended.

    The server counts, and sees each row of what a driver sends in bulk.

    Args:
        url: of a database on a server that ``postgres`` started.
    """
    found = Statements()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create extension if not exists pg_stat_statements")
        connection.execute("select pg_stat_statements_reset()")
        yield found
        rows = connection.execute(
            "select query, sum(calls)::bigint from pg_stat_statements join pg_database on pg_database.oid = dbid "
            "where datname = current_database() and query not like '%pg_stat_statements%' group by query order by 2 desc")
        found.calls = dict(rows.fetchall())


def _wait(url: str) -> None:
    until = time.monotonic() + STARTED
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise SystemExit(f"PostgreSQL did not start: {error}") from error
        time.sleep(0.1)
