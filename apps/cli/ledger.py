"""saegim ledger: the schema of the ledger, and what is in it."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from datastore.ledger import Ledger, clusters, holds, strays
from datastore.ledger.submissions import submission_rows
from flows.campaigns import campaign_named, load_campaigns
from flows.settings import load_settings
from schemas.errors import NoSuchSubmission
from schemas.submission import HELD_SENTENCE, SENTENCES, Reason, duplicate_sentence

app = typer.Typer(no_args_is_help=True, help="The ledger: its schema and what is in it.\n\n"
                                             "Example:  saegim ledger submissions --campaign demo")
console = Console()


@app.command()
def upgrade() -> None:
    """Bring the ledger's schema to this version.

    Example:  SAEGIM_LEDGER_URL=postgresql://saegim:secret@db/saegim saegim ledger upgrade
    """
    ledger = Ledger(load_settings().ledger)
    changed = ledger.migrate()
    console.print(f"{ledger.address}: {'brought up to date' if changed else 'is up to date'}", markup=False)


@app.command()
def submissions(campaign: str = typer.Option("", help="Only this campaign's.")) -> None:
    """Show what became of each submission, and why.

    Example:  saegim ledger submissions --campaign demo
    """
    settings = load_settings()
    ledger = Ledger(settings.ledger)
    ledger.check()
    console.print(submission_table(ledger, campaign_named(settings, ledger, campaign) if campaign else None))
    for line in load_campaigns(settings).waiting(settings.bucket_raw, strays.counts(ledger)):
        console.print(line, style="yellow", markup=False)


@app.command()
def hold(
    name: str = typer.Argument(help="Key of a submission, its id, or the beginning of its id.", metavar="SUBMISSION"),
    because: str = typer.Option(..., "--because", help="Why: shown to whoever exports a release meanwhile."),
) -> None:
    """Stop every release that would hold this photograph until somebody has looked at it.

    Example:  saegim ledger hold demo/kim/IMG_0042.jpg --because "a licence plate and a face"
    """
    ledger = Ledger(load_settings().ledger)
    ledger.check()
    holds.hold(ledger, _image_of(ledger, name), because)
    console.print(f"{name} is on hold. No release that would hold it is published until: saegim ledger unhold {name}, or its "
                  "image id stands under readings.leave_out of the recipe", markup=False, soft_wrap=True)


@app.command()
def unhold(name: str = typer.Argument(help="Key of a submission, its id, or the beginning of its id.",
                                      metavar="SUBMISSION")) -> None:
    """Take a photograph off hold.

    Example:  saegim ledger unhold demo/kim/IMG_0042.jpg
    """
    ledger = Ledger(load_settings().ledger)
    ledger.check()
    console.print(f"{name} {'is off hold' if holds.lift(ledger, _image_of(ledger, name)) else 'was not on hold'}", markup=False)


@app.command("holds")
def list_holds() -> None:
    """Show all photographs on hold.

    Example:  saegim ledger holds
    """
    ledger = Ledger(load_settings().ledger)
    ledger.check()
    on_hold = dict(holds.held(ledger))
    table = Table("photograph", "submission", "why")
    for row in submission_rows(ledger):
        if row.image_id in on_hold and row.outcome != "duplicate":
            table.add_row(escape(row.key), row.submission_id[:12], escape(on_hold[row.image_id]))
    console.print(table if table.row_count else "Nothing is on hold.")


def _image_of(ledger: Ledger, name: str) -> str:
    row = clusters.find(ledger, name)
    if row.image_id is None:
        raise NoSuchSubmission(f"{name} was {row.outcome} and has no image: no release would hold it")
    return str(row.image_id)


def submission_table(ledger: Ledger, campaign: str | None) -> Table:
    """One line a submission: who sent what, where it ended and why."""
    rows = submission_rows(ledger, campaign)
    earlier = {row.submission_id: row for row in submission_rows(ledger)}
    table = Table(title="What became of each submission")
    for heading in ("submitter", "name", "outcome", "why"):
        table.add_column(heading, overflow="fold")
    colours = {"accepted": "green", "duplicate": "yellow", "rejected": "red", "quarantined": "magenta", "held": "cyan"}
    for row in rows:
        why = ""
        if row.reason:
            korean, english = SENTENCES[Reason(row.reason)]
            why = f"{row.reason}: {english} {korean}"
        elif row.duplicate_of:
            first = earlier[row.duplicate_of]
            own = first.key.split("/", 2)[-1] if first.submitter == row.submitter else None
            korean, english = duplicate_sentence(own)
            why = f"{english} {korean}" + ("" if own else f" ({first.key})")
        elif row.outcome == "held":
            why = f"{HELD_SENTENCE[1]} {HELD_SENTENCE[0]} ({row.detail})"
        elif row.outcome == "quarantined":
            why = (row.detail or "").strip().splitlines()[-1]
        table.add_row(escape(row.submitter or "?"), escape(row.key.split("/", 2)[-1]),
                      f"[{colours.get(row.outcome, 'white')}]{row.outcome}[/]", escape(why))
    return table
