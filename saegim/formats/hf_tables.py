"""Any labelled images as Parquet files that Hugging Face reads, and Parquet files of others as labelled images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.frames import frame_of
from saegim.labels.label_rows import EXPECTED, OBJECTS, REGIONS, TEXTS, draft_of, in_thousandths, own_row, understood, with_bytes
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.output import Output
from saegim.labels.picture_files import NOT_THERE, UNREADABLE
from saegim.labels.split_names import SplitNames
from saegim.shards import IMAGE

IMAGE_TYPE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TEXT_LIST = pa.list_(pa.string())
REGION_TYPE = pa.struct([
    ("region_id", pa.string()), ("polygon", pa.list_(pa.list_(pa.float64()))), ("text", pa.string()), ("direction", pa.string()),
    ("writing", pa.string()), ("effects", TEXT_LIST), ("language", pa.string()), ("legible", pa.bool_()), ("kind", pa.string()),
    ("checked", pa.bool_())])
COLUMNS: dict[str, pa.DataType] = {
    "image_id": pa.string(), IMAGE: IMAGE_TYPE, "name": pa.string(), "split": pa.string(), "group": pa.string(),
    "width": pa.int32(), "height": pa.int32(), "image_kind": pa.string(), "conditions": TEXT_LIST, "source": pa.string(),
    "licence": pa.string(), "unit": pa.string(), REGIONS: pa.list_(REGION_TYPE)}
"""Of what was no release; releases have the columns of their label rows."""
GROUP_BYTES = 16 * 1024 * 1024
"""Of pictures in a row group: what a reader holds to give one row."""
ROWS_READ = 16
"""At once: files of the Hub have row groups of a thousand pictures."""
ROWS_LOOKED_AT = 100
"""To tell whether boxes are pixels or thousandths."""
TRUTH = "ground_truth"
"""Column of Donut and CORD: those formats read it."""
LICENCE = re.compile(r"^license:[ \t]*(.+)$", re.MULTILINE)
"""In a card's front matter."""


