"""saegim demand: what evaluations ask people to collect, and the points that a campaign gives for it."""

from __future__ import annotations

from datetime import date, datetime

import typer
from rich.console import Console

from pages.demand_tables import demand_table, sentence, sentence_ko
from saegim.tables import print_table
from workbench.bench import Workbench
from workbench.demand import accept_demand, follow_demand
from workbench.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="What evaluations ask people to collect, and points for it.\n\n"
                                             "Example:  saegim demand list")
console = Console()
DATASET = typer.Option("", "--dataset", help="Whose evaluations asked; SAEGIM_DATASET where left out.")


@app.command("list")
def list_demand(dataset: str = DATASET) -> None:
    """Show which slices are wanted, why, what has arrived since, and what it did to the figures.

    Example:  saegim demand list
    """
    bench = Workbench(load_settings())
    followed = follow_demand(bench, dataset)
    if not followed:
        console.print("Nothing is asked for: evaluations of the model in use ask, saegim run evaluate", markup=False)
        return
    for item in followed:
        if item.now.rank is not None:
            console.print(f"{item.now.rank}. {sentence(item.now.demand)}", markup=False, highlight=False, soft_wrap=True)
            console.print(f"   {sentence_ko(item.now.demand)}", style="dim", markup=False, highlight=False, soft_wrap=True)
    console.print()
    print_table(console, demand_table(followed))


@app.command()
def accept(slice_name: str = typer.Argument(help="As saegim demand list shows it.", metavar="SLICE"),
           campaign: str = typer.Option(help="Name of the campaign that gives the points."),
           points: int = typer.Option(None, min=1, help="On top, for a photograph with such a region; by the demand's rank where "
                                                        "left out: 100, 80, 60, 40 and 20 % of a photograph's points."),
           first_day: datetime = typer.Option(None, "--from", formats=["%Y-%m-%d"], help="First day; next Monday if left out."),
           last_day: datetime = typer.Option(None, "--to", formats=["%Y-%m-%d"], help="Last day; six days later if left out."),
           dataset: str = DATASET) -> None:
    """Give points for a slice that is asked for: writes a bonus into the campaign's file.

    Example:  saegim demand accept vertical --campaign demo --points 8
    """
    done = accept_demand(Workbench(load_settings()), slice_name, campaign, points, _day(first_day), _day(last_day), dataset)
    bonus = done.bonus
    if done.changed:
        console.print(f"{done.file}: {slice_name} is worth {bonus.points} points from {bonus.first_day} to {bonus.last_day}"
                      f"{f', and {done.before} as before on other days' if done.before else ''}. Commit the file: git add "
                      f"{done.file}", markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(f"{done.file} says so already: {slice_name} is worth {bonus.points} points from {bonus.first_day} to "
                      f"{bonus.last_day}.", markup=False, highlight=False, soft_wrap=True)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
