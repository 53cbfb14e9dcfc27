"""Pictures of label files that name them, and may lie in folders of their own."""

from __future__ import annotations

from collections.abc import Sequence

from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.pictures_by_stem import PicturesByStem, may_belong, stem_of


class NearestPictures:
    """The pictures of a data set, by label file.

    Args:
        files: of the data set.
    """

    def __init__(self, files: DatasetFiles) -> None:
        self._files = files
        self._by_stem = PicturesByStem(files)

    def of(self, label_file: str, names: Sequence[str] = ()) -> str | None:
        """The picture of a label file; None where none, or no single one, can be meant.

        Tried in turn: the names that the labels give, as ``DatasetFiles.find`` takes them; a picture with the stem of one of
        them, or of the label file itself, as ``PicturesByStem`` finds it. A picture in the folder of another split is none.

        Args:
            label_file: its path.
            names: file names of the picture, as the labels give them; empty ones are passed over.
        """
        for name in filter(None, names):
            found = self._files.find(name, label_file)
            if found and found.lower().endswith(PICTURES) and may_belong(found, label_file):
                return found
        stems = [stem_of(name.replace("\\", "/")) for name in (*filter(None, names), label_file)]
        return next(filter(None, (self._by_stem.of(stem, label_file) for stem in stems)), None)
