"""The demo, step by step; see README.md. Run it with ``make demo``."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table

from adapters.label_studio.people import make_account
from apps.cli.ledger import print_submissions
from apps.cli.run import prepare, save_page, show, show_standings
from apps.demo.annotator import accept_prelabels
from apps.demo.contact_sheet import release_sheet
from apps.stack import services
from apps.stack.schedules import are_scheduled, set_schedules
from datastore.ledger import Ledger, outcomes
from datastore.objects import ObjectStore
from saegim.settings import home
from schemas.errors import SaegimError
from workbench.bench import open_workbench
from workbench.label.projects import projects_of
from workbench.settings import Settings, load_settings

CAMPAIGN = "demo"
SAMPLES = Path(__file__).parent / "samples"
console = Console()


def main() -> int:
    """Runs the demo; the exit code is 0 where photographs became a release."""
    parser = argparse.ArgumentParser(prog="make demo", description="Photographs become a dataset release.")
    parser.add_argument("--by-hand", action="store_true", help="leave the labelling to you (make demo BY_HAND=1)")
    by_hand = parser.parse_args().by_hand
    started = time.monotonic()
    scheduled = are_scheduled() is not False
    try:
        services_up()
        try:
            _run(by_hand)
        finally:  # the demo goes step by step; from here on the schedules do
            set_schedules(scheduled)
    except SaegimError as error:
        console.print(f"[bold red]saegim:[/] {error}", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped. The services go on; [bold]make demo[/] goes on where this ended, "
                      "[bold].venv/bin/saegim down[/] stops them.")
        return 130
    console.print(f"[dim]{time.monotonic() - started:.0f} s[/]")
    return 0


def services_up() -> None:
    """Starts the services with their schedules off."""
    console.rule("1 · the services")
    services.up(schedules=False)


def _run(by_hand: bool) -> None:
    settings = load_settings()
    Ledger(settings.ledger).migrate()
    prepare(settings)

    console.rule("2 · people send photographs")
    sent = _send_samples(settings)
    console.print(f"{sent or 'no'} new submissions in bucket {settings.bucket_raw}, campaign {CAMPAIGN}")

    console.rule("3 · ingest, prelabel, label")
    from flows.ingest import ingest
    from flows.label import label
    from flows.prelabel import prelabel

    show(ingest())
    show(prelabel())
    pushed = label()
    show(pushed)

    if by_hand:
        _hand_over(settings, pushed.projects[settings.annotation_config])
        return

    console.rule("4 · annotators label")
    _annotate()

    console.rule("5 · collect, export, evaluate, score")
    from flows.collect import collect
    from flows.evaluate import evaluate
    from flows.export import export
    from flows.score import score

    show(collect())
    exported = export()
    show(exported)
    evaluated = evaluate()
    show(evaluated)
    save_page(evaluated)
    scored = score()
    show(scored)
    show_standings(scored)

    console.rule("the result")
    _summary(settings, str(exported.release))


def _send_samples(settings: Settings) -> int:
    """Puts the sample photographs where submitters' photographs arrive; those already there are left alone."""
    objects = ObjectStore(settings)
    files = sorted(path for person in SAMPLES.iterdir() if person.is_dir() and person.name != "licences"
                   for path in person.iterdir())
    return sum(objects.put_if_absent(settings.bucket_raw, f"{CAMPAIGN}/{path.parent.name}/{path.name}",
                                     path.read_bytes()) for path in files)


def _annotate() -> None:
    bench = open_workbench()
    done = 0
    with Progress(console=console, transient=True) as bar:
        line = bar.add_task("demo annotators", total=None)
        config = bench.annotation_config
        configs = [config, *([bench.config_named(config.dense_config)] if config.dense_config else [])]
        for project in [project for each in configs for project in projects_of(bench.ledger, each)]:
            email = f"demo.{project.side}@saegim.local".replace("_", ".")  # two people: one alone would be no pair
            make_account(bench.label_studio, email, secrets.token_urlsafe(12), f"Demo {project.side}")
            done += accept_prelabels(bench, project.number, lambda count: bar.update(line, advance=count), email)
    console.print(f"[bold]Demo annotators[/] stood in for people and accepted {done} pre-labels as they are, through "
                  "Label Studio's API.\nTo label yourself: [bold]make demo BY_HAND=1[/]" if done else
                  "Every task is annotated already.")


def _hand_over(settings: Settings, project: int) -> None:
    console.rule("4 · your turn")
    console.print(Panel.fit(
        f"Label Studio   {settings.label_studio_url}/projects/{project}/data\n"
        f"log in with    {settings.label_studio_user} / {settings.label_studio_password.get_secret_value()}\n\n"
        "Open a task, mend polygons and texts, press Submit. Pages of small or many lines wait in the project with\n"
        "line_text in its name. Some images are read by a second person (overlap in\n"
        "annotation_configs/scene_text/config.yaml): they wait in the project with a B in its name for\n"
        "  .venv/bin/saegim label people add you@example.com --side b\n"
        "Then go on with\n"
        "  .venv/bin/saegim run collect\n"
        "  .venv/bin/saegim run export\n"
        "  .venv/bin/saegim run evaluate\n"
        "  .venv/bin/saegim run score", title="the tasks wait for you"))


def _summary(settings: Settings, release: str) -> None:
    ledger = Ledger(settings.ledger)
    print_submissions(console, outcomes.outcomes(ledger, CAMPAIGN))
    picture = release_sheet(release, home() / "demo" / "contact-sheet.png")
    table = Table.grid(padding=(0, 2))
    table.add_row("Release", f"[bold]{release}[/]")
    table.add_row("Pull it", f"[bold].venv/bin/saegim datasets pull {release} --to DIR[/]")
    table.add_row("Picture of it", str(picture))
    table.add_row("Label Studio", f"{settings.label_studio_url}  log in: {settings.label_studio_user} / "
                                  f"{settings.label_studio_password.get_secret_value()}")
    prefect = settings.prefect_api_url.removesuffix("/api")
    table.add_row("Prefect", f"{prefect}  log in: {settings.prefect_auth.get_secret_value()}")
    table.add_row("Stop all", ".venv/bin/saegim down")
    console.print(Panel(table, title="Saegim", expand=False))


if __name__ == "__main__":
    sys.exit(main())
