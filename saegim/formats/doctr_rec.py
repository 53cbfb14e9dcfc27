"""docTR's recognition: a folder of crops and one JSON object of their texts, for each split.

Checked against doctr/datasets/recognition.py of mindee/doctr and its references/recognition/README.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from saegim.errors import FormatWrong
from saegim.labels.beside import Beside
from saegim.labels.crop_sets import BESIDE, BESIDE_NOTE, CROPS, HELD, NOT_CROPS, crop_image, crop_line, saved_crops
from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.json_object import JsonObject
from saegim.labels.json_pieces import first_piece, pieces
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.output import Output
from saegim.labels.picture_files import NOT_THERE
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import decoded

NAME = "doctr-rec"
LABELS = "labels.json"
SPACE = "a space in its text: docTR's vocabularies have none, give it one of your own"
NO_TEXT = "its label is no text"
LOOKED_AT = 4096
"""Bytes of a file that show whether it is such an object."""


@dataclass(slots=True)
class _Labels:
    """The two files of a split that are being written."""

    texts: JsonObject
    beside: TextIO


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    labels: dict[str, _Labels] = {}
    with ExitStack() as stack:
        for saved in saved_crops(dataset.images, output, splits, findings):
            if saved.split not in labels:
                texts = stack.enter_context(output.text(f"{saved.split}/{LABELS}"))
                labels[saved.split] = _Labels(stack.enter_context(JsonObject(texts)),
                                              stack.enter_context(output.text(f"{saved.split}/{BESIDE}")))
            text = saved.crop.region.text
            if " " in text:
                findings.not_held(saved.crop.image.name, saved.crop.number, SPACE)
            labels[saved.split].texts.add(saved.file, text)
            labels[saved.split].beside.write(crop_line(saved.file, saved.crop, text, NAME))
    write_licence(dataset, output)
    return [f"{name}/{LABELS}" for name in labels]


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    found = _labels(files)
    if not found:
        raise FormatWrong(f"{files.path} has no labels of docTR's recognition: expected a {LABELS} that is one object of "
                          "pictures' names and texts")
    return LabelledSet(files.path.name, _images(files, found, findings), licence=licence_of(files))


def _images(files: DatasetFiles, found: list[str], findings: Findings) -> Iterator[LabelledImage]:
    for name in found:
        folder = name.rpartition("/")[0]
        beside = Beside(files, f"{folder}/{BESIDE}" if folder else BESIDE, findings)
        for piece in pieces(decoded(files.read(name), name, findings), name):
            image = _image(files, name, piece.member, piece.value, beside, findings)
            if image:
                yield image


def _image(files: DatasetFiles, name: str, key: str, label: object, beside: Beside, findings: Findings) -> LabelledImage | None:
    file = files.find(f"images/{key}", name) or files.find(key, name)
    if file is None or not isinstance(label, str):
        findings.came(1)
        findings.left_out(key, None, NO_TEXT if file else NOT_THERE, f"in {name}", regions=1)
        return None
    return crop_image(file, partial(files.read, file), label, beside.take(key), split_of(name), FORMAT.unit, NAME, findings)


def _labels(files: DatasetFiles) -> list[str]:
    names = files.label_names(".json")
    return [name for name in names if _is_labels(files, name)]


def _is_labels(files: DatasetFiles, name: str) -> bool:
    """Whether the first member is a picture's name with a text."""
    first = first_piece(files.start(name, LOOKED_AT), name)
    return first is not None and first.member.lower().endswith(PICTURES) and isinstance(first.value, str)


def _recognise(files: DatasetFiles) -> str:
    found = _labels(files)
    return f"{found[0]}: one object of pictures' names and texts" if found else ""


FORMAT = Format(
    NAME, "docTR recognition", HELD, "word", _read, _write, _recognise,
    notes=(CROPS, BESIDE_NOTE,
           "Give docTR `train/images` as `img_folder` and `train/labels.json` as `labels_path`.",
           "docTR's vocabularies have no space: texts with one are told."),
    leaves_out=NOT_CROPS,
    sees="crops and texts")
