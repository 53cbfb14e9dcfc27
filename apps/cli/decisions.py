"""saegim ingest split, merge, undo, decisions: what a manager says of pictures, shown before it is said."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import typer
from rich.console import Console

from apps.cli.duplicates_page import write_pair
from datastore.ledger import decisions, duplicates
from datastore.ledger.outlook import Outlook
from datastore.ledger.standing import Decision, undone
from saegim.settings import home
from saegim.tables import Table, print_table
from schemas.errors import NotToBeDecided
from schemas.submission import Said
from workbench.bench import Workbench
from workbench.ingest import deciding
from workbench.settings import load_settings

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
    bench = Workbench(load_settings())
    row = duplicates.find(bench.ledger, name)
    _take(bench, Decision(0, Said.SPLIT, row.submission_id), yes)


def merge(name: str = typer.Argument(help=NAME),
          into: str = typer.Argument(help="The other one's. Whichever is named first, the one sent first is the original."),
          duplicate: bool = typer.Option(False, "--duplicate", help="It is the same photograph."), yes: bool = YES) -> None:
    """Say that two pictures show the same thing, or that they are the same photograph. It stays so.

    Example:  saegim ingest merge demo/jlee/IMG_2.jpg demo/kim/IMG_1.jpg --duplicate
    """
    bench = Workbench(load_settings())
    row, other = duplicates.find(bench.ledger, name), duplicates.find(bench.ledger, into)
    kind = Said.DUPLICATE if duplicate else Said.CLUSTER
    _take(bench, Decision(0, kind, row.submission_id, other.submission_id), yes)


def undo(number: int = typer.Argument(None, help="Of a decision; the last one in force where left out."),
         yes: bool = YES) -> None:
    """Take a decision back: everything is as if it had never been said. An undo can be undone too.

    Example:  saegim ingest undo
    """
    bench = Workbench(load_settings())
    _take(bench, Decision(0, Said.UNDO, undoes=number or deciding.last_in_force(bench)), yes)


def list_decisions() -> None:
    """Show everything that was ever said of pictures, and whether it is in force.

    Example:  saegim ingest decisions
    """
    bench = Workbench(load_settings())
    listed = decisions.decision_list(bench.ledger)
    gone = undone(listed)
    keys = _keys(bench, listed)
    rows = tuple((str(item.number), f"{item.decided_at:%Y-%m-%d %H:%M}" if item.decided_at else "before",
                  deciding.said(item, keys), f"taken back by {gone[item.number]}" if item.number in gone else "in force")
                 for item in listed)
    if rows:
        print_table(console, Table("", ("number", "when (UTC)", "what", "now"), rows, left=4))
    else:
        console.print("Nobody has decided anything yet.")


def _take(bench: Workbench, decision: Decision, yes: bool) -> None:
    """Shows a decision and what follows, asks, and takes it."""
    seen = deciding.look_ahead(bench, Decision(0, decision.kind, decision.submission_id, decision.other_id, decision.undoes,
                                               datetime.now(UTC)))
    named = deciding.named_rows(bench, seen)
    heading = f"Take back {decision.undoes}" if decision.kind is Said.UNDO else f"Decision {seen.decision.number}"
    _say(f"{heading}: {_words(bench, seen)}")
    for row in named:
        _say(f"  {deciding.description(row, seen.about.images.get(row.own_image_id or ''))}")
    if named:
        earlier, later = named[0].submission_id, named[-1].submission_id
        path = home() / "reports" / "decision.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        if write_pair(bench, path, later, _beside(seen, earlier, later)):
            _say(f"Both pictures: {path}")
    lines = deciding.sentences(bench, seen)
    if not lines:
        own = "; the leak check of releases takes it for a picture of its own" if decision.kind is Said.SPLIT else ""
        lines = [f"nothing changes now{own}."]
    _say("What follows:")
    for line in lines:
        _say(f"  {line}")
    if not yes:
        if not sys.stdin.isatty():
            raise NotToBeDecided("Nothing was decided: this asks first, and there is no terminal to answer at. Say --yes to go "
                                 "without being asked")
        typer.confirm("Do it?", abort=True)
    deciding.decide(bench, seen)
    _say(f"Done. To take it back: saegim ingest undo {seen.decision.number}")


def _words(bench: Workbench, seen: Outlook) -> str:
    if seen.decision.kind is not Said.UNDO:
        return deciding.in_words(seen)
    listed = {item.number: item for item in decisions.decision_list(bench.ledger)}
    return deciding.said(listed[seen.decision.undoes or 0], {name: row.key for name, row in seen.about.rows.items()})


def _beside(seen: Outlook, earlier: str, later: str) -> str | None:
    """Whose picture is shown beside the later one; for a split, that of what it repeats."""
    return earlier if earlier != later else seen.about.rows[later].duplicate_of


def _keys(bench: Workbench, listed: list[Decision]) -> dict[str, str]:
    with bench.ledger.read() as connection:
        rows = decisions.rows_by_id(connection, {name for item in listed for name in (item.submission_id, item.other_id) if name})
    return {name: row.key for name, row in rows.items()}


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
