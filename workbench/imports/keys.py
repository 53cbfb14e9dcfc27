"""Where the pictures of a source lie in the bucket of submissions: a key for each name, that every tool can name."""

from __future__ import annotations

import unicodedata

from schemas.ids import digest

LONGEST = 800
"""Bytes of a key, of the 1,024 that S3 takes."""


class SourceKeys:
    """Keys of one import. Two names never get one key, and a name always gets the same.

    Args:
        folder: what all keys begin with, without a slash at its end: the source, and a split that was asked for.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._given: dict[str, str] = {}

    def key_of(self, name: str) -> str:
        """The key of a picture: its name in NFC; where that cannot be one, or is taken, with eight digits of the name's digest.

        Args:
            name: as the data set has it, a path with ``/``.
        """
        plain = unicodedata.normalize("NFC", name)
        safe = "/".join(part for part in map(_safe, plain.split("/")) if part not in ("", ".", ".."))
        key = f"{self._folder}/{safe}"
        if safe != plain or len(key.encode()) > LONGEST or self._given.get(key, name) != name:
            stem, dot, ending = _short(safe).rpartition(".")
            mark = digest("name", name, length=8)
            key = f"{self._folder}/{stem}-{mark}.{ending}" if dot else f"{self._folder}/{ending}-{mark}"
        self._given[key] = name
        return key


def _safe(part: str) -> str:
    kept = ("_" if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char == "\\" else char for char in part)
    return "".join(kept).strip()


def _short(name: str) -> str:
    """The end of a name, which tells its kind of file."""
    data = name.encode()
    return name if len(data) <= LONGEST // 2 else data[-LONGEST // 2:].decode(errors="ignore").lstrip("/")