def write_tables(dataset: LabelledSet, output: Output, findings: Findings, metadata: Mapping[str, str]) -> list[str]:
    """Writes a Parquet file a split, ``data/train.parquet``.

    Args:
        dataset: anything but a release.
        output: the folder.
        findings: count what is written.
        metadata: of the Arrow schema.

    Returns:
        Paths of the files.
    """
    schema = pa.schema(COLUMNS, metadata=metadata)
    splits = SplitNames(findings)
    waiting: dict[str, list[dict[str, Any]]] = {}
    held: dict[str, int] = {}
    writers: dict[str, pq.ParquetWriter] = {}
    with ExitStack() as closing:
        for image in dataset.images:
            path = f"data/{splits.of(image.split)}.parquet"
            if path not in writers:
                part = closing.enter_context(output.opened(path))
                writers[path] = closing.enter_context(pq.ParquetWriter(part, schema, compression="zstd", version="2.6"))
            data = image.picture()
            waiting.setdefault(path, []).append(own_row(image) | {IMAGE: {"bytes": data, "path": image.name}})
            held[path] = held.get(path, 0) + len(data)
            if held[path] >= GROUP_BYTES:
                writers[path].write_table(pa.Table.from_pylist(waiting.pop(path), schema=schema))
                held[path] = 0
            findings.went(len(image.regions))
            output.advance(1)
        for path, rows in waiting.items():
            writers[path].write_table(pa.Table.from_pylist(rows, schema=schema))
    write_licence(dataset, output)
    return sorted(writers)


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads Parquet files with a column of pictures and columns of labels that ``label_rows`` understands.

    Raises:
        FormatWrong: none of them has both.
    """
    names = _tables(files)
    known = [name for name in names if labels_of(files, name)]
    if not known:
        there = f"none of {len(names)} Parquet files has them" if names else "there is no Parquet file"
        raise FormatWrong(f"{files.path} is not understood: expected a column of pictures (a struct of bytes and path) and of "
                          f"labels: {EXPECTED}; {there}")
    return LabelledSet(files.path.name, _images(files, known, findings), None, licence_of(files) or _licence_of_card(files))


def recognise(files: DatasetFiles) -> str:
    """By the columns of Parquet files."""
    known = [(name, labels) for name in _tables(files) if (labels := labels_of(files, name))]
    return f"{len(known)} .parquet with pictures and {known[0][1]}" if known else ""


def _tables(files: DatasetFiles) -> list[str]:
    """All Parquet files; where one was chosen, that alone."""
    return [name for name in files.names(".parquet") if not files.chosen or name == files.chosen]


def labels_of(files: DatasetFiles, name: str) -> str:
    """Which columns of a Parquet file hold the labels of its pictures; empty where it has no pictures or no labels."""
    try:
        with files.on_disk(name) as path:
            schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError, FormatWrong):
        return ""
    if not _picture_column(schema) or TRUTH in schema.names:
        return ""
    inside = [field.name for field in schema.field(OBJECTS).type] if _is_struct(schema, OBJECTS) else []
    return understood(_label_columns(schema), inside)


def _images(files: DatasetFiles, names: list[str], findings: Findings) -> Iterator[LabelledImage]:
    taken: set[str] = set()
    thousandths = _in_thousandths(files, names[0])
    for file in names:
        for number, (row, data, column) in enumerate(_rows(files, file, findings)):
            name = _name(row, file, number, column)
            name = name if name not in taken else f"{file}-{number:06d}{Path(name).suffix}"
            taken.add(name)
            data = data or _beside(files, row.get(column))
            if thousandths and data and (frame := frame_of(data, name, Findings())):
                row |= {"width": frame.width, "height": frame.height}
            draft = draft_of(row, name, split_of(file), "word", thousandths)
            if draft is None or data is None:
                findings.came(len(draft.drafts) if draft else 0)
                findings.left_out(name, None, NOT_THERE, regions=len(draft.drafts) if draft else 0)
            elif image := with_bytes(data, draft, findings):
                yield image


def _rows(files: DatasetFiles, file: str, findings: Findings) -> Iterator[tuple[dict[str, Any], bytes | None, str]]:
    """Rows with the bytes of their picture, and the name of its column."""
    try:
        with files.on_disk(file) as path, pq.ParquetFile(path) as opened:
            schema = opened.schema_arrow
            column = _picture_column(schema)
            columns = [column, *(name for name in schema.names if name in {*COLUMNS, *_label_columns(schema)} - {column})]
            short = _is_short(schema)
            for batch in opened.iter_batches(ROWS_READ, columns=columns, use_threads=False):
                for row in batch.to_pylist():
                    picture = row[column]
                    if short:
                        _shorten(row)
                    yield row, picture.get("bytes") if isinstance(picture, dict) else picture, column
    except (pa.ArrowInvalid, OSError) as error:
        findings.came(0)
        findings.left_out(file, None, UNREADABLE, str(error))


def _in_thousandths(files: DatasetFiles, name: str) -> bool:
    """Whether one of the first boxes shows that all are thousandths."""
    for row, data, _ in islice(_rows(files, name, Findings()), ROWS_LOOKED_AT):
        frame = frame_of(data, name, Findings()) if data else None
        if frame and in_thousandths(row, frame.width, frame.height):
            return True
    return False


def _name(row: Mapping[str, Any], file: str, number: int, column: str) -> str:
    picture = row.get(column)
    path = picture.get("path") if isinstance(picture, Mapping) else None
    path = path if isinstance(path, str) else ""
    if isinstance(row.get("image_id"), str) and row["image_id"]:
        return f"{row['image_id']}{Path(path).suffix or '.jpg'}"
    given = row.get("name")
    return given if isinstance(given, str) and given else path or f"{Path(file).stem}-{number:06d}.jpg"


def _beside(files: DatasetFiles, picture: object) -> bytes | None:
    """A picture that is named and not held."""
    path = picture.get("path") if isinstance(picture, Mapping) else None
    found = files.find(path) if isinstance(path, str) and path else None
    return files.read(found) if found else None


def _picture_column(schema: pa.Schema) -> str:
    """The first column of structs with bytes and path, or of bytes."""
    for field in schema:
        if pa.types.is_struct(field.type) and {"bytes", "path"} <= {inner.name for inner in field.type}:
            return str(field.name)
    binary = (str(field.name) for field in schema if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type))
    return next(binary, "")


def _label_columns(schema: pa.Schema) -> list[str]:
    """Columns that may hold labels by their types."""
    return [field.name for field in schema if (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
                                               if field.name in TEXTS else pa.types.is_nested(field.type))]


def _is_struct(schema: pa.Schema, name: str) -> bool:
    return name in schema.names and pa.types.is_struct(schema.field(name).type)


def _is_short(schema: pa.Schema) -> bool:
    """Whether polygons are 32-bit floats, as a release has them."""
    return REGIONS in schema.names and "float" in str(schema.field(REGIONS).type).replace("double", "")


def _shorten(row: dict[str, Any]) -> None:
    """Takes off digits of a polygon that only the change from 32 to 64 bits has made; see ``released.DECIMALS``."""
    for region in row[REGIONS] or ():
        if isinstance(region, dict) and region.get("polygon"):
            region["polygon"] = [[round(number, 2) for number in corner] for corner in region["polygon"]]


def _licence_of_card(files: DatasetFiles) -> str:
    """What the front matter of a card says."""
    if "README.md" not in files.names(".md"):
        return ""
    front = files.read("README.md").decode("utf-8", "replace")
    found = LICENCE.search(front[:front.find("\n---", 4)]) if front.startswith("---") else None
    return found.group(1).strip().strip("\"'") if found else ""
