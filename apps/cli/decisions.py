"""saegim ingest split, merge, undo, decisions: what a manager says of pictures, shown before it is said."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from pages.decision import description, heading
from saegim.settings import home
from saegim.tables import Table, print_table
from schemas.decision import Outlook
from schemas.errors import NotToBeDecided
from schemas.submission import Said
from workbench.bench import Workbench, open_workbench
from workbench.ingest import deciding
from workbench.ingest.duplicates import write_decision_page

console = Console()
YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
NAME = "Key of a submission, its id, or the beginning of its id."


def register(app: typer.Typer) -> None:
    """Adds the commands to ``saegim ingest``."""
    for command in (split, merge, undo):
        app.command()(command)
    app.command("decisions")(list_decisions)


def split(name: str = typer.Argument(help=NAME), yes: bool = YES) -> None:
    """Say that a picture is one of its own: no duplicate, and in no cluster. It stays so.

    Example:  saegim ingest split demo/jlee/receipt2.jpg
    """
    bench = open_workbench()
    _take(bench, deciding.foresee_split(bench.ledger, name), yes)


def merge(name: str = typer.Argument(help=NAME),
          into: str = typer.Argument(help="The other one's. Whichever is named first, the one sent first is the original."),
          duplicate: bool = typer.Option(False, "--duplicate", help="It is the same photograph."), yes: bool = YES) -> None:
    """Say that two pictures show the same thing, or that they are the same photograph. It stays so.

    Example:  saegim ingest merge demo/jlee/IMG_2.jpg demo/kim/IMG_1.jpg --duplicate
    """
    bench = open_workbench()
    _take(bench, deciding.foresee_merge(bench.ledger, name, into, same_photograph=duplicate), yes)


def undo(number: int = typer.Argument(None, help="Of a decision; the last one in force where left out."),
         yes: bool = YES) -> None:
    """Take a decision back: everything is as if it had never been said. An undo can be undone too.

    Example:  saegim ingest undo
    """
    bench = open_workbench()
    _take(bench, deciding.foresee_undo(bench.ledger, number), yes)


def list_decisions() -> None:
    """Show everything that was ever said of pictures, and whether it is in force.

    Example:  saegim ingest decisions
    """
    rows = tuple((str(item.number), f"{item.decided_at:%Y-%m-%d %H:%M}" if item.decided_at else "before", item.words,
                  f"taken back by {item.taken_back_by}" if item.taken_back_by else "in force")
                 for item in deciding.list_decisions(open_workbench().ledger))
    if rows:
        print_table(console, Table("", ("number", "when (UTC)", "what", "now"), rows, left=4))
    else:
        console.print("Nobody has decided anything yet.")


def _take(bench: Workbench, seen: Outlook, yes: bool) -> None:
    """Shows a decision and what follows, asks, and takes it."""
    _show(bench, seen)
    if not yes:
        if not sys.stdin.isatty():
            raise NotToBeDecided("Nothing was decided: this asks first, and there is no terminal to answer at. Say --yes to go "
                                 "without being asked")
        typer.confirm("Do it?", abort=True)
    deciding.decide(bench, seen)
    _say(f"Done. To take it back: saegim ingest undo {seen.decision.number}")


def _show(bench: Workbench, seen: Outlook) -> None:
    """Says what is decided, of which submissions, and what follows; writes a page of both pictures."""
    _say(heading(seen))
    for row in seen.named:
        _say(f"  {description(row, seen.about.images.get(row.own_image_id or ''))}")
    path = home() / "reports" / "decision.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    if write_decision_page(bench, path, seen):
        _say(f"Both pictures: {path}")
    lines = deciding.tell(bench, seen)
    if not lines:
        own = "; the leak check of releases takes it for a picture of its own" if seen.decision.kind is Said.SPLIT else ""
        lines = [f"nothing changes now{own}."]
    _say("What follows:")
    for line in lines:
        _say(f"  {line}")


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
