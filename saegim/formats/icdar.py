"""ICDAR's text files: one a picture, a line a word. Written as those of 2015; read in all dialects of ``icdar_lines``.

Written as ``images/<split>/`` beside ``gt/<split>/gt_<picture>.txt``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from saegim.errors import FormatWrong
from saegim.formats.ahead import made_ahead
from saegim.formats.dataset_files import DatasetFiles
from saegim.formats.dont_care import ONLY_DONT_CARE, means_dont_care, spelling
from saegim.formats.drafts import DraftImage, finished, no_picture
from saegim.formats.file_names import split_of
from saegim.formats.findings import Findings
from saegim.formats.format import Format, Holds, Shape
from saegim.formats.icdar_lines import NAME, Dialect, dialect_of, draft_of
from saegim.formats.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.formats.licence_file import LICENCE, licence_of, write_licence
from saegim.formats.output import Output
from saegim.formats.picture_files import leave_unlabelled, write_picture
from saegim.formats.pictures_by_stem import PicturesByStem, stem_of
from saegim.formats.split_names import ALL, SplitNames
from saegim.formats.texts import LINE_ENDS, decoded, lines

ENDINGS = (".txt", ".csv")
PREFIX = "gt_"
LOOKED_AT = 20
"""So many label files are looked at to tell the dialect."""
ONE_LINE = "a line break in its text became a space"
NOT_ITS_TEXT = "text of an illegible region"
TWICE = "another label file has the same picture"


@dataclass(frozen=True, slots=True)
class _LabelFile:
    """A text file, and the path of the picture whose name it has; None where there is none."""

    name: str
    path: str | None


def _recognise(files: DatasetFiles) -> str:
    named = [one for one in _label_files(files, PicturesByStem(files)) if one.path]
    dialect = _dialect(files, named) if named else None
    return f"{len(named)} text files named like pictures, lines of {dialect}" if dialect else ""


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames()

    def save(image: LabelledImage) -> None:
        write_picture(image, f"images/{splits.of(image.split)}/{image.name}", output)

    for image, _ in made_ahead(save, dataset.images):
        split = splits.of(image.split)
        labels = [_line(region, number, image, findings) for number, region in enumerate(image.regions)]
        output.write(f"gt/{split}/{PREFIX}{stem_of(image.name)}.txt", "".join(labels).encode())
        findings.went(len(labels))
        output.advance(1)
    write_licence(dataset, output)
    return ["gt", "images"]


def _line(region: LabelledRegion, number: int, image: LabelledImage, findings: Findings) -> str:
    text = LINE_ENDS.sub(" ", region.text)
    if not region.legible:
        if region.text:
            findings.not_held(image.name, number, NOT_ITS_TEXT)
        text = spelling(NAME)
    elif region.kind != "text" or means_dont_care(NAME, text):
        findings.changed(image.name, number, ONLY_DONT_CARE)
        text = spelling(NAME)
    elif text != region.text:
        findings.changed(image.name, number, ONE_LINE)
    return ",".join(f"{x:.0f},{y:.0f}" for x, y in region.polygon) + f",{text}\n"


def _label_files(files: DatasetFiles, pictures: PicturesByStem) -> list[_LabelFile]:
    """All text files, with the picture whose name each has."""
    found = []
    for name in [files.chosen] if files.chosen else files.names(*ENDINGS):
        stem = stem_of(name)
        path = pictures.of(stem, name) or (pictures.of(stem[len(PREFIX):], name) if stem.lower().startswith(PREFIX) else None)
        if name != LICENCE:
            found.append(_LabelFile(name, path))
    return found


def _dialect(files: DatasetFiles, label_files: list[_LabelFile]) -> Dialect | None:
    looked_at = []
    for one in label_files[:LOOKED_AT]:
        with suppress(FormatWrong):
            looked_at += lines(decoded(files.read(one.name), one.name, Findings()))
    return dialect_of(looked_at)


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    label_files = _label_files(files, PicturesByStem(files))
    named = [one for one in label_files if one.path]
    if not named:
        raise FormatWrong(f"{files.path} has no text file that is named like a picture, such as gt_img_1.txt for img_1.jpg")
    dialect = _dialect(files, named) or Dialect(8)
    return LabelledSet(files.path.name, _images(files, label_files, dialect, findings), licence=licence_of(files))


def _images(files: DatasetFiles, label_files: list[_LabelFile], dialect: Dialect, findings: Findings) -> Iterator[LabelledImage]:
    used: set[str] = set()
    taken: set[str] = set()
    for one in label_files:
        try:
            found = [line for line in lines(decoded(files.read(one.name), one.name, findings)) if line.strip()]
        except FormatWrong as error:
            findings.came(0)
            findings.left_out(one.name, None, "a label file that cannot be read", str(error))
            used.add(one.path or "")
            continue
        if one.path is None and dialect_of(found) is None:
            continue  # a text that is no label file, such as a README
        if one.path in used:
            findings.came(len(found))
            findings.left_out(one.name, None, TWICE, one.path or "", regions=len(found))
            continue
        name = (one.path or one.name).rpartition("/")[2]
        name = name if name not in taken else one.path or one.name
        taken.add(name)
        used.add(one.path or "")
        image = LabelledImage(name, no_picture, 0, 0, FORMAT.unit, split=_split(one))
        if image_read := finished(files, one.path, DraftImage(image, [draft_of(line, dialect) for line in found]), findings):
            yield image_read
    leave_unlabelled(files, used, findings)


def _split(one: _LabelFile) -> str:
    """The folder's name where labels and pictures lie in folders by split, as they are written; else what the names say."""
    labels = one.name.split("/")
    picture = (one.path or "").split("/")
    if labels[-3:-2] == ["gt"] and picture[-3:-2] == ["images"] and labels[-2] == picture[-2]:
        return "" if labels[-2] == ALL else labels[-2]
    return split_of(one.name) or split_of(one.path or "")


FORMAT = Format(
    NAME, "ICDAR text files",
    Holds(Shape.QUAD, frozenset({"legible"}), frozenset({"split"}), whole=True),
    read=_read, write=_write, recognise=_recognise,
    notes=("Written as ICDAR 2015: four corners in whole pixels and the text; read as 2013, 2015, 2017, 2019 and SROIE have it.",
           "A real text `###`, check boxes, stamps and signatures are written as don't care, and told.",
           "Texts are never quoted, and everything behind the eighth comma is text."))
