"""Rows of an Arrow table as JSON, made column by column: several times as fast as row by row through Python's dicts."""

from __future__ import annotations

from json.encoder import encode_basestring

import pyarrow as pa
import pyarrow.compute as pc

NULL = "null"


def json_rows(table: pa.Table) -> pa.Array:
    """Each row as one JSON object with the columns as keys, in their order; without spaces, Hangul as it is.

    Args:
        table: columns of texts, numbers, truth values, and lists and structs of these. Its texts together hold less than 2 GiB.

    Returns:
        Array of strings, as many as there are rows.
    """
    names = table.column_names
    return _object(names, [_values(table[name].combine_chunks()) for name in names], table.num_rows)


def _values(column: pa.Array) -> pa.Array:
    """JSON of each value; ``null`` of a missing one."""
    kind = column.type
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], kind)
    if pa.types.is_struct(kind):
        fields = [kind.field(number) for number in range(kind.num_fields)]
        made = _object([field.name for field in fields], [_values(values) for values in column.flatten()], len(column))
    elif pa.types.is_list(kind):
        made = _list(column)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return quoted(column)
    else:  # of a 32-bit float the shortest form that tells it from others: the digits that it was kept with
        made = column.cast(pa.string())
    return pc.if_else(column.is_valid(), pc.fill_null(made, NULL), NULL) if column.null_count else made


def quoted(column: pa.Array) -> pa.Array:
    """Quoted texts. Those that repeat, such as attributes, are quoted once."""
    coded = column.dictionary_encode()
    quoted = pa.array([encode_basestring(text) for text in coded.dictionary.to_pylist()], pa.string())
    return pc.fill_null(quoted.take(coded.indices), NULL)


def _list(column: pa.Array) -> pa.Array:
    items = _values(column.flatten())
    ends = pc.cumulative_sum(pc.fill_null(pc.list_value_length(column), 0))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends.cast(pa.int32())])
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, items), ",")
    return pc.binary_join_element_wise("[", joined, "]", "")


def _object(names: list[str], values: list[pa.Array], count: int) -> pa.Array:
    if not names:
        return pa.array(["{}"] * count, pa.string())
    parts: list[pa.Array | str] = []
    for number, name in enumerate(names):
        parts += [("," if number else "{") + encode_basestring(name) + ":", values[number]]
    return pc.binary_join_element_wise(*parts, "}", "")
