"""Faults that a run puts in itself, at the n-th statement to SQLite: no wire leads there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pysqlite3.dbapi2 as pysqlite
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

BUSY_MS = 60
"""How long SQLite waits for a lock in the harness, in place of 60 s."""
HELD_SECONDS = 0.2
"""How long another connection holds the ledger: longer than that."""


class OwnFaults:
    """Counts statements and commits of this process, and fails as planned.

    Args:
        plan: as (service, at, kind).
        tell: takes a note of what was done; it must be away before a kill.
    """

    def __init__(self, plan: Sequence[Sequence[Any]], tell: Callable[[dict[str, Any]], None]) -> None:
        self._plan = [(int(at), str(kind)) for _, at, kind in plan]
        self._tell = tell
        self._count = 0
        self._full = False
        self._lock = threading.Lock()

    def put_in(self) -> None:
        """From now on."""
        event.listen(Engine, "connect", self._connected)
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)
        event.listen(Engine, "handle_error", self._failed)
        commit = DefaultDialect.do_commit

        def do_commit(dialect: Any, connection: Any) -> None:
            number = self._number("COMMIT", None)
            commit(dialect, connection)
            self._kill_after(number, "COMMIT")

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]

    def _connected(self, connection: Any, _record: Any) -> None:
        if isinstance(connection, pysqlite.Connection):
            connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    def _number(self, statement: str, connection: Any) -> int:
        """Counts one, and does what is planned for it."""
        with self._lock:
            self._count += 1
            number = self._count
            due = [(at, kind) for at, kind in self._plan
                   if at <= number and kind != "KILL_AFTER" and self._fits(kind, statement)]
            for item in due[:1]:
                self._plan.remove(item)
        for at, kind in due[:1]:
            if kind == "KILL_BEFORE":
                self._note(at, kind, statement)
                os.kill(os.getpid(), signal.SIGKILL)
            if kind == "LOCKED":
                self._hold(connection, at, statement)
            if kind == "SQLITE_FULL":
                self._full = True
                driver = connection.connection.driver_connection
                pages = driver.execute("PRAGMA page_count").fetchone()[0]
                driver.execute(f"PRAGMA max_page_count={pages}")
        return number

    def _fits(self, kind: str, statement: str) -> bool:
        if kind == "LOCKED":
            return statement.startswith("BEGIN IMMEDIATE")
        return kind != "SQLITE_FULL" or statement.startswith("INSERT")

    def _before(self, connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if connection.dialect.name == "sqlite":
            number = self._number(statement, connection)
            connection.info["saegim_fault_number"] = number
        del context

    def _after(self, connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
        if connection.dialect.name == "sqlite":
            self._kill_after(int(connection.info.get("saegim_fault_number", 0)), statement)

    def _kill_after(self, number: int, statement: str) -> None:
        if any(kind == "KILL_AFTER" and at <= number for at, kind in self._plan):
            self._note(number, "KILL_AFTER", statement)
            os.kill(os.getpid(), signal.SIGKILL)

    def _failed(self, context: Any) -> None:
        if self._full and "full" in str(context.original_exception):
            self._full = False
            self._note(self._count, "SQLITE_FULL", str(context.statement))

    def _hold(self, connection: Any, at: int, statement: str) -> None:
        """Another connection takes the write lock, and has it for longer than this one waits."""
        path = connection.engine.url.database
        other = pysqlite.connect(path, isolation_level=None, check_same_thread=False)
        try:
            other.execute("BEGIN IMMEDIATE")
        except pysqlite.OperationalError:  # the other run of this verb has it
            other.close()
            return
        self._note(at, "LOCKED", statement)

        def let_go() -> None:
            other.execute("ROLLBACK")
            other.close()

        timer = threading.Timer(HELD_SECONDS, let_go)
        timer.daemon = True
        timer.start()

    def _note(self, at: int, kind: str, statement: str) -> None:
        self._tell({"injected": ["SQLite", at, kind, " ".join(statement.split())[:90]]})
