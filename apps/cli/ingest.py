"""saegim ingest: what a manager does with duplicates, doubtful pictures and quarantined files."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from apps.cli import decisions
from apps.cli.duplicates_page import write_page
from datastore.ledger import duplicates as clusters
from saegim.names import unknown
from saegim.settings import home
from schemas.errors import SettingError
from schemas.submission import Outcome, Reason
from workbench.bench import Workbench
from workbench.campaigns import campaign_named
from workbench.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Duplicates, doubtful pictures and quarantined files.\n\n"
                                             "Example:  saegim ingest duplicates")
decisions.register(app)
console = Console()
REJECTIONS = sorted(set(Reason) - {Reason.UNKNOWN_CAMPAIGN})


@app.command()
def duplicates(out: Path = typer.Option(None, help="Where the page goes; <state>/reports/duplicates.html where left out."),
               campaign: str = typer.Option("", help="Only this campaign's."),
               limit: int = typer.Option(200, help="At most so many of a kind, the newest first.")) -> None:
    """Show duplicates, what waits for a decision, and clusters, as a page of pictures.

    Example:  saegim ingest duplicates --campaign demo
    """
    bench = Workbench(load_settings())
    path = out or home() / "reports" / "duplicates.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    name = campaign_named(bench.settings, bench.ledger, campaign) if campaign else None
    counts = write_page(bench, path, name, limit, console)
    left_out = f", {counts.left_out} older ones left out (--limit)" if counts.left_out else ""
    console.print(f"{counts.pairs} pairs ({counts.waiting} wait for you), {counts.clusters} clusters{left_out}: {path}",
                  highlight=False, soft_wrap=True)


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
