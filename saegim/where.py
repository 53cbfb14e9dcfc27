"""``where``: which images are wanted, as a Python expression over label columns and region attributes.

Python's parser reads it; nothing of it is ever run. It may hold names of columns, constants, tuples and lists of constants,
comparisons (also chained), ``in``, ``not in``, ``is None``, ``and``, ``or`` and ``not``, and means what it means in Python, but
for missing values: see ``saegim.columns``.
"""

from __future__ import annotations

import ast
import functools
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from saegim.columns import ColumnKind, Constant, Test, any_of, equal, has_item, has_part, is_one_of, is_true, ordered, sort_of
from saegim.errors import ConditionWrong
from saegim.names import did_you_mean, nearest

REGIONS = "regions"
FREE_TEXT = "text"
VALUES = b"saegim.values"
"""In a field's metadata: all values that the column may have, as JSON. Releases before it do not say."""
SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
LARGEST = 2**63 - 1
NAMES = 10_000
"""A column with more texts than this holds ids: nothing in it is misspelt."""
SHOWN = 60
"""So many characters of an expression are shown before and after what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Where:
    """A ``where`` that is understood.

    Attributes:
        test: finds what fulfils it, in columns of one length.
        names: the columns and attributes that it names.
        of_regions: whether it names an attribute of regions: then an image needs a region that fulfils it.
        asked: columns that are no part of the vocabulary, each with a text that it is compared with.
    """

    test: Test
    names: frozenset[str]
    of_regions: bool
    asked: tuple[tuple[str, str], ...] = ()

    def mask(self, labels: pa.Table) -> pa.ChunkedArray:
        """Which label rows fulfil it, together with at least one of their regions."""
        return pa.chunked_array([self._of_batch(batch) for batch in labels.to_batches()], pa.bool_())

    def unheard_of(self, labels: pa.Table) -> list[str]:
        """A sentence for each text that it asks for and that no row has: what may be misspelt where nothing is found."""
        said = []
        for name, text in self.asked:
            if name == FREE_TEXT:
                continue
            values = _values(labels, name)
            if values and text not in values:
                said.append(f"no {'image' if name in labels.column_names else 'region'} has {name} {text!r}"
                            f"{did_you_mean(text, values)}")
        return said

    def _of_batch(self, batch: pa.RecordBatch) -> pa.Array:
        rows = {name: batch[name] for name in self.names.intersection(batch.schema.names)}
        if not self.of_regions:
            return self.test(rows)
        regions = pc.list_flatten(batch[REGIONS])
        parents = pc.list_parent_indices(batch[REGIONS])
        columns = {name: rows[name].take(parents) if name in rows else pc.struct_field(regions, name) for name in self.names}
        return any_of(self.test(columns), parents, len(batch))


def parse_where(text: str, schema: pa.Schema) -> Where:
    """Understands a ``where``.

    Args:
        text: such as ``direction == 'vertical' and 'embossed' not in effects``.
        schema: of the label rows.

    Raises:
        ConditionWrong: it is not understood; the message shows the place, and the columns that there are.
    """
    return _Parser(text, schema).parse()


def _values(labels: pa.Table, name: str) -> list[str] | None:
    """All texts in a column, or in an attribute of regions; None where these are no names, being too many."""
    found: set[str | None] = set()
    for batch in labels.to_batches():
        column = batch[name] if name in batch.schema.names else pc.struct_field(pc.list_flatten(batch[REGIONS]), name)
        flat = pc.list_flatten(column) if sort_of(column.type) is ColumnKind.TEXTS else column
        found.update(pc.unique(flat).to_pylist())
        if len(found) > NAMES:
            return None
    return sorted(text for text in found if text is not None)


def _vocabulary(fields: Iterable[pa.Field]) -> dict[str, list[str]]:
    """All values that a column may have, for those columns of a release that say so."""
    return {field.name: json.loads(field.metadata[VALUES]) for field in fields if VALUES in (field.metadata or {})}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    sort: ColumnKind


class _Parser:
    def __init__(self, text: str, schema: pa.Schema) -> None:
        self._text = " ".join(unicodedata.normalize("NFC", text).strip().splitlines())
        self._rows = {field.name: sort_of(field.type) for field in schema if field.name != REGIONS}
        regions = schema.field(REGIONS).type.value_type if REGIONS in schema.names else ()
        self._regions = {field.name: sort_of(field.type) for field in regions if field.name not in self._rows}
        self._vocabulary = _vocabulary(regions) | _vocabulary(schema)
        self._names: set[str] = set()
        self._asked: dict[tuple[str, str], None] = {}

    def parse(self) -> Where:
        try:
            test = self._test(ast.parse(self._text, mode="eval").body)
        except SyntaxError as error:
            place = (error.offset or 1) - 1
            said = "equal is written ==" if self._text[place:place + 1] == "=" else error.msg
            self._fail(f"this is no Python expression ({said})", place)
        except (ValueError, RecursionError, MemoryError) as error:
            self._fail(f"this is no Python expression ({type(error).__name__})", 0)
        return Where(test, frozenset(self._names), bool(self._names & self._regions.keys()), tuple(self._asked))

    def _test(self, node: ast.expr) -> Test:
        """Something that is true or false."""
        match node:
            case ast.BoolOp(op=op, values=values):
                tests = [self._test(value) for value in values]
                join = pc.and_ if isinstance(op, ast.And) else pc.or_
                return lambda columns: functools.reduce(join, (test(columns) for test in tests))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._test(operand)
                return lambda columns: pc.invert(inner(columns))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                pairs = [self._pair(*pair) for pair in zip(ops, [left, *rights], rights, strict=False)]
                return lambda columns: functools.reduce(pc.and_, (pair(columns) for pair in pairs))
        if isinstance(node, ast.Constant | ast.Tuple | ast.List):
            self._wrong("a constant alone says nothing of an image: compare it with a column", node)
        if not isinstance(node, ast.Name):
            self._refuse(node)
        name = self._column(node).name
        return lambda columns: is_true(columns[name])

    def _pair(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Test:
        """One comparison of a chain."""
        if isinstance(op, ast.In | ast.NotIn):
            found = self._inside(left, right)
        else:
            found = self._compared(SIGNS.get(type(op), ""), left, right)
            if isinstance(op, ast.Is | ast.IsNot) and ast.unparse(right) not in ("None", "True", "False"):
                self._wrong("is goes with None, True and False: compare other things by ==", right)
        return (lambda columns: pc.invert(found(columns))) if isinstance(op, ast.NotEq | ast.NotIn | ast.IsNot) else found

    def _compared(self, sign: str, left: ast.expr, right: ast.expr) -> Test:
        """``==`` where there is no sign."""
        one = self._operand(left)
        other = self._operand(right)
        if not isinstance(one, _Column):
            one, other, left, right, sign = other, one, right, left, MIRRORED.get(sign, "")
        if not isinstance(one, _Column):
            self._wrong("both sides are constants: one has to be a column", right)
        if one.sort in (ColumnKind.TEXTS, ColumnKind.OTHER):
            self._wrong(f"{one.name} holds {one.sort}: " + (f"write 'something' in {one.name}" if one.sort is ColumnKind.TEXTS
                                                            else "name an attribute"), left)
        name = one.name
        if isinstance(other, _Column):
            if other.sort is not one.sort:
                self._wrong(f"{name} holds {one.sort}, and {other.name} holds {other.sort}", right)
            second = other.name
            if sign:
                return lambda columns: ordered(sign, columns[name], columns[second])
            return lambda columns: equal(columns[name], columns[second])
        self._fits(one, other, right)
        if not sign:
            self._asks(name, other, right)
        if sign and (one.sort is ColumnKind.TRUTH or other is None):
            self._wrong(f"{sign} goes with texts and numbers only", right)
        return lambda columns: ordered(sign, columns[name], other) if sign else equal(columns[name], other)

    def _inside(self, left: ast.expr, right: ast.expr) -> Test:
        """``column in (…)``, ``'part' in text`` or ``'item' in several``."""
        one = self._operand(left)
        if isinstance(one, _Column):
            if one.sort in (ColumnKind.TEXTS, ColumnKind.OTHER):
                self._wrong(f"{one.name} holds {one.sort}: what stands left of in has to be one text or number", left)
            if not isinstance(right, ast.Tuple | ast.List | ast.Set):
                self._wrong(f"{one.name} in … goes with a tuple: ('one', 'other'), or ('one',) with its comma", right)
            constants = [self._constant(item) for item in right.elts]
            for constant, item in zip(constants, right.elts, strict=True):
                self._fits(one, constant, item)
                self._asks(one.name, constant, item)
            name = one.name
            return lambda columns: is_one_of(columns[name], constants)
        if not isinstance(one, str):
            self._wrong("what is looked for in a column has to be a text in quotes", left)
        if not isinstance(right, ast.Name):
            self._wrong("both sides are constants: one has to be a column", right)
        column = self._column(right)
        if column.sort not in (ColumnKind.TEXT, ColumnKind.TEXTS):
            self._wrong(f"{column.name} holds {column.sort}, no text that something could be in", right)
        if column.sort is ColumnKind.TEXTS:
            self._asks(column.name, one, left)
        name = column.name
        find = has_part if column.sort is ColumnKind.TEXT else has_item
        return lambda columns: find(columns[name], one)

    def _operand(self, node: ast.expr) -> _Column | Constant:
        return self._column(node) if isinstance(node, ast.Name) else self._constant(node)

    def _column(self, node: ast.Name) -> _Column:
        sort = self._rows.get(node.id) or self._regions.get(node.id)
        if sort is None:
            near = nearest(node.id, [*self._rows, *self._regions])
            hint = f"; did you mean {' or '.join(near)}?" if near else "; a text stands in quotes" if node.id != REGIONS else ""
            self._wrong(f"there is no column {node.id}{hint}", node)
        self._names.add(node.id)
        return _Column(node.id, sort)

    def _constant(self, node: ast.expr) -> Constant:
        match node:
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=ast.Constant(value=int() | float() as number)):
                value: Constant = -number if isinstance(op, ast.USub) else number
            case ast.Constant(value=str() | int() | float() | None as value):
                pass
            case _:
                self._refuse(node)
        if isinstance(value, int) and abs(value) > LARGEST:
            self._wrong("the number is too large", node)
        return value

    def _fits(self, column: _Column, constant: Constant, node: ast.expr) -> None:
        """Refuses what Python would take for different without a word: a typing error that finds nothing."""
        of = {bool: ColumnKind.TRUTH, str: ColumnKind.TEXT}
        sort = of.get(type(constant), ColumnKind.NUMBER)
        if constant is not None and sort is not column.sort:
            self._wrong(f"{column.name} holds {column.sort}: {constant!r} is none of these", node)

    def _asks(self, name: str, constant: Constant, node: ast.expr) -> None:
        """Refuses a value that the vocabulary does not have: it would be found on no image of any release."""
        if not isinstance(constant, str):
            return
        if name not in self._vocabulary:
            self._asked[name, constant] = None
        elif constant not in self._vocabulary[name]:
            self._wrong(f"{name} is never {constant!r}{did_you_mean(constant, self._vocabulary[name])}", node)

    def _refuse(self, node: ast.expr) -> NoReturn:
        self._wrong("expected column names, constants, comparisons, in, and, or, not: nothing is called or computed here", node)

    def _wrong(self, message: str, node: ast.expr) -> NoReturn:
        # The parser counts bytes of UTF-8.
        self._fail(message, len(self._text.encode()[:node.col_offset].decode(errors="ignore")))

    def _fail(self, message: str, place: int) -> NoReturn:
        first = max(0, place - SHOWN)
        shown = self._text[first:place + SHOWN]
        before = self._text[first:place]
        # Hangul is two columns wide on a terminal.
        width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in before)
        raise ConditionWrong(f"where: {message}\n  {shown}\n  {' ' * width}^\nColumns: {', '.join(self._rows)}; of regions: "
                             f"{', '.join(self._regions)}")
