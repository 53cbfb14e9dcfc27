"""saegim label: annotation configs, the people who label, gold, and how the work goes."""

from __future__ import annotations

import secrets
from pathlib import Path

import typer
from rich.console import Console

from adapters.label_studio.configs import config_names
from adapters.label_studio.lint.findings import Severity
from adapters.label_studio.lint.folder import lint_folder
from datastore.ledger import label_queue, model_runs, projects, readings
from datastore.ledger.gold import gold_images
from datastore.ledger.names import image_named
from datastore.ledger.people import add_person, person_rows
from saegim.names import did_you_mean
from saegim.settings import home
from saegim.tables import Table, print_table
from schemas.errors import SettingError
from schemas.labelling import Annotator, Side
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.bench import Workbench
from workbench.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Labelling: annotation configs, people, gold, how the work goes.\n\n"
                                             "Example:  saegim label status")
people = typer.Typer(no_args_is_help=True, help="Who labels, and on which side.\n\n"
                                                "Example:  saegim label people add kim@example.com --name 김하늘 --side b")
gold = typer.Typer(no_args_is_help=True, help="Images with a known truth, which people are measured with unknowingly.\n\n"
                                              "Example:  saegim label gold add 3f2a…")
app.add_typer(people, name="people")
app.add_typer(gold, name="gold")
console = Console()
CONFIG = typer.Option("", "--config", help="Annotation config; SAEGIM_ANNOTATION_CONFIG where left out.")


@people.command()
def add(email: str = typer.Argument(help="E-mail address: the log-in."),
        name: str = typer.Option("", help="What colleagues read; the address where left out."),
        side: Side = typer.Option(Side.A, help="a, b or second_look."), config: str = CONFIG) -> None:
    """Make an annotator and the project of his or her side; somebody who is there already changes sides.

    Example:  saegim label people add kim@example.com --name 김하늘 --side b
    """
    bench = Workbench(load_settings())
    chosen = _config(bench, config)
    if email.count("@") != 1 or email != email.strip() or any(char.isspace() for char in email):
        raise SettingError(f"{email!r} is no e-mail address: expected something like kim@example.com")
    from workbench.label.projects import project_of

    project = project_of(bench, chosen, side)
    password = secrets.token_urlsafe(9)
    is_new = bench.label_studio.add_person(email.lower(), password, name or email.partition("@")[0])
    add_person(bench.ledger, Annotator(email.lower(), chosen.name, side, name or email.partition("@")[0]))
    console.print(f"{email} works on side {side} of {chosen.name}.", markup=False)
    if is_new:
        console.print(f"log in at {bench.label_studio.url} with {email.lower()} / {password}\n"
                      "The password is shown this once: hand it over in private; it is changed under Account & Settings.",
                      markup=False)
    console.print(f"project: {bench.label_studio.url}/projects/{project.number}/data", markup=False)
    console.print("The free Label Studio shows every project to everybody: whoever stays on one side labels without seeing the "
                  "other.", style="dim")


@people.command("list")
def list_people(config: str = CONFIG) -> None:
    """Show who labels what.

    Example:  saegim label people list
    """
    bench = Workbench(load_settings())
    places = {(row.annotation_config, row.side): f"{bench.label_studio.url}/projects/{row.project_id}/data"
              for row in projects.project_rows(bench.ledger)}
    rows = tuple((person.email, person.name, person.annotation_config, str(person.side),
                  places.get((person.annotation_config, person.side), "made when it is first needed"))
                 for person in person_rows(bench.ledger, _config(bench, config).name if config else None))
    if rows:
        print_table(console, Table("People", ("e-mail address", "name", "annotation config", "side", "project"), rows, left=5))
    else:
        console.print("Nobody yet: saegim label people add kim@example.com --side a")


