"""Folders of pictures with a ``metadata`` file of one row a picture: the Hub's imagefolder, and Donut's data sets, which are one.

All columns that are written are texts and numbers and never null: the Hub's reader tells types from the first rows of each file,
and refuses splits whose types differ. What is nested is JSON in a text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import DraftImage, finished
from saegim.labels.extras import KEY, extras_of_image
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.label_rows import REGIONS, draft_of, own_regions
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import write_licence
from saegim.labels.output import Output
from saegim.labels.picture_files import leave_unlabelled, write_picture
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import decoded, decoded_lines

METADATA = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
"""Names of the file (datasets 5.2, packaged_modules/folder_based_builder), one in a folder."""
FILE_NAME = "file_name"
"""Column: the picture, from the folder of the metadata on."""
BROKEN = "its line of metadata is broken"
Row = Mapping[str, Any]
DraftRow = Callable[[Row, str, str], DraftImage | None]
"""Makes labels of a row, the name of its image and its split; None where they are not read."""


def write_lines(dataset: LabelledSet, output: Output, findings: Findings, columns: Callable[[LabelledImage], Row]) -> list[str]:
    """Writes a folder a split: its pictures and ``metadata.jsonl``; and a card that names the splits.

    Args:
        dataset: what is written.
        output: the folder.
        findings: count what is written.
        columns: the format's own for an image; none of them is null. What only we read is put behind them.

    Returns:
        Paths of the metadata files.
    """
    splits = SplitNames(findings)
    open_lines: dict[str, TextIO] = {}
    with ExitStack() as closing:
        for image in dataset.images:
            split = splits.of(image.split)
            path = f"{split}/{METADATA[0]}"
            if path not in open_lines:
                open_lines[path] = closing.enter_context(output.text(path))
            write_picture(image, f"{split}/{image.name}", output)
            row = {FILE_NAME: image.name, **columns(image), REGIONS: _json(own_regions(image.regions)),
                   KEY: _json(extras_of_image(image))}
            open_lines[path].write(_json(row) + "\n")
            findings.went(len(image.regions))
            output.advance(1)
    write_licence(dataset, output)
    output.write("README.md", _card(dataset, sorted(path.partition("/")[0] for path in open_lines)).encode())
    return sorted(open_lines)


def read_lines(files: DatasetFiles, findings: Findings, draft_row: DraftRow) -> Iterator[LabelledImage]:
    """The images that metadata files name, in the order of these files.

    Args:
        files: of the data set.
        findings: take the remarks.
        draft_row: makes labels of a row that is not our own.
    """
    used: set[str] = set()
    for metadata, row in rows(files, findings):
        given = row.get(FILE_NAME)
        path = files.find(given, metadata) if isinstance(given, str) and given else None
        name = path or (given if isinstance(given, str) and given else metadata)
        used.add(name)
        own = own_draft(row, split_of(metadata))
        draft = own or draft_row(row, name, split_of(name))
        if draft is None:
            findings.came(0)
        elif image := finished(files, path, draft, findings):
            yield image
    leave_unlabelled(files, used, findings)


def own_draft(row: Row, split: str) -> DraftImage | None:
    """Labels of a row that we wrote; None of any other."""
    if not isinstance(row.get(REGIONS), str) or not isinstance(row.get(KEY), str):
        return None
    try:
        extras = json.loads(row[KEY])
        return draft_of({**extras, REGIONS: json.loads(row[REGIONS])}, str(row.get(FILE_NAME)), split, "word")
    except (ValueError, TypeError, RecursionError):
        return None


def rows(files: DatasetFiles, findings: Findings) -> Iterator[tuple[str, Row]]:
    """Rows of all metadata files, each with the name of its file."""
    for name in metadata_files(files):
        for row in _rows(files, name, findings):
            yield name, row


def metadata_files(files: DatasetFiles) -> list[str]:
    """Names of all metadata files; of one that was chosen, its name alone."""
    found = [name for name in files.names() if name.rpartition("/")[2] in METADATA]
    return [name for name in found if name == files.chosen] if files.chosen else found


def first_row(files: DatasetFiles) -> Row:
    """The first row that can be read; empty where there is none."""
    try:
        return next((row for _, row in rows(files, Findings())), {})
    except FormatWrong:
        return {}


def _rows(files: DatasetFiles, name: str, findings: Findings) -> Iterator[Row]:
    data = files.read(name)
    if name.endswith(".parquet"):
        try:
            yield from pq.read_table(pa.BufferReader(data)).to_pylist()
        except (pa.ArrowInvalid, OSError) as error:
            raise FormatWrong(f"{name} is no Parquet that can be read ({error})") from error
    elif name.endswith(".csv"):
        yield from csv.DictReader(io.StringIO(decoded(data, name, findings), newline=""))
    else:
        yield from _json_rows(decoded_lines(data, name, findings), name, findings)


def _json_rows(found: list[str], name: str, findings: Findings) -> Iterator[Row]:
    for number, line in enumerate(found, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, Mapping):
            yield row
        else:
            findings.came(0)
            findings.left_out(name, None, BROKEN, f"line {number}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _card(dataset: LabelledSet, splits: list[str]) -> str:
    """Tells the Hub's reader which folder is which split; it would know the usual names alone."""
    files = "".join(f"  - split: {split.replace('-', '_')}\n    path: \"{split}/**\"\n" for split in splits)
    licence = dataset.licence or "not stated"
    return (f"---\nconfigs:\n- config_name: default\n  data_files:\n{files}---\n\n# {dataset.title}\n\n{dataset.description}\n\n"
            f"Licence: {licence}\n")
