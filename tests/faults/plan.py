"""What goes wrong, and when: a plan is made of a seed, so that a run can be had again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """Where a fault is put in."""

    S3 = "object storage"
    LABEL_STUDIO = "Label Studio"
    POSTGRES = "PostgreSQL"
    SQLITE = "SQLite"
    MACHINE = "the machine"


class Kind(StrEnum):
    """What happens to one request, statement or process."""

    RESET_BEFORE = "connection reset, the service never saw the request"
    RESET_AFTER = "done, and the answer is lost"
    E500 = "500"
    SLOW_DOWN = "503 SlowDown"
    STORM = "503 to everything for a while"
    DOWN = "no connection for a while"
    E403 = "403"
    SKEWED = "403 RequestTimeTooSkewed"
    E401 = "401"
    E413 = "413"
    E429 = "429"
    TIMEOUT_AFTER = "done, and a proxy says 504"
    TIMEOUT_LATE = "504, and done some time later"
    HALF = "answer cut at byte k, right Content-Length"
    WRONG_BYTES = "one bit of the body is another, right length"
    STALE_LIST = "a listing without its newest object"
    CONFLICT = "412 on a conditional put"
    STALL = "no answer until the client gives up"
    SLOW = "a late answer"
    OVERWRITTEN = "the raw object is replaced before it is read"
    DELETED = "the raw object is deleted before it is read"
    SERIALIZATION = "40001 serialization failure"
    DEADLOCK = "40P01 deadlock detected"
    POOL = "53300 too many connections"
    PG_FULL = "53100 disk full"
    LOCKED = "database is locked"
    SQLITE_FULL = "database or disk is full"
    FILE_LIMIT = "a file cannot grow: disk full"
    KILL_BEFORE = "kill -9 before the call"
    KILL_AFTER = "kill -9 after the call, before its answer"
    DECODER_KILLED = "a decoder is killed, as by the OOM killer"
    TWICE = "two runs of the verb at once"
    TASK_DELETED = "a person deletes a task"


KILLS = (Kind.KILL_BEFORE, Kind.KILL_AFTER)

ANY_HTTP = (Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.E500, Kind.SLOW_DOWN, Kind.STORM, Kind.DOWN, Kind.E403, Kind.TIMEOUT_AFTER,
            Kind.HALF, Kind.SLOW)
KINDS: dict[Service, tuple[Kind, ...]] = {
    Service.S3: (*ANY_HTTP, Kind.SKEWED, Kind.WRONG_BYTES, Kind.STALE_LIST, Kind.CONFLICT, Kind.OVERWRITTEN, Kind.DELETED,
                 Kind.DECODER_KILLED),
    Service.LABEL_STUDIO: (*ANY_HTTP, Kind.E401, Kind.E413, Kind.E429, Kind.TIMEOUT_LATE, Kind.STALL),
    Service.POSTGRES: (Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.DOWN, Kind.SLOW, Kind.SERIALIZATION, Kind.DEADLOCK, Kind.POOL,
                       Kind.PG_FULL),
    Service.SQLITE: (Kind.LOCKED, Kind.SQLITE_FULL),
    Service.MACHINE: (Kind.FILE_LIMIT, Kind.TWICE),
}
SELDOM = (Kind.E403, Kind.SKEWED, Kind.E401, Kind.E413, Kind.SQLITE_FULL, Kind.PG_FULL, Kind.DELETED, Kind.STALL,
          Kind.WRONG_BYTES)
"""They end the run in most cases, or take seconds: planned less often than those that are ridden out."""
MOST = 36
"""Faults of services that one attempt is planned to meet, at most."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a plan.

    Attributes:
        service: where.
        at: counted in requests or statements to that service from the attempt's first, which is 1. Where a kind does not fit the
            request (a listing that is stale), the next one that fits.
        kind: what.
    """

    service: Service
    at: int
    kind: Kind

    def __str__(self) -> str:
        return f"{self.service} #{self.at}: {self.kind}"


USED: dict[str, tuple[Service, ...]] = {
    "ingest": (Service.S3,),
    "prelabel": (Service.S3,),
    "label": (Service.LABEL_STUDIO,),
    "collect": (Service.LABEL_STUDIO,),
    "export": (Service.S3,),
    "evaluate": (Service.S3,),
    "score": (),
    "pull": (Service.S3,),
}
"""Services that a verb asks beside the ledger."""
NO_LEDGER = ("pull",)
CALLS: dict[str, dict[Service, int]] = {
    "ingest": {Service.S3: 14, Service.POSTGRES: 150, Service.SQLITE: 150},
    "prelabel": {Service.S3: 6, Service.POSTGRES: 65, Service.SQLITE: 65},
    "label": {Service.LABEL_STUDIO: 9, Service.POSTGRES: 120, Service.SQLITE: 120},
    "collect": {Service.LABEL_STUDIO: 5, Service.POSTGRES: 60, Service.SQLITE: 60},
    "export": {Service.S3: 22, Service.POSTGRES: 120, Service.SQLITE: 120},
    "evaluate": {Service.S3: 12, Service.POSTGRES: 60, Service.SQLITE: 60},
    "score": {Service.POSTGRES: 240, Service.SQLITE: 240},
    "pull": {Service.S3: 8},
}
"""Calls that a run makes of each service where nothing fails, with three new pictures, about; it makes more where it tries
again. Faults are planned within them, several for one call: what comes second meets the next try."""
KILLS_A_SEED = 5
"""So many times a seed kills a verb before (or after) calls of one service, about: the next seed goes on behind them."""
STRIDE = 0.6180339887
"""Parts of a run between two kills: by the golden ratio any number of them lies evenly over all of its calls."""


class Planner:
    """Makes the plans of one seed."""

    def __init__(self, seed: int, ledger: Service) -> None:
        self._seed = seed
        self._random = random.Random(f"faults {seed}")
        self._ledger = ledger
        self._kills: dict[tuple[str, Service, Kind], int] = {}

    def passing(self, verb: str) -> list[Fault]:
        """Faults of one attempt, without a kill: many that a call rides out, few that the whole verb is begun again for."""
        found: list[Fault] = []
        if USED[verb]:
            found += self._some([self._random.choice(USED[verb]) for _ in range(self._random.randint(MOST // 3, MOST))], verb)
        if verb not in NO_LEDGER:
            found += self._some([self._ledger] * self._random.randint(1, 5), verb)
        if self._random.random() < 0.06:
            found.append(Fault(Service.MACHINE, self._random.choice((0, 1_000, 8_000, 30_000, 120_000)), Kind.FILE_LIMIT))
        if self._random.random() < 0.10:
            found.append(Fault(Service.MACHINE, 0, Kind.TWICE))
        return found

    def _some(self, services: list[Service], verb: str) -> list[Fault]:
        """A fault for each of these services; one of them at most ends the run in most cases."""
        found: list[Fault] = []
        ending = False
        for service in services:
            kind = self._random.choice(KINDS[service])
            while kind in SELDOM and (ending or self._random.random() < 0.85):
                kind = self._random.choice(KINDS[service])
            ending = ending or kind in SELDOM
            reach = CALLS[verb][service]
            # What ends a run comes late in it, so that it meets the others too.
            found.append(Fault(service, self._random.randint(reach // 2 if kind in SELDOM else 1, reach), kind))
        return found

    def kill(self, verb: str, turn: int) -> Fault:
        """The next point at which a verb is killed: its services take turns, and so do before and after a call."""
        services = [*USED[verb], *([] if verb in NO_LEDGER else [self._ledger])]
        service = services[turn % len(services)]
        kind = KILLS[(turn // len(services)) % 2]
        number = self._kills.get((verb, service, kind), 0)
        self._kills[verb, service, kind] = number + 1
        part = (self._seed // 2 * KILLS_A_SEED + number) * STRIDE % 1
        return Fault(service, 1 + int(part * CALLS[verb][service]), kind)

    @property
    def random(self) -> random.Random:
        """What else of a round is left to chance."""
        return self._random
