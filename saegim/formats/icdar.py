"""ICDAR's text files: one a picture, a line a word. Written as those of 2015; read in all dialects of ``icdar_lines``.

Written as ``images/<split>/`` beside ``gt/<split>/gt_<picture>.txt``.
"""

from __future__ import annotations

from dataclasses import replace

from saegim.errors import FormatWrong
from saegim.formats.icdar_lines import NAME, LineDialect, dialect_of, draft_of
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.dont_care import ONLY_DONT_CARE, means_dont_care, spelling
from saegim.labels.extras import IMAGE_ID
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.label_files import LineFormat, images_of, label_files, some_lines
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.output import Output
from saegim.labels.pictures_by_stem import stem_of
from saegim.labels.saved_pictures import saved_pictures
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import LINE_ENDS

ENDINGS = (".txt", ".csv")
PREFIX = "gt_"
LABELS = "gt"
IMAGES = "images"
LOOKED_AT = 20
"""So many label files are looked at to tell the dialect."""
ONE_LINE = "a line break in its text became a space"
NOT_ITS_TEXT = "text of an illegible region"


def _recognise(files: DatasetFiles) -> str:
    named = [one for one in label_files(files, ENDINGS, PREFIX) if one.path]
    dialect = dialect_of(some_lines(files, named, LOOKED_AT))
    return f"{len(named)} text files named like pictures, lines of {dialect}" if dialect else ""


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    for saved in saved_pictures(dataset.images, lambda image: f"{IMAGES}/{splits.of(image.split)}/{image.name}", output):
        image = saved.image
        split = splits.of(image.split)
        labels = [_line(region, number, image, findings) for number, region in enumerate(image.regions)]
        output.write(f"{LABELS}/{split}/{PREFIX}{stem_of(image.name)}.txt", "".join(labels).encode())
        findings.went(len(labels))
        output.advance(1)
    write_licence(dataset, output)
    return [LABELS, IMAGES]


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


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    found = label_files(files, ENDINGS, PREFIX)
    named = [one for one in found if one.path]
    if not named:
        raise FormatWrong(f"{files.path} has no text file that is named like a picture, such as gt_img_1.txt for img_1.jpg")
    ours = files.written_as(NAME, [one.name for one in named])
    dialect = (None if ours else dialect_of(some_lines(files, named, LOOKED_AT))) or LineDialect(8)
    form = LineFormat(lambda line: draft_of(line, dialect), lambda lines: dialect_of(lines) is not None, LABELS, IMAGES,
                      FORMAT.unit)
    images = images_of(files, found, form, findings)
    return LabelledSet(files.path.name, map(_of_release, images) if ours else images, licence=licence_of(files))


def _of_release(image: LabelledImage) -> LabelledImage:
    """An image that we wrote: of one of a release, the name is its id."""
    stem = stem_of(image.name)
    return replace(image, image_id=stem) if IMAGE_ID.fullmatch(stem) else image


FORMAT = Format(
    NAME, "ICDAR text files",
    Holds(Shape.QUAD, frozenset({"legible"}), frozenset({"split", "image_id"}), whole=True),
    read=_read, write=_write, recognise=_recognise,
    notes=("Written as ICDAR 2015: four corners in whole pixels and the text; read as 2013, 2015, 2017, 2019 and SROIE have it.",
           "A real text `###`, check boxes, stamps and signatures are written as don't care, and told.",
           "Texts are never quoted, and everything behind the eighth comma is text; in a folder that Saegim has written it is "
           "read as that. Of others, quotes around nearly all texts, and scripts before them, are taken off and told."),
    sees="four corners in whole pixels and texts; a real text `###`, check boxes, stamps and signatures as don't care")
