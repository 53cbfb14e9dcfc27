"""saegim evaluate: what a model is worth on a release, and what changed from one model to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from apps.cli.run import save_page
from datastore.ledger import evaluations
from pages.comparison_tables import comparison_tables, gate_table, list_table
from saegim.tables import print_table
from schemas.comparison import ChangeVerdict
from stages.evaluate.figures import LEADING
from workbench.bench import Workbench
from workbench.evaluate.compare import compare_evaluations
from workbench.evaluate.measure import measure
from workbench.evaluate.question import Question
from workbench.prelabel.read_images import read_these
from workbench.report import EvaluateReport
from workbench.settings import load_settings

RELEASE = "release"
STYLES = {str(ChangeVerdict.BETTER): "green", str(ChangeVerdict.WORSE): "bold red", "stopped": "bold red", "passed": "green"}
console = Console()


class ReleaseOrCommand(TyperGroup):
    """``saegim evaluate NAME@7`` is ``saegim evaluate release NAME@7``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with the command of a release before them where they name none."""
        asks_for_help = bool({"-h", "--help"}.intersection(args[:1]))
        return super().parse_args(ctx, args if not args or asks_for_help or args[0] in self.commands else [RELEASE, *args])


app = typer.Typer(cls=ReleaseOrCommand, no_args_is_help=True, help="Figures of a model on a release, by slice, with a report; "
                  "and what changed from one model to the next.\n\nExample:  saegim evaluate scene-text@7 --model ppocr-korean@3")


@app.command(RELEASE)
def evaluate_release(
        name: str = typer.Argument("", help="NAME@N; the newest release of SAEGIM_DATASET where left out.", metavar="[NAME@N]"),
        model: str = typer.Option("", help="NAME or NAME@VERSION; the model in use where left out. It reads what is unread."),
        split: str = typer.Option("", help="Whose images, or all; the test images where left out, if there are any."),
        predictions: Path = typer.Option(None, help="Output of another engine in place of a model: a file or folder, see "
                                                     "docs/predictions.md.", exists=True),
        allow_missing: bool = typer.Option(False, "--allow-missing", help="Figures of the images that the file has."),
        join_lines: bool = typer.Option(False, "--join-lines", help="Make lines of a file's words where it says that one ends."),
        across_units: bool = typer.Option(False, "--across-units", help="Compare words with lines.")) -> None:
    """Compare what a model read with a release: detection, texts, end to end, by slice, with intervals and a report.

    Example:  saegim evaluate scene-text@7 --model ppocr-korean@3 --split test
    """
    if model and predictions:
        raise typer.BadParameter("--model and --predictions exclude each other")
    bench = Workbench(load_settings())
    report = measure(bench, Question(name, split, model, predictions, join_lines, allow_missing, across_units), read_these)
    show_evaluation(report)


def show_evaluation(report: EvaluateReport) -> None:
    """Prints an evaluation, and names the file of its page."""
    for note in report.notes:
        console.print(note, markup=False, highlight=False)
    for table in report.tables:
        print_table(console, table)
    save_page(report)
    if report.evaluation:
        console.print(f"  evaluation {report.evaluation.evaluation_id}: saegim evaluate compare BEFORE "
                      f"{report.evaluation.evaluation_id[:8]}", style="dim", markup=False, highlight=False)


@app.command("list")
def list_evaluations(release: str = typer.Argument("", help="Only those of this release.", metavar="[NAME@N]")) -> None:
    """Show the evaluations that were made, the newest first.

    Example:  saegim evaluate list scene-text@7
    """
    made = evaluations.evaluations_made(Workbench(load_settings()).ledger, release)
    if made:
        print_table(console, list_table(made))
    else:
        console.print("No evaluation yet: saegim evaluate NAME@N", markup=False)


@app.command()
def compare(before: str = typer.Argument(help="An evaluation's id or its beginning, or a reader such as ppocr-korean@1."),
            after: str = typer.Argument(help="Another one, of the same release and split."),
            figure: list[str] = typer.Option([LEADING], help="Figure that is compared; may be given several times."),
            gates: Path = typer.Option(None, help="File of gates; exit code 1 where one stops the model.", exists=True)) -> None:
    """Say slice by slice whether a model became better or worse, or whether nobody can tell.

    Example:  saegim evaluate compare ppocr-korean@2 ppocr-korean@3 --gates gates.yaml
    """
    found = compare_evaluations(Workbench(load_settings()), before, after, figure, gates)
    for table in comparison_tables(found.comparisons):
        print_table(console, table, STYLES)
    if found.gates:
        print_table(console, gate_table(found.gates), STYLES)
    if any(not item.passed for item in found.gates):
        raise typer.Exit(1)
