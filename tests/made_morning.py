"""A ledger as two weeks of collecting and labelling leave it at nine in the morning, after a good night or a bad one."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert

from datastore.ledger import Ledger
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import (
    accepted_readings,
    annotations,
    arrivals,
    images,
    leases,
    projects,
    readings,
    runs,
    submissions,
    tasks,
    unreadable_tasks,
)
from schemas.ids import digest
from schemas.labelling import Side
from schemas.morning import Forecast, ForecastState, FreeDisk, Morning, NewestRelease, PrefectState, VerbMorning
from schemas.runs import RunState, VerbRun
from schemas.submission import Outcome
from stages.morning.limits import VERBS
from stages.morning.seen import PlannedRun, Seen, ServiceSeen
from workbench.morning.services import LABEL_STUDIO, PREFECT, STORAGE, Scheduled, ServicesTold, Stored

SEOUL = ZoneInfo("Asia/Seoul")
NINE = datetime(2026, 11, 27, 9, 4, tzinfo=SEOUL)
"""A Friday."""
MODEL = "model:ppocr-korean@1"
CONFIG = "scene_text"
PROJECT = "made-project"
ANNOTATORS = ("kim@example.com", "lee@example.com", "park@example.com", "choi@example.com")
PACE = {9: 9, 10: 26, 11: 25, 13: 24, 14: 27, 15: 25, 16: 23, 17: 14}
"""Tasks that one annotator answers in each hour of a working day."""
DAYS = 14
OPEN = 412
UNGIVEN = 2380
REFUSED = ("Label Studio at https://labels.example.com refuses SAEGIM_LABEL_STUDIO_TOKEN (401: Given token not valid for any "
           "token type). Take a token from Account & Settings")


@dataclass(frozen=True)
class MadePicture:
    """One of the pictures, by its number: the first ones were sent and answered first."""

    number: int
    sent_at: datetime
    state: str

    @property
    def image_id(self) -> str:
        return digest("morning", str(self.number))


def fill_mornings(ledger: Ledger, now: datetime = NINE, bad: bool = False) -> None:
    """Fills an empty ledger.

    Args:
        ledger: an empty one.
        now: the morning.
        bad: whether the night went badly: a model that ran out of memory, a token that ran out, files that nobody could read.
    """
    answers = list(_answers(now))
    pictures = _pictures(now, len(answers), unread=640 if bad else 36)
    rows: list[tuple[Table, Sequence[dict[str, Any]]]] = [
        (projects, [{"key": PROJECT, "annotation_config": CONFIG, "config_version": 1, "side": Side.A, "project_id": 3,
                     "deleted": False}]),
        (images, [_image(item) for item in pictures]), (submissions, [_submission(item) for item in pictures]),
        (submissions, list(_not_taken(now, quarantined=7 if bad else 0))), (arrivals, list(_arrivals(now))),
        (readings, [_reading(item, MODEL) for item in pictures if item.state != "unread"]),
        (readings, [_reading(item, f"person:{who}") for item, (_, who) in zip(pictures, answers, strict=False)]),
        (accepted_readings, [{"image_id": item.image_id, "annotation_config": CONFIG, "reading_id": _reading_id(item, who)}
                             for item, (_, who) in zip(pictures, answers, strict=False)]),
        (tasks, [_task(item, now, answers[item.number][0] if item.number < len(answers) else None) for item in pictures
                 if item.state in ("answered", "open")]),
        (annotations, [_annotation(item, *answer) for item, answer in zip(pictures, answers, strict=False)]),
        (runs, [asdict(run) for run in _runs(now, bad)])]
    if bad:
        gone = now - timedelta(hours=5, minutes=50)
        rows += [(leases, [{"kind": "prelabel 4f1c", "key": item.image_id, "holder": "gpu:812:1.00:abc", "token": 1,
                            "expires_at": gone} for item in pictures[-64:]]),
                 (unreadable_tasks, [{"project": PROJECT, "task_id": 1183, "changed_at": now - timedelta(hours=16)}])]
    for table, some in rows:
        for chunk in in_chunks(list(some), 1000):
            with ledger.write() as connection:
                connection.execute(insert(table), chunk)


def told(now: datetime = NINE, bad: bool = False) -> ServicesTold:
    """What the services would say on that morning."""
    release = NewestRelease("scene-text@4", 3100, now - timedelta(days=4, hours=5), is_evaluated=True)
    monday = (now + timedelta(days=3)).replace(hour=4, minute=0)
    services = [ServiceSeen(STORAGE), ServiceSeen(LABEL_STUDIO, REFUSED, refused=True) if bad else ServiceSeen(LABEL_STUDIO),
                ServiceSeen(PREFECT)]
    planned = [PlannedRun(verb, verb != "evaluate", now + timedelta(minutes=3)) for verb in VERBS]
    state = PrefectState(34_000_000, now - timedelta(days=6, hours=20), True, (monday, monday + timedelta(days=7)))
    return ServicesTold(services, Stored("ppocr-korean", "", release), Scheduled(state, planned))


def _answers(now: datetime) -> Iterator[tuple[datetime, str]]:
    """When which annotator answered, in order."""
    random = Random(7)
    first = now.replace(hour=0, minute=0) - timedelta(days=DAYS)
    for number in range(DAYS + 1):
        day = first + timedelta(days=number)
        if day.weekday() < 5:
            there = ANNOTATORS[:4 if number % 5 else 3]
            for hour, count in PACE.items():
                some = sorted((random.uniform(0, 3600), who) for who in there for _ in range(count - random.randint(0, 6)))
                for second, who in some:
                    at = day + timedelta(hours=hour, seconds=second)
                    if at < now - timedelta(minutes=2):
                        yield at, who


def _pictures(now: datetime, answered: int, unread: int) -> list[MadePicture]:
    states = ["answered"] * answered + ["open"] * OPEN + ["read"] * UNGIVEN + ["unread"] * unread
    first = now - timedelta(days=DAYS + 4)
    step = (now - timedelta(minutes=14) - first) / len(states)
    return [MadePicture(number, first + number * step, state) for number, state in enumerate(states)]


def _image(item: MadePicture) -> dict[str, Any]:
    name = item.image_id
    return {"image_id": name, "number": int(name[:15], 16), "media_type": "image/jpeg", "width": 1600, "height": 1200, "bytes": 1,
            "pixels_id": digest("pixels", name), "represents": True, "encoder": "made", "cluster_id": name}


def _submission(item: MadePicture) -> dict[str, Any]:
    return _sent(item.image_id[:32], item.sent_at, Outcome.ACCEPTED, item.image_id)


def _sent(name: str, at: datetime, outcome: Outcome, image_id: str | None = None) -> dict[str, Any]:
    sender = f"사람{int(name[:4], 16) % 90}"
    return {"submission_id": name, "bucket": "raw", "key": f"가을/{sender}/{name}.jpg", "version": "1", "size": 1, "sent_at": at,
            "campaign": "가을", "submitter": sender, "claims": {}, "outcome": outcome, "image_id": image_id,
            "own_image_id": image_id}


def _not_taken(now: datetime, quarantined: int) -> Iterator[dict[str, Any]]:
    counts = {Outcome.DUPLICATE: 311, Outcome.REJECTED: 184, Outcome.HELD: 5, Outcome.QUARANTINED: quarantined}
    for outcome, count in counts.items():
        for number in range(count):
            yield _sent(digest(outcome, str(number), length=32), now - timedelta(hours=3 * number % 400), outcome)


def _arrivals(now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(12):
        yield {"submission_id": digest("arrival", str(number), length=32), "bucket": "raw", "key": f"가을/사람{number}/새.jpg",
               "version": "1", "size": 1, "sent_at": now - timedelta(minutes=4, seconds=9 * number)}


def _reading_id(item: MadePicture, reader: str) -> str:
    return digest("reading", reader, item.image_id, length=32)


def _reading(item: MadePicture, reader: str) -> dict[str, Any]:
    return {"reading_id": _reading_id(item, reader.removeprefix("person:")), "image_id": item.image_id, "reader": reader,
            "run": "made-run", "revision": 0, "unit": "line", "width": 1600, "height": 1200, "regions": "[]",
            "image_kind": "scene", "conditions": [], "summary": {"regions": 0, "uncertainty": 0.1, "slices": []}}


def _task(item: MadePicture, now: datetime, answered_at: datetime | None) -> dict[str, Any]:
    posted = answered_at - timedelta(hours=20) if answered_at else now - timedelta(hours=1 + 40 * (item.number % OPEN) / OPEN)
    return {"project": PROJECT, "subject": item.image_id, "config_version": 1, "image_id": item.image_id, "taken_by": CONFIG,
            "shown": [_reading_id(item, MODEL)], "place": item.number, "task_id": item.number + 1, "posted_at": posted,
            "collected_at": answered_at}


def _annotation(item: MadePicture, at: datetime, who: str) -> dict[str, Any]:
    return {"annotation_id": item.number + 1, "revision": round(at.timestamp() * 1000), "project": PROJECT,
            "task_id": item.number + 1, "subject": item.image_id, "image_id": item.image_id, "reader": f"person:{who}",
            "reading_id": _reading_id(item, who), "skipped": False, "lead_time": 95.0 + item.number % 60, "deleted": False}


def _runs(now: datetime, bad: bool) -> Iterator[VerbRun]:
    """Runs of the last days on their schedules; in the bad night prelabel died at three, and collect was refused from four on."""
    died, refused = now.replace(hour=3, minute=13), now.replace(hour=4, minute=2)
    every = {"ingest": (10, 0), "prelabel": (10, 3), "label": (10, 6), "collect": (2, 1), "score": (30, 1), "watch": (10, 2),
             "export": (7 * 24 * 60, 0), "evaluate": (7 * 24 * 60, 12), "backup": (24 * 60, 30)}
    for verb, (minutes, offset) in every.items():
        weekly = minutes > 24 * 60
        first = now.replace(hour=4 if weekly else 2, minute=0) - timedelta(days=4 if weekly else 2)
        at, number = first + timedelta(minutes=offset), 0
        while at < now - timedelta(minutes=1):
            if not (bad and verb == "prelabel" and at > died):
                badly = (verb == "prelabel" and at == died) or (verb == "collect" and at > refused)
                yield _run(verb, number, at, bad and badly)
            at += timedelta(minutes=minutes)
            number += 1


def _run(verb: str, number: int, at: datetime, badly: bool) -> VerbRun:
    night = at.hour in range(0, 7)
    pictures = 3 + number % 4 if night else 21 + number % 9
    host = "gpu-1" if verb == "prelabel" else "cpu-1"
    counts, seconds = {
        "ingest": ({"accepted": pictures, "duplicate": number % 3, "rejected": number % 2}, 24),
        "prelabel": ({"read": pictures}, 160),
        "label": ({"pushed": 0 if night else 17}, 9),
        "collect": ({} if night or at.weekday() > 4 or not 9 <= at.hour < 18 else {"readings": 3, "accepted": 3}, 3),
        "score": ({"changes of points": 12}, 6), "watch": ({}, 3), "export": ({"samples in a new release": 640}, 170),
        "evaluate": ({"evaluated": 1}, 240), "backup": ({"files copied": 1290}, 310)}[verb]
    counts = {said: count for said, count in counts.items() if count}
    free = 41_000_000_000 if host == "cpu-1" else 1_300_000_000 if badly else 88_000_000_000
    state = RunState.COMPLETED if not badly else RunState.DEAD if verb == "prelabel" else RunState.FAILED
    return VerbRun(
        digest(verb, str(number), length=36), verb, f"brave-otter-{number}", at, host=host, state=state,
        ended_at=at + timedelta(seconds=seconds if not badly else 900 if verb == "prelabel" else 4),
        counts=counts if not badly else {}, free_bytes=free,
        error=None if not badly else "Its process was killed." if verb == "prelabel" else REFUSED)


def well(**changes: Any) -> Morning:
    """A morning after a night that went well, told without a ledger."""
    def done(verb: str) -> VerbRun:
        at = NINE - timedelta(days=4 if verb in ("export", "evaluate") else 0, minutes=6)
        return VerbRun(f"{verb}-1", verb, "brave-otter", at, host="cpu-1", state=RunState.COMPLETED,
                       ended_at=at + timedelta(minutes=1))

    verbs = [VerbMorning(verb, done(verb), done(verb), fires=verb != "evaluate") for verb in VERBS]
    scheduled = told().scheduled
    made: dict[str, Any] = {
        "at": NINE, "zone": "Asia/Seoul", "since": NINE - timedelta(hours=15, minutes=4), "troubles": (), "verbs": verbs,
        "night": (), "counts": {}, "way": Forecast(0, ForecastState.NOTHING_WAITS), "release_at": None,
        "free": (FreeDisk("cpu-1", 41_000_000_000, NINE),), "model": "ppocr-korean", "people": (),
        "outcomes": {"accepted": 900}, "open_flags": 0, "stuck": (), "times": (), "release": None,
        "prefect": scheduled.state if scheduled else None, "backup_at": NINE - timedelta(hours=6), "answering": {}}
    return Morning(**made | changes)


def all_well(**changes: Any) -> Seen:
    """What else is seen on it."""
    scheduled = told().scheduled
    made: dict[str, Any] = {
        "services": (ServiceSeen(STORAGE), ServiceSeen(LABEL_STUDIO), ServiceSeen(PREFECT)),
        "planned": scheduled.planned if scheduled else None, "noted_from": NINE - timedelta(days=9),
        "first_sent": NINE - timedelta(days=18)}
    return Seen(**made | changes)


def with_verb(name: str, **changes: Any) -> Morning:
    """The same morning, with one verb otherwise."""
    morning = well()
    return replace(morning, verbs=[replace(item, **changes) if item.verb == name else item for item in morning.verbs])
