"""One seed: a world, and rounds of all verbs in it under faults; the invariants are looked at again and again."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.faults.forks import Lane, Told
from tests.faults.http_proxy import HttpProxy
from tests.faults.injecting import Injected, Injector, children_of
from tests.faults.invariants import Invariants, Violation
from tests.faults.loop import listen, running
from tests.faults.naive_invariants import NaiveInvariants
from tests.faults.plan import KILLS, Fault, Kind, Planner, Service
from tests.faults.postgres_proxy import PostgresProxy
from tests.faults.world import FaultWorld, fault_world
from workbench.settings import Settings

VERBS = ("ingest", "prelabel", "label", "collect", "export", "evaluate", "score", "pull")
NAIVE_VERBS = ("ingest", "label", "export")
DEBUG = bool(os.environ.get("FAULTS_DEBUG"))
KILLED_RUNS = 3
"""Runs of a verb in each round that are killed, unless they end before."""
FEW = 2
"""Other faults that such a run is planned to meet, at most."""
PASSING_RUNS = 2
"""Runs of a verb in each round that meet faults and are not killed, until one of them comes to its end."""
PASSES = 2
"""The first pass without faults does what is left to do; one of so many after it must find nothing new."""
REST_EVERY = 3
"""After so many rounds all verbs come to their end without faults, and all invariants are looked at."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One fault that really happened."""

    seed: int
    round: int
    verb: str
    service: str
    at: int
    kind: str
    what: str


@dataclass
class Record:
    """What came of a seed.

    Attributes:
        seed: its number.
        pipeline: ``ours`` or ``naive``.
        ledger: which one.
        faults: all that happened.
        refused: requests that storms and outages turned away beside them.
        violations: each once, with the round in which it was seen first.
        unforeseen: errors that are told as mistakes in Saegim, by their last line, with a traceback.
        runs: attempts under faults, and how many of them came to their end all the same.
        rounds: how many.
        seconds: how long it took.
    """

    seed: int
    pipeline: str
    ledger: str
    faults: list[Happened] = field(default_factory=list)
    refused: int = 0
    violations: dict[str, int] = field(default_factory=dict)
    unforeseen: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    completed: int = 0
    rounds: int = 0
    seconds: float = 0.0


@dataclass
class Stage:
    """The proxies, the lanes and the settings that lead runs by way of the proxies."""

    settings: Settings
    injector: Injector
    lanes: list[Lane]
    s3: HttpProxy
    label_studio: HttpProxy
    postgres: PostgresProxy | None
    env: dict[str, str]
    postgres_url: str | None

    def calm(self) -> None:
        """Storms and outages are over."""
        for proxy in (self.s3, self.label_studio, self.postgres):
            if proxy:
                proxy.calm()

    def wait(self) -> None:
        """Until the server has done what it does too late."""
        until = time.monotonic() + 30
        while any(not task.done() for task in self.label_studio.late) and time.monotonic() < until:
            time.sleep(0.02)
        self.label_studio.late.clear()


@contextmanager
def stage(settings: Settings, postgres_url: str | None, python: Path, root: Path, lanes: int = 2) -> Iterator[Stage]:
    """Proxies before the services, and processes to fork runs from."""
    injector = Injector()
    opened = [Lane(python, root) for _ in range(lanes)]
    try:
        with running() as loop:
            s3 = HttpProxy(Service.S3, settings.s3_endpoint or "", injector)
            label_studio = HttpProxy(Service.LABEL_STUDIO, settings.label_studio_url, injector)
            env = {"SAEGIM_S3_ENDPOINT": f"http://127.0.0.1:{listen(loop, s3.serve)}",
                   "SAEGIM_LABEL_STUDIO_URL": f"http://127.0.0.1:{listen(loop, label_studio.serve)}"}
            postgres = None
            if postgres_url:
                postgres = PostgresProxy(postgres_url, injector)
                parts = urlsplit(postgres_url)
                env["SAEGIM_LEDGER_URL"] = postgres_url.replace(f":{parts.port}", f":{listen(loop, postgres.serve)}")
            yield Stage(settings, injector, opened, s3, label_studio, postgres, env, postgres_url)
    finally:
        for lane in opened:
            lane.close()


