"""Hugging Face imagefolder: a folder of pictures a split, with ``metadata.jsonl``; ``datasets.load_dataset(folder)`` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saegim.errors import FormatWrong
from saegim.formats.metadata_lines import FILE_NAME, first_row, metadata_files, own_draft, read_lines, write_lines
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.doubts import sure_texts
from saegim.labels.drafts import DraftImage
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.label_rows import EXPECTED, OBJECTS, draft_of, understood
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.output import Output


def write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    """Writes a folder a split. Columns: ``text`` (all texts, a line each), ``width``, ``height``, and ``regions`` as JSON."""
    return write_lines(dataset, output, findings, _columns)


def _columns(image: LabelledImage) -> Mapping[str, Any]:
    return {"width": image.width, "height": image.height, "unit": image.unit, "text": "\n".join(sure_texts(image))}


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads pictures with the labels of their row: our own, or columns that ``label_rows`` understands."""
    if not metadata_files(files):
        raise FormatWrong(f"{files.path} has no metadata.jsonl, metadata.csv or metadata.parquet")
    return LabelledSet(files.path.name, read_lines(files, findings, _draft), None, licence_of(files))


def _draft(row: Mapping[str, Any], name: str, split: str) -> DraftImage:
    draft = draft_of(row, name, split, FORMAT.unit)
    if draft is None:
        raise FormatWrong(f"The metadata of {name} has no labels that are understood: {EXPECTED}; there is {', '.join(row)}")
    return draft


def recognise(files: DatasetFiles) -> str:
    """By the first row of the metadata: a file name and labels."""
    row = first_row(files)
    objects = row.get(OBJECTS)
    labels = "regions" if own_draft(row, "") else understood(row.keys(), objects.keys() if isinstance(objects, Mapping) else ())
    return f"{metadata_files(files)[0]} with {labels}" if labels and FILE_NAME in row and "ground_truth" not in row else ""


FORMAT = Format(
    "imagefolder", "Hugging Face imagefolder", Holds(Shape.POLYGON, frozenset({
        "legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id"}), frozenset({
            "split", "group", "image_id", "image_kind", "conditions", "source", "licence", "unit"})),
    read=read, write=write, recognise=recognise, notes=(
        "The column text has all legible texts of a picture, one a line; regions is JSON in a text, so that all splits have the "
        "same types.",
        "Others' metadata (jsonl, csv, Parquet) is read where it has a text a picture, or texts with outlines."),
    sees="pictures and the legible texts of each in one; regions as JSON in a text")
