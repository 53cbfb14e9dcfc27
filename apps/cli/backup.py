"""saegim backup and saegim restore."""

from __future__ import annotations

import os
from collections.abc import Sequence

import typer
from rich.console import Console

from datastore.backup_place import BackupPlace
from saegim.manifest import as_size
from saegim.tables import Table, print_table
from schemas.backup import BackupManifest
from schemas.errors import ObjectMissing
from workbench.bench import open_workbench
from workbench.keeping.backup import back_up
from workbench.keeping.losses import check_blobs
from workbench.keeping.places import RAW, open_place
from workbench.keeping.restore import RestoreRequest, choose
from workbench.keeping.restore import restore as put_back
from workbench.report import Report
from workbench.run import Alone
from workbench.settings import load_settings

console = Console()
FOR_OWNER = 0o077
"""Files of backups are for who made them alone: they hold people's photographs and addresses."""
SHOWN = 20
"""Backups that are listed: the newest."""


class AtTerminal(Alone):
    """A run that somebody sits before: each line is shown at once."""

    def say(self, message: str) -> None:
        """One line."""
        console.print(message, style="dim", markup=False, highlight=False, soft_wrap=True)


def backup(
    place: str = typer.Argument("", help="A folder, or s3://BUCKET/PREFIX; SAEGIM_BACKUP where left out."),
    raw: bool = typer.Option(False, "--raw", help="Keep the bytes of what people sent too, not their list alone."),
    label_studio: bool = typer.Option(True, help="Keep what Label Studio holds."),
    check: bool = typer.Option(False, "--check", help="Make none: read all bytes of the backups that are there, and list what "
                               "is damaged or missing."),
    smaller: bool = typer.Option(False, "--smaller", help="It is right that the ledger has become far smaller, that "
                                 "releases are gone, or that it is another ledger."),
    keep: int = typer.Option(0, min=0, help="Forget all but so many of the newest backups afterwards; 0 keeps all."),
) -> None:
    """Keep all that cannot be made again: ledger, images, models, releases, and what people labelled. Everything works meanwhile.

    Only what the place lacks is copied. Interrupted, run it again.

    Example:  saegim backup /mnt/backup/saegim --keep 14
    """
    os.umask(FOR_OWNER)
    if check:
        _check(open_place(load_settings(), place, make=False))
        return
    bench = open_workbench(AtTerminal())
    there = open_place(bench.settings, place)
    if there.is_open:
        console.print(f"Others on this machine may look into {there.address}, and it holds people's photographs: chmod 700 "
                      f"{there.address}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    report = back_up(bench, there, raw=raw, labelling=label_studio, keep=keep, smaller=smaller)
    _show(report)
    console.print(f"  {report.objects:,} objects in all; {report.new:,} of them ({as_size(report.new_bytes)}) were new",
                  style="dim", highlight=False)
    _fail(report)


def _check(there: BackupPlace) -> None:
    count, damaged, missing = check_blobs(there)
    for name in damaged:
        console.print(f"  damaged: {name}", markup=False, highlight=False, soft_wrap=True)
    for name in missing:
        console.print(f"  missing: {name}", markup=False, highlight=False, soft_wrap=True)
    if damaged or missing:
        raise ObjectMissing(f"{len(damaged)} of {count:,} blobs of {there.address} are damaged and were put aside below "
                            f"damaged/; {len(missing)} that backups name are missing. saegim backup brings again "
                            "what the buckets still have")
    console.print(f"{count:,} blobs of {there.address} are what their sha256 says.", highlight=False, markup=False)


def restore(
    place: str = typer.Argument("", help="A folder, or s3://BUCKET/PREFIX; SAEGIM_BACKUP where left out."),
    name: str = typer.Option("", "--backup", help="Which one; the newest where left out."),
    listed: bool = typer.Option(False, "--list", help="Show the backups that there are, and restore nothing."),
    replace_ledger: bool = typer.Option(False, "--replace-ledger", help="Put the backup's ledger in the place of one that holds "
                                        "something, which is kept in a file first."),
    raw: bool = typer.Option(False, "--raw", help="Put back the bytes of what people sent too, where the backup has them."),
    only_objects: bool = typer.Option(False, "--only-objects", help="Put back missing objects of the buckets, and nothing else."),
    label_studio: bool = typer.Option(True, help="Put back projects that Label Studio has lost."),
) -> None:
    """Put back what is lost, from the newest backup. What is there is never overwritten.

    Stop the schedules first. Interrupted, run the same again.

    Example:  saegim restore /mnt/backup/saegim
    """
    settings = load_settings()
    there = open_place(settings, place, make=False)
    if listed:
        _show_list([there.manifest(each) for each in there.backups()[-SHOWN:]])
        return
    manifest = choose(there, name)
    console.print(f"Backup {manifest.name} of {there.address}, made at {manifest.made_at:%Y-%m-%d %H:%M} UTC", highlight=False,
                  markup=False)
    what = RestoreRequest(ledger=not only_objects, raw=raw, labelling=label_studio, replace_ledger=replace_ledger)
    os.umask(FOR_OWNER)
    report = put_back(settings, AtTerminal(), there, manifest, what)
    _show(report)
    if not only_objects:
        console.print("Now, in this order:  saegim doctor;  saegim run ingest;  saegim run prelabel;  saegim run label;  "
                      "saegim run collect;  then the schedules: saegim up", highlight=False, soft_wrap=True)
    _fail(report)


def _fail(report: Report) -> None:
    for error in report.failed[1:]:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
    if report.failed:
        raise report.failed[0]


def _show(report: Report) -> None:
    done = [f"[bold]{count:,}[/] {said}" for said, count in report.counts.items() if count]
    console.print(f"[bold cyan]{report.verb}[/]  " + (", ".join(done) or "nothing new"))
    for note in report.notes:
        console.print(f"  {note}", style="dim", markup=False, highlight=False, soft_wrap=True)


def _show_list(manifests: Sequence[BackupManifest]) -> None:
    rows = tuple((item.name, f"{item.ledger.engine} {item.ledger.schema_version}",
                  f"{item.ledger.tables.get('submissions', 0):,}",
                  f"{item.ledger.figures.get('accepted readings', 0):,}",
                  as_size(sum(kept.bytes for kept in item.buckets.values() if kept.whole)),
                  "yes" if item.buckets[RAW].whole else "list") for item in manifests)
    print_table(console, Table("", ("backup (UTC)", "ledger", "submissions", "accepted", "objects", "raw"), rows, 2,
                               "" if rows else "There is none yet: saegim backup makes one."))
