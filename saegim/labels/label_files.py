"""Data sets with a text file of lines a picture, named like the picture: ICDAR's and YOLO's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import Draft, DraftImage, finished, no_picture
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage
from saegim.labels.licence_file import LICENCE
from saegim.labels.picture_files import leave_unlabelled
from saegim.labels.pictures_by_stem import PicturesByStem, stem_of
from saegim.labels.split_names import ALL
from saegim.labels.texts import decoded_lines

UNREADABLE = "a label file that cannot be read"
TWICE = "another label file has the same picture"


@dataclass(frozen=True, slots=True)
class LineFile:
    """A text file, and the path of the picture whose name it has; None where there is none."""

    name: str
    path: str | None


@dataclass(frozen=True, slots=True)
class LineFormat:
    """How the text files of a data set are read.

    Attributes:
        draft_of: reads a line that is not empty.
        are_labels: whether lines are labels: a text file without a picture may be a README.
        labels: folder with the folders of labels by split, as we write them.
        pictures: folder with the folders of pictures by split, as we write them.
        unit: of regions.
    """

    draft_of: Callable[[str], Draft]
    are_labels: Callable[[list[str]], bool]
    labels: str
    pictures: str
    unit: str


def label_files(files: DatasetFiles, endings: tuple[str, ...], prefix: str = "") -> list[LineFile]:
    """All text files of a data set, with their pictures.

    Args:
        files: of the data set.
        endings: of label files.
        prefix: that may stand before the picture's name.
    """
    pictures = PicturesByStem(files)
    found = []
    for name in files.label_names(*endings):
        stem = stem_of(name)
        path = pictures.of(stem, name)
        if path is None and prefix and stem.lower().startswith(prefix):
            path = pictures.of(stem[len(prefix):], name)
        if name != LICENCE:
            found.append(LineFile(name, path))
    return found


def some_lines(files: DatasetFiles, found: list[LineFile], count: int) -> list[str]:
    """Lines of the first label files that can be read, so many; empty ones are not there."""
    return [line for one in found[:count] for line in _lines(files, one.name, Findings()) or ()]


def images_of(files: DatasetFiles, found: list[LineFile], form: LineFormat, findings: Findings) -> Iterator[LabelledImage]:
    """Reads label files one after the other; what is wrong with each is told, and pictures that none has.

    Args:
        files: of the data set.
        found: its text files.
        form: how they are read.
        findings: take the remarks.
    """
    used: set[str] = set()
    taken: set[str] = set()
    for one in found:
        texts = _lines(files, one.name, findings)
        if texts is None or (one.path is None and not form.are_labels(texts)):
            used.add(one.path or "")
            continue
        if one.path in used:
            findings.came(len(texts))
            findings.left_out(one.name, None, TWICE, one.path or "", regions=len(texts))
            continue
        last = (one.path or one.name).rpartition("/")[2]
        name = last if last not in taken else one.path or one.name
        taken.add(name)
        used.add(one.path or "")
        image = LabelledImage(name, no_picture, 0, 0, form.unit, split=_split(one, form))
        if read := finished(files, one.path, DraftImage(image, [form.draft_of(line) for line in texts]), findings):
            yield read
    leave_unlabelled(files, used, findings)


def _split(one: LineFile, form: LineFormat) -> str:
    """The split of a picture: its folder's name where both lie in folders by split, as we write them; else what names say."""
    label_folders = one.name.split("/")[:-1]
    folders = (one.path or "").split("/")[:-1]
    if label_folders[-2:-1] == [form.labels] and folders[-2:-1] == [form.pictures] and label_folders[-1] == folders[-1]:
        return "" if folders[-1] == ALL else folders[-1]
    return split_of(one.name) or split_of(one.path or "")


def _lines(files: DatasetFiles, name: str, findings: Findings) -> list[str] | None:
    """Lines that are not empty; None where the file cannot be read: then it is left out."""
    try:
        return [line for line in decoded_lines(files.read(name), name, findings) if line.strip()]
    except FormatWrong as error:
        findings.came(0)
        findings.left_out(name, None, UNREADABLE, str(error))
        return None
