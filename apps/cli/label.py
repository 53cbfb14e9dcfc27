"""saegim label: annotation configs, the people who label, gold, and how the work goes."""

from __future__ import annotations

import typer
from rich.console import Console

from datastore.ledger import evaluations
from pages.suspect_tables import suspects_table
from saegim.settings import home
from saegim.tables import Table, print_table
from schemas.labelling import Side
from workbench.bench import Workbench
from workbench.evaluate.compare import find_evaluation
from workbench.evaluate.stored import EvaluationFiles
from workbench.label import configs, doubts, gold, migrate, people
from workbench.label.projects import data_address
from workbench.label.status import status_of
from workbench.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Labelling: annotation configs, people, gold, how the work goes.\n\n"
                                             "Example:  saegim label status")
people_app = typer.Typer(no_args_is_help=True, help="Who labels, and on which side.\n\n"
                                                    "Example:  saegim label people add kim@example.com --name 김하늘 --side b")
gold_app = typer.Typer(no_args_is_help=True, help="Images with a known truth, which people are measured with unknowingly.\n\n"
                                                  "Example:  saegim label gold add 3f2a…")
app.add_typer(people_app, name="people")
app.add_typer(gold_app, name="gold")
console = Console()
COLOURS = {"error": "red", "warning": "yellow"}
"""What a finding of ``lint`` looks like, by severity."""
CONFIG = typer.Option("", "--config", help="Annotation config; SAEGIM_ANNOTATION_CONFIG where left out.")


@people_app.command()
def add(email: str = typer.Argument(help="E-mail address: the log-in."),
        name: str = typer.Option("", help="What colleagues read; the address where left out."),
        side: Side = typer.Option(Side.A, help="a, b or second_look."), config: str = CONFIG) -> None:
    """Make an annotator and the project of his or her side; somebody who is there already changes sides.

    Example:  saegim label people add kim@example.com --name 김하늘 --side b
    """
    bench = Workbench(load_settings())
    chosen = configs.config_or_default(bench, config)
    added = people.add_person(bench, chosen, email, name, side)
    console.print(f"{email} works on side {side} of {chosen.name}.", markup=False, soft_wrap=True)
    if added.password:
        console.print(f"log in at {bench.label_studio.url} with {added.annotator.email} / {added.password}\n"
                      "The password is shown this once: hand it over in private; it is changed under Account & Settings.",
                      markup=False, soft_wrap=True)
    console.print(f"project: {data_address(bench.label_studio, added.project)}", markup=False, soft_wrap=True)
    console.print("The free Label Studio shows every project to everybody: whoever stays on one side labels without seeing the "
                  "other.", style="dim")


@people_app.command("list")
def list_people(config: str = CONFIG) -> None:
    """Show who labels what.

    Example:  saegim label people list
    """
    bench = Workbench(load_settings())
    found = people.list_people(bench.ledger, configs.config_or_default(bench, config).name if config else None)
    rows = tuple((item.annotator.email, item.annotator.name, item.annotator.annotation_config, str(item.annotator.side),
                  data_address(bench.label_studio, item.project) if item.project else "made when it is first needed")
                 for item in found)
    if rows:
        print_table(console, Table("People", ("e-mail address", "name", "annotation config", "side", "project"), rows, left=5))
    else:
        console.print("Nobody yet: saegim label people add kim@example.com --side a")


@gold_app.command("add")
def add_gold(image_ids: list[str] = typer.Argument(help="Ids, or their beginnings, of images that nobody was given yet.",
                                                    metavar="IMAGE_ID…"),
             config: str = typer.Option("", "--config", help="Annotation config; the one of the images' campaign where left out.")
             ) -> None:
    """Make images gold: a second look settles their truth, then they go to both sides like any other image.

    Example:  saegim label gold add 3f2a…
    """
    new = gold.add_gold(Workbench(load_settings()), image_ids, config)
    console.print(f"{new} images are gold now. The next label run asks for their truth in the second look.")


