"""Runs of verbs: each is noted when it begins and when it ends, so that a night can be told without the Prefect server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, upsert
from datastore.ledger.tables import runs
from schemas.runs import RunState, VerbRun

SAID_BY_OTHERS = (RunState.DEAD, RunState.CANCELLED)
"""What is said of a run that nobody hears: it may be at work all the same, and then its own word is the true one."""


def begin(ledger: Ledger, run: VerbRun) -> None:
    """Notes a run that begins; one that begins again under its id, as after it was rescheduled, is at work again."""
    with ledger.write() as connection:
        upsert(connection, runs, asdict(run))


def end(ledger: Ledger, run: VerbRun) -> bool:
    """Notes how a run says that it ended. Its word replaces that of others; the process before it has none.

    Returns:
        Whether it was news.
    """
    return _end(ledger, run, runs.c.state.in_((RunState.AT_WORK, *SAID_BY_OTHERS)))


def end_unheard(ledger: Ledger, run: VerbRun) -> bool:
    """Notes how a run ended that cannot say it, unless that is known already, or it began again. Returns whether it was news."""
    return _end(ledger, run, runs.c.state == RunState.AT_WORK)


def _end(ledger: Ledger, run: VerbRun, where: ColumnElement[bool]) -> bool:
    ended = {"state": run.state, "ended_at": run.ended_at, "counts": dict(run.counts), "notes": list(run.notes),
             "error": run.error, "free_bytes": run.free_bytes}
    with ledger.write() as connection:
        return bool(connection.execute(update(runs).where(
            runs.c.run_id == run.run_id, runs.c.holder == run.holder, where).values(**ended)).rowcount)


def runs_since(ledger: Ledger, moment: datetime) -> list[VerbRun]:
    """Runs that began at this moment or later, the newest first."""
    with ledger.read() as connection:
        return [_run(row) for row in connection.execute(
            select(runs).where(runs.c.started_at >= moment).order_by(runs.c.started_at.desc(), runs.c.run_id))]


def at_work(ledger: Ledger) -> list[VerbRun]:
    """Runs of which nobody has said yet how they ended, the oldest first."""
    with ledger.read() as connection:
        return [_run(row) for row in connection.execute(
            select(runs).where(runs.c.state == RunState.AT_WORK).order_by(runs.c.started_at, runs.c.run_id))]


def newest_runs(ledger: Ledger, verbs: Sequence[str], states: Sequence[RunState]) -> dict[str, VerbRun]:
    """The run of each verb that began last, of those in some states."""
    found: dict[str, VerbRun] = {}
    with ledger.read() as connection:
        for verb in verbs:
            row = connection.execute(select(runs).where(runs.c.verb == verb, runs.c.state.in_(states)).order_by(
                runs.c.started_at.desc(), runs.c.run_id).limit(1)).one_or_none()
            if row:
                found[verb] = _run(row)
    return found


def forget_before(ledger: Ledger, moment: datetime) -> int:
    """Forgets runs that began before a moment, but for the newest of each verb in each state. Returns how many."""
    last = select(runs.c.verb, runs.c.state, func.max(runs.c.started_at).label("at")).group_by(runs.c.verb, runs.c.state)
    with ledger.write() as connection:
        keep = {(row.verb, row.state): row.at for row in connection.execute(last)}
        old = connection.execute(select(runs.c.run_id, runs.c.verb, runs.c.state, runs.c.started_at).where(
            runs.c.started_at < moment)).all()
        gone = [row.run_id for row in old if keep[row.verb, row.state] != row.started_at]
        for chunk in in_chunks(gone):
            connection.execute(delete(runs).where(runs.c.run_id.in_(chunk)))
    return len(gone)


def _run(row: Row[Any]) -> VerbRun:
    return VerbRun(**{**row._mapping, "state": RunState(row.state), "notes": tuple(row.notes)})
