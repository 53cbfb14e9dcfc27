"""A ledger as a file and from a file: SQLite's; PostgreSQL's is in tests/services/test_keeping.py."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datastore.ledger import Ledger, dumped, leases, outbox, projects, restored, runs
from schemas.backup import KeptFile, KeptLedger
from schemas.errors import SaegimError, SettingError
from schemas.runs import RunState, VerbRun
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import PROJECTS, fill

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILE = KeptFile(name="ledger.db", sha256="0" * 64, bytes=0)


def kept_of(found: dumped.Dumped, **changes: object) -> KeptLedger:
    return KeptLedger.model_validate({**asdict(found), "file": FILE, **changes})


@pytest.fixture
def full(tmp_path: Path) -> Ledger:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'full.db'}")
    fill(ledger, 100)
    return ledger


def test_what_was_dumped_is_restored_and_nobody_is_at_work_on_it(full: Ledger, tmp_path: Path) -> None:
    leases.claim(full, "ingest", ["a"], 600)
    runs.begin(full, VerbRun("r", "backup", "now", NOW))
    found = dumped.dump(full, tmp_path / "dump")
    assert (found.engine, found.tables["images"], found.figures["readings by people"] > 0) == ("sqlite", 100, True)
    ledger = Ledger(f"sqlite:///{tmp_path / 'other.db'}")
    assert dumped.look(ledger).is_empty
    dumped.load(ledger, kept_of(found), tmp_path / "dump", NOW)
    ledger.check()
    now = dumped.look(ledger)
    assert now.half_restored and now.is_empty  # until the restore has done the rest
    restored.note_restored(ledger)
    now = dumped.look(ledger)
    assert not now.is_empty
    assert {name: count for name, count in now.tables.items() if name not in ("leases", "cursors")} == {
        name: count for name, count in found.tables.items() if name not in ("leases", "cursors")}
    assert leases.claim(ledger, "ingest", ["a"], 600).keys == ["a"]
    assert runs.newest_runs(ledger, ["backup"], [RunState.DEAD])["backup"].ended_at == NOW
    assert [row.key for row in restored.projects_behind(ledger)] == list(PROJECTS.values())
    assert restored.restored_at(ledger, PROJECTS[next(iter(PROJECTS))]) == NOW


def test_a_ledger_in_use_is_replaced_under_whoever_has_it_open(full: Ledger, tmp_path: Path) -> None:
    found = dumped.dump(full, tmp_path / "dump")
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'other.db'}")
    reader = Ledger(f"sqlite:///{tmp_path / 'other.db'}")
    assert not projects.project_rows(reader)
    dumped.load(ledger, kept_of(found), tmp_path / "dump", NOW)
    assert len(projects.project_rows(reader)) == len(PROJECTS)


def test_what_does_not_fit_changes_nothing(full: Ledger, tmp_path: Path) -> None:
    found = dumped.dump(full, tmp_path / "dump")
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(SettingError, match="set it to a ledger of postgresql"):
        dumped.load(ledger, kept_of(found, engine="postgresql"), tmp_path / "dump", NOW)
    for wrong in ({"tables": {**found.tables, "images": 99}}, {"figures": {**found.figures, "points": 10**6}}):
        with pytest.raises(SaegimError, match=r"(images|points): .*, expected"):
            dumped.load(ledger, kept_of(found, **wrong), tmp_path / "dump", NOW)
    damaged = (tmp_path / "dump").read_bytes()
    (tmp_path / "dump").write_bytes(damaged[:20_000] + bytes(8000) + damaged[28_000:])
    with pytest.raises(SaegimError, match="finds the ledger damaged"):
        dumped.load(ledger, kept_of(found), tmp_path / "dump", NOW)
    assert dumped.look(ledger).is_empty


def test_annotations_get_the_numbers_of_another_server(full: Ledger) -> None:
    key = next(iter(PROJECTS.values()))
    with full.read() as connection:
        before = {row.annotation_id: row.reading_id for row in connection.exec_driver_sql(
            f"select annotation_id, reading_id from annotations where project = '{key}'")}
    one, other, *_ = sorted(before)
    with full.write() as connection:  # the numbers of one are those of the other
        restored.move_annotations(connection, key, {one: (other, 7), other: (one, 8)})
    with full.read() as connection:
        after = {row.annotation_id: row.reading_id for row in connection.exec_driver_sql(
            f"select annotation_id, reading_id from annotations where project = '{key}'")}
    assert (after[one], after[other]) == (before[other], before[one])
    assert len(after) == len(before)
    assert outbox.task_count(full, key)
