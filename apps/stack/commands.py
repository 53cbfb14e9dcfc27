"""saegim up | down | status | doctor."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.markup import escape

from apps.stack import services
from apps.stack.doctor import examine
from apps.stack.morning import show_morning
from apps.stack.schedules import are_scheduled
from saegim.settings import home
from saegim.tables import Table, print_table
from schemas.errors import SaegimError
from workbench.bench import Workbench
from workbench.morning.look import look
from workbench.settings import load_settings

console = Console()


def register(app: typer.Typer) -> None:
    """Adds the stack's commands."""
    for command in (up, down, status, doctor):
        app.command()(command)


def up(schedules: bool = typer.Option(True, help="Let the deployments run on their schedules.")) -> None:
    """Start object storage, Label Studio, Prefect and its workers, and the portal on this machine.

    Example:  saegim up --no-schedules
    """
    services.up(schedules)
    _tell_log_ins()


def down() -> None:
    """Stop all local services. Nothing that they hold is lost.

    Example:  saegim down
    """
    stopped = services.down()
    console.print(f"Stopped {stopped} processes." if stopped else "Nothing was running.")


def status() -> None:
    """Show what runs and where, how the night went, and what needs hands. The exit code is 1 where something does.

    Example:  saegim status
    """
    found = services.status()
    settings = load_settings()
    if not found and not settings.ledger_url:
        console.print(f"No stack in {home()} yet. Start one with: saegim up", markup=False)
        raise typer.Exit(1)
    if found:
        print_table(console, Table("", ("service", "state", "address", ""), tuple(
            (item.name, item.state, item.address, item.detail) for item in found), left=4),
            {item.state: "green" if item.is_up else "red" for item in found})
        console.print("Schedules are on: saegim doctor says whether their runs are made and finished." if are_scheduled()
                      else "Schedules are off. Turn them on with: saegim up", highlight=False)
        _tell_log_ins()
        console.print()
    try:
        morning = look(Workbench(settings), datetime.now(UTC))
    except SaegimError as error:
        console.print(f"[bold red]Nothing can be told of the night:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        raise typer.Exit(1) from None
    show_morning(console, morning)
    down = [item.name for item in found if not item.is_up]
    if down:
        console.print("Start what is down with: saegim up")
    if down or not morning.is_healthy:
        raise typer.Exit(1)


def _tell_log_ins() -> None:
    """Where passwords stand: in a file of their owner's alone, not in what a terminal or a log keeps."""
    console.print(f"Log-ins stand in {home() / 'env'}: Label Studio asks for SAEGIM_LABEL_STUDIO_USER and …_PASSWORD, "
                  "Prefect for all of PREFECT_API_AUTH_STRING, in one line.", soft_wrap=True, highlight=False, markup=False)


def doctor() -> None:
    """Look for what fails in practice; each failure names its repair. The exit code is 1 where there is one.

    Example:  saegim doctor
    """
    failed = 0
    for check in examine(load_settings()):
        failed += bool(check.repair)
        mark = "[red]✘[/]" if check.repair else "[green]✔[/]"
        console.print(f"{mark} [bold]{check.name}[/]: {escape(check.found)}", soft_wrap=True, highlight=False)
        if check.repair:
            console.print(f"    repair: {escape(check.repair)}", soft_wrap=True, highlight=False)
    if failed:
        raise typer.Exit(1)
