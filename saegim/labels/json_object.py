"""One JSON object that is written member by member, for formats that have one document for all of a split."""

from __future__ import annotations

import json
from typing import Any, Self, TextIO


class JsonObject:
    """Use it in a ``with``: it is closed when that ends.

    Args:
        lines: where it is written; one line a member.
    """

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines
        self._first = True

    def __enter__(self) -> Self:
        self._lines.write("{")
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.write("\n}\n")

    def add(self, key: str, value: Any) -> None:
        """One member more; its key is no other's."""
        self._lines.write(("\n" if self._first else ",\n") + json.dumps(key, ensure_ascii=False) + ": "
                          + json.dumps(value, ensure_ascii=False))
        self._first = False
