"""HierText: paragraphs, lines and words of each picture in one JSON document a split, named ``.jsonl`` and packed by gzip.

https://github.com/google-research-datasets/hiertext: legible, handwritten and vertical of each word; words stand in reading
order, "lines in a paragraph may not follow the reading order", "curved text can have more than 4 vertices".
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from saegim.errors import FormatWrong
from saegim.formats.word_index import BROKEN, LOOKED_AT, check_has_labels
from saegim.labels.dataset_files import MOST_LABELS, PICTURES, DatasetFiles
from saegim.labels.drafts import NO_TEXT, Draft, DraftImage, finished_once, no_picture
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.json_pieces import mappings, pieces
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.picture_files import leave_unlabelled
from saegim.labels.texts import as_flag, as_text, decoded

ENDINGS = (".jsonl.gz", ".json.gz", ".jsonl", ".json")
GZIP = b"\x1f\x8b"
STARTS = 1 << 16
"""Bytes of a file in which its form shows."""
LOOKS = re.compile(r'"annotations"\s*:\s*\[.*"paragraphs"\s*:\s*\[', re.DOTALL)
NOT_HELD = "lines and paragraphs: words are taken"
WITHOUT_WORDS = "a line or paragraph without words, taken as one region"


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads the words; see ``Read``."""
    names = _label_files(files)
    check_has_labels(files, names, " or ".join(ENDINGS))
    return LabelledSet(files.path.name, _images(files, names, findings), licence=licence_of(files))


def _label_files(files: DatasetFiles) -> list[str]:
    return files.label_names(*ENDINGS)


def _images(files: DatasetFiles, names: Iterable[str], findings: Findings) -> Iterator[LabelledImage]:
    used: set[str] = set()
    for name in names:
        try:
            for piece in pieces(decoded(_unpacked(files.read(name)), name, findings), name, "annotations"):
                if piece.member != "annotations" or not isinstance(piece.value, Mapping):
                    continue
                path = _picture(files, as_text(piece.value.get("image_id")), name)
                draft = _draft(piece.value, path, split_of(name))
                if image := finished_once(files, path, draft, used, findings):
                    yield image
        except FormatWrong as error:
            findings.left_out(name, None, BROKEN, str(error))
    leave_unlabelled(files, used, findings)


def _picture(files: DatasetFiles, image_id: str, beside: str) -> str | None:
    """The file of an image: its id, with an ending that the labels leave out."""
    found = (files.find(image_id + ending, beside) for ending in ("", *PICTURES))
    return next((path for path in found if path and path.lower().endswith(PICTURES)), None)


def _draft(entry: Mapping[str, Any], path: str | None, split: str) -> DraftImage:
    drafts: list[Draft] = []
    for paragraph in mappings(entry.get("paragraphs")):
        lines = mappings(paragraph.get("lines"))
        for line in lines:
            words = mappings(line.get("words"))
            drafts += [_region(word) for word in words] or [_region(line, (WITHOUT_WORDS,))]
        if not lines:
            drafts.append(_region(paragraph, (WITHOUT_WORDS,)))
    name = path or as_text(entry.get("image_id"))
    return DraftImage(LabelledImage(name, no_picture, 0, 0, "word", split=split), drafts,
                      (entry.get("image_width"), entry.get("image_height")), (NOT_HELD,) if drafts else ())


def _region(entry: Mapping[str, Any], changes: tuple[str, ...] = ()) -> Draft:
    text = as_text(entry.get("text"))
    legible = as_flag(entry.get("legible")) is not False
    if legible and not text.strip():
        legible = False
        changes = (*changes, NO_TEXT)
    corners = entry.get("vertices")
    flat = "curved" if isinstance(corners, list) and len(corners) > 4 else "horizontal"
    direction = _of_flag(as_flag(entry.get("vertical")), "vertical", flat)
    writing = _of_flag(as_flag(entry.get("handwritten")), "handwritten", "printed")
    return Draft(corners, LabelledRegion((), text, legible, direction, writing), changes=changes)


def _of_flag(flag: bool | None, if_true: str, if_false: str) -> str | None:
    return None if flag is None else if_true if flag else if_false


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(GZIP):
        return data
    try:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        found = unpacker.decompress(data, MOST_LABELS)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatWrong(f"it is no whole gzip file ({error})") from error
    if not unpacker.eof:
        raise FormatWrong(f"it unpacks to more than {MOST_LABELS / 1e9:.1f} GB, which is not read: split it"
                          if len(found) == MOST_LABELS else "it is no whole gzip file")
    return found


def _start(data: bytes) -> str:
    """What a file starts with, unpacked as far as it goes."""
    if data.startswith(GZIP):
        try:
            data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, STARTS)
        except zlib.error:
            return ""
    return data.decode("utf-8", "replace")


def recognise(files: DatasetFiles) -> str:
    """See ``Recognise``."""
    for name in _label_files(files)[:LOOKED_AT]:
        try:
            if LOOKS.search(_start(files.start(name, STARTS))):
                return f"{name} with annotations, paragraphs and lines"
        except FormatWrong:
            continue
    return ""


FORMAT = Format(
    "hiertext", "HierText", Holds(Shape.POLYGON, frozenset({"legible", "direction", "writing"}), frozenset({"split"})),
    read=read, recognise=recognise, notes=(
        "Words are read, in the order of the file; lines and paragraphs are not held.",
        "`vertical` becomes direction vertical; any other word is curved where it has more than four corners, else horizontal.",
        "A line or paragraph without words, mostly illegible, becomes one region."))