class Session:
    """Plays one seed."""

    def __init__(self, on: Stage, world: FaultWorld, record: Record, planner: Planner, kills: int) -> None:
        self._on, self._world, self._record, self._planner, self._kills = on, world, record, planner, kills
        self._naive = record.pipeline == "naive"
        self._invariants: Invariants | NaiveInvariants = \
            NaiveInvariants(world) if self._naive else Invariants(world.bench)
        self._verbs = NAIVE_VERBS if self._naive else VERBS
        self._deleted = 0

    def round(self, number: int) -> None:
        """New pictures, and each verb: killed at some calls; under faults that may pass; without any where it is not done yet."""
        self._record.rounds += 1
        chance = self._planner.random
        self._world.send(chance, chance.randint(1, 3))
        for verb in self._verbs:
            if verb == ("export" if self._naive else "collect"):
                self._people(number)
            for turn in range(self._kills):
                few = self._planner.passing(verb)[:FEW]
                self._attempt(number, verb, [*few, self._planner.kill(verb, number * self._kills + turn)])
            plans = [self._planner.passing(verb) for _ in range(PASSING_RUNS)]
            if not any(self._attempt(number, verb, plan) for plan in plans):  # the rest is for the next verb to have work
                self._saw(number, _not_done(self._clean([verb])))
            if isinstance(self._invariants, Invariants):
                self._saw(number, self._invariants.at_any_moment())

    def _people(self, number: int) -> None:
        """What people do between two verbs."""
        self._on.calm()
        self._on.wait()
        if self._planner.random.random() < 0.3 and self._world.delete_a_task():
            fault = Fault(Service.LABEL_STUDIO, 0, Kind.TASK_DELETED)
            self._note(number, "label", [Injected(fault, "between two runs")])
        self._annotate()

    def _annotate(self) -> None:
        if isinstance(self._invariants, NaiveInvariants):
            self._invariants.annotate()
        else:
            self._world.annotate()

    def _attempt(self, number: int, verb: str, plan: list[Fault]) -> bool:
        """One run under faults, or two at once; says whether all of it came to its end."""
        on, lanes = self._on, self._on.lanes
        limit = next((item.at for item in plan if item.kind is Kind.FILE_LIMIT), -1)
        twice = any(item.kind is Kind.TWICE for item in plan) and len(lanes) > 1 and not self._naive
        if self._naive:  # it has no ledger
            plan = [item for item in plan if item.service not in (Service.POSTGRES, Service.SQLITE)]
        own = [(item.service.value, item.at, item.kind.name) for item in plan if item.service is Service.SQLITE]
        on.calm()
        on.injector.begin([item for item in plan if item.service is not Service.SQLITE])
        on.injector.on_raw = self._world.meddle
        on.injector.decoders = lambda: [pid for lane in lanes for pid in children_of(lane.decoders_of)]
        runs = []
        for lane in lanes[:2 if twice else 1]:
            run = lane.begin([verb], self._world.env, own, limit, self._record.pipeline)
            on.injector.pids.append(run.pid)
            runs.append((lane, run))
        told = [lane.end(run) for lane, run in runs]
        on.injector.pids.clear()
        done = on.injector.end()
        if DEBUG:
            print(verb, [(one.code, round(one.seconds, 2), [r["error"][:150] for r in one.results]) for one in told],
                  on.injector.calls, [str(x.fault) for x in done], flush=True)
        self._record.refused += on.injector.refused
        if twice:
            done.append(Injected(Fault(Service.MACHINE, 0, Kind.TWICE), "two runs"))
        for one in told:
            done += [Injected(Fault(Service(service), int(at), Kind[kind]), what) for service, at, kind, what in one.injected]
        self._note(number, verb, done)
        self._judge(number, verb, told, done)
        return all(one.code == 0 for one in told)

    def _judge(self, number: int, verb: str, told: list[Told], done: list[Injected]) -> None:
        killed = any(item.fault.kind in KILLS for item in done)
        for one in told:
            self._record.runs += 1
            self._record.completed += one.code == 0
            if one.hung:
                self._saw(number, [Violation("hang", verb, f"did not end: {[str(item.fault) for item in done]}")])
            elif one.code < 0 and not killed:
                self._saw(number, [Violation("crash", verb, f"ended by signal {-one.code}")])
            for result in one.results:
                if trace := result.get("unforeseen"):
                    self._record.unforeseen.setdefault(f"{verb}: {result['error'][:160]}", f"round {number}, "
                                                       f"{[str(item.fault) for item in done]}\n{trace}")

    def rest(self, number: int) -> None:
        """All verbs without faults, until a pass of them has nothing new: it must leave everything as it was (I4)."""
        self._on.calm()
        self._on.wait()
        self._annotate()
        changed, told = ["not looked at"], self._clean()
        for _ in range(PASSES):
            before = self._invariants.state()
            told = self._clean()
            after = self._invariants.state()
            changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
            changed += [f"{item['verb']} says {item['counts']}" for item in told.results if item["counts"]]
            if not changed and not told.code:
                break
        found = _not_done(told)
        if changed:
            found.append(Violation("I4", "all verbs", f"change something in pass {PASSES + 1} still: {', '.join(changed[:4])}"))
        if isinstance(self._invariants, NaiveInvariants):
            found += self._invariants.at_rest()
        else:
            found += self._invariants.at_rest({key: item.sha256 for key, item in self._world.sent.items()})
        self._saw(number, found)

    def _clean(self, verbs: Sequence[str] = ()) -> Told:
        """Some verbs, or all of them, in one process and without faults."""
        lane = self._on.lanes[0]
        self._on.calm()
        self._on.wait()
        self._on.injector.begin([])
        told = lane.end(lane.begin(verbs or self._verbs, self._world.env, pipeline=self._record.pipeline))
        if DEBUG:
            print([(item["verb"], item["seconds"], item["counts"], item["error"]) for item in told.results], flush=True)
        return told

    def _note(self, number: int, verb: str, done: list[Injected]) -> None:
        self._record.faults += [Happened(self._record.seed, number, verb, item.fault.service.value, item.fault.at,
                                         item.fault.kind.value, item.what) for item in done]

    def _saw(self, number: int, found: list[Violation]) -> None:
        for item in found:
            self._record.violations.setdefault(str(item), number)


