"""Names of the files and folders that a format has one of for each split."""

from __future__ import annotations

from saegim.labels.file_names import FileNames
from saegim.labels.findings import Findings

ALL = "all"
"""In the place of a split's name where a data set has none."""
RENAMED = "a split whose files have another name, which every disk takes and no other split has"


class SplitNames:
    """Gives each split a name for its files, which no other split has.

    Args:
        findings: told once of each split whose files have another name than it.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._names = FileNames()
        self._of = {"": self._names.of(ALL)}

    def of(self, split: str) -> str:
        """The name of a split's file or folder, without an ending."""
        if split not in self._of:
            self._of[split] = self._names.of(split)
            if self._of[split] != split:
                self._findings.changed(split, None, RENAMED, self._of[split])
        return self._of[split]
