"""WebDataset: .tar shards a split, in which each picture stands beside its labels as JSON.

``webdataset.WebDataset("train-{000000..000012}.tar")`` reads them in order, from a disk or a bucket. Every picture is the field
``jpg``, a PNG too: ``datasets`` refuses sets whose samples have other fields, and all decoders go by what a picture holds.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from saegim.errors import FormatWrong
from saegim.formats.tar_shards import BLOCK, TarSample, TarShards
from saegim.labels.dataset_files import MOST_LABELS, MOST_PICTURE, PICTURES, DatasetFiles
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.json_columns import json_rows
from saegim.labels.label_rows import EXPECTED, draft_of, own_row, with_bytes
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.output import Output
from saegim.labels.picture_files import NOT_THERE, UNLABELLED
from saegim.labels.released import ENDINGS
from saegim.labels.texts import decoded
from saegim.release import Release
from saegim.shards import Piece, open_shard, pieces, read_images

Files = dict[str, bytes]
"""Of one sample, by what follows the first dot of their names."""
KEY_DIGITS = 32
"""Of a sample's key: no dots, and far from the 100 characters that a .tar's plain header holds."""


LOOKED_AT = 20
"""Samples of the first shard that are looked at to tell what it is: some have odd labels."""
BROKEN = "its labels are no text and no JSON that can be read"
NOT_UNDERSTOOD = "its labels are not understood"
CUT_OFF = "the shard is cut off or broken: what follows is lost"
TOO_LARGE = "a part of a sample is too large to be a picture or labels"


def write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    """Writes shards. The labels of a release are its label rows; those of anything else the fields of ``LabelledImage``."""
    write_licence(dataset, output)
    shards = TarShards(output, findings, resumes=dataset.release is not None)
    if dataset.release is None:
        return shards.write(map(_sample, dataset.images))
    # The format holds all that a release has: nothing has to be fitted, and rows need not become records.
    counts = pc.fill_null(pc.list_value_length(dataset.release.labels["regions"]), 0)
    findings.images_in += len(dataset.release)
    findings.regions_in += pc.sum(counts).as_py() or 0
    return shards.write(_samples(dataset.release))


def _sample(image: LabelledImage) -> TarSample:
    key = image.image_id or hashlib.sha256(image.name.encode()).hexdigest()
    labels = json.dumps(own_row(image), ensure_ascii=False, separators=(",", ":")).encode()
    return TarSample(key[:KEY_DIGITS], image.split, labels, image.picture, len(image.regions))


def _samples(release: Release) -> Iterator[TarSample]:
    """A release's, in the order of ``Release.images``; JSON is made for the rows of a shard at a time."""
    for shard, found in groupby(pieces(release.folder, release.labels), lambda piece: piece.shard):
        here = list(found)
        rows = release.labels.take(pa.concat_arrays([piece.rows for piece in here]))
        labels = json_rows(rows.drop_columns(["shard"])).cast(pa.binary()).to_pylist()
        counts = pc.fill_null(pc.list_value_length(rows["regions"]), 0).to_pylist()
        pictures = _pictures(release, shard, here)
        yield from map(TarSample, (image_id[:KEY_DIGITS] for image_id in rows["image_id"].to_pylist()),
                       rows["split"].to_pylist(), labels, pictures, counts)


def _pictures(release: Release, shard: str, here: list[Piece]) -> Iterator[Callable[[], pa.Buffer]]:
    opened = open_shard(release.folder, shard)
    for piece in here:
        group = _Group(lambda piece=piece: read_images(opened, piece))  # type: ignore[misc]
        for number in range(len(piece.rows)):
            yield lambda group=group, number=number: group.picture(number)  # type: ignore[misc]


