"""COCO-Text v2: one JSON with images and annotations by id; outline, text, class, legibility and language of each word.

https://bgshih.github.io/cocotext and the API in bgshih/coco-text, which makes a number of every id. TextOCR is written after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from saegim.formats.word_entries import HOLDS, boxed, draft_of, extras_with_text, flat, from_extras, is_readable
from saegim.formats.word_index import IMAGES, IndexWriter, read_set, starts
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import NO_TEXT, Draft
from saegim.labels.extras import KEY, extras_of_image
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledRegion, LabelledSet
from saegim.labels.licence_file import write_licence
from saegim.labels.output import Output
from saegim.labels.picture_files import write_picture
from saegim.labels.texts import as_text

NAME = "coco-text"
LABELS = "cocotext.v2.json"
"""As the published file is called."""
CLASSES = {"printed": "machine printed", "handwritten": "handwritten"}
LANGUAGES = {"en": "english", "ko": "not english", "other": "not english"}
NOTHING_SAID = ("", "na", "others")
"""Values of ``class`` and ``language`` that say nothing."""
FAMILY = re.compile(rb'"(imgs|anns|imgToAnns)"\s*:\s*\{')
OF_TEXTOCR = re.compile(rb'"points"\s*:\s*\[|"id"\s*:\s*"[^"]*[^"\d][^"]*"')
"""TextOCR names outlines ``points``, and its ids are no numbers."""
OF_COCO_TEXT = re.compile(rb'"(mask|legibility)"\s*:|"id"\s*:\s*"?\d+\b')


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads COCO-Text of any version; see ``Read``."""
    return read_set(files, findings, _draft)


def _draft(annotation: Any) -> Draft:
    given: Mapping[str, Any] = annotation if isinstance(annotation, Mapping) else {}
    text = as_text(given.get("utf8_string"))
    legible = given.get("legibility") != "illegible"
    words = {field: as_text(given.get(field)) for field in ("class", "language")}
    writing = next((ours for ours, theirs in CLASSES.items() if theirs == words["class"]), None)
    language = "en" if words["language"] == "english" else None
    region = LabelledRegion((), text, legible, writing=writing, language=language)
    if isinstance(given.get(KEY), Mapping):
        return draft_of(given, from_extras(region, given[KEY]))
    lost = [f"{field} {words[field]}" for field, value in (("class", writing), ("language", language))
            if value is None and words[field] not in NOTHING_SAID]
    if legible and not text.strip():
        return draft_of(given, replace(region, legible=False), (NO_TEXT,), lost)
    return draft_of(given, region, (), lost)


def write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    """Writes ``cocotext.v2.json`` beside ``images/``; see ``Write``."""
    number = 0
    with output.text(LABELS) as lines:
        document = IndexWriter(lines, {"version": "2.0", "description": dataset.description}, {"cats": {}})
        for image_number, image in enumerate(dataset.images, 1):
            write_picture(image, IMAGES + image.name, output)
            entry = {"id": image_number, "set": image.split, "width": image.width, "height": image.height,
                     "file_name": IMAGES + image.name, KEY: extras_of_image(image, {"split"})}
            annotations = {number + place: _annotation(region, number + place, image_number)
                           for place, region in enumerate(image.regions, 1)}
            document.add(image_number, entry, annotations)
            number += len(annotations)
            findings.went(len(annotations))
            output.advance(1)
        document.finish()
    write_licence(dataset, output)
    return [LABELS]


def _annotation(region: LabelledRegion, number: int, image_number: int) -> dict[str, Any]:
    """What is no text, or says nothing, is illegible to those who read the format's own fields."""
    readable = is_readable(region)
    return {"id": number, "image_id": image_number, "mask": flat(region), **boxed(region),
            "class": CLASSES.get(region.writing or "", "others"), "legibility": "legible" if readable else "illegible",
            "language": LANGUAGES.get(region.language or "", "na"), "utf8_string": region.text if readable else "",
            KEY: extras_with_text(region, readable)}


def recognise(files: DatasetFiles) -> str:
    """See ``Recognise``."""
    for start in starts(files):
        if FAMILY.search(start) and OF_COCO_TEXT.search(start) and not OF_TEXTOCR.search(start):
            return "JSON with imgs, anns and numbers for ids"
    return ""


FORMAT = Format(
    NAME, "COCO-Text v2", HOLDS, read=read, write=write, recognise=recognise, notes=(
        "Don't care is `legibility: illegible`; a region without text, a check box or a stamp is that to its own readers too.",
        "What it has no field for stands under the key `saegim`, which its own readers pass over.",
        "Images of a split without labels, as public test sets have none, are left out."),
    sees="outlines, texts, legibility, by hand or not, English or not; what has no text, check boxes and stamps as illegible")
