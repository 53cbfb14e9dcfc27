"""saegim run VERB: one flow in this process, with progress, recorded by the Prefect server."""

from __future__ import annotations

import os

import httpx
import typer
from rich.console import Console

from apps.stack.state import make_private
from saegim.releases import Releases
from saegim.settings import home
from saegim.tables import Table, print_table
from schemas.errors import ServiceUnavailable
from schemas.sources import PUBLIC
from workbench.bench import Workbench, prefect_of
from workbench.campaigns import load_campaigns
from workbench.export.recipes import known_names, load_dataset
from workbench.prelabel.read_images import check_only
from workbench.report import EvaluateReport, Report, ScoreReport
from workbench.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, help="Run one step of the data path here and now.\n\n"
                                             "Example:  saegim run ingest --campaign demo")
console = Console()


def prepare(settings: Settings) -> None:
    """Points Prefect at its server, which must happen before Prefect is imported, and makes it speak up for trouble only.

    Raises:
        ServiceUnavailable: the Prefect server does not answer.
        SettingError: it takes another password.
    """
    make_private()
    os.environ["PREFECT_API_URL"] = settings.prefect_api_url
    os.environ["PREFECT_API_AUTH_STRING"] = settings.prefect_auth.get_secret_value()
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "WARNING")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    try:
        with prefect_of(settings) as client:
            client.get("version", timeout=5).raise_for_status()
    except httpx.HTTPError as error:
        raise ServiceUnavailable("Prefect", settings.prefect_api_url, str(error)) from error


def show(report: Report) -> None:
    """Prints what a run did."""
    done = [f"[bold]{count}[/] {name}" for name, count in report.counts.items() if count]
    console.print(f"[bold cyan]{report.verb}[/]  " + (", ".join(done) or "nothing new"))
    for note in report.notes:
        console.print(f"  {note}", style="dim", markup=False)


def save_page(report: EvaluateReport) -> None:
    """Keeps an evaluation's HTML page where its reader can open it, and names the file."""
    if report.page and report.page_key:
        path = home() / "reports" / report.page_key.replace("/", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report.page, encoding="utf-8")
        console.print(f"  report: {path}", style="dim", markup=False)


def show_standings(report: ScoreReport) -> None:
    """Prints the board of each campaign: the points as they are now, those that may still change in a column of their own."""
    for name, board in report.standings.items():
        print_table(console, Table(
            f"Board of {name} (points now)", ("rank", "submitter", "points", "of these final", "photographs"), tuple(
                ("out" if item.disqualified else str(item.rank), item.submitter, str(item.points), str(item.final),
                 str(item.photographs)) for item in board.people), left=2))


@app.command()
def ingest(campaign: str = typer.Option("", help="Only this campaign's submissions.")) -> None:
    """Take in new submissions: canonical images, duplicates, rejections.

    Example:  saegim run ingest --campaign demo
    """
    settings = load_settings()
    if campaign and campaign != PUBLIC:
        load_campaigns(settings, campaign)  # before the flow starts: a mistake is no failed run with a traceback
    prepare(settings)
    from flows.ingest import ingest as flow

    show(flow(campaign or None))


@app.command()
def prelabel(only: str = typer.Option("unlabelled", help="unlabelled: what no person has read; all; or slice:NAME, images with "
                                                          "such a region, as slice:vertical; a named slice too.")) -> None:
    """Let the model in use read what it has not read. What people read stays as it is.

    Example:  saegim run prelabel --only slice:vertical
    """
    settings = load_settings()
    prepare(settings)
    from flows.prelabel import prelabel as flow

    check_only(settings, only)
    show(flow(only))


@app.command()
def label() -> None:
    """Put images that were read in front of the annotators.

    Example:  saegim run label
    """
    prepare(load_settings())
    from flows.label import label as flow

    show(flow())


@app.command()
def collect() -> None:
    """Bring home what annotators submitted.

    Example:  saegim run collect
    """
    prepare(load_settings())
    from flows.collect import collect as flow

    show(flow())


@app.command()
def export(dataset: str = typer.Option("", help="Recipe in recipes/datasets/; SAEGIM_DATASET where left out.")) -> None:
    """Publish a release of the accepted readings.

    Example:  saegim run export --dataset scene-text
    """
    settings = load_settings()
    load_dataset(dataset or settings.dataset, known_names(Workbench(settings)), settings.datasets)
    prepare(settings)
    from flows.export import export as flow

    show(flow(dataset or None))


@app.command()
def evaluate(release: str = typer.Option("", help="NAME@N; the newest release of SAEGIM_DATASET where left out."),
             split: str = typer.Option("", help="Whose images; the test images where left out, if there are any."),
             model: str = typer.Option("", help="NAME or NAME@VERSION; the model in use where left out.")) -> None:
    """Compare a model's readings with a release, by slice, with an HTML report. `saegim evaluate` does more.

    Example:  saegim run evaluate --release scene-text@3
    """
    settings = load_settings()
    if release:
        Releases(settings).manifest(release)
    prepare(settings)
    from flows.evaluate import evaluate as flow

    report = flow(release or None, split or None, model or None)
    show(report)
    for table in report.tables:
        print_table(console, table)
    save_page(report)


@app.command()
def watch() -> None:
    """Sweep what died, look at the morning, and tell Prefect of new troubles.

    Example:  saegim run watch
    """
    prepare(load_settings())
    from flows.watch import watch as flow

    show(flow())


@app.command()
def score(campaign: str = typer.Option("", help="Only this campaign; all where left out."),
          board: bool = typer.Option(False, "--board", help="Make what people see new too, although it is not due.")) -> None:
    """Count points and show the board as it is now. What people see is made every 30 minutes, or as the campaign says.

    Example:  saegim run score --campaign demo
    """
    settings = load_settings()
    if campaign:
        load_campaigns(settings, campaign)
    prepare(settings)
    from flows.score import score as flow

    report = flow(campaign or None, board)
    show(report)
    show_standings(report)


@app.command("full-cycle")
def full_cycle() -> None:
    """All seven, in order.

    Example:  saegim run full-cycle
    """
    prepare(load_settings())
    from flows.full_cycle import full_cycle as flow

    show(flow())