class _Group:
    """The pictures of one row group, read when the first of them is asked for, and not copied."""

    def __init__(self, read: Callable[[], pa.ChunkedArray]) -> None:
        self._read = read
        self._found: list[pa.Buffer] = []

    def picture(self, number: int) -> pa.Buffer:
        if not self._found:
            self._found = [item.as_buffer() for chunk in self._read().chunks for item in chunk.field("bytes")]
        return self._found[number]


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads shards: our own, and those whose samples have a picture and ``json`` or ``txt``; see ``label_rows``."""
    shards = _shards(files)
    if not shards:
        raise FormatWrong(f"{files.path} has no .tar: expected shards such as train-000000.tar")
    return LabelledSet(files.path.name, _images(files, shards, findings), None, licence_of(files))


@dataclass(frozen=True, slots=True)
class _Unread:
    """Why a sample is left out."""

    reason: str
    detail: str = ""


def _images(files: DatasetFiles, shards: list[str], findings: Findings) -> Iterator[LabelledImage]:
    names: set[str] = set()
    strange = ""
    understood = False
    for shard in shards:
        for key, parts in _in_shard(files, shard, findings):
            ending = _picture_of(parts)
            found = _labels(key, parts, findings)
            row = {} if isinstance(found, _Unread) else found
            name = _name(row, f"{key}.{ending or 'jpg'}")
            name = name if name not in names else f"{shard}/{name}"
            names.add(name)
            draft = draft_of(row, name, split_of(shard), FORMAT.unit)
            if draft and ending:
                understood = True
                if image := with_bytes(parts[ending], draft, findings):
                    yield image
                continue
            columns = ", ".join(row) or "nothing"
            why = found if isinstance(found, _Unread) else _Unread(NOT_UNDERSTOOD, columns) if ending else _Unread(NOT_THERE)
            findings.came(0)
            findings.left_out(name, None, why.reason, why.detail)
            if why.reason == NOT_UNDERSTOOD:
                strange = strange or f"{shard}: labels of {key} are not understood: {EXPECTED}; there is {columns}"
    if strange and not understood:
        raise FormatWrong(strange)


def _picture_of(parts: Files) -> str:
    """Which part of a sample is its picture; empty where none is."""
    return next((ending for ending in parts if f".{ending}".lower().endswith(PICTURES)), "")


def _name(row: dict[str, Any], otherwise: str) -> str:
    """The name that a sample had before it was one."""
    if isinstance(name := row.get("name"), str) and name:
        return name
    image_id, media_type = row.get("image_id"), row.get("media_type")
    return f"{image_id}{ENDINGS.get(str(media_type), '.jpg')}" if isinstance(image_id, str) and image_id else otherwise


def _labels(key: str, parts: Files, findings: Findings) -> dict[str, Any] | _Unread:
    """Labels of a sample as a row, or why it has none."""
    try:
        for ending, data in parts.items():
            if ending.rpartition(".")[2] == "json":
                row = json.loads(decoded(data, f"{key}.{ending}", findings))
                if not isinstance(row, dict | str):
                    raise ValueError(f"expected an object or a text, found {type(row).__name__}")
                return row if isinstance(row, dict) else {"text": row}
        for ending, data in parts.items():
            if ending.rpartition(".")[2] in ("txt", "text"):
                return {"text": decoded(data, f"{key}.{ending}", findings).strip("\r\n")}
    except (FormatWrong, ValueError, RecursionError) as error:
        return _Unread(BROKEN, str(error))
    return _Unread(UNLABELLED)


def _in_shard(files: DatasetFiles, shard: str, findings: Findings) -> Iterator[tuple[str, Files]]:
    """Samples by their keys: neighbours whose names are the same up to the first dot."""
    key = ""
    parts: Files = {}
    with nullcontext(files.path) if _is_shard(files) else files.on_disk(shard) as path:
        try:
            with tarfile.open(path) as opened:
                for member in opened:
                    folder, _, file = member.name.rpartition("/")
                    stem, dot, ending = file.partition(".")
                    if not member.isfile() or not dot or not stem:
                        continue
                    of = f"{folder}/{stem}".lstrip("/")
                    if of != key and parts:
                        yield key, parts
                        parts = {}
                    key = of
                    if member.size > (MOST_PICTURE if file.lower().endswith(PICTURES) else MOST_LABELS):
                        findings.left_out(member.name, None, TOO_LARGE, f"{member.size / 1e9:,.1f} GB")
                        continue
                    data = opened.extractfile(member)
                    parts[ending] = data.read() if data else b""
                _check_end(opened)
        except (tarfile.TarError, OSError, EOFError) as error:
            findings.came(0)
            findings.left_out(shard, None, CUT_OFF, str(error))
            return  # the last sample may lack a part
    if parts:
        yield key, parts


def _check_end(opened: tarfile.TarFile) -> None:
    """Raises ReadError where the end of a .tar is missing: tarfile takes a header that is cut off for the end."""
    found = opened.fileobj
    if found:
        found.seek(opened.offset)
        if found.read(BLOCK) != bytes(BLOCK):
            raise tarfile.ReadError("no end of archive")


def _shards(files: DatasetFiles) -> list[str]:
    if _is_shard(files):
        return [files.path.name]
    return [] if files.chosen else files.names(".tar", ".tar.gz", ".tgz")


def _is_shard(files: DatasetFiles) -> bool:
    """Whether the data set is one .tar itself."""
    return files.path.is_file() and not files.chosen and tarfile.is_tarfile(files.path)


def recognise(files: DatasetFiles) -> str:
    """By the first samples of the first shard: a picture and labels that are understood, under one key."""
    shards = _shards(files)
    if not shards:
        return ""
    for key, parts in islice(_in_shard(files, shards[0], Findings()), LOOKED_AT):
        row = _labels(key, parts, Findings())
        if _picture_of(parts) and isinstance(row, dict) and draft_of(row, key, "", FORMAT.unit):
            return f"{len(shards)} .tar with samples of {', '.join(parts)}"
    return ""


FORMAT = Format(
    "webdataset", "WebDataset", Holds(Shape.POLYGON, frozenset({
        "legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id"}), frozenset({
            "split", "group", "image_id", "image_kind", "conditions", "source", "licence", "unit"})),
    read=read, write=write, recognise=recognise, notes=(
        "Keys are 32 hex digits without dots; labels are JSON with all that the release says; shards of 256 MB a split.",
        "Every picture is the field jpg, a PNG too.",
        "Shards of others are read where a sample's json or txt holds a text, texts with outlines, or our own regions."),
    sees="pictures, and all columns as JSON")
