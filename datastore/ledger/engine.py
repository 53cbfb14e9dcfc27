"""One ledger: SQLite or PostgreSQL, by URL."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pysqlite3.dbapi2 as pysqlite
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError

from datastore.ledger.trouble import LEDGER, in_words
from saegim.patience import ride_out
from schemas.errors import ServiceUnavailable, SettingError

if TYPE_CHECKING:
    from alembic.config import Config

WAL_FIXED = (3, 51, 3)
"""First SQLite whose WAL mode loses no committed transaction (the WAL-reset bug, sqlite.org/wal.html section 11)."""
MIGRATIONS = Path(__file__).parent / "migrations"
"""What brings a ledger from one schema to the next."""
DRIVERS = ("sqlite", "postgresql+psycopg")


class Ledger:
    """A connection pool and the two ways to use it: ``read()`` and ``write()``."""

    def __init__(self, url: str) -> None:
        """Opens the ledger; the schema is checked at the first use.

        Raises:
            SettingError: the URL is not one.
        """
        self.url = _parsed(url)
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            try:
                _make_file(Path(self.url.database))
            except OSError as error:
                raise SettingError(f"SAEGIM_LEDGER_URL names {self.url.database}, which cannot be made ({error.strerror}): "
                                   "expected a file in a folder that may be written") from error
        self._engine = _engine(self.url)

    @property
    def address(self) -> str:
        """The URL without its password and without its options, which may hold one too."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    @property
    def engine(self) -> str:
        """What keeps it, with its version and how it keeps what was committed."""
        with self.read() as connection:
            if connection.dialect.name != "sqlite":
                return f"PostgreSQL {connection.scalar(text('show server_version'))}"
            journal = connection.scalar(text("pragma journal_mode"))
        return f"SQLite {pysqlite.sqlite_version}, journal mode {journal}"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, alone: str | None = None, foreign_keys: bool = True) -> Iterator[Connection]:
        """A transaction that writes; all or nothing.

        Args:
            alone: no two transactions with this name run at once (SQLite has one writer at a time anyway).
            foreign_keys: SQLite can be told not to check them, which changing a table needs: it is dropped on the way.
        """
        with self._connect() as connection, self._unchecked(connection, foreign_keys):
            connection = connection.execution_options(saegim_write=True)
            with connection.begin():
                if alone:
                    be_alone(connection, alone)
                yield connection

    @contextmanager
    def _unchecked(self, connection: Connection, foreign_keys: bool) -> Iterator[None]:
        driver: Any = connection.connection.driver_connection
        if foreign_keys or connection.dialect.name != "sqlite":
            yield
            return
        driver.execute("PRAGMA foreign_keys=OFF")  # has no effect within a transaction
        try:
            yield
        finally:
            driver.execute("PRAGMA foreign_keys=ON")

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with ride_out(self._connection, ServiceUnavailable, f"{LEDGER} at {self.address}") as connection, self._in_words():
            yield connection

    def _connection(self) -> Connection:
        with self._in_words():
            return self._engine.connect()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """A transaction that breaks is never repeated here: only its caller knows what belongs to it."""
        try:
            yield
        except DBAPIError as error:
            if told := in_words(error, self.url):
                raise told from error
            raise

    def migrate(self) -> bool:
        """Brings the schema to this version; True where something changed."""
        with self.write(alone="migrate", foreign_keys=False) as connection:
            if _revision(connection) == newest_revision():
                return False
            from alembic import command

            script = _alembic()
            script.attributes["connection"] = connection
            command.upgrade(script, "head")
            return True

    def check(self) -> None:
        """Raises SettingError where the schema is not this version's."""
        with self.read() as connection:
            there = _revision(connection)
        head = newest_revision()
        if there != head:
            raise SettingError(f"The ledger at {self.address} has schema {there or 'none'}, expected {head}. "
                               "Bring it up to date with: saegim ledger upgrade")

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()


def be_alone(connection: Connection, name: str) -> None:
    """Waits until no other transaction has this name, and has it to its end; for what needs two names, always in one order."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": zlib.crc32(name.encode())})


def file_of(url: str) -> Path | None:
    """SQLite's file of a ledger; None where a server keeps it.

    Raises:
        SettingError: it is no URL of a ledger.
    """
    parsed = _parsed(url)
    return Path(parsed.database) if parsed.drivername == "sqlite" and parsed.database else None


def _parsed(url: str) -> URL:
    """The URL of a ledger.

    Raises:
        SettingError: it is none. Nothing of it is said again: where it is wrong, any part of it may be the password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _no_url("is no URL") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in DRIVERS:
        raise _no_url("begins with neither postgresql:// nor sqlite:///")
    if parsed.drivername == "sqlite" and (parsed.host or parsed.port or parsed.username or parsed.password):
        raise _no_url("names a server, and SQLite has none: after sqlite: stand three / and the path")
    name = "" if parsed.drivername == "sqlite" else parsed.database or ""
    if set(parsed.host or "") & set("@ ") or set(name) & set("@/") or not 0 <= (parsed.port or 0) < 65536:
        raise _no_url("has a host, a port or a name that is none (in a password, @ is written %40, : %3A, / %2F, # %23, "
                      "? %3F and % %25)")
    return parsed


def _no_url(wrong: str) -> SettingError:
    return SettingError(f"SAEGIM_LEDGER_URL {wrong}. Expected: postgresql://user:password@host/name or "
                        "sqlite:////folder/ledger.db. What it is now is not shown, for a password may be in it")


def _make_file(path: Path) -> None:
    """SQLite's file, where it is not there yet, for its owner alone; SQLite gives what it puts beside it the same rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    # Python's own sqlite3 links what the system has: 3.40 on Debian 12. Two engines must not open one file in WAL mode.
    engine = create_engine(url, module=pysqlite, connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3's own BEGIN comes too late to take the write lock
        # The gate's words lie all over their table: with a log of 64 MB a page is copied back once for many of them, and a
        # cache of 64 MB (not 2) holds the upper levels of the index at a million images.
        for pragma in (f"journal_mode={journal_mode(pysqlite.sqlite_version_info)}", "synchronous=FULL", "foreign_keys=ON",
                       "wal_autocheckpoint=16000", "cache_size=-64000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("saegim_write")
        # A transaction that reads first and then writes would fail with "database is locked" instead of waiting.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def journal_mode(version: tuple[int, ...]) -> str:
    """SQLite's journal mode under which nothing that was committed is lost, also when the machine loses power.

    WAL, where readers and the writer do not wait for each other, on an engine that has it right; else the rollback journal.
    """
    return "WAL" if version >= WAL_FIXED else "DELETE"


@functools.cache
def newest_revision() -> str:
    """The schema of this version: the number that the newest file of a migration begins with."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _alembic() -> Config:
    from alembic.config import Config  # Alembic is half of what the ledger takes to import, and needed once a version

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str | None:
    """The schema that a ledger has; None where it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("select version_num from alembic_version"))
    return found
