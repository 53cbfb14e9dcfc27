"""What a format has no place for, as lines of JSON beside the format's own list: one line an entry, in the order of the list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.texts import decoded

OF = "of"
"""Key of the entry that a line speaks of."""
BROKEN = "the lines beside the labels are broken: what they held is lost"


def line_beside(of: str, held: Mapping[str, Any]) -> str:
    """A line, with its end.

    Args:
        of: the entry, as the format's own list names it.
        held: what the format has no place for.
    """
    return json.dumps({OF: of, **held}, ensure_ascii=False, separators=(",", ":")) + "\n"


class Beside:
    """Lines of such a file by their entries. Entries are asked for mostly in the order of the file, so that few wait.

    Args:
        files: of the data set.
        name: of the file; where it is not there, no entry has anything.
        findings: told where the file is broken.
    """

    def __init__(self, files: DatasetFiles, name: str, findings: Findings) -> None:
        self._waiting: dict[str, Mapping[str, Any]] = {}
        self._lines = _read(files, name, findings) if name in files.names(".jsonl") else iter(())

    def take(self, of: str) -> Mapping[str, Any]:
        """What is held of an entry; nothing of one that has no line."""
        if (known := self._waiting.pop(of, None)) is not None:
            return known
        for found in self._lines:
            if found[OF] == of:
                return found
            self._waiting[found[OF]] = found
        return {}


def _read(files: DatasetFiles, name: str, findings: Findings) -> Iterator[Mapping[str, Any]]:
    try:
        for line in decoded(files.read(name), name, findings).split("\n"):
            found = json.loads(line) if line else None
            if isinstance(found, dict) and isinstance(found.get(OF), str):
                yield found
    except (FormatWrong, ValueError, RecursionError) as error:
        findings.changed(name, None, BROKEN, str(error))
