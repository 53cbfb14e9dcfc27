"""The engine of the embedded ledger: nothing that was committed is lost."""

from __future__ import annotations

from pathlib import Path

import pysqlite3.dbapi2 as pysqlite
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from datastore.ledger import Ledger
from datastore.ledger.engine import WAL_FIXED, _alembic, journal_mode, newest_revision
from schemas.errors import SettingError


@pytest.mark.parametrize(("version", "mode"), [
    ((3, 40, 1), "DELETE"), ((3, 51, 2), "DELETE"), ((3, 51, 3), "WAL"), ((3, 53, 4), "WAL"), ((4, 0, 0), "WAL")])
def test_the_journal_is_one_that_keeps_what_was_committed(version: tuple[int, int, int], mode: str) -> None:
    assert journal_mode(version) == mode


def test_the_linked_engine_has_wal_right(tmp_path: Path) -> None:
    assert pysqlite.sqlite_version_info >= WAL_FIXED, pysqlite.sqlite_version
    ledger = Ledger(f"sqlite:///{tmp_path / '장부.db'}")
    with ledger.read() as connection:
        assert connection.scalar(text("select sqlite_version()")) == pysqlite.sqlite_version
        assert connection.scalar(text("pragma journal_mode")) == "wal"
        assert connection.scalar(text("pragma synchronous")) == 2  # FULL: a commit outlives the machine's power
    assert ledger.engine == f"SQLite {pysqlite.sqlite_version}, journal mode wal"


def test_the_schema_of_this_version_is_known_without_alembic(tmp_path: Path) -> None:
    assert newest_revision() == ScriptDirectory.from_config(_alembic()).get_current_head()
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(SettingError, match="has schema none"):
        ledger.check()
    assert ledger.migrate()
    ledger.check()
    assert not ledger.migrate()
    with ledger.write() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    with pytest.raises(SettingError, match="has schema 0001"):
        ledger.check()
