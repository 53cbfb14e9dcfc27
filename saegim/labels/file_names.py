"""Names of the files that a format writes, and what the names of a stranger's files say of splits."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\s,\ud800-\udfff]+')
"""What some file system, archive or label file does not take in a name."""
LONGEST = 200
"""Bytes of a name: file systems take 255, and label files put an ending behind it."""
SPLITS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "dev": "val",
          "test": "test", "testing": "test", "eval": "test", "evaluation": "test", "heldout": "test", "학습": "train",
          "훈련": "train", "검증": "val", "평가": "test", "테스트": "test"}
"""Words in the names of folders and files that say a split."""
NO_WORDS = re.compile(r"[\W\d_]+")
HELD_OUT = re.compile(r"(held|hold)[\W_]*out")
"""A word for measuring that many write as two."""


class FileNames:
    """Gives each image a file name that every file system takes and that no other has, also where neither capitals nor endings
    count: label files beside pictures have the name without its ending.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, name: str, ending: str = "") -> str:
        """A file name for an image: the last part of its own name; with its folders where that is taken; else with a number.

        Args:
            name: of the image in its data set, a path with ``/``.
            ending: with its dot, that the file name gets besides; none where the name has it.
        """
        parts = [part for part in map(safe_part, name.split("/")) if part]
        candidates = [(parts[-1] if parts else "image") + ending, ("_".join(parts) or "image") + ending]
        stem, dot, ending = candidates[1].rpartition(".")
        numbered = (f"{stem}-{number}.{ending}" if dot else f"{ending}-{number}" for number in range(2, 1 << 31))
        return next(one for one in chain(candidates, numbered) if self._free(one))

    def _free(self, name: str) -> bool:
        key = (name.rpartition(".")[0] or name).casefold()
        if key in self._taken:
            return False
        self._taken.add(key)
        return True


def split_of(path: str) -> str:
    """The split that the name of a file or of its folders says: ``train``, ``val``, ``test``, or empty where none does.

    Args:
        path: with ``/``; the last part that says one counts, such as ``val`` of ``train_and_val/val/img_1.txt``.
    """
    for part in reversed(path.split("/")):
        plain = HELD_OUT.sub(" heldout ", unicodedata.normalize("NFC", part).lower())
        found = {SPLITS[word] for word in NO_WORDS.split(plain) if word in SPLITS}
        if len(found) == 1:
            return found.pop()
    return ""


def safe_part(part: str) -> str:
    """One part of a path without what names may not hold, never a way out of its folder; NFC, not too long; perhaps empty."""
    plain = NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", part)).strip(".").strip("_")
    if len(plain.encode()) <= LONGEST:
        return plain
    stem, _, ending = plain.rpartition(".")
    return stem.encode()[:LONGEST - 20].decode("utf-8", "ignore") + "." + ending[:8]
