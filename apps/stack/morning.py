"""The morning on a terminal: its tables, then what needs hands, where the eye stays."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from pages.morning_tables import morning_tables
from pages.morning_words import OUTCOMES, code_parts, headline, moment
from saegim.tables import print_table
from schemas.morning import Morning
from schemas.runs import RunState

STYLES = {OUTCOMES[state].en: style for state, style in (
    (RunState.COMPLETED, "green"), (RunState.AT_WORK, "cyan"), (RunState.FAILED, "red"), (RunState.DEAD, "red"),
    (RunState.CANCELLED, "yellow"))}


def show_morning(console: Console, morning: Morning) -> None:
    """Prints a morning; each trouble with its repair."""
    for shown in morning_tables(morning):
        print_table(console, shown, STYLES)
    style = "bold green" if morning.is_healthy else "bold red"
    console.print(f"[{style}]{headline(morning).en}[/]", highlight=False)
    for number, trouble in enumerate(morning.troubles, 1):
        since = f" (since {moment(trouble.since, morning.at, morning.zone).en})" if trouble.since else ""
        console.print(f"[red]{number}.[/] {escape(trouble.what)}{since}", soft_wrap=True, highlight=False)
        repair = "".join(f"[bold]{escape(part)}[/]" if is_code else escape(part) for part, is_code in code_parts(trouble.repair))
        console.print(f"    repair: {repair}", soft_wrap=True, highlight=False)
