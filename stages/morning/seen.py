"""What troubles are told from, beside what the morning page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.morning import VerbMorning


@dataclass(frozen=True, slots=True)
class ServiceSeen:
    """How a service answered.

    Attributes:
        name: as people know it, such as ``Label Studio``.
        problem: what it said; empty where all is well.
        refused: it is there, and takes not our token, key or password.
        busy: it is there, and asks to come back later.
    """

    name: str
    problem: str = ""
    refused: bool = False
    busy: bool = False


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A deployment: whether it runs by itself, and when its next run was or is due."""

    verb: str
    fires: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class BadTasks:
    """Tasks of a project in Label Studio that cannot be read."""

    project: int | None
    tasks: Sequence[int]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class StraysSeen:
    """Photographs that are held, for their campaign has no file.

    Attributes:
        campaign: its name, as the senders' client wrote it.
        photographs: how many.
        file: to write, as people read its path.
        why: there is no such campaign, in words.
    """

    campaign: str
    photographs: int
    file: str
    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it.

    Attributes:
        services: each that was asked.
        planned: deployments; None where Prefect did not tell.
        dead: ids of runs that are noted as at work, and whose process has ended.
        bad_tasks: that Label Studio fails on.
        model_problem: why the model in use cannot be had; empty where it can.
        noted_from: when the first run began that the ledger knows of; None where it knows none.
        first_sent: when the first submission was sent that has an outcome.
        strays: photographs of campaigns without a file.
        backup: how backups went; None where there was none.
    """

    services: Sequence[ServiceSeen] = ()
    planned: Sequence[PlannedRun] | None = None
    dead: frozenset[str] = frozenset()
    bad_tasks: Sequence[BadTasks] = ()
    model_problem: str = ""
    noted_from: datetime | None = None
    first_sent: datetime | None = None
    strays: Sequence[StraysSeen] = ()
    backup: VerbMorning | None = None
