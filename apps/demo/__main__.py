"""The demo, step by step; see README.md. Run it with ``make demo``."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table

from apps.cli.datasets import show as show_diff
from apps.cli.ledger import print_submissions
from apps.cli.run import prepare, save_page, show, show_standings
from apps.demo.annotator import SampleTruths, known_images
from apps.demo.contact_sheet import release_sheet
from apps.demo.event import open_event
from apps.demo.out_and_in import export_release, import_signs
from apps.demo.people import StandIn
from apps.demo.sending import send_samples
from apps.demo.truths import read_truths
from apps.stack import services
from apps.stack.schedules import are_scheduled, set_schedules
from datastore.ledger import Ledger, outcomes
from datastore.objects import ObjectStore
from pages.demand_tables import sentence
from saegim.manifest import parse_name
from saegim.settings import home
from saegim.tables import print_table
from schemas.errors import SaegimError
from schemas.labelling import Side
from workbench.bench import Workbench, open_workbench
from workbench.demand import follow_demand
from workbench.diff import compare_releases, two_releases
from workbench.settings import Settings, load_settings

CAMPAIGN = "demo"
DATASET = "demo"
"""Its recipe makes test images of few."""
MOST_WANTED = 5
"""Slices that it names of those that the figures ask for."""
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
    sent = send_samples(ObjectStore(settings), settings.bucket_raw, CAMPAIGN)
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
    _answer(Side.A, Side.B)

    console.rule("5 · collect, export: the first release")
    _collect_and_export()

    console.rule("6 · second thoughts: the next release")
    _answer(Side.SECOND_LOOK)
    _look_again()
    release = _collect_and_export()

    console.rule("7 · evaluate, ask for more, score")
    _measure(release)

    console.rule("8 · other formats, out and in")
    for line in (export_release(release), import_signs(open_workbench())):
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    console.rule("the result")
    _summary(settings, release)
    _invite(settings)


def _answer(*sides: Side) -> None:
    """Lets those of some sides answer what is open in their projects."""
    bench = open_workbench()
    known = _known(bench)
    with Progress(console=console, transient=True) as bar:
        line = bar.add_task("demo annotators", total=None)
        done = sum(StandIn(side).answer(bench, known, lambda count: bar.update(line, advance=count)) for side in sides)
    if not done:
        console.print("Every task is answered already.")
    elif Side.SECOND_LOOK in sides:
        console.print(f"Where two people read an image differently a third one decided: {done} of them.")
    else:
        console.print(f"[bold]Demo annotators[/] stood in for people and answered {done} tasks through Label Studio's API: they "
                      "mended the pre-labels\nuntil they say what is written there, but for three mistakes. To label yourself: "
                      "[bold]make demo BY_HAND=1[/]")


def _look_again() -> None:
    bench = open_workbench()
    mended = StandIn(Side.A).look_again(bench, _known(bench))
    if mended:
        console.print(f"One of them looked again and mended {len(mended)} answers: {', '.join(mended)}.", markup=False)


def _known(bench: Workbench) -> SampleTruths:
    return known_images(bench.ledger, CAMPAIGN, read_truths())


def _collect_and_export() -> str:
    """Publishes what is accepted, and shows what changed; returns the newest release."""
    from flows.collect import collect
    from flows.export import export

    show(collect())
    exported = export(DATASET)
    show(exported)
    release = str(exported.release)
    if exported.samples and (parse_name(release).number or 1) > 1:
        settings = load_settings()
        before, after = two_releases(settings, release)
        show_diff(compare_releases(ObjectStore(settings), settings.bucket_datasets, before, after, lambda _rows: None))
    return release


def _measure(release: str) -> None:
    from flows.evaluate import evaluate
    from flows.score import score

    evaluated = evaluate(release)
    show(evaluated)
    for table in evaluated.tables:
        print_table(console, table)
    save_page(evaluated)
    _show_demand()
    scored = score()
    show(scored)
    show_standings(scored)


def _show_demand() -> None:
    """The slices that the figures ask for first, each with its reason."""
    asked = [item.now for item in follow_demand(open_workbench(), DATASET) if item.now.rank is not None]
    console.print(f"What the figures ask for next, {MOST_WANTED} of {len(asked)} slices (saegim demand list --dataset {DATASET} "
                  "shows all)", highlight=False)
    for row in asked[:MOST_WANTED]:
        console.print(f"  {row.rank}. {sentence(row.demand)}", markup=False, highlight=False)
    console.print()


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
        f"  .venv/bin/saegim run export --dataset {DATASET}\n"
        f"  .venv/bin/saegim evaluate {DATASET}@1\n"
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


def _invite(settings: Settings) -> None:
    """Shows where the campaign goes on: its portal, and links to come in by."""
    lines = [f"[bold]{settings.portal_url}[/]  the campaign is live: send photographs, see the board; anybody tries the model at "
             f"{settings.portal_url}/try", ""]
    for item in open_event(open_workbench(), CAMPAIGN):
        lines += [f"{item.invited.name}, {item.invited.who}:", f"  {item.link}"]
    console.print("[bold]The portal[/]", *lines, "", "More links: .venv/bin/saegim campaign invite "
                  f"{CAMPAIGN} NAME", sep="\n", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
