"""Tables for spreadsheets, with strangers' text in them: Korean is read right, and no cell is ever a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Excel takes a file without it for one in the code page of the country, and shows Korean as noise."""
FORMULA = frozenset("=+-@＝＋－＠")
"""A cell that begins so is worked out by spreadsheets, in full width too (OWASP, "CSV Injection")."""
QUOTE = "'"
"""Before a text that would be a formula: spreadsheets show it as it is."""


def safe_cell(value: str | int) -> str | int:
    """A cell that no spreadsheet takes for a formula; numbers, and texts that could not be taken for one, are unchanged."""
    if isinstance(value, int):
        return value
    begins = next((char for char in value if not _is_unseen(char)), "")
    # A tab or a line break at the front is dropped by some programs, and begins a cell of its own in others.
    return QUOTE + value if begins in FORMULA or value[:1] in ("\t", "\r", "\n") else value


def csv_table(head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """A table as CSV (RFC 4180) with a byte order mark.

    Args:
        head: names of its columns.
        rows: as many cells each.
    """
    out = io.StringIO()
    written = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    written.writerow([safe_cell(name) for name in head])
    written.writerows([safe_cell(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + out.getvalue()


def _is_unseen(char: str) -> bool:
    """Whether a character takes no ink: a space, a control character, a mark of direction."""
    return unicodedata.category(char)[0] in "ZC"
