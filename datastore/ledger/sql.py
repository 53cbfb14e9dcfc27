"""Statements that SQLite and PostgreSQL are given alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

P = ParamSpec("P")


T = TypeVar("T")


ROWS_A_STATEMENT = 500
"""SQLite and PostgreSQL cap the parameters of one statement (32,766 and 65,535)."""


ROWS_AN_INSERT = 10_000
"""Rows of one insert into PostgreSQL: what it holds in memory at once."""


def insert_or_ignore(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Inserts rows; one whose natural key is taken is left as it is.

    Returns:
        How many were new.
    """
    if not rows:
        return 0
    if connection.dialect.name != "postgresql":
        return connection.execute(sqlite.insert(table).on_conflict_do_nothing(), list(rows)).rowcount
    # SQLAlchemy keeps the count of an insert only where it is asked to.
    return sum(connection.execute(postgresql.insert(table).from_select(list(some[0]), _in_columns(table, some))
                                  .on_conflict_do_nothing().execution_options(preserve_rowcount=True)).rowcount
               for some in in_chunks(rows, ROWS_AN_INSERT))


def _in_columns(table: Table, rows: Sequence[dict[str, Any]]) -> Select[Any]:
    """Rows as one statement of a few array parameters, a column each: with a statement a row, PostgreSQL takes twice as long."""
    columns = [table.c[name] for name in rows[0]]
    # An array of VARCHAR(n) would cut off what is too long, in silence; an insert of text says it.
    kinds = [postgresql.ARRAY(Text() if isinstance(item.type, String) else item.type, dimensions=1) for item in columns]
    arrays = [bindparam(None, [row[item.name] for row in rows], type_=kind) for item, kind in zip(columns, kinds, strict=True)]
    return select(*func.unnest(*arrays).table_valued(*(column(item.name, item.type) for item in columns)).render_derived().c)


def upsert(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Inserts a row or replaces the one with its primary key."""
    build: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    connection.execute(build(table).values(row).on_conflict_do_update(index_elements=keys, set_=rest))


def in_chunks(items: Sequence[T], size: int = ROWS_A_STATEMENT) -> Iterator[Sequence[T]]:
    """Slices of a sequence, for ``in (…)`` clauses."""
    for start in range(0, len(items), size):
        yield items[start:start + size]


def is_among(connection: Connection, column: Column[Any], values: Sequence[int] | Sequence[str]) -> ColumnElement[bool]:
    """``column in (…)`` for thousands of integers or ids: they are one parameter, for SQLAlchemy takes 4 µs for each of many."""
    if connection.dialect.name == "postgresql":
        kind = Text() if isinstance(column.type, String) else BigInteger()
        return column == func.any(bindparam(None, list(values), type_=postgresql.ARRAY(kind)))
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))


def one_each(connection: Connection, values: Sequence[str]) -> TableValuedAlias:
    """A row for each of some strings, in their order; its column is ``value``."""
    if connection.dialect.name == "postgresql":
        return func.unnest(bindparam(None, list(values), type_=postgresql.ARRAY(Text()))).table_valued(
            column("value", Text())).render_derived()
    return func.json_each(json.dumps(list(values))).table_valued(column("value", Text()))


def update_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *conditions: ColumnElement[bool]) -> int:
    """Sets values of rows by their primary keys, where some conditions hold; all rows name the same columns.

    PostgreSQL is sent one statement for all, in the order of the keys, so that two workers wait for each other in one order.

    Returns:
        How many rows were changed.
    """
    if not rows:
        return 0
    keys = [column.name for column in table.primary_key]
    rows = sorted(rows, key=lambda row: [row[key] for key in keys])
    rest = [name for name in rows[0] if name not in keys]
    if connection.dialect.name != "postgresql":
        named = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in rows[0]}
        query = update(table).where(*(table.c[key] == named[key] for key in keys), *conditions)
        return connection.execute(query.values({name: named[name] for name in rest}),
                                  [{f"new_{name}": value for name, value in row.items()} for row in rows]).rowcount
    changed = 0
    for some in in_chunks(rows, ROWS_AN_INSERT):
        new = _in_columns(table, some).subquery()
        query = update(table).where(*(table.c[key] == new.c[key] for key in keys), *conditions)
        changed += connection.execute(query.values({name: new.c[name] for name in rest})).rowcount
    return changed
