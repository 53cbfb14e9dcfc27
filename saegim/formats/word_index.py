"""JSON as COCO-Text has it, and TextOCR after it: images, annotations and the list that joins them, each under its id.

Both are one document of hundreds of megabytes. It is read without all of its annotations as objects, and written as images come.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import SAME_NAME, Draft, DraftImage, finished, no_picture
from saegim.labels.extras import KEY, with_image_extras
from saegim.labels.findings import Findings
from saegim.labels.json_pieces import piece_at, pieces
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.picture_files import leave_unlabelled
from saegim.labels.texts import as_text, decoded

IMAGES = "images/"
"""Folder of the pictures in what is written."""
ABSENT = "an annotation that its image lists is not in the file"
ASTRAY = "an annotation of an image that is not in the file"
BROKEN = "its labels cannot be read"
NO_LABELS = "its split has no labels in this file, as public test sets have none: not taken for a picture without text"
STARTS = 1 << 16
"""Bytes of a file in which its form shows."""
LOOKED_AT = 20
"""So many JSON files are looked at to tell what a data set is."""

DraftWord = Callable[[Any], Draft]
"""Makes a draft of an annotation entry."""


@dataclass(slots=True)
class _Index:
    """Where everything stands in the text of a file.

    Attributes:
        images: places of the image entries by id.
        annotations: places of the annotation entries by id.
        listed: ids of each image's annotations, as the file lists them.
        own: ids of annotations by the image that they name themselves.
        info: of the file.
    """

    images: dict[str, int] = field(default_factory=dict)
    annotations: dict[str, int] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)


def json_files(files: DatasetFiles) -> list[str]:
    """The JSON files of a data set, or the one that was chosen."""
    return files.label_names(".json")


def check_has_labels(files: DatasetFiles, names: Sequence[str], what: str) -> None:
    """Refuses a data set without label files.

    Args:
        files: of the data set.
        names: of its label files.
        what: they are, such as ``JSON``.

    Raises:
        FormatWrong: there are none.
    """
    if not names:
        packed = len(files.names(".zip", ".tar", ".tgz", ".tar.gz"))
        raise FormatWrong(f"{files.path} has no {what} file" + (f", but {packed} archives: unpack them first" if packed else ""))


def starts(files: DatasetFiles) -> Iterator[bytes]:
    """How the first JSON files of a data set start."""
    for name in json_files(files)[:LOOKED_AT]:
        try:
            yield files.start(name, STARTS)
        except FormatWrong:
            continue


def read_set(files: DatasetFiles, findings: Findings, draft_word: DraftWord) -> LabelledSet:
    """A data set of such files; images of all that are there, in the order of the files.

    Args:
        files: of the data set.
        findings: take the remarks.
        draft_word: of the format.

    Raises:
        FormatWrong: there is no JSON file.
    """
    names = json_files(files)
    check_has_labels(files, names, "JSON")
    return LabelledSet(files.path.name, _images(files, names, findings, draft_word), licence=licence_of(files))


def _images(files: DatasetFiles, names: Sequence[str], findings: Findings, draft_word: DraftWord) -> Iterator[LabelledImage]:
    used: set[str] = set()
    seen: set[str] = set()
    for name in names:
        try:
            text = decoded(files.read(name), name, findings)
            index = _indexed(text, name)
        except FormatWrong as error:
            findings.left_out(name, None, BROKEN, str(error))
            continue
        without = _unlabelled_splits(text, index)
        for image_id, start in index.images.items():
            entry = piece_at(text, start)
            draft = _draft(text, index, image_id, entry, findings, draft_word)
            path = files.find(as_text(entry.get("file_name")), name)
            used |= {path} if path else set()
            if draft.image.split in without or draft.image.name in seen:
                findings.came(len(draft.drafts))
                findings.left_out(draft.image.name, None, SAME_NAME if draft.image.name in seen else NO_LABELS,
                                  regions=len(draft.drafts))
                continue
            seen.add(draft.image.name)
            if image := finished(files, path, draft, findings):
                yield image
        _tell_astray(index, name, findings)
    leave_unlabelled(files, used, findings)


def _indexed(text: str, name: str) -> _Index:
    index = _Index()
    for piece in pieces(text, name, "imgs", "anns", "imgToAnns"):
        if piece.member == "imgs" and isinstance(piece.value, Mapping):
            index.images[piece.key] = piece.start
        elif piece.member == "anns" and isinstance(piece.value, Mapping):
            index.annotations[piece.key] = piece.start
            index.own.setdefault(str(piece.value.get("image_id")), []).append(piece.key)
        elif piece.member == "imgToAnns" and isinstance(piece.value, list):
            index.listed[piece.key] = [str(one) for one in piece.value]
        elif piece.member == "info" and isinstance(piece.value, Mapping):
            index.info = piece.value
    if not index.images:
        raise FormatWrong(f"{name} has no images under imgs")
    return index


def _draft(text: str, index: _Index, image_id: str, entry: Mapping[str, Any], findings: Findings,
           draft_word: DraftWord) -> DraftImage:
    """An image's draft: annotations in the order in which it lists them, then those that name it and are not listed."""
    ids = list(dict.fromkeys([*index.listed.get(image_id, []), *index.own.get(image_id, [])]))
    there = [one for one in ids if one in index.annotations]
    name = as_text(entry.get("file_name")).replace("\\", "/").removeprefix("./").removeprefix(IMAGES) or image_id
    for absent in (one for one in ids if one not in index.annotations):
        findings.regions_in += 1
        findings.left_out(name, len(there), ABSENT, absent)
    words = [draft_word(piece_at(text, index.annotations[one])) for one in there]
    image = LabelledImage(name, no_picture, 0, 0, "word", split=as_text(entry.get("set")))
    return DraftImage(with_image_extras(image, entry.get(KEY)), words, (entry.get("width"), entry.get("height")))