@gold_app.command("list")
def list_gold(config: str = CONFIG) -> None:
    """Show gold images, and whether their truth is known.

    Example:  saegim label gold list
    """
    bench = Workbench(load_settings())
    chosen = configs.config_or_default(bench, config)
    rows = tuple((item.image_id, "known" if item.is_known else "waits for a second look")
                 for item in gold.list_gold(bench.ledger, chosen))
    if rows:
        print_table(console, Table(f"Gold of {chosen.name}", ("image", "truth"), rows, left=2))
    else:
        console.print(f"{chosen.name} has no gold yet: set gold in its config.yaml, or saegim label gold add")


@app.command()
def lint(names: list[str] = typer.Argument(None, help="Annotation configs, by name or by folder; all where left out.",
                                           metavar="[NAME…]")) -> None:
    """Say what is wrong with annotation configs before Label Studio does; exit code 1 where something is.

    Example:  saegim label lint scene_text
    """
    wrong = 0
    for config in configs.lint_configs(load_settings(), names or ()):
        wrong += config.errors
        for item in config.findings:
            console.print(str(item), style=COLOURS[item.severity], markup=False, highlight=False)
        if not config.findings:
            console.print(f"{config.name}: nothing to complain of", style="green", markup=False)
    if wrong:
        raise typer.Exit(1)


@app.command()
def doubt(evaluation: str = typer.Argument(help="Id of an evaluation, or its beginning: saegim evaluate list."),
          first: int = typer.Option(20, "--first", min=1, help="So many of its suspected labels, the likeliest first."),
          dry_run: bool = typer.Option(False, "--dry-run", help="Only show them.")) -> None:
    """Send labels that an evaluation makes doubtful to a second look. A label changes only through a person and a new release.

    Example:  saegim label doubt 3f2a --first 20
    """
    bench = Workbench(load_settings())
    found = find_evaluation(evaluations.evaluations_made(bench.ledger), evaluation)
    suspected = EvaluationFiles(bench.objects, bench.settings.bucket_datasets, found.folder).suspects()[:first]
    if not suspected:
        console.print(f"Evaluation {found.evaluation_id} suspects no label of {found.release}.")
        return
    print_table(console, suspects_table(f"{found.release}: labels that are perhaps wrong", suspected))
    report = doubts.doubt(bench, suspected, dry_run=dry_run)
    for line in report.lines(dry_run=dry_run):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command("migrate")
def bring_to_current(name: str = typer.Argument("", help="Annotation config; SAEGIM_ANNOTATION_CONFIG where left out."),
                     apply: bool = typer.Option(False, "--apply", help="Do it; without this, only count.")) -> None:
    """Bring what was labelled under earlier versions of a config to the current one. Counts first; --apply does it.

    Example:  saegim label migrate scene_text
    """
    bench = Workbench(load_settings())
    config = configs.config_or_default(bench, name)
    done = migrate.migrate(bench, config, dry_run=not apply)
    stay = {f"stay as they are: {reason}": count for reason, count in sorted(done.impossible.items())}
    counts = {
        **{f"accepted readings of {version} → {config.run}": count for version, count in sorted(done.readings.items())},
        **{f"  {rename}": count for rename, count in sorted(done.renames.items())},
        **stay,
        "open tasks of earlier versions, taken back and pushed again": done.open_tasks,
    }
    print_table(console, Table(f"{config.run}: {'done' if apply else 'dry run, nothing was changed'}", ("what", "how many"),
                               tuple((what, str(count)) for what, count in counts.items())), dict.fromkeys(stay, "red"))
    if not apply and (done.readings or done.open_tasks):
        console.print(f"Do it with: saegim label migrate {config.name} --apply")


@app.command()
def status(config: str = CONFIG) -> None:
    """Show how the work goes: tasks, hours, agreement, gold, edits, what pre-labels are worth; with an HTML page.

    Example:  saegim label status
    """
    bench = Workbench(load_settings())
    shown = status_of(bench, configs.config_or_default(bench, config).name if config else None)
    for table in shown.tables:
        if table.rows:
            print_table(console, table)
    path = home() / "reports" / "labelling.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shown.page, encoding="utf-8")
    console.print(f"  page with plots: {path}", style="dim", markup=False)
