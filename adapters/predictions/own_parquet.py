"""Our own dialect as Parquet: the columns ``image_id`` and ``regions`` of a release's labels; all else may be left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.predictions.dialect import SeenImage, SeenRegion
from adapters.predictions.own import ATTRIBUTES, attributes_of
from schemas.errors import PredictionsWrong
from schemas.reading import Attributes

MAGIC = b"PAR1"
"""The first bytes of each Parquet file."""
ROWS_AT_ONCE = 256
NEEDED = ("It needs image_id (text) and regions: a list of {polygon: [[x, y], …], text, score}; docs/predictions.md has the "
          "lines of pandas that write it")


def parquet_images(path: Path) -> Iterator[SeenImage]:
    """What a file says, image by image; a few hundred rows are in memory.

    Raises:
        PredictionsWrong: it is damaged, or has other columns.
    """
    number = 0
    with _opened(path) as file:
        columns = [name for name in ("image_id", "regions", "unit") if name in file.schema_arrow.names]
        for batch in _batches(file, columns, path):
            image_ids = batch.column("image_id").to_pylist()
            units = batch.column("unit").to_pylist() if "unit" in columns else [None] * len(image_ids)
            for image_id, unit, regions in zip(image_ids, units, _regions(batch.column("regions"), number), strict=True):
                yield SeenImage((image_id or "(none)",), f"row {number}", "regions", regions, unit=unit)
                number += 1


def _opened(path: Path) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    schema = file.schema_arrow
    try:
        regions = schema.field("regions").type
        well = _is_text(schema.field("image_id").type) and _is_list(regions) and pa.types.is_struct(regions.value_type) and all(
            regions.value_type.get_field_index(name) >= 0 for name in ("polygon", "text"))
        well = well and _is_polygon(regions.value_type.field("polygon").type)
    except KeyError:
        well = False
    if not well:
        raise PredictionsWrong(f"{path.name} has the columns {', '.join(schema.names[:20])}. {NEEDED}")
    return file


def _batches(file: pq.ParquetFile, columns: list[str], path: Path) -> Iterator[pa.RecordBatch]:
    try:
        yield from file.iter_batches(ROWS_AT_ONCE, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> PredictionsWrong:
    return PredictionsWrong(f"{path.name} begins like Parquet, and is damaged or cut off ({error})")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or (
        pa.types.is_dictionary(kind) and _is_text(kind.value_type)))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _is_polygon(kind: pa.DataType) -> bool:
    """Whether it is a list of lists of numbers."""
    return _is_list(kind) and _is_list(kind.value_type) and bool(
        pa.types.is_floating(kind.value_type.value_type) or pa.types.is_integer(kind.value_type.value_type))


def _regions(column: pa.Array, first: int) -> Iterator[list[SeenRegion]]:
    """The regions of each row: columns become Python's lists once a batch, not value by value."""
    flat = column.flatten()
    corners = _corners(flat.field("polygon"))
    texts = flat.field("text").to_pylist()
    kind = flat.type
    scores = flat.field("score").to_pylist() if kind.get_field_index("score") >= 0 else [None] * len(flat)
    attributes = _attributes(flat, first)
    end = 0
    for count in column.value_lengths().fill_null(0).to_pylist():
        start = end
        end += count
        yield [SeenRegion(corners[place], texts[place], scores[place], attributes[place]) for place in range(start, end)]


def _corners(column: pa.Array) -> list[Any]:
    """Each polygon's corners as pairs."""
    points = column.flatten()
    if points.null_count or (points.value_lengths().to_numpy(zero_copy_only=False) != 2).any():
        return list(column.to_pylist())
    pairs = points.flatten().to_numpy(zero_copy_only=False).astype(float).reshape(-1, 2)
    found = []
    end = 0
    for count in column.value_lengths().fill_null(0).to_pylist():
        start = end
        end += count
        found.append(pairs[start:end])
    return found


def _attributes(flat: pa.Array, first: int) -> list[Attributes | None]:
    """Each region's attributes; regions have few combinations of them."""
    names = [name for name in sorted(ATTRIBUTES) if flat.type.get_field_index(name) >= 0]
    if not names:
        return [None] * len(flat)
    kept: dict[Any, Attributes | None] = {}
    found = []
    columns = [[tuple(value) if isinstance(value, list) else value for value in flat.field(name).to_pylist()] for name in names]
    for values in zip(*columns, strict=True):
        if values not in kept:
            kept[values] = attributes_of(dict(zip(names, values, strict=True)), f"rows from {first} on")
        found.append(kept[values])
    return found
