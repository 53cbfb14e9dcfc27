"""saegim ingest: what a manager does with duplicates, doubtful pictures and quarantined files."""

from __future__ import annotations

import math
from pathlib import Path

import typer
from rich.console import Console

from apps.cli import decisions
from datastore.ledger.without_words import look_for_missing
from saegim.settings import home
from workbench.accounts import COMMAND
from workbench.bench import open_workbench
from workbench.campaigns import campaign_named
from workbench.ingest.duplicates import retry as try_again
from workbench.ingest.duplicates import write_page
from workbench.ingest.wording import make_words_anew
from workbench.withdrawal import withdraw_named

app = typer.Typer(no_args_is_help=True, help="Duplicates, doubtful pictures and quarantined files.\n\n"
                                             "Example:  saegim ingest duplicates")
decisions.register(app)
console = Console()


@app.command()
def duplicates(out: Path = typer.Option(None, help="Where the page goes; <state>/reports/duplicates.html where left out."),
               campaign: str = typer.Option("", help="Only this campaign's."),
               limit: int = typer.Option(200, help="At most so many of a kind, the newest first.")) -> None:
    """Show duplicates, what waits for a decision, and clusters, as a page of pictures.

    Example:  saegim ingest duplicates --campaign demo
    """
    bench = open_workbench()
    path = out or home() / "reports" / "duplicates.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    name = campaign_named(bench.settings, bench.ledger, campaign) if campaign else None
    found = write_page(bench, path, name, limit)
    left_out = f", {found.left_out} older ones left out (--limit)" if found.left_out else ""
    console.print(f"{len(found.pairs)} pairs ({found.waiting} wait for you), {found.clusters_there_are} clusters{left_out}: "
                  f"{path}", highlight=False, soft_wrap=True)


@app.command()
def retry(reason: str = typer.Option("", help="Rejections with this reason instead of quarantined files.")) -> None:
    """Let the next ingest try quarantined files again, or rejected ones after a threshold has changed.

    Example:  SAEGIM_MIN_SIDE=24 saegim ingest retry --reason too_small
    """
    count = try_again(open_workbench().ledger, reason)
    console.print(f"{count} go through the next ingest again: saegim run ingest" if count else "There are none.", highlight=False)


@app.command()
def reindex() -> None:
    """Bring all images of before an upgrade back into the index by which edited copies are found; ingest does it bit by bit.

    It can be stopped and started again: what is done is done. Runs of ingest go on meanwhile.

    Example:  saegim ingest reindex
    """
    bench = open_workbench()
    look_for_missing(bench.ledger)
    found = make_words_anew(bench, math.inf)
    console.print("\n".join(found.notes) or "All images are in the index.", highlight=False, soft_wrap=True)


@app.command()
def withdraw(names: list[str] = typer.Argument(help="Of submissions, or their ids or beginnings of ids.", metavar="KEY..."),
             because: str = typer.Option(help="Why, for the audit log: who asked for it.")) -> None:
    """Take photographs back whose senders ask for it by other ways than the portal. It cannot be undone.

    The files that were sent are deleted; no task, no points and no later dataset version has them. Those that are published
    keep what they have.

    Example:  saegim ingest withdraw demo/kim/IMG_1.jpg --because "asked by e-mail"
    """
    bench = open_workbench()
    for name in names:
        new = withdraw_named(bench, name, COMMAND, because)
        console.print(f"{name}: {'withdrawn' if new else 'was withdrawn before'}", highlight=False, soft_wrap=True)
