"""saegim ledger: the schema of the ledger, and what is in it."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from datastore.ledger import Ledger
from datastore.ledger.submissions import submission_rows
from flows.settings import load_settings
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
    ledger = Ledger(load_settings().ledger)
    ledger.check()
    console.print(submission_table(ledger, campaign or None))


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
