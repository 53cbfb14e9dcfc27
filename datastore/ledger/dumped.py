"""The ledger as one file, and a ledger from such a file: SQLite's by VACUUM INTO, PostgreSQL's by pg_dump and pg_restore.

A ledger that is restored is stamped last (its ``alembic_version``, with what ``stamp`` notes, in one transaction): until then
every command refuses it, so that nothing runs on half of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pysqlite3.dbapi2 as pysqlite
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text

from datastore.ledger import dump_postgres
from datastore.ledger.engine import Ledger, _alembic
from datastore.ledger.readings import is_standing
from datastore.ledger.tables import cursors, images, metadata, projects, runs
from schemas.backup import KeptLedger, LedgerNow
from schemas.errors import LedgerDamaged, SaegimError, SettingError
from schemas.runs import RunState

FIGURES = {
    "submitters": "select count(*) from (select distinct campaign, submitter from submissions) s",
    "accounts": "select count(*) from accounts where closed_at is null",
    "consents": "select count(*) from participants where consented_at is not null",
    "points": "select coalesce(sum(provisional) + sum(final), 0) from point_entries",
    "points, final": "select coalesce(sum(final), 0) from point_entries",
    "annotators": "select count(*) from people",
    "readings by people": "select count(*) from readings where reader like 'person:%%'",
    "accepted readings": "select count(*) from accepted_readings",
    "comparisons that agree": "select count(*) from agreements where agreed",
    "decisions in force": "select count(*) from decisions",
    "withdrawn": "select count(*) from submissions where outcome = 'withdrawn'",
}
"""What is compared beside the rows of each table; all of it by the names of the columns at this schema and earlier ones."""
RESTORED = "restored "
"""How the cursors begin that keep collect and export back until Label Studio's tasks are known again; a project's key follows."""
RESTORING = "restoring"
"""The cursor that stands while a restore has still to do something: run again, it may replace such a ledger unasked."""


DAMAGED = ("malformed", "not a database")
"""In what SQLite says of a file that is damaged."""
REPAIR = "Put a backup in its place: saegim restore PLACE --replace-ledger"
"""What to do about it."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a dump holds: see ``KeptLedger``."""

    engine: str
    version: str
    schema_version: str
    tables: Mapping[str, int]
    figures: Mapping[str, int]


def dump(source: Ledger, path: Path) -> Dumped:
    """Writes all of a ledger to a file, as it was at one moment, while others write to it.

    Raises:
        LedgerDamaged: SQLite finds it damaged.
        SaegimError: pg_dump refuses.
    """
    if source.url.get_backend_name() == "sqlite":
        try:
            with closing(pysqlite.connect(source.url.database, timeout=60)) as connection:
                connection.execute("VACUUM INTO ?", (str(path),))
        except pysqlite.DatabaseError as error:
            if not any(said in str(error) for said in DAMAGED):
                raise SaegimError(f"SQLite cannot copy the ledger at {source.address} ({error})") from error
            raise LedgerDamaged(f"SQLite finds the ledger at {source.address} damaged ({error}). {REPAIR}") from error
        check_file(path)
        copy = Ledger(f"sqlite:///{path}")
        try:
            with copy.read() as connection:
                return _dumped(connection)
        finally:
            copy.close()
    with source.read() as connection:
        connection.execute(text("set transaction isolation level repeatable read"))
        snapshot = str(connection.scalar(text("select pg_export_snapshot()")))
        found = _dumped(connection)
        dump_postgres.dump(source.url, snapshot, sorted(found.tables), path)
    return found


def check_file(path: Path) -> None:
    """Asks SQLite whether a file is sound.

    Raises:
        LedgerDamaged: it is not.
    """
    try:
        with closing(pysqlite.connect(path, timeout=60)) as connection:
            said = [row[0] for row in connection.execute("pragma integrity_check(3)")]
            foreign = len(connection.execute("pragma foreign_key_check").fetchall())
    except pysqlite.DatabaseError as error:
        said, foreign = [str(error)], 0
    if said != ["ok"] or foreign:
        raise LedgerDamaged(f"SQLite finds the ledger damaged ({'; '.join(said)}; {foreign} rows name others that are not "
                            f"there). {REPAIR}")


def damage_of(at: Ledger) -> str:
    """What SQLite finds damaged in a ledger's file, by a quick check; empty where nothing is, and of PostgreSQL."""
    if at.url.get_backend_name() != "sqlite":
        return ""
    try:
        with closing(pysqlite.connect(at.url.database, timeout=60)) as connection:
            said = "; ".join(str(row[0]) for row in connection.execute("pragma quick_check(3)"))
    except pysqlite.DatabaseError as error:
        if any(damaged in str(error) for damaged in DAMAGED):
            return str(error)
        raise SaegimError(f"The ledger at {at.address} cannot be looked through ({error})") from error
    return "" if said == "ok" else said


def keep_aside(damaged: Ledger, stamp: str) -> Path:
    """Gives the file of a ledger on SQLite, with what SQLite keeps beside it, another name; returns that of the file."""
    damaged.close()
    file = Path(str(damaged.url.database))
    aside = file.with_name(f"{file.name}.damaged-{stamp}")
    for suffix in ("-wal", "-shm", "-journal", ""):
        if (beside := file.with_name(file.name + suffix)).exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside


