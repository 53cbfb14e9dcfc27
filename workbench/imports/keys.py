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

    def key_of(self, name: str, is_marked: bool = False) -> str:
        """The key of a picture: its name in NFC; where that cannot be one, or is taken, the marked one.

        Args:
            name: as the data set has it, a path with ``/``.
            is_marked: whether an earlier import has this very picture under the marked key: of two names that are one in NFC the
                first takes it, and pictures may come in another order again.
        """
        key = self._plain_key(name)
        if key is None or is_marked or self._given.get(key, name) != name:
            key = self.marked_key(name)
        self._given[key] = name
        return key

    def possible_keys(self, name: str) -> list[str]:
        """The keys that a picture of this name may get."""
        plain = self._plain_key(name)
        return [key for key in (plain, self.marked_key(name)) if key]

    def marked_key(self, name: str) -> str:
        """A key with eight digits of the name's digest in it, which no other name has."""
        stem, dot, ending = _short(_safe_path(name)).rpartition(".")
        mark = digest("name", name, length=8)
        return f"{self._folder}/{stem}-{mark}.{ending}" if dot else f"{self._folder}/{ending}-{mark}"

    def _plain_key(self, name: str) -> str | None:
        safe = _safe_path(name)
        key = f"{self._folder}/{safe}"
        return key if safe == unicodedata.normalize("NFC", name) and len(key.encode()) <= LONGEST else None


def _safe_path(name: str) -> str:
    parts = map(_safe, unicodedata.normalize("NFC", name).split("/"))
    return "/".join(part for part in parts if part not in ("", ".", ".."))


def _safe(part: str) -> str:
    kept = ("_" if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char == "\\" else char for char in part)
    return "".join(kept).strip()


def _short(name: str) -> str:
    """The end of a name, which tells its kind of file."""
    data = name.encode()
    return name if len(data) <= LONGEST // 2 else data[-LONGEST // 2:].decode(errors="ignore").lstrip("/")
