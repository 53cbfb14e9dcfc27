"""Data sets of MMOCR: a JSON with ``metainfo`` and ``data_list``, and WildReceipt's lines of JSON. Read only.

Kinds (``metainfo.dataset_type``): detection and spotting have outlines, with or without texts; recognition has a text a picture.
Source: mmocr/datasets/{ocr_dataset,recog_text_dataset,wildreceipt_dataset}.py and the documentation of its data sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import Draft, DraftImage, finished, from_edges, no_picture
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.mending import pairs
from saegim.labels.picture_files import leave_unlabelled
from saegim.labels.texts import as_text, decoded, documents

NAME = "mmocr"
"""Of the format."""
ENDINGS = (".json", ".txt")
OF_DATA_LIST = re.compile(rb'"data_list"\s*:\s*\[')
OF_WILDRECEIPT = re.compile(rb'^\s*\{\s*"file_name"\s*:.*"annotations"\s*:\s*\[\s*\{\s*"box"\s*:')
START = 1 << 16
"""Bytes of a file in which its kind shows."""
FROM_LOWER_LEFT = "corners ran from the lower left, as WildReceipt has them: put in order from the upper left"
CLASSES = "class of a key or value"
NO_TEXT = "nobody wrote its text: only its outline is there"
TWICE = "another label already names its picture"


def _recognise(files: DatasetFiles) -> str:
    found = [name for name in _candidates(files) if _is_one(files, name)]
    return f"{found[0]} has a data_list or WildReceipt's lines" if found else ""


def _candidates(files: DatasetFiles) -> list[str]:
    return files.label_names(*ENDINGS)


def _is_one(files: DatasetFiles, name: str) -> bool:
    data = files.read(name)
    return bool(OF_DATA_LIST.search(data) if name.lower().endswith(".json") else OF_WILDRECEIPT.match(data[:START]))


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    names = [name for name in _candidates(files) if _is_one(files, name)]
    if not names:
        raise FormatWrong(f"{files.path} has no JSON with a data_list, as MMOCR writes it")
    return LabelledSet(files.path.name, _images(files, names, findings), licence=licence_of(files))


def _images(files: DatasetFiles, names: list[str], findings: Findings) -> Iterator[LabelledImage]:
    used: set[str] = set()
    taken: set[str] = set()
    for label_file in names:
        try:
            for draft, path in _drafts(files, label_file, findings):
                if path in used:
                    findings.came(len(draft.drafts))
                    findings.left_out(draft.image.name, None, TWICE, label_file, regions=len(draft.drafts))
                elif image := finished(files, path, _apart(draft, path or label_file, taken), findings):
                    yield image
                used.add(path or "")
        except FormatWrong as error:
            findings.came(0)
            findings.left_out(label_file, None, "a label file that cannot be read", str(error))
    leave_unlabelled(files, used, findings)


def _apart(draft: DraftImage, path: str, taken: set[str]) -> DraftImage:
    """A draft under a name that no image before it has."""
    name = draft.image.name if draft.image.name not in taken else path
    taken.add(name)
    return draft if name == draft.image.name else replace(draft, image=replace(draft.image, name=name))


def _drafts(files: DatasetFiles, label_file: str, findings: Findings) -> Iterator[tuple[DraftImage, str | None]]:
    """The labels of each picture of a file, with the picture's path."""
    for document in documents(decoded(files.read(label_file), label_file, findings), label_file, Findings()):
        entries = document.get("data_list", [document]) if isinstance(document, Mapping) else []
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, Mapping):
                named = as_text(entry.get("img_path", entry.get("file_name")))
                path = files.find(named, label_file) if named else None
                image = LabelledImage((path or named or label_file).rpartition("/")[2], no_picture, 0, 0, FORMAT.unit,
                                      split=split_of(named) or split_of(label_file))
                yield DraftImage(image, _regions(entry), (entry.get("width"), entry.get("height"))), path


def _regions(entry: Mapping[str, Any]) -> list[Draft]:
    for field, made in (("instances", _instance), ("annotations", _annotation)):
        if isinstance(entry.get(field), list):
            return [made(one) if isinstance(one, Mapping) else Draft(None, LabelledRegion((), "")) for one in entry[field]]
    return []


def _instance(instance: Mapping[str, Any]) -> Draft:
    """One of detection, spotting or recognition: only the last has neither outline nor box."""
    legible = not instance.get("ignore", False)
    said = instance.get("text")
    draft = Draft(None, LabelledRegion((), as_text(said), legible), doubts=(NO_TEXT,) if legible and said is None else ())
    if isinstance(outline := instance.get("polygon"), list):
        return replace(draft, corners=pairs(outline) if outline and not isinstance(outline[0], list) else outline)
    return from_edges(draft, instance["bbox"]) if "bbox" in instance else replace(draft, whole="text" in instance)


def _annotation(annotation: Mapping[str, Any]) -> Draft:
    """One of WildReceipt: its box starts at the lower left and runs against the clock; class 0 without a text is don't care."""
    text = as_text(annotation.get("text"))
    label = annotation.get("label")
    corners = pairs(annotation.get("box"))
    region = LabelledRegion((), text, legible=bool(text) or label != 0)
    changes = (FROM_LOWER_LEFT,) if len(corners) == 4 else ()
    lost = (CLASSES,) if label else ()
    return Draft([corners[3], corners[2], corners[1], corners[0]] if changes else corners, region, changes=changes, lost=lost)


FORMAT = Format(
    NAME, "MMOCR data lists",
    Holds(Shape.POLYGON, frozenset({"legible"}), frozenset({"split"})),
    read=_read, recognise=_recognise,
    notes=("Read only: detection, spotting and recognition lists, and WildReceipt's lines.",
           "Detection lists have no texts: their regions come as outlines, and that is told.",
           "Classes of keys and values are listed as not held."))
