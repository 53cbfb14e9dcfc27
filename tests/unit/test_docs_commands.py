"""Every command, option, make target and path that README.md and docs/ name is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import apps.cli
import saegim.cli
from apps.cli.evaluate import RELEASE, ReleaseOrCommand
from tests.commands import joined_until_the_end
from workbench.settings import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"```(?:\w*)\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
TOP = "adapters|annotation_configs|apps|benchmarks|datastore|docs|flows|pages|recipes|saegim|schemas|stages|tests|workbench"
MADE_UP = re.compile("/(our-|signs|spring-|NAME|tally|formats/texts)")
"""Names that a page gives to what its reader makes."""
PATH = re.compile(rf"(?:{TOP})/[\w./-]*[\w/]")


def said(page: Path) -> Iterator[str]:
    """Lines of code that a page shows."""
    text = page.read_text(encoding="utf-8")
    for block in FENCE.findall(text):
        yield from block.splitlines()
    yield from (" ".join(code.split()) for code in INLINE.findall(FENCE.sub("", text)))


@pytest.fixture(scope="module")
def command() -> Any:
    """The command ``saegim`` with the workbench's commands."""
    with joined_until_the_end():
        apps.cli.register(saegim.cli.app)
        return typer.main.get_command(saegim.cli.app)


def wrong_in(command: Any, line: str) -> str | None:
    """What of a line is no command or option of ``saegim``; None where all is right."""
    words = shlex.split(line.split(" → ")[0], comments=True)
    words = words[words.index("saegim") + 1:]
    while words and hasattr(command, "commands"):
        if isinstance(command, ReleaseOrCommand) and words[0] not in command.commands:
            words.insert(0, RELEASE)
        name = words.pop(0)
        if name.startswith("-"):
            break
        if name.isupper() or "…" in name:  # a verb of the reader's own
            return None
        if name not in command.commands:
            return f"there is no command {name}"
        command = command.commands[name]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if re.match(r"--[a-z]", word) and word.split("=")[0] not in known | {"--help"}]
    return f"there is no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_commands_and_options_exist(page: Path, command: Any) -> None:
    found = {}
    for line in said(page):
        for part in re.split(r"&&|;|\|", line):
            if re.match(r"\s*(\w+=\S+ )*saegim( |$)", part) and (wrong := wrong_in(command, part)):
                found[part] = wrong
    assert not found


def options_of(command: Any) -> set[str]:
    """Options of a command and of all below it."""
    own = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return own.union(*(options_of(below) for below in getattr(command, "commands", {}).values()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_options_that_it_names_alone_exist(page: Path, command: Any) -> None:
    named = {line.split()[0] for line in said(page) if re.match(r"--[a-z]", line)}
    assert page.name != "engineers.md" or "--no-verify" in named
    assert named <= options_of(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_targets_and_paths_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = list(said(page))
    asked = {word for line in lines for word in re.findall(r"^make ([a-z-]+)", line)}
    assert asked <= targets
    paths = {path for line in lines for path in PATH.findall(line) if re.match(rf"(?:{TOP})/", line)}
    assert not {path for path in paths if not MADE_UP.search(path) and not list(ROOT.glob(f"{path.rstrip('/')}*"))}