def _unlabelled_splits(text: str, index: _Index) -> set[str]:
    """Splits without a single annotation in a file of strangers."""
    if KEY in index.info:
        return set()
    labelled: dict[str, bool] = {}
    for image_id, start in index.images.items():
        split = as_text(piece_at(text, start).get("set"))
        labelled[split] = labelled.get(split, False) or bool(index.own.get(image_id))
    return {split for split, has in labelled.items() if not has}


def _tell_astray(index: _Index, name: str, findings: Findings) -> None:
    number = 0
    for image_id in (one for one in index.own if one not in index.images):
        for annotation in index.own[image_id]:
            findings.regions_in += 1
            findings.left_out(name, number, ASTRAY, annotation)
            number += 1


class IndexWriter:
    """Writes one such document as images come; what joins them waits in files without names.

    Args:
        lines: the document, open.
        info: about the data set.
        more: other members, such as ``cats`` of COCO-Text.
    """

    def __init__(self, lines: TextIO, info: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> None:
        self._lines = lines
        self._images = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115  closed by finish
        self._joins = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115  closed by finish
        self._first = True
        self._first_annotation = True
        lines.write("{")
        for member, value in {"info": {**info, KEY: {}}, **(more or {})}.items():
            lines.write(f"{json.dumps(member)}: {_dumped(value)},\n")
        lines.write('"anns": {')

    def add(self, image_id: str | int, entry: Mapping[str, Any], annotations: Mapping[Any, Mapping[str, Any]]) -> None:
        """Writes an image and its annotations by their ids."""
        comma = "" if self._first else ","
        self._first = False
        self._images.write(f"{comma}\n{json.dumps(str(image_id))}: {_dumped(entry)}")
        self._joins.write(f"{comma}\n{json.dumps(str(image_id))}: {_dumped(list(annotations))}")
        for key, annotation in annotations.items():
            self._lines.write(f"{'' if self._first_annotation else ','}\n{json.dumps(str(key))}: {_dumped(annotation)}")
            self._first_annotation = False

    def finish(self) -> None:
        """Writes the rest of the document."""
        for member, waiting in (("imgs", self._images), ("imgToAnns", self._joins)):
            self._lines.write(f'}},\n"{member}": {{')
            waiting.seek(0)
            while part := waiting.read(1 << 20):
                self._lines.write(part)
            waiting.close()
        self._lines.write("}}\n")


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
