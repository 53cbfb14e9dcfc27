"""backup: ledger, releases, images, models, Label Studio and the list of raw objects → a place that has them all.

Releases are looked for first and the ledger is taken next: what is in a release is in the ledger before, and what the ledger
names is in a bucket before. So a backup is whole whatever works meanwhile.
"""

from __future__ import annotations

import platform
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.label_studio.whole_projects import server_version
from datastore.backup_place import BackupPlace
from datastore.ledger import dumped, leases
from datastore.objects import ObjectStore
from saegim.manifest import as_size, parse_manifest
from schemas.arrow import LABELS
from schemas.backup import BackupManifest, KeptBucket, KeptFile, KeptLabelling, KeptLedger, KeptObject, backup_name
from schemas.errors import LeaseLost, ObjectMissing
from schemas.ids import digest, pseudonym
from schemas.runs import RunState
from workbench.bench import Workbench
from workbench.keeping.copying import Copied, copy_bucket, list_bucket
from workbench.keeping.labelling import export_projects
from workbench.keeping.losses import check_listed, refuse_another, tell_lost_releases, tell_shrunk, with_lost_pictures
from workbench.keeping.object_lists import KeptBefore, read_objects, write_objects
from workbench.keeping.places import BUCKETS, DATASETS, IMAGES, MANIFEST, RAW, bucket_of
from workbench.keeping.reports import BackupReport
from workbench.settings import ROOT, Settings
from workbench.verb_runs import begin_run, end_run

LEASE_SECONDS = 4 * 3600
"""How long a backup may be silent, which it is over Label Studio; one that was killed on this machine holds nobody up."""
RENEW_SECONDS = 60
"""Between two signs of life while buckets are copied."""


def back_up(bench: Workbench, place: BackupPlace, *, raw: bool = False, labelling: bool = True, keep: int = 0,
            smaller: bool = False) -> BackupReport:
    """Makes a backup; the ledger's list of runs tells when and how it ended.

    Killed, it leaves no backup; run again, it copies what is missing.

    Args:
        bench: the systems.
        place: of the backups.
        raw: whether the bytes of what people sent are kept too.
        labelling: whether Label Studio is.
        keep: how many of the newest backups stay; 0 for all. None is forgotten where something was found lost.
        smaller: whether it is right that the ledger has become far smaller.

    Raises:
        LeaseLost: another backup is being made.
    """
    now = datetime.now(UTC)
    begun = set(place.begun())
    while (name := backup_name(now)) in begun:  # another one began in this second
        now += timedelta(seconds=1)
    run = begin_run(bench.ledger, f"backup-{name}", "backup", name)
    try:
        with _alone(bench) as lease, TemporaryDirectory(prefix="saegim-backup-") as folder:
            report = _back_up(bench, lease, place, name, now, Path(folder), raw, labelling, smaller)
            if keep and not report.failed:
                report.forgotten = thin_out(place, keep)
    except BaseException as error:
        end_run(bench.ledger, run, RunState.FAILED, error=str(error) or type(error).__name__)
        raise
    end_run(bench.ledger, run, RunState.FAILED if report.failed else RunState.COMPLETED, report,
            str(report.failed[0]) if report.failed else None)
    return report


def thin_out(place: BackupPlace, keep: int) -> int:
    """Forgets all but the newest backups, those that were never finished, and what only they held. Returns how many."""
    done = place.backups()
    stay = set(done[-keep:])
    gone = [name for name in place.begun() if name not in stay and (name in done or name < done[-1])]
    for name in gone:
        place.forget(name)
    if gone:
        held: set[bytes] = set()
        for name in stay:
            for kept in place.manifest(name).buckets.values():
                with _fetched(place, name, kept.file) as path:
                    held.update(bytes.fromhex(item.sha256) for item in read_objects(path) if item.sha256)
        place.forget_blobs_but(held)
    return len(gone)


@contextmanager
def _alone(bench: Workbench) -> Iterator[leases.Lease]:
    lease = leases.claim(bench.ledger, "backup", ["backup"], LEASE_SECONDS)
    if not lease.tokens:
        raise LeaseLost("Another backup is being made right now: wait for it, then look with: saegim restore --list")
    try:
        yield lease
    finally:
        leases.release(bench.ledger, lease)


def _back_up(bench: Workbench, lease: leases.Lease, place: BackupPlace, name: str, now: datetime, folder: Path, raw: bool,
             labelling: bool, smaller: bool) -> BackupReport:
    report = BackupReport(name=name)
    manifests = [place.manifest(each) for each in place.backups()]
    now_made_by = versions(bench.settings)
    if not smaller:
        refuse_another(manifests, now_made_by["pseudonyms"], place.address)
    released = _released(bench.objects, bench.settings.bucket_datasets)
    named = dumped.pictures_named(bench.ledger)
    ledger = _keep_ledger(bench, place, name, folder / "ledger")
    bench.run.say("backup: the ledger is kept")
    studio = _keep_labelling(bench, place, name, folder / "labelling", report) if labelling else None
    before = manifests[-1] if manifests else None
    there = dict(place.blobs())
    buckets = {}
    for role in BUCKETS:
        kept = before.buckets.get(role) if before else None
        known = _known(place, before, kept, there)
        copied = Copied()
        bucket = bucket_of(bench.settings, role)
        found: Iterable[KeptObject] = list_bucket(bench.objects, bucket, copied)
        if role != RAW or raw:
            found = copy_bucket(bench.objects, bucket, place, known, copied, partial(_is_wanted, role, released))
        path = folder / role
        if role == IMAGES:
            found = with_lost_pictures(found, named, bench.ledger, there, copied, report)
        write_objects(path, _renewing(bench, lease, found))
        if role == DATASETS:
            _check_releases(path, place)
            tell_lost_releases(place, () if smaller else manifests, path, report)
        buckets[role] = KeptBucket(bucket=bucket, file=place.put_file(name, f"{role}.jsonl.gz", path), objects=copied.objects,
                                   bytes=copied.bytes, whole=role != RAW or raw)
        bench.run.say(f"backup: bucket {bucket}, {copied.objects:,} objects ({as_size(copied.bytes)}), {copied.new:,} new")
        _tell(report, bucket, copied)
    if not smaller:
        tell_shrunk(manifests, ledger, place.address, report)
    check_listed(place, [folder / role for role in BUCKETS])
    place.publish(BackupManifest(
        smaller=smaller, name=name, made_at=now, versions=now_made_by, ledger=ledger, buckets=buckets,
        labelling=studio))
    labelled = f", {studio.tasks:,} tasks with {studio.annotations:,} annotations of Label Studio" if studio else ""
    report.notes.insert(0, f"{place.address}/backups/{name} is a backup now: the ledger ({sum(ledger.tables.values()):,} rows), "
                        f"{sum(kept.objects for kept in buckets.values()):,} objects{labelled}.")
    return report


