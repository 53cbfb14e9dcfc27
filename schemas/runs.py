"""Runs of verbs as the ledger keeps them: the morning page tells of a night that the Prefect server has forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RunState(StrEnum):
    """How a run ended."""

    AT_WORK = "at work"
    COMPLETED = "completed"
    GAVE_WAY = "gave way"
    """It found a newer run of its deployment and did nothing: no success."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    DEAD = "dead"
    """Its process was killed, or its machine is gone."""


@dataclass(frozen=True, slots=True)
class VerbRun:
    """One run of a verb.

    Attributes:
        run_id: Prefect's id of the flow run.
        verb: such as ``ingest``; of a batch run ``ingest-batch``.
        name: as people see it, such as ``brave-otter``.
        started_at: when it began.
        parent: id of the run that it is part of; None where it is none's.
        host: name of the machine that it runs on.
        holder: machine and process, as in leases: shows on that machine whether it still lives.
        state: how it ended.
        ended_at: when it ended, or was found dead; None while it is at work.
        counts: what it changed, by what people read beside it.
        notes: sentences for the data manager.
        error: what ended it, in one sentence.
        free_bytes: of the disk of its machine's state folder when it ended; None where nobody looked.
    """

    run_id: str
    verb: str
    name: str
    started_at: datetime
    parent: str | None = None
    host: str = ""
    holder: str = ""
    state: RunState = RunState.AT_WORK
    ended_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()
    error: str | None = None
    free_bytes: int | None = None
