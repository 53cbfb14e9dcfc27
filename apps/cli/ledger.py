"""saegim ledger: the schema of the ledger, and what is in it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable

import typer
from rich.console import Console

from datastore.ledger.names import image_named
from datastore.ledger.outcomes import WAITING, Told
from datastore.ledger.readings import readings_of_image
from saegim.tables import Table, print_table
from schemas.reading import Reading
from schemas.shown_text import visible
from schemas.submission import HELD_SENTENCE, SENTENCES, Outcome, Reason, duplicate_sentence
from workbench.bench import open_workbench, upgrade_ledger
from workbench.settings import load_settings
from workbench.submissions import every_submission, lift_hold, list_submissions, on_hold
from workbench.submissions import hold as put_on_hold

app = typer.Typer(no_args_is_help=True, help="The ledger: its schema and what is in it.\n\n"
                                             "Example:  saegim ledger submissions --campaign demo")
console = Console()
ROWS = 50
"""Submissions that are shown where nobody says how many: a terminal's page or two."""


@app.command()
def upgrade() -> None:
    """Bring the ledger's schema to this version.

    Example:  SAEGIM_LEDGER_URL=postgresql://saegim:secret@db/saegim saegim ledger upgrade
    """
    upgraded = upgrade_ledger(load_settings())
    console.print(f"{upgraded.address}: {'brought up to date' if upgraded.changed else 'is up to date'}", markup=False)


@app.command()
def submissions(
    campaign: str = typer.Option("", help="Only this campaign's."),
    rows: int = typer.Option(ROWS, min=1, help="Show so many."),
    after: str = typer.Option("", help="Show those behind this submission: its key, its id or the beginning of its id."),
    as_csv: bool = typer.Option(False, "--csv", help="Print all of them, for a spreadsheet."),
) -> None:
    """Show what became of each submission, and why; the newest first.

    Example:  saegim ledger submissions --campaign demo
    """
    bench = open_workbench()
    if as_csv:
        _print_csv(every_submission(bench, campaign, after))
        return
    page = list_submissions(bench, campaign, after, rows)
    if page.waiting:
        more = f" (and {page.more_waiting:,} more)" if page.more_waiting else ""
        print_submissions(console, page.waiting, f"Waiting for the next ingest{more}")
    print_submissions(console, page.settled)
    if page.more_settled:
        console.print(f"… and {page.more_settled:,} more: --after {page.settled[-1].submission_id[:12]} shows the next ones, "
                      "--rows NUMBER more at once, --csv all of them for a spreadsheet", markup=False, soft_wrap=True)
    for line in page.strays:
        console.print(line, style="yellow", markup=False)


@app.command("readings")
def show_readings(
    image: str = typer.Argument(help="Id of an image, or its beginning."),
    region: str = typer.Option("", help="Id of a region: show its text in each reading."),
) -> None:
    """Show all that was read on an image, by models and by people, with earlier states: where a text of a release comes from.

    Example:  saegim ledger readings 3f2a9c41b7d0 --region 8d1e0f
    """
    bench = open_workbench()
    image_id = image_named(bench.ledger, image)
    rows = tuple((item.reader, item.run[:16], str(item.revision), str(len(item.regions)), *_texts(item, region))
                 for item in readings_of_image(bench.ledger, image_id))
    headings = ("reader", "run or config", "revision", "regions", *(("text",) if region else ()))
    print_table(console, Table(f"Readings of {image_id}", headings, rows, 2,
                               "" if rows else "Nobody has read it yet."))


def _texts(reading: Reading, region: str) -> tuple[str, ...]:
    """The text of a region in a reading, which may have been redrawn under another id since; nothing where none is asked for."""
    found = [item.text for item in reading.regions
             if item.region_id.startswith(region) or (item.replaces or "").startswith(region)]
    return (visible(" / ".join(found)) if found else "–",) if region else ()


@app.command()
def hold(
    name: str = typer.Argument(help="Key of a submission, its id, or the beginning of its id.", metavar="SUBMISSION"),
    because: str = typer.Option(..., "--because", help="Why: shown to whoever exports a release meanwhile."),
) -> None:
    """Stop every release that would hold this photograph until somebody has looked at it.

    Example:  saegim ledger hold demo/kim/IMG_0042.jpg --because "a licence plate and a face"
    """
    put_on_hold(open_workbench().ledger, name, because)
    console.print(f"{name} is on hold. No release that would hold it is published until: saegim ledger unhold {name}, or its "
                  "image id stands under readings.leave_out of the recipe", markup=False, soft_wrap=True)


@app.command()
def unhold(name: str = typer.Argument(help="Key of a submission, its id, or the beginning of its id.",
                                      metavar="SUBMISSION")) -> None:
    """Take a photograph off hold.

    Example:  saegim ledger unhold demo/kim/IMG_0042.jpg
    """
    was = lift_hold(open_workbench().ledger, name)
    console.print(f"{name} {'is off hold' if was else 'was not on hold'}", markup=False)


@app.command("holds")
def list_holds() -> None:
    """Show all photographs on hold.

    Example:  saegim ledger holds
    """
    rows = tuple((row.key, row.submission_id[:12], row.reason) for row in on_hold(open_workbench().ledger))
    if rows:
        print_table(console, Table("", ("photograph", "submission", "why"), rows, left=3))
    else:
        console.print("Nothing is on hold.")


def print_submissions(to: Console, rows: Iterable[Told], title: str = "What became of each submission") -> None:
    """Prints submissions of ``outcomes``: who sent what, where it ended and why."""
    colours = {"accepted": "green", "duplicate": "yellow", "rejected": "red", "quarantined": "magenta", "held": "cyan"}
    print_table(to, Table(title, ("submitter", "name", "outcome", "why"), tuple(
        (row.submitter or "?", row.key.split("/", 2)[-1], row.outcome, _why(row)) for row in rows), left=4), colours)


def _print_csv(rows: Iterable[Told]) -> None:
    written = csv.writer(sys.stdout, lineterminator="\n")
    written.writerow(["submission", "sent_at", "campaign", "submitter", "key", "outcome", "why", "image"])
    for row in rows:
        values = (row.submission_id, row.sent_at.isoformat(), row.campaign, row.submitter, row.key, row.outcome, _why(row),
                  row.image_id)
        written.writerow(map(_cell, values))


def _cell(text: str | None) -> str:
    """A stranger's text in a cell of a spreadsheet, which would run what begins like a formula."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text or ""


def _why(row: Told) -> str:
    if row.reason:
        korean, english = SENTENCES[Reason(row.reason)]
        return f"{row.reason}: {english} {korean}"
    if row.earlier_key:
        own = row.earlier_key.split("/", 2)[-1] if row.earlier_submitter == row.submitter else None
        korean, english = duplicate_sentence(own)
        return f"{english} {korean}" + ("" if own else f" ({row.earlier_key})")
    if row.outcome == WAITING:
        return f"{row.detail}: saegim run ingest"
    if row.outcome == Outcome.HELD:
        return f"{HELD_SENTENCE[1]} {HELD_SENTENCE[0]} ({row.detail})"
    if row.outcome == Outcome.QUARANTINED:
        return "".join((row.detail or "").strip().splitlines()[-1:])
    return ""
