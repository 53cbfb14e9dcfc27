"""The same ledger on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from datastore.ledger import Ledger, leases
from datastore.ledger.tables import metadata
from flows.settings import Settings
from schemas.errors import LeaseLost, SettingError
from tests.services.conftest import new_world
from tests.services.test_killed_and_run_again import ingested, send


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'l.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def test_migrations_make_what_the_tables_say(url: str) -> None:
    ledger = Ledger(url)
    with pytest.raises(SettingError, match="saegim ledger upgrade"):
        ledger.check()
    assert ledger.migrate()
    assert not ledger.migrate()
    with ledger.read() as connection:
        differences: Any = compare_metadata(MigrationContext.configure(connection), metadata)
    assert not differences


def test_two_workers_never_hold_the_same_work(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(url)
    ledger.migrate()
    keys = [f"사진 {number}" for number in range(200)]
    names = iter(f"elsewhere:1:1.0:{number}" for number in range(8))
    monkeypatch.setattr(leases, "_holder", lambda: next(names))
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda _: leases.claim(ledger, "ingest", keys, 300).keys, range(4)))
    assert sorted(key for some in got for key in some) == sorted(keys)


def test_a_late_worker_cannot_write(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(url)
    ledger.migrate()
    monkeypatch.setattr(leases, "_holder", lambda: "elsewhere:1:1.0:slow")
    late = leases.claim(ledger, "ingest", ["a"], -1)
    monkeypatch.setattr(leases, "_holder", lambda: "elsewhere:2:1.0:other")
    assert leases.claim(ledger, "ingest", ["a"], 300).keys == ["a"]
    with pytest.raises(LeaseLost), ledger.write() as connection:
        leases.fence(connection, late)


def test_ingest_leaves_the_same_on_both(stack: Settings, tmp_path: Path, postgres_url: str) -> None:
    here, there = new_world(stack, f"sqlite:///{tmp_path / 'l.db'}"), new_world(stack, postgres_url)
    for world in (here, there):
        send(world, 400)
        world.flow("ingest")
    assert ingested(here) == ingested(there)
    assert "nothing new" in there.run("run", "ingest").stdout
