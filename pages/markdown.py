"""Markdown that the card is made of: tables and pictures. Strangers' text comes escaped, see ``schemas.shown_text``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str | int]], left: int = 1) -> str:
    """A table; cells are Markdown already, numbers and what stands right of the first ``left`` columns is flush right."""
    lines = ["| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    marks = ["---" if number < left else "---:" for number in range(len(headings))]
    return "\n".join(["| " + " | ".join(headings) + " |", "| " + " | ".join(marks) + " |", *lines])


def picture(pictures: Mapping[str, str], name: str, text: str) -> str:
    """A picture, empty where there is none.

    Args:
        pictures: where each lies, relative to the page, by name.
        name: of the one.
        text: in place of it, for who cannot see it.
    """
    return f"![{text}]({pictures[name]})" if name in pictures else ""