def _renewing(bench: Workbench, lease: leases.Lease, found: Iterable[KeptObject]) -> Iterator[KeptObject]:
    """The same objects; whoever asks for them keeps the lease meanwhile."""
    renewed = float("-inf")
    for item in found:
        if time.monotonic() - renewed > RENEW_SECONDS:
            leases.renew(bench.ledger, lease, LEASE_SECONDS)
            renewed = time.monotonic()
        yield item


def _tell(report: BackupReport, bucket: str, copied: Copied) -> None:
    report.objects += copied.objects
    report.new += copied.new
    report.new_bytes += copied.new_bytes
    if copied.damaged:
        report.failed.append(ObjectMissing(
            f"{len(copied.damaged)} objects of {bucket} are not what their names say, such as {copied.damaged[0]}: they were "
            "kept as they are, and no backup was forgotten. An earlier one may have them right (saegim restore --list)"))


def _is_wanted(role: str, released: set[tuple[str, str]], key: str) -> bool:
    """Whether an object is taken: a release that was published after the ledger was taken is left to the next backup."""
    found = MANIFEST.fullmatch(key) if role == DATASETS else None
    return found is None or (found["dataset"], found["number"]) in released


def _released(objects: ObjectStore, bucket: str) -> set[tuple[str, str]]:
    """Dataset and number of each release that there is."""
    matches = (MANIFEST.fullmatch(item.key) for page in objects.pages(bucket) for item in page)
    return {(found["dataset"], found["number"]) for found in matches if found}


def _check_releases(path: Path, place: BackupPlace) -> None:
    """Whether the backup holds each file of each release as its manifest states it (invariant I3).

    Raises:
        ObjectMissing: it does not.
    """
    held = {item.key: item.sha256 for item in read_objects(path)}
    for key, sha256 in held.items():
        if not MANIFEST.fullmatch(key):
            continue
        manifest = parse_manifest(place.get_blob(sha256), key)
        wrong = [file.path for file in manifest.files if held.get(f"{manifest.dataset}/{file.path}") != file.sha256]
        if wrong and manifest.superseded_by is None:
            raise ObjectMissing(f"{manifest.name} names {len(wrong)} files that are missing or damaged, such as {wrong[0]}: "
                                "restore them from an earlier backup (saegim restore PLACE --only-objects), then back up again")


def _keep_ledger(bench: Workbench, place: BackupPlace, name: str, path: Path) -> KeptLedger:
    found = dumped.dump(bench.ledger, path)
    suffix = "db" if found.engine == "sqlite" else "dump"
    return KeptLedger.model_validate({
        "engine": found.engine, "version": found.version, "schema_version": found.schema_version,
        "file": place.put_file(name, f"ledger.{suffix}", path), "tables": found.tables, "figures": found.figures})


def _keep_labelling(bench: Workbench, place: BackupPlace, name: str, path: Path, report: BackupReport) -> KeptLabelling:
    exported = export_projects(bench, path)
    report.tasks += exported.tasks
    if exported.unreadable:
        report.notes.append(f"Label Studio cannot show {len(exported.unreadable)} tasks ({exported.unreadable[:5]}…): they are "
                            "not in the backup. saegim run collect says how to mend them.")
    return KeptLabelling(version=server_version(bench.label_studio), file=place.put_file(name, "label-studio.jsonl.gz", path),
                         projects=exported.projects, tasks=exported.tasks, annotations=exported.annotations,
                         unreadable=exported.unreadable)


def _known(place: BackupPlace, before: BackupManifest | None, kept: KeptBucket | None,
           there: Mapping[bytes, int]) -> KeptBefore:
    if before is None or kept is None:
        return KeptBefore()
    with _fetched(place, before.name, kept.file) as path:
        return KeptBefore(read_objects(path), there)


@contextmanager
def _fetched(place: BackupPlace, backup: str, file: KeptFile) -> Iterator[Path]:
    with TemporaryDirectory(prefix="saegim-backup-") as folder:
        path = Path(folder) / "list"
        place.get_file(backup, file, path)
        yield path


def versions(settings: Settings) -> dict[str, str]:
    """What made a backup, and what reads it: for whoever restores it years later. ``pseudonyms`` changes with their secret."""
    git = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    commit = git.stdout.strip() if re.fullmatch("[0-9a-f]{40}", git.stdout.strip()) else "unknown"
    return {"saegim": version("saegim"), "commit": commit, "labels": digest("labels", str(LABELS.remove_metadata()), length=16),
            "prefect": version("prefect"), "python": platform.python_version(),
            "pseudonyms": pseudonym(settings.pseudonym_secret.get_secret_value(), "saegim backup")}
