"""AI-Hub's Korean data sets: as many forms of JSON as data sets, in one table.

What the forms are is known from public code that reads them: JHLee0513/KLOCR (81, 71299, 71301, 88), hoonisone/K-STR-Bench and
converters of the field (105, 91), sojjeong/aihub_korean_dataset (81). That of the old books is known from code that reads those
in Chinese letters; 71295, of the same year and description, is taken to have it. AI-Hub shows its own descriptions only to those
who log in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from saegim.errors import FormatWrong
from saegim.formats.aihub_labels import (
    CHARACTERS,
    LETTERS,
    Sheet,
    draft_of,
    joined_words,
    labels_in,
    sheets_of,
    unit_of,
)
from saegim.formats.word_index import BROKEN, LOOKED_AT, check_has_labels, json_files
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import Draft, DraftImage, finished_once, from_box, from_edges, no_picture
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.json_pieces import as_mapping, mappings
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.nearest import NearestPictures
from saegim.labels.picture_files import leave_unlabelled
from saegim.labels.texts import as_text

STARTS = 1 << 16
"""Bytes of a file in which its form shows."""
LICENCE_FIELD = "info_image_licence"
"""Member of the old books: the licence of one picture, such as CC BY-SA."""
UNKNOWN = "its labels have none of the forms of AI-Hub that are known"
FIELDS = "fields that have no place: {}"
LOOKS = re.compile(r'"(annotation\.bbox|annotation\.text|image\.file\.name|wordbox|charbox|wordorientation|Image_Text_Coord)"\s*:'
                   r'|"[Bb]box"\s*:\s*\[\s*\{[^}]*"data"\s*:|"letter"\s*:\s*\{\s*"value"\s*:'
                   r'|"images"\s*:\s*\[.*("license"\s*:\s*"AI |"attributes"\s*:\s*\{[^}]*"(class|type)"\s*:)', re.DOTALL)
"""Any of the forms, in the start of a file."""


class OutlineForm(StrEnum):
    """How a form writes outlines."""

    BOX = "left, top, width, height"
    PLACED = "left, top, width, height, number of the line, place in it"
    EDGES = "left, top, right, bottom"
    CORNERS = "four x and four y, in the order upper left, upper right, lower left, lower right"
    WHOLE = "the picture is the region"


@dataclass(frozen=True, slots=True)
class AihubForm:
    """One form. Names of members on the top are compared without capitals, which differ between files of one data set.

    Attributes:
        title: of the data set, in English.
        numbers: AI-Hub's numbers of the data sets that have it (``dataSetSn``).
        kind: of its images; None where they are crops, or of both kinds.
        image: the member with the image, or with a list of images.
        file: field of an image with the name of its file.
        width: field of an image.
        height: field of an image.
        regions: members that lead to the regions.
        text: field of a region.
        outline: field of a region; empty where several fields hold it.
        shape: of what stands there.
        unit: of a region, where nothing in the labels says it.
    """

    title: str
    numbers: tuple[int, ...]
    kind: str | None
    image: str
    file: str
    width: str
    height: str
    regions: tuple[str, ...]
    text: str
    outline: str
    shape: OutlineForm
    unit: str = "word"


AIHUB_FORMS = (
    AihubForm("public administration documents", (88,), "document", "images", "image.file.name", "image.width", "image.height",
              ("annotations",), "annotation.text", "annotation.bbox", OutlineForm.BOX),
    AihubForm("OCR data: public, finance and logistics", (71299, 71301), "document", "images", "identifier", "width", "height",
              ("bbox",), "data", "", OutlineForm.CORNERS),
    AihubForm("various forms of Hangul: forms and sentences", (91,), "document", "image", "file_name", "width", "height",
              ("text", "word"), "value", "wordbox", OutlineForm.EDGES),
    AihubForm("various forms of Hangul: a word by its characters", (91,), None, "image", "file_name", "width", "height",
              ("text", "word"), "value", "charbox", OutlineForm.EDGES, "character"),
    AihubForm("various forms of Hangul: a letter", (91,), None, "image", "file_name", "width", "height",
              ("text", "letter"), "value", "", OutlineForm.WHOLE, "character"),
    AihubForm("photographs outdoors, text in the wild", (105, 81), "scene", "images", "file_name", "width", "height",
              ("annotations",), "text", "bbox", OutlineForm.BOX),
    AihubForm("letter forms, written and printed", (81,), None, "images", "file_name", "width", "height",
              ("annotations",), "text", "", OutlineForm.WHOLE),
    AihubForm("old books by their letters", (71295,), "document", "", "image_file_name", "image_width", "image_height",
              (LETTERS,), "label", "bbox", OutlineForm.PLACED, "character"),
)
"""The first that fits is taken."""


def form_of(sheet: Sheet) -> AihubForm | None:
    """The form of some labels; None where they have none of these."""
    return next((one for one in AIHUB_FORMS if _fits(one, sheet)), None)


def _fits(form: AihubForm, sheet: Sheet) -> bool:
    if sheet.image_member != form.image or not (form.file in sheet.image or form.shape is OutlineForm.CORNERS):
        return False
    regions = _regions(form, sheet)
    if regions is None:
        return False
    there = {field for region in regions for field in region}
    return not regions or (form.text in there and (not form.outline or form.outline in there))


def _regions(form: AihubForm, sheet: Sheet) -> Sequence[Mapping[str, Any]] | None:
    """The regions of an image as a form has them; None where its members are not there."""
    if len(form.regions) == 1:
        return sheet.regions if sheet.regions_member == form.regions[0] else None
    found = as_mapping(sheet.rest.get(form.regions[0])).get(form.regions[1])
    return [found] if isinstance(found, Mapping) else mappings(found) if isinstance(found, list) else None


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads any of the forms; see ``Read``."""
    names = json_files(files)
    check_has_labels(files, names, "JSON")
    return LabelledSet(files.path.name, _images(files, names, findings), licence=licence_of(files))


