"""TextOCR: one JSON a split, after COCO-Text; outline and text of each word, ``.`` for what nobody can read.

https://textvqa.org/textocr/dataset: "the JSON format mostly follows COCO-Text v2, except the mask field in anns is named as
points", "(x1, y1) is always the top-left corner of the text (in its own orientation), and the order of the points is
clockwise", "in cases when the text is illegible or not in English … the word will be annotated as a single . symbol".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from saegim.formats.coco_text import FAMILY, OF_COCO_TEXT, OF_TEXTOCR
from saegim.formats.word_entries import HOLDS, boxed, draft_of, extras_with_text, flat, from_extras, is_readable
from saegim.formats.word_index import IMAGES, IndexWriter, read_set, starts
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.dont_care import means_dont_care, spelling
from saegim.labels.drafts import NO_TEXT, Draft
from saegim.labels.extras import KEY, extras_of_image
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledRegion, LabelledSet
from saegim.labels.licence_file import write_licence
from saegim.labels.output import Output
from saegim.labels.picture_files import write_picture
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import as_text

NAME = "textocr"
LABELS = "TextOCR_0.1_{}.json"
"""As the published files are called, with ``train`` and so on."""
LIKE_DONT_CARE = "its real text is what TextOCR writes for don't care: its own readers pass it over"


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads TextOCR; see ``Read``."""
    return read_set(files, findings, _draft)


def _draft(annotation: Any) -> Draft:
    given: Mapping[str, Any] = annotation if isinstance(annotation, Mapping) else {}
    region = LabelledRegion((), as_text(given.get("utf8_string")))
    if isinstance(given.get(KEY), Mapping):
        return draft_of(given, from_extras(region, given[KEY]))
    if means_dont_care(NAME, region.text):
        return draft_of(given, replace(region, text="", legible=False))
    return draft_of(given, region) if region.text.strip() else draft_of(given, replace(region, legible=False), (NO_TEXT,))


def write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    """Writes one JSON a split beside ``images/``; see ``Write``."""
    documents: dict[str, IndexWriter] = {}
    names = SplitNames(findings)
    with ExitStack() as open_files:
        for image in dataset.images:
            if image.split not in documents:
                documents[image.split] = open_files.enter_context(_document(_labels(image.split, names), dataset, output))
            write_picture(image, IMAGES + image.name, output)
            stem = image.name.rpartition(".")[0] or image.name
            entry = {"id": stem, "width": image.width, "height": image.height, "set": image.split,
                     "file_name": IMAGES + image.name, KEY: extras_of_image(image, {"split"})}
            annotations = {f"{stem}_{place}": _annotation(region, f"{stem}_{place}", stem)
                           for place, region in enumerate(image.regions, 1)}
            documents[image.split].add(stem, entry, annotations)
            for place, region in enumerate(image.regions):
                if is_readable(region) and means_dont_care(NAME, region.text):
                    findings.not_held(image.name, place, LIKE_DONT_CARE, region.text)
            findings.went(len(annotations))
            output.advance(1)
    write_licence(dataset, output)
    return sorted(_labels(split, names) for split in documents)


@contextmanager
def _document(path: str, dataset: LabelledSet, output: Output) -> Iterator[IndexWriter]:
    with output.text(path) as lines:
        document = IndexWriter(lines, {"version": "0.1", "description": dataset.description})
        yield document
        document.finish()


def _labels(split: str, names: SplitNames) -> str:
    return LABELS.format(names.of(split))


def _annotation(region: LabelledRegion, number: str, image_id: str) -> dict[str, Any]:
    """What is no text, or says nothing, is don't care to those who read the format's own fields."""
    readable = is_readable(region)
    return {"id": number, "image_id": image_id, **boxed(region), "points": flat(region),
            "utf8_string": region.text if readable else spelling(NAME), KEY: extras_with_text(region, readable)}


def recognise(files: DatasetFiles) -> str:
    """See ``Recognise``."""
    for start in starts(files):
        if FAMILY.search(start) and (OF_TEXTOCR.search(start) or not OF_COCO_TEXT.search(start)):
            return "JSON with imgs, anns and points"
    return ""


FORMAT = Format(
    NAME, "TextOCR", HOLDS, read=read, write=write, recognise=recognise, notes=(
        "Don't care is the text `.`; a region without text, a check box or a stamp is that to its own readers too.",
        "A real text `.` is written as it is, with what tells it apart under the key `saegim`; its own readers pass it over.",
        "What it has no field for stands under the key `saegim`, which its own readers pass over."),
    sees="outlines and texts; a real text `.`, what has no text, check boxes and stamps as don't care")
