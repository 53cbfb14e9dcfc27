"""restore: a backup → buckets, Label Studio and the ledger, in this order: no row is there before what it names.

Nothing is overwritten: buckets and Label Studio get what they lack, and a ledger that holds anything is refused, or kept aside.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.label_studio.whole_projects import server_version
from datastore.backup_place import BackupPlace
from datastore.ledger import Ledger, dumped, restored
from saegim.manifest import as_size
from saegim.settings import home
from schemas.backup import BackupManifest, LedgerNow
from schemas.errors import LedgerDamaged, ObjectMissing, SettingError
from schemas.runs import RunState
from workbench.bench import Workbench
from workbench.keeping.backup import versions
from workbench.keeping.labelling import PutBack, follow, put_back
from workbench.keeping.living import take_back_projects
from workbench.keeping.object_lists import read_objects
from workbench.keeping.places import BUCKETS, DATASETS, RAW, bucket_of
from workbench.keeping.putting_back import check_releases, put_bucket_back
from workbench.keeping.reports import RestoreReport
from workbench.run import Run
from workbench.settings import Settings
from workbench.verb_runs import begin_run, end_run

SHOWN = 20
"""Damaged objects that are listed by name."""


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """What is restored.

    Attributes:
        ledger: the ledger, with what follows from it in Label Studio.
        objects: images, models, releases.
        raw: the bytes of what people sent.
        labelling: Label Studio's projects that are lost.
        replace_ledger: a ledger that holds something is kept aside and replaced.
    """

    ledger: bool = True
    objects: bool = True
    raw: bool = False
    labelling: bool = True
    replace_ledger: bool = False


def choose(place: BackupPlace, name: str) -> BackupManifest:
    """One backup of a place; the newest where none is named.

    Raises:
        SettingError: there is none.
    """
    names = place.backups()
    if name and name not in names:
        raise SettingError(f"There is no backup {name} at {place.address}. There are: {', '.join(names[-10:]) or 'none'}")
    if not names:
        begun = place.begun()
        rest = f"{len(begun)} were begun and never finished: run saegim backup again" if begun else "make one with: saegim backup"
        raise SettingError(f"There is no backup at {place.address}; {rest}")
    return place.manifest(name or names[-1])


def restore(settings: Settings, run: Run, place: BackupPlace, manifest: BackupManifest, what: RestoreRequest) -> RestoreReport:
    """Restores a backup. Killed, it is run again with the same arguments.

    Raises:
        SettingError: something does not fit; nothing was changed, and the message has the line to run.
        ObjectMissing: a file of the backup is damaged. Objects whose bytes are damaged are left out and told.
    """
    bench = Workbench(settings, run)
    now = datetime.now(UTC)
    report = RestoreReport(name=manifest.name)
    found = _refuse(bench, manifest, what) if what.ledger else None
    with TemporaryDirectory(prefix="saegim-restore-") as text:
        folder = Path(text)
        for file in manifest.files:
            place.get_file(manifest.name, file, folder / file.name)
        run.say(f"restore: the files of backup {manifest.name} are here and whole")
        if what.objects or what.raw:
            _put_objects_back(bench, place, manifest, what, folder, report)
        back = PutBack()
        begun = home() / f"restoring-{manifest.name}"
        if what.labelling and what.ledger and manifest.labelling:
            images = manifest.buckets["images"].bucket
            back = put_back(bench, folder / manifest.labelling.file.name, begun, images)
            _tell_labelling(back, now, report)
        if found:
            _put_ledger_back(bench, manifest, found, folder, now, report)
            if what.labelling and manifest.labelling:
                report.collected_again = follow(bench, folder / manifest.labelling.file.name, back.keys)
                report.notes += take_back_projects(bench, now)
            restored.note_restored(bench.ledger)
            begun.unlink(missing_ok=True)
            end_run(bench.ledger, begin_run(bench.ledger, f"restore-{now:%Y%m%dT%H%M%S%fZ}", "restore", manifest.name),
                    RunState.FAILED if report.failed else RunState.COMPLETED, report,
                    str(report.failed[0]) if report.failed else None)
    return report


def _refuse(bench: Workbench, manifest: BackupManifest, what: RestoreRequest) -> LedgerNow:
    """Refuses what would not come right in the end, before anything is changed; returns what the ledger holds now."""
    kept = manifest.ledger
    made_by = manifest.versions.get("commit", "unknown")
    if not dumped.known_schema(kept.schema_version):
        raise SettingError(f"Backup {manifest.name} has a ledger of schema {kept.schema_version}, which this version of Saegim "
                           f"does not know. Take the version that made it: git checkout {made_by} && make dev, then the same")
    now = versions(bench.settings)
    if manifest.versions.get("pseudonyms", now["pseudonyms"]) != now["pseudonyms"]:
        raise SettingError("SAEGIM_PSEUDONYM_SECRET is another than when the backup was made: people would get other pseudonyms "
                           "in the next release. Set it as it was (.saegim/env of the lost machine), then the same again")
    ledger = Ledger(bench.settings.ledger)
    if ledger.url.get_backend_name() != kept.engine:
        example = "sqlite:////folder/ledger.db" if kept.engine == "sqlite" else "postgresql://user:password@host/name"
        raise SettingError(f"The backup's ledger is of {kept.engine}, this one of {ledger.url.get_backend_name()}: "
                           f"SAEGIM_LEDGER_URL={example} saegim restore … restores it; a ledger goes back to its engine")
    damage = dumped.damage_of(ledger)
    found = LedgerNow(None, damage=damage) if damage else dumped.look(ledger)
    ledger.close()
    if damage and not what.replace_ledger:
        raise SettingError(f"The ledger at {ledger.address} is damaged ({damage}). To put backup {manifest.name} in its place: "
                           "the same again with --replace-ledger; the damaged file is kept beside it")
    if not found.is_empty and not what.replace_ledger:
        held = ", ".join(f"{found.tables[name]:,} {name}" for name in ("submissions", "readings", "annotations", "audit")
                         if found.tables.get(name))
        raise SettingError(f"The ledger at {ledger.address} is not empty ({held or 'it has rows'}). To put backup {manifest.name}"
                           " in its place: the same again with --replace-ledger; what is there is kept in a file first")
    if what.labelling and manifest.labelling:
        server_version(bench.label_studio)  # says what to do where it does not answer
    if what.raw:
        _refuse_raw(bench.settings, manifest)
    return found


def _refuse_raw(settings: Settings, manifest: BackupManifest) -> None:
    kept = manifest.buckets[RAW]
    if not kept.whole:
        raise SettingError(f"Backup {manifest.name} has no bytes of what people sent, only the list: it was made without --raw. "
                           "Restore without --raw")
    if kept.bucket != settings.bucket_raw:
        raise SettingError(f"The ledger knows what people sent by its bucket, which was {kept.bucket}: "
                           f"SAEGIM_BUCKET_RAW={kept.bucket} saegim restore … --raw")


def _put_objects_back(bench: Workbench, place: BackupPlace, manifest: BackupManifest, what: RestoreRequest, folder: Path,
                      report: RestoreReport) -> None:
    roles = [role for role in BUCKETS if (what.raw if role == RAW else what.objects)]
    needed = [*(bucket_of(bench.settings, role) for role in BUCKETS), bench.settings.bucket_demo]
    there = bench.objects.buckets()
    bench.objects.ensure_buckets([name for name in needed if name not in there], (bench.settings.bucket_raw,),
                                 bench.settings.portal_url)
    for role in roles:
        bucket = bucket_of(bench.settings, role)
        path = folder / manifest.buckets[role].file.name
        back = put_bucket_back(bench.objects, bucket, place, read_objects(path), as_before=role == RAW)
        bench.run.say(f"restore: bucket {bucket}, {back.put:,} objects put back ({as_size(back.bytes)}), {back.there:,} were "
                      "there")
        report.objects += back.put
        if back.damaged:
            report.failed.append(ObjectMissing(
                f"The backup has {len(back.damaged)} objects of {bucket} damaged or not at all: {_some(back.damaged)}. All else "
                f"was put back. Look for them in a copy of {place.address}, then run the same with --only-objects"))
        if back.other:
            report.notes.append(f"{len(back.other)} objects of {bucket} are there with another content than in the backup and "
                                f"stay as they are, such as {back.other[0]}.")
        if back.moved:
            report.notes.append(f"{len(back.moved)} raw objects, such as {back.moved[0]}, were sent in parts and have another "
                                "ETag here: ingest would take them for others, so they are left out. The backup has their bytes.")
        if role == DATASETS:
            report.releases, broken = check_releases(bench.objects, bucket, read_objects(path))
            report.failed += [ObjectMissing(sentence) for sentence in broken]


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:SHOWN]) + (f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else "")


def _put_ledger_back(bench: Workbench, manifest: BackupManifest, found: LedgerNow, folder: Path, now: datetime,
                     report: RestoreReport) -> None:
    ledger = Ledger(bench.settings.ledger)
    try:
        if not found.is_empty:
            kept = _keep_aside(ledger, found, now)
            bench.run.say(f"restore: {kept}")
            report.notes.append(kept)
            ledger.close()
            ledger = Ledger(bench.settings.ledger)  # the file may be another by now
        dumped.load(ledger, manifest.ledger, folder / manifest.ledger.file.name, now)
    finally:
        ledger.close()
    report.rows = sum(manifest.ledger.tables.values())
    report.notes.append(f"The ledger is as it was at {manifest.made_at:%Y-%m-%d %H:%M} UTC: " + ", ".join(
        f"{count:,} {name}" for name, count in manifest.ledger.figures.items() if count) + ".")
    bench.run.say("restore: the ledger is in its place")


def _keep_aside(ledger: Ledger, found: LedgerNow, now: datetime) -> str:
    """Keeps the ledger that is there; says where."""
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    aside = home() / f"ledger-before-{stamp}.{'db' if ledger.url.get_backend_name() == 'sqlite' else 'dump'}"
    damage = found.damage
    if not damage:
        try:
            dumped.dump(ledger, aside)
            return f"The ledger that was there is kept in {aside}."
        except LedgerDamaged as error:
            aside.unlink(missing_ok=True)
            damage = str(error)
    return (f"The ledger that was there is damaged ({damage}); its file is kept as it was: {dumped.keep_aside(ledger, stamp)}. "
            "What runs has that file open still: saegim down, then saegim up.")


def _tell_labelling(back: PutBack, now: datetime, report: RestoreReport) -> None:
    report.tasks = back.tasks
    if back.passwords:
        path = home() / f"label-studio-accounts-{now:%Y%m%dT%H%M%SZ}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(_as_lines(back.passwords))
        report.notes.append(f"{len(back.passwords)} annotators had no account in Label Studio and have one again; their new "
                            f"passwords are in {path}.")


def _as_lines(passwords: Mapping[str, str]) -> bytes:
    return "".join(f"{email} {password}\n" for email, password in passwords.items()).encode()

