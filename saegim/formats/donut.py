"""Donut: a folder of pictures a split, with ``metadata.jsonl`` whose ``ground_truth`` is JSON in a text.

Donut's loader (clovaai/donut, donut/util.py, DonutDataset) reads the columns ``image`` and ``ground_truth`` and no other, and
of that ``gt_parse``. A picture's text is ``text_sequence``, as in its own pre-training.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from saegim.errors import FormatWrong
from saegim.formats.metadata_lines import first_row, metadata_files, read_lines, write_lines
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.doubts import sure_texts
from saegim.labels.drafts import Draft, DraftImage, no_picture
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.output import Output
from saegim.labels.texts import as_text

TRUTH = "ground_truth"
SEQUENCE = "text_sequence"
NO_STRING = "its ground truth was an object where Donut wants JSON in a text"
FIELDS = "its ground truth has fields and no text of the whole picture"
BROKEN = "its ground truth is no JSON"


def write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    """Writes a folder a split; the text of a picture is that of its legible regions in their order, with spaces between."""
    return write_lines(dataset, output, findings, _columns)


def _columns(image: LabelledImage) -> Mapping[str, Any]:
    between = "" if image.unit == "character" else " "
    return {TRUTH: json.dumps({"gt_parse": {SEQUENCE: between.join(sure_texts(image))}}, ensure_ascii=False)}


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads pictures with their text: one region that is the whole picture; our own with all their regions."""
    if TRUTH not in first_row(files):
        raise FormatWrong(f"{files.path} has no metadata.jsonl with {TRUTH}")
    return LabelledSet(files.path.name, read_lines(files, findings, partial(_draft, findings)), None, licence_of(files))


def _draft(findings: Findings, row: Mapping[str, Any], name: str, split: str) -> DraftImage | None:
    given = row.get(TRUTH)
    changes = () if isinstance(given, str) else (NO_STRING,)
    try:
        truth = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError) as error:
        findings.left_out(name, None, BROKEN, str(error))
        return None
    parsed = truth.get("gt_parse") if isinstance(truth, Mapping) else None
    if not isinstance(parsed, Mapping) or not isinstance(parsed.get(SEQUENCE), str):
        findings.left_out(name, None, FIELDS)
        return None
    label = LabelledRegion((), as_text(parsed[SEQUENCE]))
    image = LabelledImage(name, no_picture, 0, 0, FORMAT.unit, split=split)
    return DraftImage(image, [Draft(None, label, whole=True, changes=changes)])


def recognise(files: DatasetFiles) -> str:
    """By the first row of the metadata."""
    return f"{metadata_files(files)[0]} with {TRUTH}" if TRUTH in first_row(files) else ""


FORMAT = Format(
    "donut", "Donut metadata.jsonl", Holds(Shape.POLYGON, frozenset({
        "legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id"}), frozenset({
            "split", "group", "image_id", "image_kind", "conditions", "source", "licence", "unit"})),
    unit="line", read=read, write=write, recognise=recognise, notes=(
        "Donut itself reads one text a picture: its legible regions in reading order. Regions stand in columns beside it, which "
        "Donut passes over.",
        "Of others, pictures with `text_sequence` are read; pictures with fields (`menu`, `total`) are left out and listed."),
    sees="one text a picture, of its legible regions; no outlines")