def pictures_named(of: Ledger) -> set[bytes]:
    """Ids of the images that were taken or are held, 32 bytes each: their pictures have to be in the bucket."""
    with of.read() as connection:
        return {bytes.fromhex(name) for name in connection.scalars(select(images.c.image_id).where(is_standing()))}


def look(at: Ledger) -> LedgerNow:
    """What a ledger holds before something is restored to it."""
    with at.read() as connection:
        revision, counts = MigrationContext.configure(connection).get_current_revision(), _counts(connection)
        half = "cursors" in counts and connection.scalar(select(cursors.c.name).where(cursors.c.name == RESTORING)) is not None
        return LedgerNow(revision, counts, half)


def known_schema(revision: str) -> bool:
    """Whether this checkout can bring a ledger of this schema up to date."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions())


def load(into: Ledger, kept: KeptLedger, path: Path, now: datetime) -> None:
    """Puts a dump in the place of all that a ledger holds, and brings it to this schema.

    Args:
        into: the ledger; what it holds is gone afterwards.
        kept: what the dump holds.
        path: the dump; SQLite's is changed.
        now: when.

    Raises:
        SettingError: the dump is of the other engine.
        SaegimError: the ledger holds something else than the dump did.
    """
    engine = into.url.get_backend_name()
    if engine != kept.engine:
        raise SettingError(f"The backup's ledger is of {kept.engine}, SAEGIM_LEDGER_URL names {engine}: set it to a ledger of "
                           f"{kept.engine} (sqlite:////folder/ledger.db or postgresql://user:password@host/name)")
    if engine == "sqlite":
        check_file(path)
        with _opened(path) as copy, copy.write() as connection:
            _compare(connection, kept)
            _stamp(connection, kept.schema_version, now)
        with closing(pysqlite.connect(path)) as source, closing(pysqlite.connect(into.url.database, timeout=60)) as target:
            source.backup(target)  # one transaction: whoever has the file open sees the one or the other
    else:
        with into.write() as connection:
            _drop(connection)
        dump_postgres.restore(into.url, path)
        with into.write() as connection:
            _compare(connection, kept)
            _stamp(connection, kept.schema_version, now)
    into.migrate()


@contextmanager
def _opened(path: Path) -> Iterator[Ledger]:
    copy = Ledger(f"sqlite:///{path}")
    try:
        yield copy
    finally:
        copy.close()  # the last connection brings the log into the file


def _dumped(connection: Connection) -> Dumped:
    name = connection.dialect.name
    version = pysqlite.sqlite_version if name == "sqlite" else str(connection.scalar(text("show server_version")))
    revision = MigrationContext.configure(connection).get_current_revision()
    return Dumped(name, version, str(revision), _counts(connection), _figures(connection))


def _names(connection: Connection) -> list[str]:
    """Tables of ours that are there, in an order in which they can be filled."""
    there = set(inspect(connection).get_table_names())
    return [table.name for table in metadata.sorted_tables if table.name in there]


def _counts(connection: Connection) -> dict[str, int]:
    return {name: int(connection.scalar(text(f'select count(*) from "{name}"')) or 0) for name in _names(connection)}  # noqa: S608


def _figures(connection: Connection) -> dict[str, int]:
    return {name: int(connection.exec_driver_sql(query).scalar() or 0) for name, query in FIGURES.items()}


def _compare(connection: Connection, kept: KeptLedger) -> None:
    """Compares what was restored with what the backup says that it holds."""
    found: dict[str, int] = _counts(connection) | {
        name: int(connection.exec_driver_sql(FIGURES[name]).scalar() or 0) for name in kept.figures if name in FIGURES}
    said = kept.tables | kept.figures
    wrong = [f"{name}: {found.get(name, 0):,}, expected {count:,}" for name, count in said.items() if found.get(name, 0) != count]
    if wrong:
        raise SaegimError(f"The restored ledger is not what the backup says ({'; '.join(wrong)}). Nothing uses it as it is; run "
                          "the same again, or restore an earlier backup")


def _stamp(connection: Connection, revision: str, now: datetime) -> None:
    """What is true of a ledger that was just restored: nobody is at work on it, and Label Studio may know more than it does."""
    there = set(inspect(connection).get_table_names())
    run = connection.execute
    run(text("delete from leases"))
    if "runs" in there:
        run(runs.update().where(runs.c.state == RunState.AT_WORK).values(state=RunState.DEAD, ended_at=now))
    run(cursors.delete().where(cursors.c.name.startswith(RESTORED)))
    names = [RESTORED + key for key in connection.scalars(select(projects.c.key))]
    run(cursors.insert(), [{"name": name, "at": now} for name in [*names, RESTORING]])
    if "alembic_version" not in there:
        run(text("create table alembic_version (version_num varchar(32) not null primary key)"))
    run(text("delete from alembic_version"))
    run(text("insert into alembic_version values (:revision)"), {"revision": revision})


def _drop(connection: Connection) -> None:
    """Removes the ledger's own tables; whatever else is in the database stays."""
    for name in [*reversed(_names(connection)), "alembic_version"]:
        connection.execute(text(f'drop table if exists "{name}" cascade'))
