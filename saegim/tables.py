"""Tables on a terminal: columns where they fit into its width, else one block a row. No word is ever broken."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich import box, table
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

GAP = 2
"""Cells between two columns: rich's padding and the place of a rule."""
INDENT = "  "
WORDS = re.compile(r"^\s*\S+|\S+")
"""What is never broken: a word, the first one with what stands before it."""
UNBROKEN = sys.maxsize
"""A width that no line exceeds."""
PLAIN: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words, one word a heading.

    Attributes:
        title: stands above it; may be empty.
        headings: one a column. Where all are empty, no heading is shown.
        rows: its cells.
        left: so many of the first columns are names and stand at the left; the others are numbers and stand at the right.
        note: a sentence below it; may be empty.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1
    note: str = ""


def print_table(console: Console, shown: Table, styles: Mapping[str, str] = PLAIN) -> None:
    """Prints a table with its title and its note, and an empty line.

    Args:
        console: its width decides between columns and blocks.
        shown: what is printed; without rows only title and note are.
        styles: rich's style of every cell whose whole text is a key of this.
    """
    if shown.title:
        _print_words(console, "", shown.title, "bold")
    widths = column_widths(shown, console.width)
    if widths:
        console.print(_in_columns(shown, widths, styles))
    else:
        for number, row in enumerate(shown.rows):
            if number:
                console.print()
            for heading, cell in zip(shown.headings, row, strict=True):
                if cell:
                    _print_words(console, f"{heading}: " if heading else "", cell, styles.get(cell, ""))
    if shown.note:
        _print_words(console, INDENT, shown.note, "dim")
    console.print()


def column_widths(shown: Table, width: int) -> tuple[int, ...]:
    """Cells of a terminal that each column gets; a Korean letter takes two.

    Names and headings may be broken between words, numbers with their units are not broken at all. Columns that need least get
    all that they need, the others share what is left.

    Args:
        shown: the table.
        width: of the terminal, in cells.

    Returns:
        One width a column; none where they do not fit, or where there is no column.
    """
    whole = [max(map(_width_of, (heading, *cells))) for heading, *cells in zip(shown.headings, *shown.rows, strict=True)]
    least = [max([_width_of(heading, 0), *(_width_of(cell, 0 if number < shown.left else UNBROKEN) for cell in cells)])
             for number, (heading, *cells) in enumerate(zip(shown.headings, *shown.rows, strict=True))]
    spare = width - GAP * (len(least) - 1) - sum(least)
    if spare < 0:
        return ()
    widths = list(least)
    hungry = sorted(range(len(least)), key=lambda column: whole[column] - least[column])
    for place, column in enumerate(hungry):
        more = min(whole[column] - least[column], spare // (len(hungry) - place))
        widths[column] += more
        spare -= more
    return tuple(widths)


def broken_lines(text: str, width: int) -> list[str]:
    """Breaks a text between its words only.

    Args:
        text: may have several lines; what stands before the first word of each is kept.
        width: cells of a line. A longer word is a line of its own.

    Returns:
        Its lines; at least one.
    """
    lines = []
    for whole in text.expandtabs().splitlines():
        if cell_len(whole) <= width:
            lines.append(whole)
            continue
        line = ""
        for word in WORDS.findall(whole):
            if line and cell_len(f"{line} {word}") > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines or [""]


def _width_of(text: str, width: int = UNBROKEN) -> int:
    """Cells of the widest of the lines that a text is broken into."""
    return max(map(cell_len, broken_lines(text, width)))


def _in_columns(shown: Table, widths: Sequence[int], styles: Mapping[str, str]) -> table.Table:
    grid = table.Table(box=box.SIMPLE_HEAD, show_header=any(shown.headings), show_edge=False, pad_edge=False,
                       collapse_padding=True)
    for number, (heading, width) in enumerate(zip(shown.headings, widths, strict=True)):
        grid.add_column(Text("\n".join(broken_lines(heading, width))), justify="left" if number < shown.left else "right",
                        width=width)
    for row in shown.rows:
        grid.add_row(*(Text("\n".join(broken_lines(cell, width)), styles.get(cell, ""))
                       for cell, width in zip(row, widths, strict=True)))
    return grid


def _print_words(console: Console, before: str, text: str, style: str) -> None:
    """Prints a text behind something in bold letters, broken between words and indented from its second line on."""
    for number, line in enumerate(broken_lines(before + text, console.width - len(INDENT))):
        shown = Text(INDENT * bool(number) + line, style)
        if not number:
            shown.stylize("bold", 0, len(before))
        console.print(shown, soft_wrap=True)
