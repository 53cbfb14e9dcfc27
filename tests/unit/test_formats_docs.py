"""docs/formats.md says what each format keeps and loses, as the formats themselves say it."""

from __future__ import annotations

from collections.abc import Iterator

from saegim.formats import FORMATS
from saegim.labels.dont_care import DONT_CARE
from saegim.labels.kept import kept
from workbench.settings import ROOT

PAGE = ROOT / "docs" / "formats.md"
BEGIN = "<!-- made by: .venv/bin/python -m tests.unit.test_formats_docs -->\n"
COLUMNS = 3
"""Of the table of spellings."""
END = "<!-- end -->"


def table() -> Iterator[str]:
    """The lines of the page's table."""
    yield "| `--format` | what | out | in | outlines | comes back into Saegim | has no place for | left out |"
    yield "|---|---|:-:|:-:|---|---|---|---|"
    found = [kept(form) for form in FORMATS.values()]
    for of in found:
        yield (f"| `{of.name}` | {of.title} | {'●' if of.is_written else ''} | {'●' if of.is_read else ''} | {of.outlines} | "
               f"{', '.join(of.keeps)} | {', '.join(of.loses)} | {of.left_out} |")
    yield ""
    yield "| `--format` | its own readers and training see |"
    yield "|---|---|"
    yield from (f"| `{of.name}` | {of.sees} |" for of in found if of.is_written)
    yield ""
    yield from (f"- `{of.name}`: {of.notes}" for of in found if of.notes)


def written_anew(page: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}" + "".join(f"{line}\n" for line in table()) + END + rest.partition(END)[2]


def test_the_table_is_what_the_formats_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written_anew(page), "run .venv/bin/python -m tests.unit.test_formats_docs"


def test_every_spelling_of_dont_care_is_on_the_page() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for name, spelled in DONT_CARE.items():
        if spelled.texts or spelled.field:
            words = {f"`{word}`" for word in (name, *spelled.texts, spelled.field) if word}
            assert any(all(word in line for word in words) and line.count("|") == COLUMNS + 1 for line in lines), name


if __name__ == "__main__":
    PAGE.write_text(written_anew(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
