"""What the documentation names is there: files, links, anchors, keys; and what the code refers to is in docs/design.md."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.label_studio.label_config import read_xml
from workbench.settings import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
A_FILE = re.compile(r"[^\s`]*[\w>](?:\.(?:py|yaml|md|xml|jinja)|/)")
NOT_HERE = {
    # what readers make
    "stages/tally/counts.py", "stages/tally/__init__.py", "workbench/tally.py", "flows/tally.py",
    "tests/unit/stages/tally/test_counts.py", "saegim/formats/texts.py",
    "bundle.yaml", "recipes/models/our-engine.yaml", "recipes/campaigns/NAME.yaml", "recipes/datasets/<name>.yaml",
    "annotation_configs/signs/config.yaml", "annotation_configs/signs/config.xml", "annotation_configs/signs/guide.md",
    # what lies in a bucket, a pulled release or the state folder
    "raw/NAME/", "raw/<name>/<submitter>/", "s3://raw/sprng-2025/", "s3://raw/spring-2025/", "v3+r1/", "v7/", "v7/README.md",
    "reports/", ".saegim/", ".saegim/models/",
}
"""Names of files that a page gives and that are not in the repository."""
IN_A_FILE = re.compile(r"([\w./-]+\.py):(\w+)")
"""A function or class of a file, such as ``stages/compare.py:compare``."""
NUMBERS = r"[DI]\d+(?:(?:,| and) [DI]\d+)*"
REFERENCE = re.compile(rf"(?:(?:[Dd]esign|[Ii]nvariants?|docs/design\.md,?) |\()({NUMBERS})\b")


def files_here() -> list[str]:
    """Every file of the repository, tracked or new, relative to its root."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).exists()]


def text_of(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def files_named(page: Path) -> Iterator[str]:
    """Paths between backticks of a page."""
    for code in INLINE.findall(text_of(page)):
        yield from (word for word in code.split() if A_FILE.fullmatch(word))


def anchors(page: Path) -> set[str]:
    """What a link may say after ``#``: the headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def here() -> list[str]:
    return files_here()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_that_it_names_are_there(page: Path, here: list[str]) -> None:
    paths = [f"/{path}" for path in here]
    missing = {name for name in files_named(page) if name not in NOT_HERE and not any(
        f"/{name}" in path if name.endswith("/") else path.endswith(f"/{name}") for path in paths)}
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_functions_that_it_names_are_there(page: Path) -> None:
    named = [found for code in INLINE.findall(text_of(page)) if (found := IN_A_FILE.fullmatch(code))]
    assert page.name != "architecture.md" or len(named) >= 40
    assert not {found[0] for found in named if not (ROOT / found[1]).is_file() or not re.search(
        rf"^(?:def|class) {found[2]}\b", (ROOT / found[1]).read_text(encoding="utf-8"), re.MULTILINE)}


def test_names_of_files_are_found() -> None:
    named = {name for page in PAGES for name in files_named(page)}
    assert {"schemas/reading.py", "annotation_configs/", "bundle.yaml"} <= named
    assert named >= NOT_HERE, "these stand on no page any more"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_links_lead_somewhere(page: Path) -> None:
    wrong = set()
    for link in LINK.findall(text_of(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.add(link)
    assert not wrong


def test_links_and_anchors_are_found() -> None:
    assert len(LINK.findall(text_of(DOCS / "design.md"))) >= 20
    assert {"d7", "i2", "the-way-of-the-data"} <= anchors(DOCS / "design.md")


def test_every_page_can_be_reached_from_the_readme() -> None:
    found, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        found.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in LINK.findall(text_of(page)) if "://" not in link}
        todo += [target for target in targets if target.suffix == ".md" and target not in found]
    assert set(PAGES) <= found


def test_what_its_examples_import_is_there() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    nodes = [node for block in blocks for node in ast.walk(ast.parse(block))]
    imported = {(node.module or "", name.name) for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}
    ours = {(module, name) for module, name in imported if not re.search(r"tally|^__future__$", module) and name != "TallyReport"}
    assert len(blocks) >= 6 and ("workbench.bench", "Workbench") in ours
    assert not {(module, name) for module, name in ours if not hasattr(importlib.import_module(module), name)}


def test_what_the_code_refers_to_is_in_the_design(here: list[str]) -> None:
    referred: dict[str, list[str]] = {}
    for name in here:
        if name.endswith((".py", ".toml", ".yaml", ".jinja", "Makefile")) and name != "tests/unit/test_docs_links.py":
            for numbers in REFERENCE.findall((ROOT / name).read_text(encoding="utf-8")):
                for number in re.findall(r"[DI]\d+", numbers):
                    referred.setdefault(number, []).append(name)
    assert {"D1", "D3", "D7", "D15", "I2", "I5"} <= referred.keys()
    there = anchors(DOCS / "design.md")
    assert not {number: names for number, names in referred.items() if number.lower() not in there}


def test_every_decision_and_invariant_has_its_heading() -> None:
    headings = re.findall(r"^#+ ([DI]\d+)$", (DOCS / "design.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [*(f"D{number}" for number in range(1, 14)), *(f"I{number}" for number in range(1, 8)), "D14", "D15"]


@pytest.mark.parametrize("page", ["annotators.md", "annotators.ko.md"])
def test_annotators_have_every_key(page: str) -> None:
    there = {key.lower() for key in INLINE.findall((DOCS / page).read_text(encoding="utf-8"))}
    keys = {tag.get("hotkey").lower() for xml in ROOT.glob("annotation_configs/*/config.xml")
            for tag in read_xml(xml.read_text(encoding="utf-8")).walk() if tag.get("hotkey")}
    assert {"alt+x", "ctrl+alt+w", "ctrl+alt+9"} <= keys
    assert not keys - there


def test_both_languages_say_the_same() -> None:
    korean, english = ((DOCS / name).read_text(encoding="utf-8") for name in ("annotators.ko.md", "annotators.md"))
    for what in (r"^#+ ", r"^\|", r"^- ", r"^\d\. ", r"!\[", r"\]\((?!annotators)[^)]*\)"):
        assert len(re.findall(what, korean, re.MULTILINE)) == len(re.findall(what, english, re.MULTILINE)), what
    assert re.findall(r"^\| (`.*?`) \|", korean, re.MULTILINE) == re.findall(r"^\| (`.*?`) \|", english, re.MULTILINE)
