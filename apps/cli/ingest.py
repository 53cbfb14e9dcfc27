"""saegim ingest: what a manager does with duplicates, doubtful pictures and quarantined files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import track

from datastore.ledger import clusters
from datastore.objects import ObjectStore
from flows.campaigns import campaign_named
from flows.settings import load_settings
from flows.workbench import Workbench
from saegim.settings import home
from schemas.errors import SettingError
from schemas.names import unknown
from schemas.submission import Outcome, Reason, Verdict, image_key
from schemas.text import normalise
from stages.ingest.contact_sheet import Group, Picture, contact_sheet, thumbnail

app = typer.Typer(no_args_is_help=True, help="Duplicates, doubtful pictures and quarantined files.\n\n"
                                             "Example:  saegim ingest duplicates")
console = Console()
REJECTIONS = sorted(set(Reason) - {Reason.UNKNOWN_CAMPAIGN})


@app.command()
def duplicates(out: Path = typer.Option(None, help="Where the page goes; <state>/reports/duplicates.html where left out."),
               campaign: str = typer.Option("", help="Only this campaign's."),
               limit: int = typer.Option(500, help="At most so many groups, the newest first.")) -> None:
    """Show duplicates, what waits for a decision, and clusters, as a page of pictures.

    Example:  saegim ingest duplicates --campaign demo
    """
    bench = Workbench(load_settings())
    path = out or home() / "reports" / "duplicates.html"
    if campaign:
        campaign = campaign_named(bench.settings, bench.ledger, campaign)
    pairs = [row for row in clusters.comparison_rows(bench.ledger) if _is_of(row, campaign)
             and row.outcome in (Outcome.HELD, Outcome.DUPLICATE)][::-1][:limit]
    groups = [_pair(bench.objects, bench.settings.bucket_images, row)
              for row in track(pairs, "pictures", console=console, transient=True)]
    groups += _clusters(bench, campaign, limit)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(contact_sheet(groups), encoding="utf-8")
    held = sum(group.kind == Outcome.HELD.value for group in groups)
    console.print(f"{len(pairs)} pairs ({held} wait for you), {len(groups) - len(pairs)} clusters: {path}", highlight=False)


@app.command()
def split(name: str = typer.Argument(help="Key of a submission, or its id.")) -> None:
    """Say that a picture is one of its own: no duplicate, and in no cluster. It stays so.

    Example:  saegim ingest split demo/jlee/receipt2.jpg
    """
    bench = Workbench(load_settings())
    row = clusters.find(bench.ledger, name)
    console.print(f"{row.key}: {clusters.split(bench.ledger, row)}", markup=False)


@app.command()
def merge(name: str = typer.Argument(help="Key of a submission, or its id."),
          into: str = typer.Argument(help="Key or id of the earlier one."),
          duplicate: bool = typer.Option(False, "--duplicate", help="It is the same photograph.")) -> None:
    """Say that a picture shows the same thing as an earlier one. It stays so.

    Example:  saegim ingest merge demo/jlee/IMG_2.jpg demo/kim/IMG_1.jpg --duplicate
    """
    bench = Workbench(load_settings())
    row, other = clusters.find(bench.ledger, name), clusters.find(bench.ledger, into)
    verdict = Verdict.DUPLICATE if duplicate else Verdict.CLUSTER
    console.print(f"{row.key}: {clusters.merge(bench.ledger, row, other, verdict)}", markup=False)


@app.command()
def retry(reason: str = typer.Option("", help="Rejections with this reason instead of quarantined files.")) -> None:
    """Let the next ingest try quarantined files again, or rejected ones after a threshold has changed.

    Example:  SAEGIM_MIN_SIDE=24 saegim ingest retry --reason too_small
    """
    if reason and reason not in REJECTIONS:
        raise SettingError(unknown("reason to reject", reason, REJECTIONS))
    bench = Workbench(load_settings())
    count = clusters.retry(bench.ledger, Outcome.REJECTED if reason else Outcome.QUARANTINED, reason or None)
    console.print(f"{count} go through the next ingest again: saegim run ingest" if count else "There are none.", highlight=False)


def _is_of(row: Any, campaign: str) -> bool:
    return not campaign or row.campaign == normalise(campaign)


def _pair(objects: ObjectStore, bucket: str, row: Any) -> Group:
    earlier, later = objects.get_many(bucket, [image_key(row.image_id, row.media_type), row.picture_key])
    name, other = shlex.quote(row.key), row.earlier_key or row.image_id[:12]
    merging = f"saegim ingest merge {name} {shlex.quote(other)}"
    commands = (f"saegim ingest split {name}", *((f"{merging} --duplicate", merging) if row.outcome == Outcome.HELD else ()))
    pictures = (Picture(other, "earlier", thumbnail(earlier)),
                Picture(row.key, f"sent {row.sent_at:%Y-%m-%d %H:%M} UTC", thumbnail(later)))
    return Group(row.outcome, f"{row.key} ↔ {other}", row.figures, pictures, commands)


def _clusters(bench: Workbench, campaign: str, limit: int) -> Iterator[Group]:
    by_cluster: dict[str, list[Any]] = {}
    for row in clusters.cluster_rows(bench.ledger):
        by_cluster.setdefault(row.cluster_id, []).append(row)
    chosen = [rows for rows in by_cluster.values() if any(_is_of(row, campaign) for row in rows)]
    for rows in track(chosen[:limit], "clusters", console=console, transient=True):
        data = bench.objects.get_many(bench.settings.bucket_images, [image_key(row.image_id, row.media_type) for row in rows])
        yield Group("cluster", f"{len(rows)} photographs", {},
                    tuple(Picture(row.key, "represents the cluster" if row.represents else "", thumbnail(picture))
                          for row, picture in zip(rows, data, strict=True)),
                    tuple(f"saegim ingest split {shlex.quote(row.key)}" for row in rows[1:]))
