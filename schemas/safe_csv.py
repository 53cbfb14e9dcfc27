"""Tables for spreadsheets, with strangers' text in them: nothing of it is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

MARK = "\ufeff"
"""At the start of a file: Excel reads Korean as UTF-8 by it."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell that a spreadsheet counts begins with (OWASP, CSV injection), full-width letters too."""


def safe_cell(value: str | int) -> str | int:
    """A cell as a spreadsheet shows it, letter by letter: an apostrophe stands before what it would count.

    A text that begins with an apostrophe gets one more, so that what was there can be told. Numbers stay numbers.
    """
    if isinstance(value, int):
        return value
    clean = value.replace("\0", "")
    return f"'{clean}" if clean.lstrip(" \u00a0\u3000").startswith((*FORMULA, "'")) else clean


def csv_table(head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """A table as CSV (RFC 4180) that Excel, Numbers and LibreOffice read: UTF-8 with a mark, every text safe.

    Args:
        head: names of its columns.
        rows: as many cells each.
    """
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\r\n")
    written.writerow([safe_cell(name) for name in head])
    written.writerows([safe_cell(cell) for cell in row] for row in rows)
    return MARK + out.getvalue()