def _not_done(told: Told) -> list[Violation]:
    """What a run without faults did not do."""
    bad = [result for result in told.results if not result["ok"]]
    found = [Violation("recovery", item["verb"], f"does not come to its end without faults: {item['error']}") for item in bad]
    if told.code and not bad:
        found.append(Violation("recovery", "a run", f"ended with code {told.code}, hung: {told.hung}"))
    return found


def play(on: Stage, seed: int, rounds: int, pipeline: str = "ours", until: float | None = None,
         keep: Callable[[Record], None] = lambda _record: None, kills: int = KILLED_RUNS) -> Record:
    """Plays some rounds of a seed; even seeds have their ledger on SQLite, odd ones on PostgreSQL where there is one.

    Args:
        on: the services and the proxies before them.
        seed: of all plans and pictures.
        rounds: how many, at most.
        pipeline: ``ours`` or ``naive``.
        until: moment of ``time.monotonic()`` after which no round begins.
        keep: is given the record whenever all invariants were looked at.
        kills: runs of a verb in each round that are killed.
    """
    postgres = on.postgres_url if seed % 2 and pipeline == "ours" else None
    ledger = Service.POSTGRES if postgres else Service.SQLITE
    record = Record(seed, pipeline, ledger.value if pipeline == "ours" else "none")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="saegim-faults-") as folder, \
            fault_world(on.settings, Path(folder), on.env, postgres) as world:
        session = Session(on, world, record, Planner(seed, ledger), kills)
        for number in range(rounds):
            if until is not None and time.monotonic() > until:
                break
            session.round(number)
            if number % REST_EVERY == REST_EVERY - 1:
                session.rest(number)
                keep(record)
        if record.rounds % REST_EVERY:
            session.rest(record.rounds)
        record.seconds = round(time.monotonic() - began, 1)
    keep(record)
    return record


