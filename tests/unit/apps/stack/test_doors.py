"""What doctor says of open doors; which runs are dead; what a claim's sweep leaves; where a deployment's run works."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import update

from apps.stack import doors
from apps.stack.checks import NotWell
from apps.stack.dead_runs import are_dead
from datastore.ledger import Ledger, leases, tables
from tests.empty_ledger import empty_ledger
from workbench.bench import Workbench
from workbench.settings import ROOT, Settings

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


class Open(http.server.BaseHTTPRequestHandler):
    """A Prefect server as it is when nobody has set anything."""

    def do_GET(self) -> None:
        self.send_response(200)
        if "Origin" in self.headers:
            self.send_header("access-control-allow-origin", "*")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A state folder and a ledger that others may read, and an open Prefect server."""
    (tmp_path / "stack").mkdir()
    for name in ("env", "stack/supervisord.conf", "ledger.db", "ledger.db-wal"):
        (tmp_path / name).touch(0o644)
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Open)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Workbench(Settings(_env_file=None, prefect_api_url=f"http://127.0.0.1:{server.server_port}/api"))
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("check", "told", "repair"), [
    (doors.prefect_password, "answers without a password", "PREFECT_SERVER_API_AUTH_STRING"),
    (doors.prefect_origins, "allowed: *", "PREFECT_SERVER_CORS_ALLOWED_ORIGINS"),
    (doors.state_folder, "mode 755", "chmod go-rwx"),
    (doors.secret_files, "supervisord.conf has mode 644", "chmod go-rwx"),
    (doors.ledger_file, "ledger.db-wal has mode 644", "chmod go-rwx"),
])
def test_doctor_says_each_open_door(bench: Workbench, check: Any, told: str, repair: str) -> None:
    with pytest.raises(NotWell) as found:
        check(bench)
    assert told in found.value.found
    assert repair in found.value.repair


def test_the_repair_of_rights_mends_them(bench: Workbench) -> None:
    for check in (doors.state_folder, doors.secret_files, doors.ledger_file):
        with pytest.raises(NotWell) as found:
            check(bench)
        subprocess.run(found.value.repair, shell=True, check=True)
        check(bench)


def test_a_new_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        Ledger(f"sqlite:///{tmp_path / 'l.db'}").migrate()
    finally:
        os.umask(before)
    assert (tmp_path / "l.db").stat().st_mode & 0o777 == 0o600


def run(state: str, worker: str | None = "saegim-cpu", parent: str | None = None, at: float = 0,
        name: str = "one") -> dict[str, Any]:
    """One whose state was set so many minutes after NOW."""
    return {"id": name, "name": name, "labels": {"prefect.worker.name": worker} if worker else {}, "parent_task_run_id": parent,
            "state": {"type": state, "timestamp": (NOW + timedelta(minutes=at)).isoformat().replace("+00:00", "Z")}}


@pytest.mark.parametrize(("found", "dead"), [
    (run("RUNNING"), True),
    (run("CANCELLING"), True),
    (run("PENDING", at=-1), True),  # its worker was started after it took it
    (run("PENDING", at=1), False),  # its worker is about to start it
    (run("RUNNING", at=1), True),  # Prefect did not answer when its worker wanted to tell its end
    (run("RUNNING", name="living"), False),
    (run("RUNNING", worker="another machine's"), False),
    (run("RUNNING", worker=None), False),  # somebody's, in a terminal
    (run("RUNNING", parent="the task of full-cycle"), False),  # it has no process of its own
    (run("PENDING", worker="saegim-gpu", at=1), True),  # that worker does not run
])
def test_which_runs_are_dead(found: dict[str, Any], dead: bool) -> None:
    assert bool(are_dead([found], {"living"}, {"saegim-cpu": NOW, "saegim-gpu": None})) is dead


def test_claims_of_the_dead_are_swept_and_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    mine, machine = leases.claim(ledger, "ingest", ["mine"], 300), leases.own_holder().split(":")[0]
    for holder, key in ((f"{machine}:{os.getpid()}:1.00:x", "dead"), ("elsewhere:1:1.00:x", "elsewhere"),
                        ("elsewhere:2:1.00:x", "long ago")):
        monkeypatch.setattr(leases, "own_holder", lambda holder=holder: holder)
        leases.claim(ledger, "push", [key], 300)
    with ledger.write() as connection:
        connection.execute(update(tables.leases).where(tables.leases.c.key == "long ago").values(
            expires_at=datetime.now(UTC) - timedelta(hours=2)))
    assert leases.sweep(ledger) == 2
    with ledger.write() as connection:
        assert {row.key for row in connection.execute(tables.leases.select())} == {"mine", "elsewhere"}
        leases.fence(connection, mine)


@pytest.mark.slow
def test_a_run_works_in_the_checkout_of_its_worker(tmp_path: Path) -> None:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert all("pull" not in item for item in yaml.safe_load(text)["deployments"])
    moved = tmp_path / "다른 곳"
    for name in ("apps", "workbench", "schemas", "saegim"):
        shutil.copytree(ROOT / name, moved / name, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-c", f"""
import os
from prefect.utilities.importtools import import_object
[(name, values)] = [item for step in {yaml.safe_load(text)['pull']!r} for item in step.items()]
assert import_object(name)(**values)["directory"] == os.getcwd()
print(os.getcwd())
"""], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(moved)}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(moved)
