"""Comparisons of Arrow columns as Python makes them: what comes out is true or false, never missing.

A missing value is equal to a missing value only, and neither less nor greater than anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

Constant = str | int | float | bool | None
Columns = Mapping[str, pa.Array]
Test = Callable[[Columns], pa.Array]
ORDERINGS = {"<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}


class ColumnKind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "numbers"
    TRUTH = "true or false"
    TEXTS = "several texts"
    OTHER = "nothing to compare"


def sort_of(kind: pa.DataType) -> ColumnKind:
    """What a column of an Arrow type holds."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return ColumnKind.TEXT
    if pa.types.is_boolean(kind):
        return ColumnKind.TRUTH
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return ColumnKind.NUMBER
    return ColumnKind.TEXTS if pa.types.is_list(kind) and sort_of(kind.value_type) is ColumnKind.TEXT else ColumnKind.OTHER


def equal(left: pa.Array, right: pa.Array | Constant) -> pa.Array:
    """Where both are the same or both are missing."""
    if right is None:
        return pc.is_null(left)
    same = pc.fill_null(pc.equal(*_alike(left, right)), False)
    return pc.or_(same, pc.and_(pc.is_null(left), pc.is_null(right))) if isinstance(right, pa.Array) else same


def ordered(sign: str, left: pa.Array, right: pa.Array | Constant) -> pa.Array:
    """Where ``left < right``, or what else the sign says; texts by their code points."""
    return pc.fill_null(ORDERINGS[sign](*_alike(left, right)), False)


def is_one_of(column: pa.Array, constants: Sequence[Constant]) -> pa.Array:
    """Where the value is one of these."""
    floats = pa.types.is_floating(column.type) or any(isinstance(constant, float) for constant in constants)
    if sort_of(column.type) is ColumnKind.NUMBER:
        kind = pa.float64() if floats else pa.int64()
        return pc.is_in(column.cast(kind), value_set=pa.array(constants, kind))
    return pc.is_in(column, value_set=pa.array(constants, column.type))


def has_part(column: pa.Array, part: str) -> pa.Array:
    """Where a text has this part."""
    return pc.fill_null(pc.match_substring(column, part), False)


def has_item(column: pa.Array, item: str) -> pa.Array:
    """Where one of several texts is this."""
    return any_of(equal(pc.list_flatten(column), item), pc.list_parent_indices(column), len(column))


def is_true(column: pa.Array) -> pa.Array:
    """Where Python's ``bool`` says true: not missing, not empty, not zero."""
    match sort_of(column.type):
        case ColumnKind.TRUTH:
            return pc.fill_null(column, False)
        case ColumnKind.TEXT:
            return pc.fill_null(pc.not_equal(column, ""), False)
        case ColumnKind.TEXTS:
            return pc.fill_null(pc.greater(pc.list_value_length(column), 0), False)
        case _:
            return pc.fill_null(pc.not_equal(column, 0), False)


def any_of(mask: pa.Array, parents: pa.Array, count: int) -> pa.Array:
    """Which of ``count`` parents have a child that is true."""
    return pc.is_in(pa.arange(0, count), value_set=pc.unique(parents.filter(mask)).cast(pa.int64()))


def _alike(left: pa.Array, right: pa.Array | Constant) -> tuple[pa.Array, pa.Array | pa.Scalar]:
    """Numbers of two types become such that neither is rounded: Arrow would compare a float32 and an integer as float32."""
    if isinstance(right, pa.Array):
        if left.type == right.type or sort_of(left.type) is not ColumnKind.NUMBER:
            return left, right
        kind = pa.float64() if pa.types.is_floating(left.type) or pa.types.is_floating(right.type) else pa.int64()
        return left.cast(kind), right.cast(kind)
    if pa.types.is_floating(left.type) and isinstance(right, int):
        return left, pa.scalar(float(right))
    return left, pa.scalar(right)
