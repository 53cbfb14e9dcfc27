"""Rows of an Arrow table as JSON."""

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saegim.labels.json_columns import json_rows

ROWS = [{"text": 'say "아" \\ \n\u2028', "number": 3, "float": 40.25, "yes": True, "list": ["a", None], "deep": [[1.5, 2.0], []],
         "struct": {"a": None, "b": "나"}, "structs": [{"c": 1}, {"c": None}]},
        {"text": None, "number": None, "float": None, "yes": None, "list": None, "deep": None, "struct": None, "structs": None},
        {"text": "", "number": -1, "float": 0.1, "yes": False, "list": [], "deep": [], "struct": {"a": 1, "b": ""},
         "structs": []}]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[1:2], ROWS[2:], ROWS[::-1]])
def test_every_row_is_the_same_through_json(rows: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(rows, schema=pa.Table.from_pylist(ROWS).schema)
    assert [json.loads(row) for row in json_rows(table).to_pylist()] == rows


def test_slices_and_chunks_are_what_they_show() -> None:
    table = pa.concat_tables([pa.Table.from_pylist(ROWS), pa.Table.from_pylist(ROWS)]).slice(2, 3)
    assert [json.loads(row) for row in json_rows(table).to_pylist()] == table.to_pylist()
    assert len(json_rows(table.slice(0, 0))) == 0


def test_a_float32_is_written_with_the_digits_that_it_was_kept_with() -> None:
    table = pa.table({"x": pa.array([1234.57, 0.9, 10], pa.float32())})
    assert json_rows(table).to_pylist() == ['{"x":1234.57}', '{"x":0.9}', '{"x":10}']


@settings(max_examples=50)
@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.lists(st.text(), max_size=3), "c": st.floats(allow_nan=False,
                                                                                                     allow_infinity=False)}),
                min_size=1, max_size=4))
def test_any_rows(rows: list[dict[str, object]]) -> None:
    schema = pa.schema([("a", pa.string()), ("b", pa.list_(pa.string())), ("c", pa.float64())])
    assert [json.loads(row) for row in json_rows(pa.Table.from_pylist(rows, schema=schema)).to_pylist()] == rows
