"""The rules of the house that import-linter does not know: what a folder holds, how long things are, one name for one thing."""

from __future__ import annotations

import ast
import functools
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.places import ROOT

PACKAGES = ("saegim", "schemas", "stages", "datastore", "adapters", "pages", "workbench", "flows", "apps")
LINES_OF_A_FLOW = 60
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 60
"""Docstring and signature included: about a screen."""

LONGER_FILES = {
    "datastore/ledger/tables.py": "the whole schema on one page",
}
LONGER_FUNCTIONS: dict[str, str] = {}
SAME_NAME: dict[str, str] = {}
"""Public classes that have one name in two files, and why."""


def sources(*folders: str) -> list[Path]:
    """Python files of these folders, without the migrations: each of those is as it was written."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def named(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Name and lines of each function that stands in no other function."""
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for item in inside:
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{node.name}.{item.name}" if isinstance(node, ast.ClassDef) else item.name
                yield name, (item.end_lineno or item.lineno) - item.lineno + 1


@pytest.mark.parametrize("path", [path for path in sources("flows") if path.name != "__init__.py"], ids=lambda path: path.name)
def test_a_flow_is_prefect_and_nothing_else(path: Path) -> None:
    imported = {name for node in ast.walk(parsed(path)) for name in (
        [node.module or ""] if isinstance(node, ast.ImportFrom)
        else [item.name for item in node.names] if isinstance(node, ast.Import) else [])}
    assert any(name.partition(".")[0] == "prefect" for name in imported), "it belongs to workbench/"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_FLOW


def test_no_file_is_longer_than_a_reader_bears() -> None:
    long = {named(path): count for path in sources(*PACKAGES)
            if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_OF_A_FILE}
    assert long.keys() == LONGER_FILES.keys(), long


def test_functions_fit_a_screen() -> None:
    long = {f"{named(path)}:{name}": lines for path in sources(*PACKAGES) for name, lines in functions(parsed(path))
            if lines > LINES_OF_A_FUNCTION}
    assert long.keys() == LONGER_FUNCTIONS.keys(), long


def test_one_name_has_one_meaning() -> None:
    """Public classes of two files with one name: somebody reads the one and thinks of the other."""
    where: dict[str, list[str]] = defaultdict(list)
    for path in sources(*PACKAGES):
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].append(named(path))
    twice = {name: files for name, files in where.items() if len(files) > 1}
    assert twice.keys() == SAME_NAME.keys(), twice


def test_nothing_is_imported_in_a_function_to_dodge_a_circle() -> None:
    """What may be imported late is a library that takes seconds, or the flows: they read Prefect's settings as they come in."""
    late = []
    for path in sources(*(name for name in PACKAGES if name != "saegim")):
        for function in (node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in PACKAGES:
                    late.append(f"{named(path)}:{function.name} imports {node.module}")
    allowed = [item for item in late if " imports flows." in item and item.startswith(("apps/cli/run.py", "apps/demo/"))]
    assert sorted(late) == sorted(allowed)


def test_one_constant_a_line() -> None:
    """Each has room for a comment of its own."""
    tuples = [f"{named(path)}:{node.lineno}" for path in sources(*PACKAGES) for node in parsed(path).body
              if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)]
    assert not tuples


def test_a_new_verb_is_known_everywhere() -> None:
    """The contracts, the deployments and the tables that people read; CONTRIBUTING's steps 4, 6 and 8."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    independent = {name for contract in contracts if contract["type"] == "independence" for name in contract["modules"]}
    stages = {f"stages.{path.parent.name}" for path in (ROOT / "stages").glob("*/__init__.py")}
    assert stages <= independent
    flows = {path.stem for path in sources("flows") if any(
        "flow(" in ast.unparse(decorator) for node in parsed(path).body if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list)}
    verbs = {name.replace("_", "-") for name in flows}
    deployed = {item["name"] for item in yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]}
    assert verbs == deployed
    for page in ("docs/running.md", "docs/design.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        told = [name for name in verbs if f"**{name}**" in text or f"`{name}`" in text]
        assert set(told) >= verbs - {"full-cycle", "label-status"}
    own = {f"workbench.{name}" for name in flows - {"full_cycle", "label_status", "ingest_batch", "prelabel_batch", "watch"}}
    assert own <= independent