def _images(files: DatasetFiles, names: Sequence[str], findings: Findings) -> Iterator[LabelledImage]:
    pictures = NearestPictures(files)
    used: set[str] = set()
    for name in names:
        try:
            for document in labels_in(files.read(name), name, findings):
                for sheet in sheets_of(document, name, findings):
                    if image := _image(files, pictures, name, sheet, used, findings):
                        yield image
        except FormatWrong as error:
            findings.left_out(name, None, BROKEN, str(error))
    leave_unlabelled(files, used, findings)


def _image(files: DatasetFiles, pictures: NearestPictures, name: str, sheet: Sheet, used: set[str],
           findings: Findings) -> LabelledImage | None:
    form = form_of(sheet)
    if form is None:
        findings.left_out(name, None, UNKNOWN, ", ".join(sorted(map(str, sheet.rest)))[:100])
        return None
    given = as_text(sheet.image.get(form.file))
    ending = as_text(sheet.image.get("type"))
    path = pictures.of(name, [f"{given}.{ending}", given] if form.shape is OutlineForm.CORNERS and given else [given])
    draft = _draft(form, sheet, path or given or name, split_of(name))
    return finished_once(files, path, draft, used, findings)


def _draft(form: AihubForm, sheet: Sheet, name: str, split: str) -> DraftImage:
    regions = list(_regions(form, sheet) or ())
    if form.outline == "charbox" and as_text(as_mapping(sheet.rest.get("text")).get("type")) == "word":
        regions = joined_words(regions)
    units = [unit_of(region, "word" if "joined" in region else form.unit) for region in regions]
    unit = next((one for one in ("line", "word") if one in units), units[0] if units else form.unit)
    drafts = [_region(form, region, sheet) if one == unit else replace(_region(form, region, sheet), left_out=CHARACTERS)
              for region, one in zip(regions, units, strict=True)]
    image = LabelledImage(name, no_picture, 0, 0, unit, split=split, image_kind=form.kind,
                          licence=as_text(sheet.rest.get(LICENCE_FIELD)))
    declared = (sheet.image.get(form.width), sheet.image.get(form.height))
    return DraftImage(image, drafts, declared, _lost(form, sheet, regions))


def _region(form: AihubForm, region: Mapping[str, Any], sheet: Sheet) -> Draft:
    draft = draft_of(region, form.text, sheet)
    outline = region.get(form.outline)
    if form.shape is OutlineForm.WHOLE or (form.shape is OutlineForm.EDGES and region.get("joined") and outline is None):
        return replace(draft, whole=True)
    if form.shape is OutlineForm.CORNERS:
        x = region.get("x")
        y = region.get("y")
        corners = [list(corner) for corner in zip(x, y, strict=False)] if isinstance(x, list) and isinstance(y, list) else None
        return replace(draft, corners=corners)
    if form.shape is OutlineForm.PLACED and isinstance(outline, list):
        outline = outline[:4]
    return from_edges(draft, outline) if form.shape is OutlineForm.EDGES else from_box(draft, outline)


def _lost(form: AihubForm, sheet: Sheet, regions: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Fields of an image and of its first region that nothing here has a place for."""
    known = {form.file, form.width, form.height, form.text, form.outline, "id", "image_id", "x", "y", "type",
             "annotation.type", "joined", LETTERS, LICENCE_FIELD}
    fields = {*sheet.image, *(regions[0] if regions else ())} - known
    return (FIELDS.format(", ".join(sorted(fields))),) if fields else ()


def recognise(files: DatasetFiles) -> str:
    """See ``Recognise``."""
    for name in json_files(files)[:LOOKED_AT]:
        try:
            if LOOKS.search(files.start(name, STARTS).decode("utf-8", "replace")):
                return f"{name} in one of AI-Hub's forms"
        except FormatWrong:
            continue
    return ""


FORMAT = Format(
    "aihub", "AI-Hub",
    Holds(Shape.QUAD, frozenset({"legible", "direction", "writing"}), frozenset({"split", "unit", "image_kind", "licence"})),
    read=read, recognise=recognise, notes=(
        "Reads " + "; ".join(f"{one.title} ({', '.join(map(str, one.numbers))})" for one in AIHUB_FORMS) + ".",
        "Don't care is the text `xxx`, the class `ignored`, and a region whose text nobody wrote.",
        "An image with words and with their characters gives the words.",
        "Categories, fonts, writers and other fields are not held."))
