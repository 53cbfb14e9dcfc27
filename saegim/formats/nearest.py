"""Pictures of label files that lie in folders of their own, where other folders hold pictures of the same name."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from saegim.formats.dataset_files import PICTURES, DatasetFiles
from saegim.formats.file_names import split_of


class NearestPictures:
    """The pictures of a data set, by label file.

    Args:
        files: of the data set.
    """

    def __init__(self, files: DatasetFiles) -> None:
        self._files = files
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in files.names(*PICTURES):
            self._by_stem[_stem(path)].append(path)

    def of(self, label_file: str, names: Sequence[str] = ()) -> str | None:
        """The picture of a label file; None where none, or no single one, can be meant.

        Tried in turn: the names that the labels give, as ``DatasetFiles.find`` takes them; a picture with the stem of one of
        the names, or of the label file itself: of several the one whose path has most folders in common with that of the
        label file, the split that folders name counting as one.

        Args:
            label_file: its path.
            names: file names of the picture, as the labels give them.
        """
        for name in filter(None, names):
            if (found := self._files.find(name, label_file)) and found.lower().endswith(PICTURES):
                return found
        for name in (*filter(None, names), label_file):
            if found := self._nearest(self._by_stem.get(_stem(name), []), label_file):
                return found
        return None

    @staticmethod
    def _nearest(candidates: list[str], label_file: str) -> str | None:
        near = _folders(label_file)
        ranked = sorted(((len(near & _folders(path)), path) for path in candidates), reverse=True)
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            return None
        return ranked[0][1] if ranked else None


def _folders(path: str) -> set[str]:
    parts = path.split("/")[:-1]
    split = split_of("/".join(parts))
    return {*parts, f"split {split}"} if split else set(parts)


def _stem(path: str) -> str:
    name = unicodedata.normalize("NFC", path.rpartition("/")[2]).casefold()
    return name.rpartition(".")[0] or name
