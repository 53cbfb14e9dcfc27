"""What else is installed and adds commands to ``saegim``: entry points of the group ``saegim.commands``.

An entry point names a function that takes the command, a ``typer.Typer``, and adds to it. The workbench joins this way.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

import typer

from saegim.errors import SettingMissing
from saegim.settings import has_workbench

Join = Callable[[typer.Typer], None]
GROUP = "saegim.commands"
WORKBENCH = "workbench"
"""Name of the workbench's entry point in pyproject.toml."""


def joined() -> dict[str, Join]:
    """Loads what adds commands, by the names of the entry points.

    The metadata of the client's wheel name the workbench too, which the wheel does not carry. It is left out there without an
    attempt to import it: a package ``apps`` on the path of an engineer's project is not ours.

    Raises:
        SettingMissing: one cannot be imported, such as the workbench where its checkout is installed without its extras.
    """
    with_workbench = has_workbench()
    return {entry.name: _load(entry) for entry in entry_points(group=GROUP) if with_workbench or entry.name != WORKBENCH}


def _load(entry: EntryPoint) -> Join:
    try:
        join: Join = entry.load()
    except ImportError as error:
        raise SettingMissing(f"The commands of the {entry.name} cannot be loaded ({error}): install what it needs"
                             + (", such as `make dev` in its checkout" if entry.name == WORKBENCH else "")) from error
    return join
