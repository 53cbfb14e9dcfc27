"""What the services tell of this morning: Prefect's schedules, Label Studio's word, the newest release, the model in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from adapters.label_studio.people import whoami
from adapters.prefect_server.deployments import read_deployments
from adapters.prefect_server.pulse import oldest_event, planned_runs
from datastore.ledger.evaluations import evaluations_made
from datastore.releases import newest
from saegim.settings import home
from schemas.errors import ServiceUnavailable, SettingError
from schemas.morning import NewestRelease, PrefectState
from stages.morning.limits import VERBS
from stages.morning.reasons import is_refusal
from stages.morning.seen import PlannedRun, ServiceSeen
from workbench.bench import Workbench, prefect_of
from workbench.models import find_bundle
from workbench.morning.asked import ask_all

STORAGE = "Object storage"
LABEL_STUDIO = "Label Studio"
PREFECT = "Prefect"
LOCAL = ("127.0.0.1", "localhost", "::1")
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the object store tells: the model in use with its version, why it cannot be had, and the newest release."""

    model: str = ""
    model_problem: str = ""
    release: NewestRelease | None = None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What Prefect tells: itself, and its deployments."""

    state: PrefectState
    planned: Sequence[PlannedRun]


@dataclass(frozen=True, slots=True)
class ServicesTold:
    """What all of them told; None where one did not answer."""

    services: Sequence[ServiceSeen]
    stored: Stored | None
    scheduled: Scheduled | None


def ask_services(bench: Workbench) -> ServicesTold:
    """Asks all at once, for a few seconds at most."""
    answers = ask_all({STORAGE: lambda: _storage(bench), LABEL_STUDIO: lambda: whoami(bench.label_studio),
                       PREFECT: lambda: _prefect(bench)})
    stored, scheduled = answers[STORAGE], answers[PREFECT]
    return ServicesTold([service_seen(name, answer) for name, answer in answers.items()],
                stored if isinstance(stored, Stored) else None, scheduled if isinstance(scheduled, Scheduled) else None)


def service_seen(name: str, answer: object) -> ServiceSeen:
    """How a service answered: with what was asked for, or with an error."""
    if not isinstance(answer, Exception):
        return ServiceSeen(name)
    said = (str(answer).strip().splitlines() or [type(answer).__name__])[0]
    return ServiceSeen(name, said, isinstance(answer, SettingError) and is_refusal(said),
                       isinstance(answer, ServiceUnavailable) and answer.busy)


def _storage(bench: Workbench) -> Stored:
    model = bench.model_now()
    problem = ""
    try:
        model = find_bundle(bench, model).label
    except SettingError as error:
        if is_refusal(str(error)):
            raise
        problem = str(error)
    return Stored(model, problem, _release(bench))


def _release(bench: Workbench) -> NewestRelease | None:
    bucket = bench.settings.bucket_datasets
    found = newest(bench.objects, bucket, bench.settings.dataset)
    if found is None:
        return None
    name = str(found.name)
    return NewestRelease(name, found.labels.rows, bench.objects.written_at(bucket, f"{found.dataset}/{found.folder}/{MANIFEST}"),
                         bool(evaluations_made(bench.ledger, name)))


def _prefect(bench: Workbench) -> Scheduled:
    with prefect_of(bench.settings) as client:
        deployments = read_deployments(client)
        firing = [item for item in deployments if item.fires]
        exports = planned_runs(client, "export") if any(item.name == "export" for item in firing) else []
        oldest = oldest_event(client)
    state = PrefectState(_database_bytes(bench.settings.prefect_api_url), oldest, bool(firing), tuple(exports))
    return Scheduled(state, [PlannedRun(item.name, item.fires, item.next_at) for item in deployments
                             if item.scheduled or item.name in VERBS])


def _database_bytes(url: str) -> int | None:
    """Size of the local server's SQLite file, with what is not folded into it yet; None for another server's."""
    file = home() / "stack" / "prefect" / "prefect.db"
    if urlsplit(url).hostname not in LOCAL or not file.is_file():
        return None
    return sum(path.stat().st_size for path in (file, Path(f"{file}-wal")) if path.is_file())
