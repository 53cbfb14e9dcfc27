"""PaddleOCR's recognition: a list a split, each line the path of a crop, a tab, and its text.

PPOCRLabel's ``rec_gt.txt`` is such a list, and deep-text-recognition-benchmark makes its LMDB of one. Checked against
ppocr/data/simple_dataset.py and ppocr/data/imaug/label_ops.py (BaseRecLabelEncode) of PaddleOCR.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from saegim.errors import FormatWrong
from saegim.formats.ppocrlabel import MAYBE_UNREAD, UNREAD, is_unread, may_be_unread
from saegim.labels.beside import Beside
from saegim.labels.crop_sets import BESIDE, BESIDE_NOTE, CROPS, HELD, NOT_CROPS, crop_image, crop_line, saved_crops
from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.dont_care import spelling
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.output import Output
from saegim.labels.picture_files import NOT_THERE
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import decoded_lines, lines

NAME = "paddleocr-rec"
CHARSET = "charset.txt"
ENDS_OF_FIELDS = re.compile(r"[\t\r\n]")
"""What PaddleOCR's lists cannot hold: it reads a text up to the next tab."""
ONE_LINE = "a tab or line break in its text became a space"
TAB_INSIDE = "a tab inside its text, where PaddleOCR would have stopped: all of it is read"
NO_TAB = "a line without a tab between path and text"
STATES = "fileState.txt"
"""PPOCRLabel's list of confirmed images: paths with a number, no texts."""
LOOKED_AT = 4096
"""Bytes of a file that show whether it is such a list."""


@dataclass(slots=True)
class _List:
    """The two files of a split that are being written."""

    labels: TextIO
    beside: TextIO


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    lists: dict[str, _List] = {}
    letters: set[str] = set()
    with ExitStack() as stack:
        for saved in saved_crops(dataset.images, output, splits, findings):
            if saved.split not in lists:
                lists[saved.split] = _List(stack.enter_context(output.text(f"{saved.split}.txt")),
                                           stack.enter_context(output.text(f"{saved.split}/{BESIDE}")))
            text = saved.crop.region.text
            label = one_line(text)
            if label != text:
                findings.changed(saved.crop.image.name, saved.crop.number, ONE_LINE)
            path = f"{saved.split}/images/{saved.file}"
            lists[saved.split].labels.write(f"{path}\t{label}\n")
            lists[saved.split].beside.write(crop_line(path, saved.crop, label, NAME))
            letters.update(label)
    output.write(CHARSET, "".join(f"{letter}\n" for letter in sorted(letters - {" "})).encode())
    write_licence(dataset, output)
    return [f"{name}.txt" for name in lists]


def one_line(text: str) -> str:
    """A text as a line of a list can hold it."""
    return ENDS_OF_FIELDS.sub(" ", text)


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    found = _lists(files)
    if not found:
        raise FormatWrong(f"{files.path} has no list of PaddleOCR: expected a .txt whose lines are a picture's path, a tab, and "
                          "its text")
    return LabelledSet(files.path.name, _images(files, found, findings), licence=licence_of(files))


def _images(files: DatasetFiles, found: list[str], findings: Findings) -> Iterator[LabelledImage]:
    for name in found:
        beside = Beside(files, f"{name.removesuffix('.txt')}/{BESIDE}", findings)
        for line in decoded_lines(files.read(name), name, findings):
            path, tab, label = line.partition("\t")
            if not line.strip():
                continue
            for one in _paths(path):
                image = _image(files, name, one, label if tab else None, beside, findings)
                if image:
                    yield image


def _image(files: DatasetFiles, name: str, path: str, label: str | None, beside: Beside,
           findings: Findings) -> LabelledImage | None:
    file = files.find(path, name)
    if label is None or file is None:
        findings.came(1)
        findings.left_out(path[:200], None, NO_TAB if label is None else NOT_THERE, f"in {name}", regions=1)
        return None
    if "\t" in label:
        findings.changed(file, 0, TAB_INSIDE)
    held = beside.take(path)
    if not held and is_unread(label, name):
        findings.changed(file, 0, UNREAD, label)
        label = spelling(NAME)
    elif not held and may_be_unread(label):
        findings.doubtful(file, 0, MAYBE_UNREAD, label)
    return crop_image(file, partial(files.read, file), label, held, split_of(name), FORMAT.unit, NAME, findings, one_line)


def _paths(path: str) -> list[str]:
    """A path, or several as a list in JSON: PaddleOCR takes one of them by chance."""
    try:
        found = json.loads(path) if path.startswith("[") else None
    except ValueError:
        found = None
    return [str(one) for one in found] if isinstance(found, list) else [path]


def _lists(files: DatasetFiles) -> list[str]:
    names = files.label_names(".txt")
    return [name for name in names if name.rpartition("/")[2] != STATES and _is_list(files, name)]


def _is_list(files: DatasetFiles, name: str) -> bool:
    """Whether the first line that is not empty is the path of a picture, a tab, and no JSON of regions."""
    try:
        text = files.start(name, LOOKED_AT).decode("utf-8", "replace")
    except FormatWrong:
        return False
    path, tab, label = next((line for line in lines(text) if line.strip()), "").partition("\t")
    return bool(tab) and _paths(path)[0].lower().endswith(PICTURES) and not label.lstrip().startswith(("[{", "[]"))


def _recognise(files: DatasetFiles) -> str:
    found = _lists(files)
    return f"{found[0]}: lines of a picture's path, a tab and a text" if found else ""


FORMAT = Format(
    NAME, "PaddleOCR recognition", HELD, "line", _read, _write, _recognise,
    notes=(CROPS, BESIDE_NOTE,
           "One list a split, `train.txt`; give PaddleOCR the folder as `data_dir`, `charset.txt` as `character_dict_path`, and "
           "`use_space_char: true`.",
           "A tab or a line break in a text becomes a space."),
    leaves_out=NOT_CROPS,
    sees="crops and texts, without tabs and line breaks")
