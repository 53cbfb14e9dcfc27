"""CORD v2 and its earlier versions: receipts with their words, as a folder of JSON files or as the hub's Parquet.

https://github.com/clovaai/cord: ``valid_line[].words[].quad``, areas that are not cared for, lines of repeated symbols. In the
Parquet of naver-clova-ix/cord-v2 the same JSON stands as text in the column ``ground_truth``, beside ``image``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from saegim.errors import FormatWrong
from saegim.formats.word_index import BROKEN, LOOKED_AT, check_has_labels
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import NO_TEXT, Draft, DraftImage, finished, no_picture, with_picture
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.frames import frame_of
from saegim.labels.json_pieces import as_mapping, mappings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.nearest import NearestPictures
from saegim.labels.picture_files import FoundPicture, leave_unlabelled
from saegim.labels.texts import as_text, decoded, documents

LINES = "valid_line"
COLUMN = "ground_truth"
IMAGE = "image"
STARTS = 1 << 18
"""Bytes of a file in which its form shows; the parse that stands before the words is shorter."""
AT_ONCE = 8
"""Rows of a Parquet file that are read together: a receipt has 2 MB."""
FIELDS = {"category": "category of a word", "group_id": "group of a word", "sub_group_id": "sub-group of a word"}
IS_KEY = "key or value of a word"
OF_IMAGE = {"gt_parse": "the parse of the receipt", "roi": "the area of the receipt"}
SYMBOLS = "a line of repeated symbols, whose text is one of them: illegible"


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads the words; see ``Read``."""
    check_has_labels(files, _label_files(files), "JSON or Parquet")
    return LabelledSet(files.path.name, _images(files, findings), licence=licence_of(files))


def _label_files(files: DatasetFiles) -> list[str]:
    return files.label_names(".json", ".parquet")


def _images(files: DatasetFiles, findings: Findings) -> Iterator[LabelledImage]:
    pictures = NearestPictures(files)
    used: set[str] = set()
    for name in _label_files(files):
        try:
            if name.lower().endswith(".parquet"):
                yield from _of_parquet(files, name, findings)
                continue
            for document in documents(decoded(files.read(name), name, findings), name, findings):
                if not isinstance(document, Mapping) or LINES not in document:
                    raise FormatWrong(f"{name} has no {LINES}")
                path = pictures.of(name)
                used |= {path} if path else set()
                if image := finished(files, path, _draft(document, path or name), findings):
                    yield image
        except (FormatWrong, pa.ArrowException) as error:
            findings.left_out(name, None, BROKEN, str(error))
    leave_unlabelled(files, used, findings)


def _of_parquet(files: DatasetFiles, name: str, findings: Findings) -> Iterator[LabelledImage]:
    stem = name.rpartition("/")[2].rpartition(".")[0]
    with files.on_disk(name) as path, pq.ParquetFile(path) as table:
        if not {IMAGE, COLUMN} <= set(table.schema_arrow.names):
            raise FormatWrong(f"{name} has no columns {IMAGE} and {COLUMN}")
        rows = (row for batch in table.iter_batches(AT_ONCE, columns=[IMAGE, COLUMN]) for row in batch.to_pylist())
        for number, row in enumerate(rows):
            data = row[IMAGE].get("bytes") if isinstance(row[IMAGE], Mapping) else row[IMAGE]
            data = data if isinstance(data, bytes) else b""
            if image := _of_row(data, row[COLUMN], f"{stem}/{number:05d}{_ending(data)}", findings):
                yield image


def _of_row(data: bytes, truth: object, name: str, findings: Findings) -> LabelledImage | None:
    try:
        document = json.loads(as_text(truth))
    except (ValueError, RecursionError) as error:
        document = {}
        detail = str(error)
    else:
        detail = f"no {LINES}"
    if not isinstance(document, Mapping) or LINES not in document:
        findings.came(0)
        findings.left_out(name, None, BROKEN, detail)
        return None
    draft = _draft(document, name)
    findings.came(len(draft.drafts))
    frame = frame_of(data, name, findings, [one.corners for one in draft.drafts], draft.declared)
    return with_picture(FoundPicture(name, frame, partial(bytes, data)), draft, findings) if frame else None


def _draft(document: Mapping[str, Any], name: str) -> DraftImage:
    drafts = [_word(word, line) for line in mappings(document.get(LINES)) for word in mappings(line.get("words"))]
    unread = LabelledRegion((), "", legible=False)
    drafts += [Draft(_corners(quad), unread) for quad in _quads(document.get("dontcare"))]
    drafts += [Draft(_corners(one.get("quad")), LabelledRegion((), as_text(one.get("text")), legible=False), changes=(SYMBOLS,))
               for one in _quads(document.get("repeating_symbol"))]
    meta = as_mapping(document.get("meta"))
    size = as_mapping(meta.get("image_size"))
    split = split_of(as_text(meta.get("split"))) or split_of(name)
    image = LabelledImage(name, no_picture, 0, 0, "word", split=split, image_kind="document")
    return DraftImage(image, drafts, (size.get("width"), size.get("height")),
                      tuple(reason for field, reason in OF_IMAGE.items() if document.get(field)))


def _word(word: Mapping[str, Any], line: Mapping[str, Any]) -> Draft:
    text = as_text(word.get("text"))
    lost = [reason for field, reason in FIELDS.items() if field in line] + ([IS_KEY] if "is_key" in word else [])
    said = bool(text.strip())
    return Draft(_corners(word.get("quad")), LabelledRegion((), text, said), lost=tuple(lost), changes=() if said else (NO_TEXT,))


def _corners(quad: object) -> object:
    """A quad, which names its corners from x1 and y1 to x4 and y4."""
    return [(quad.get(f"x{place}"), quad.get(f"y{place}")) for place in range(1, 5)] if isinstance(quad, Mapping) else quad


def _quads(value: object) -> Iterator[Mapping[str, Any]]:
    """Objects of lists in lists, in their order."""
    if isinstance(value, Mapping) and value:
        yield value
    for one in value if isinstance(value, list) else ():
        yield from _quads(one)


def _ending(data: bytes) -> str:
    return ".png" if data.startswith(b"\x89PNG") else ".jpg"


def recognise(files: DatasetFiles) -> str:
    """See ``Recognise``."""
    for name in _label_files(files)[:LOOKED_AT]:
        try:
            if name.lower().endswith(".parquet"):
                if _is_cord(files, name):
                    return f"{name} with {LINES} in the column {COLUMN}"
            elif f'"{LINES}"'.encode() in files.start(name, STARTS):
                return f"{name} with {LINES}"
        except (FormatWrong, pa.ArrowException):
            continue
    return ""


def _is_cord(files: DatasetFiles, name: str) -> bool:
    """Whether the first row of a Parquet file holds words as CORD does; Donut's training sets have the parse alone."""
    with files.on_disk(name) as path, pq.ParquetFile(path) as table:
        if not {IMAGE, COLUMN} <= set(table.schema_arrow.names):
            return False
        first = next(table.iter_batches(1, columns=[COLUMN]), None)
        return first is not None and len(first) > 0 and f'"{LINES}"' in as_text(first[COLUMN][0].as_py())


FORMAT = Format(
    "cord", "CORD", Holds(Shape.QUAD, frozenset({"legible"}), frozenset({"split", "image_kind"})), read=read, recognise=recognise,
    notes=("Words are read, from the folders of JSON files or from the hub's Parquet.",
           "Areas not cared for and lines of repeated symbols are illegible.",
           "Category, group and key of words, the parse and the area of the receipt are not held."))
