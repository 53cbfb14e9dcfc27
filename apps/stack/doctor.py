"""saegim doctor: what fails in practice, each with its repair."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from adapters.label_studio.people import whoami
from adapters.label_studio.projects import has_mark
from adapters.label_studio.storages import first_picture
from adapters.ocr.bundles import problems
from adapters.prefect_server.deployments import read_deployments
from apps.stack import doors, labelling, labelling_doors, storage_doors
from apps.stack.checks import Check, NotWell
from apps.stack.runs import expected_names, summary, troubles
from apps.stack.seaweedfs import BUCKETS
from apps.stack.services import POOLS
from datastore.ledger import dumped
from datastore.ledger.projects import project_rows
from saegim.settings import home
from schemas.errors import SaegimError
from workbench.bench import Workbench, prefect_of
from workbench.model_files import cache_folder
from workbench.models import find_bundle
from workbench.settings import Settings

SKEW_SECONDS = 300
"""S3 refuses signatures that are 15 minutes off; a third of that is time to mend it."""
FREE_BYTES = 2_000_000_000
ORIGIN = "http://label-studio.example"


def examine(settings: Settings) -> Iterator[Check]:
    """Looks at everything, one check at a time; a failed one does not stop the rest."""
    bench = Workbench(settings)
    checks: list[tuple[str, Callable[[Workbench], str]]] = [
        ("Object storage", _storage), ("Buckets", _buckets), ("Clock", _clock),
        ("Presigned address, as a browser", _browser), ("Conditional put", _conditional_put), ("Ledger", _ledger),
        ("Label Studio token", _token),
        ("Label Studio projects", labelling.own_projects), ("Annotators' accounts", labelling.accounts),
        ("Picture through Label Studio", _picture),
        ("Storage without a key", storage_doors.without_a_key), ("SeaweedFS's ports", storage_doors.inner_ports),
        ("Label Studio's key", storage_doors.lent_key), ("Storages of projects", storage_doors.strange_storages),
        ("Label Studio's version", labelling_doors.version), ("Label Studio's sign-up", labelling_doors.sign_up),
        ("Label Studio's own files", labelling_doors.own_files), ("Label Studio's webhooks", labelling_doors.webhooks),
        ("Label Studio's cookies", labelling_doors.cookies),
        ("Prefect", _prefect), ("Portal", _portal),
        ("Prefect's password", doors.prefect_password), ("Prefect's origins", doors.prefect_origins),
        ("Work pools", _pools), ("Scheduled runs", _runs), ("OCR model", _model), ("Free disk", _disk),
        ("State folder", doors.state_folder), ("Secrets", doors.secret_files), ("The ledger's file", doors.ledger_file),
    ]
    for name, check in checks:
        try:
            yield Check(name, check(bench))
        except NotWell as error:
            yield Check(name, error.found, error.repair)
        except SaegimError as error:
            yield Check(name, str(error), "as it says")
        except httpx.HTTPError as error:
            yield Check(name, f"{type(error).__name__}: {error}", "saegim up")


def _storage(bench: Workbench) -> str:
    bench.objects.exists(bench.settings.bucket_images, "doctor")
    return bench.objects.address


def _buckets(bench: Workbench) -> str:
    settings = bench.settings
    names = (settings.bucket_raw, settings.bucket_images, settings.bucket_datasets, settings.bucket_models, settings.bucket_demo)
    there = bench.objects.buckets()
    if missing := [name for name in names if name not in there]:
        raise NotWell(f"missing: {', '.join(missing)}", "saegim up (or make them in your S3)")
    return ", ".join(names if names != BUCKETS else BUCKETS)


def _clock(bench: Workbench) -> str:
    if not bench.settings.s3_endpoint:
        return "AWS itself: not checked"
    date = httpx.get(bench.settings.s3_endpoint, timeout=10).headers.get("date")
    if date is None:
        return "the object store does not tell its time"
    skew = abs(parsedate_to_datetime(date).timestamp() - time.time())
    if skew > SKEW_SECONDS:
        raise NotWell(f"{skew:.0f} s away from the object store's", "set this machine's clock (timedatectl set-ntp true)")
    return f"{skew:.0f} s away from the object store's"


def _browser(bench: Workbench) -> str:
    bucket = bench.settings.bucket_images
    key = f"doctor/{uuid.uuid4().hex}.txt"
    bench.objects.put(bucket, key, "새김".encode(), "text/plain")
    try:
        answer = httpx.get(bench.objects.presigned_get(bucket, key, 60), headers={"Origin": ORIGIN}, timeout=10)
    finally:
        bench.objects.delete(bucket, key)
    if answer.status_code != 200 or answer.content != "새김".encode():
        raise NotWell(f"HTTP {answer.status_code}: {answer.text[:100]}", "check SAEGIM_S3_REGION, the keys and the clock")
    if answer.headers.get("access-control-allow-origin") not in ("*", ORIGIN):
        raise NotWell("no CORS header: Label Studio's page cannot show pictures", "saegim up sets the bucket's CORS rules")
    return "readable, CORS allows it"


def _conditional_put(bench: Workbench) -> str:
    bucket = bench.settings.bucket_datasets
    key = f"doctor/{uuid.uuid4().hex}"
    try:
        first, second = (bench.objects.put_if_absent(bucket, key, data) for data in (b"1", b"2"))
    finally:
        bench.objects.delete(bucket, key)
    if not first or second:
        raise NotWell("the object store ignores If-None-Match: two publishers could both win",
                      "take an S3 that knows conditional writes (AWS, SeaweedFS 4, MinIO, Ceph)")
    return "the second put of one key is refused"


def _ledger(bench: Workbench) -> str:
    ledger = bench.ledger  # opening it checks its schema
    if damage := dumped.damage_of(ledger):
        raise NotWell(f"{ledger.address} is damaged: {damage}", "saegim restore PLACE --replace-ledger")
    return f"{ledger.address} ({ledger.engine})"


def _token(bench: Workbench) -> str:
    user = whoami(bench.label_studio)
    return f"{bench.label_studio.token_kind} of {user} at {bench.label_studio.url}"


def _picture(bench: Workbench) -> str:
    for row in project_rows(bench.ledger):
        project = row.number
        data = first_picture(bench.label_studio, project, "image") if has_mark(bench.label_studio, project, row.key) else None
        if data is not None:
            break
    else:
        return "no task yet to try it with"
    if not data.startswith((b"\xff\xd8", b"\x89PNG")):
        raise NotWell(f"project {project} answers with something else than a picture",
                      "start Label Studio with S3_ENDPOINT set to SAEGIM_S3_ENDPOINT (saegim up does)")
    return f"{len(data):,} bytes from project {project}"


def _prefect(bench: Workbench) -> str:
    url = bench.settings.prefect_api_url
    with prefect_of(bench.settings) as client:
        if client.get("health").status_code != 200:
            raise NotWell(f"{url} is not well", "saegim up, or look at .saegim/stack/logs/prefect-server.log")
        return f"{url} (version {client.get('version').json()})"


def _portal(bench: Workbench) -> str:
    settings = bench.settings
    answer = httpx.get(f"{settings.portal_url.rstrip('/')}/health", timeout=10)
    if answer.status_code != 200 or "ok" not in answer.text:
        raise NotWell(f"{settings.portal_url} answers {answer.status_code}",
                      "saegim up, or look at .saegim/stack/logs/portal.log; a proxy before it has to pass the host on")
    if not settings.portal_secret.get_secret_value():
        raise NotWell("SAEGIM_PORTAL_SECRET is empty: log-ins and invitations end when it is started anew",
                      "set it to 32 random characters or more")
    return settings.portal_url


def _pools(bench: Workbench) -> str:
    found = []
    for pool in POOLS:
        with prefect_of(bench.settings) as client:
            answer = client.get(f"work_pools/{pool}")
        if answer.status_code != 200:
            raise NotWell(f"no work pool {pool}", f"saegim up, or: prefect work-pool create {pool} --type process")
        if answer.json()["status"] != "READY":
            raise NotWell(f"no worker serves pool {pool}", f"saegim up, or: prefect worker start --pool {pool}")
        found.append(f"{pool} is served")
    return ", ".join(found)


def _runs(bench: Workbench) -> str:
    with prefect_of(bench.settings) as client:
        deployments = read_deployments(client)
        now = datetime.now(UTC)
    if found := troubles(deployments, expected_names(), now):
        raise NotWell("; ".join(trouble.what for trouble in found), "; ".join(dict.fromkeys(item.repair for item in found)))
    return summary(deployments, now)


def _model(bench: Workbench) -> str:
    bundle = find_bundle(bench, bench.model)
    wrong = problems(bundle, cache_folder(bundle))
    while wrong and bundle.otherwise:
        stand_in = find_bundle(bench, bundle.otherwise)
        if not problems(stand_in, cache_folder(stand_in)):
            return f"{stand_in.label} stands in for {bench.model}: all sha256 right"
        bundle = stand_in
    if wrong:
        raise NotWell("; ".join(wrong), f"saegim models fetch {bench.model}")
    return f"{bundle.label}: all sha256 right"


def _disk(_bench: Workbench) -> str:
    free = shutil.disk_usage(home() if home().exists() else home().parent).free
    if free < FREE_BYTES:
        raise NotWell(f"{free / 1e9:.1f} GB at {home()}", "make room: the services stop writing when the disk is full")
    return f"{free / 1e9:.0f} GB at {home()}"
