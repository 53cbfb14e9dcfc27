"""Tables as CSV for spreadsheets: Korean is read right, and no cell is a formula."""

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


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """A table as CSV (RFC 4180) with a byte order mark.

    Args:
        headings: of the columns.
        rows: their cells; numbers stay numbers, texts that a spreadsheet would take for a formula are led by ``'``.
    """
    out = io.StringIO(BYTE_ORDER_MARK)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(map(harmless, headings))
    writer.writerows([cell if isinstance(cell, int) else harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; one that could not be taken for one is unchanged."""
    begins = next((char for char in text if not _is_unseen(char)), "")
    # A tab or a line break at the front is dropped by some programs, and begins a cell of its own in others.
    return QUOTE + text if begins in FORMULA or text[:1] in ("\t", "\r", "\n") else text


def _is_unseen(char: str) -> bool:
    """Whether a character takes no ink: a space, a control character, a mark of direction."""
    return unicodedata.category(char)[0] in "ZC"