@gold.command("add")
def add_gold(image_ids: list[str] = typer.Argument(help="Ids, or their beginnings, of images that nobody was given yet.",
                                                    metavar="IMAGE_ID…"),
             config: str = typer.Option("", "--config", help="Annotation config; the one of the images' campaign where left out.")
             ) -> None:
    """Make images gold: a second look settles their truth, then they go to both sides like any other image.

    Example:  saegim label gold add 3f2a…
    """
    bench = Workbench(load_settings())
    from workbench.label.gold import make_gold
    from workbench.label.shares import load_shares

    image_ids = [image_named(bench.ledger, name) for name in image_ids]
    run = model_runs.model_run(bench.ledger, bench.model)
    if run is None:
        raise SettingError(f"{bench.model} has not read anything yet: saegim run prelabel")
    prelabels = {item.image_id: item for item in label_queue.candidates(bench.ledger, run, image_ids)}
    for image_id in image_ids:
        if image_id not in prelabels:
            raise SettingError(f"{image_id} is no accepted image that {bench.model} has read: `saegim ledger submissions` shows "
                               "what there is")
    shares = load_shares(bench.settings)
    of_image = {image_id: shares.config_of(item.campaign) for image_id, item in prelabels.items()}
    chosen = _config(bench, config or next(filter(None, of_image.values()), ""))
    for image_id, item in prelabels.items():
        if of_image[image_id] != chosen.name:
            raise SettingError(f"{image_id} was sent to campaign {item.campaign}, whose pictures are labelled under "
                               f"{of_image[image_id] or 'nothing until its file is right'}, not {chosen.name}: name such images "
                               "in a command of their own")
    given = label_queue.images_given(bench.ledger, chosen.name)
    if chosen.dense_config:
        given |= label_queue.images_given(bench.ledger, chosen.dense_config)
    if taken := sorted(given & set(image_ids)):
        raise SettingError(f"{taken[0]} was given to annotators already, who would know it again: take an image that has no task")
    with bench.ledger.write() as connection:
        new = make_gold(connection, chosen, {image_id: item.reading_id for image_id, item in prelabels.items()})
    console.print(f"{new} images are gold now. The next label run asks for their truth in the second look.")


@gold.command("list")
def list_gold(config: str = CONFIG) -> None:
    """Show gold images, and whether their truth is known.

    Example:  saegim label gold list
    """
    bench = Workbench(load_settings())
    chosen = _config(bench, config)
    with bench.ledger.read() as connection:
        ids = sorted(gold_images(connection, chosen.name))
        known = readings.accepted_ids(connection, chosen.name, ids)
    rows = tuple((image_id, "known" if image_id in known else "waits for a second look") for image_id in ids)
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
    root = load_settings().annotation_configs
    wrong = 0
    folders = [_folder_of(root, name) for name in names or ()] or sorted(path for path in root.iterdir() if path.is_dir())
    for folder in folders:
        found = lint_folder(folder)
        wrong += sum(item.severity is Severity.ERROR for item in found)
        for item in found:
            console.print(str(item), style="red" if item.severity is Severity.ERROR else "yellow", markup=False, highlight=False)
        if not found:
            console.print(f"{folder.name}: nothing to complain of", style="green", markup=False)
    if wrong:
        raise typer.Exit(1)


@app.command()
def migrate(name: str = typer.Argument("", help="Annotation config; SAEGIM_ANNOTATION_CONFIG where left out."),
            apply: bool = typer.Option(False, "--apply", help="Do it; without this, only count.")) -> None:
    """Bring what was labelled under earlier versions of a config to the current one. Counts first; --apply does it.

    Example:  saegim label migrate scene_text
    """
    bench = Workbench(load_settings())
    config = _config(bench, name)
    from workbench.label.migrate import migrate as run

    done = run(bench, config, dry_run=not apply)
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
    from workbench.label.status import status_of

    told = status_of(bench, _config(bench, config).name if config else None)
    for table in told.tables:
        if table.rows:
            print_table(console, table)
    path = home() / "reports" / "labelling.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(told.page, encoding="utf-8")
    console.print(f"  page with plots: {path}", style="dim", markup=False)


def _folder_of(root: Path, name: str) -> Path:
    """The folder of a config that is named, or pointed at."""
    folder = root / name if (root / name).is_dir() else Path(name)
    if not folder.is_dir():
        raise SettingError(f"There is no annotation config {name!r} in {root}, and no such folder"
                           f"{did_you_mean(name, config_names(root))}")
    return folder


def _config(bench: Workbench, name: str) -> AnnotationConfig:
    return bench.config_named(name) if name else bench.annotation_config

