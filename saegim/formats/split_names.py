"""Names of the files and folders that a format has one of for each split."""

from __future__ import annotations

from saegim.formats.file_names import FileNames

ALL = "all"
"""In the place of a split's name where a data set has none."""


class SplitNames:
    """Gives each split a name for its files, which no other split has."""

    def __init__(self) -> None:
        self._names = FileNames()
        self._of: dict[str, str] = {}

    def of(self, split: str) -> str:
        """The name of a split's file or folder, without an ending."""
        if split not in self._of:
            self._of[split] = self._names.of(split or ALL)
        return self._of[split]
