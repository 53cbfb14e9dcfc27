"""Columns of nested Parquet: what is compressed and encoded are the leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa


def leaves(name: str, kind: pa.DataType) -> Iterator[str]:
    """Names of a column's leaves, such as ``regions.list.element.text``."""
    if pa.types.is_struct(kind):
        for field in kind:
            yield from leaves(f"{name}.{field.name}", field.type)
    elif pa.types.is_list(kind):
        yield from leaves(f"{name}.list.element", kind.value_type)
    else:
        yield name
