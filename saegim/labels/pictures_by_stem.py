"""Pictures found for label files that have their names, but for the ending."""

from __future__ import annotations

import unicodedata
from itertools import takewhile

from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.file_names import split_of


class PicturesByStem:
    """The pictures of a data set by their names without ending; neither capitals nor the normalisation of Hangul count."""

    def __init__(self, files: DatasetFiles) -> None:
        self._found: dict[str, list[str]] = {}
        for path in files.names(*PICTURES):
            self._found.setdefault(_plain(stem_of(path)), []).append(path)

    def of(self, stem: str, label_file: str) -> str | None:
        """The picture with a name; of several the one whose path has most folders in common with that of the label file.

        A picture in a folder of another split than the label file's is none: only that split was fetched, perhaps.

        Args:
            stem: name of the picture without its ending.
            label_file: path of the file that names it.

        Returns:
            Its path; None where there is none, or where nothing tells which.
        """
        found = [path for path in self._found.get(_plain(stem), []) if may_belong(path, label_file)]
        same = [path for path in found if split_of(path) == split_of(label_file)] or found
        near = {path: _in_common(path, label_file) for path in same}
        nearest = [path for path in same if near[path] == max(near.values())]
        return nearest[0] if len(nearest) == 1 else None


def may_belong(path: str, label_file: str) -> bool:
    """Whether no folder says that a picture is of another split than its labels."""
    return len({split_of(one.rpartition("/")[0]) for one in (path, label_file)} - {""}) < 2


def stem_of(path: str) -> str:
    """The last part of a path without its ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _in_common(path: str, other: str) -> tuple[int, int]:
    """How many folders two paths share from the top, and how many anywhere."""
    folders = path.split("/")[:-1]
    others = other.split("/")[:-1]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(folders, others, strict=False)))
    return shared, len({*folders} & {*others})


def _plain(stem: str) -> str:
    return unicodedata.normalize("NFC", stem).casefold()
