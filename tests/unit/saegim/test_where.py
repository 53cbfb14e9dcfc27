"""``where`` against Python's own evaluation, and what it says of expressions that it does not take."""

from __future__ import annotations

import unicodedata
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saegim.errors import ConditionWrong
from saegim.where import parse_where
from schemas.arrow import LABELS, label_table
from tests.made_release import images_of

TABLE = label_table([image.sample("s") for image in images_of({"train": 9, "val": 4, "test": 3})])
ROWS = TABLE.to_pylist()
REGION_FIELDS = [field.name for field in LABELS.field("regions").type.value_type]
Values = dict[str, list[Any]]
TEXT: Values = {"split": ["train", "test", "없음"], "media_type": ["image/png"],
        "direction": ["vertical", "horizontal", "curved"], "text": ["EXIT", "", "비상구", "서울역 3번 출구"],
        "language": ["ko", "digits"], "replaces": ["r0"]}
NUMBER: Values = {"width": [24, 26, 26.0, 2.5e9], "height": [16, -1], "agreement": [0.5, 0.7, 1, 0], "revision": [1, 0.5],
                  "score": [0.1]}
TRUTH: Values = {"legible": [True, False], "checked": [True, False]}
SEVERAL: Values = {"effects": ["embossed", "dot_matrix"], "conditions": ["blurred", "wrinkled"]}
EQUALITY = ("==", "!=")
ORDER = (*EQUALITY, "<", "<=", ">", ">=")


class Missing:
    """None as ``where`` takes it: equal to None alone, neither less nor greater, false, holding nothing."""

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Missing)

    def __hash__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __contains__(self, _part: object) -> bool:
        return False

    def __lt__(self, other: object) -> bool:
        return False

    __le__ = __gt__ = __ge__ = __lt__


def naive(expression: str, row: dict[str, Any]) -> bool:
    """Python itself, row by row and region by region."""
    of_row = {name: Missing() if value is None else value for name, value in row.items() if name != "regions"}
    of_regions = [{name: Missing() if value is None else value for name, value in region.items()} for region in row["regions"]]
    code = compile(expression, "where", "eval")
    if not set(code.co_names) & set(REGION_FIELDS):
        return bool(eval(code, {}, of_row))
    return any(eval(code, {}, of_row | region) for region in of_regions)


def matching(expression: str, table: pa.Table = TABLE) -> list[bool]:
    return list(parse_where(expression, table.schema).mask(table).to_pylist())


def compared() -> st.SearchStrategy[str]:
    def over(columns: Values, signs: tuple[str, ...]) -> st.SearchStrategy[str]:
        names = st.sampled_from(list(columns))
        return names.flatmap(lambda name: st.tuples(
            st.just(name), st.sampled_from(signs), st.sampled_from([*columns[name], *columns]), st.booleans()).map(
                lambda drawn: " ".join(parts if drawn[3] else parts[::-1]) if (
                    parts := [drawn[0], drawn[1], drawn[2] if drawn[2] in columns else repr(drawn[2])]) else ""))

    def chained(name: str) -> st.SearchStrategy[str]:
        values = st.sampled_from([*NUMBER[name], "height", "width"]).map(str)
        return st.tuples(values, st.sampled_from(ORDER), st.just(name), st.sampled_from(ORDER), values).map(" ".join)

    one_of = st.sampled_from([*TEXT, *NUMBER, *TRUTH]).flatmap(lambda name: st.tuples(
        st.just(name), st.sampled_from(["in", "not in"]),
        st.lists(st.sampled_from([*(TEXT | NUMBER | TRUTH)[name], None]), max_size=3).map(repr)).map(" ".join))
    part = st.tuples(st.sampled_from(["'서울'", "'IT'", "''", "'3번 '", "'.'"]), st.sampled_from(["in", "not in"]),
                     st.sampled_from(list(TEXT))).map(" ".join)
    item = st.sampled_from(list(SEVERAL)).flatmap(lambda name: st.tuples(
        st.sampled_from(SEVERAL[name]).map(repr), st.sampled_from(["in", "not in"]), st.just(name)).map(" ".join))
    missing = st.tuples(st.sampled_from([*TEXT, *NUMBER, *TRUTH]), st.sampled_from(EQUALITY), st.just("None")).map(" ".join)
    bare = st.sampled_from([*TEXT, *NUMBER, *TRUTH, *SEVERAL])
    return st.one_of(over(TEXT, ORDER), over(NUMBER, ORDER), over(TRUTH, EQUALITY), one_of, part, item, missing, bare,
                     st.sampled_from(list(NUMBER)).flatmap(chained))


EXPRESSIONS = st.recursive(compared(), lambda inner: st.one_of(
    inner.map(lambda text: f"not ({text})"),
    st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda drawn: f"({drawn[0]}){drawn[1]}({drawn[2]})")),
    max_leaves=5)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(EXPRESSIONS)
@example("direction == 'vertical' and 'embossed' in effects")
@example("not legible")
@example("conditions")
@example("not effects")
@example("agreement in (0.5, 1)")
@example("revision in (0.5, 1)")
@example("agreement in (None, 0.7)")
def test_it_means_what_python_means(expression: str) -> None:
    assert matching(expression) == [naive(expression, row) for row in ROWS], expression


def test_rows_without_regions_and_tables_without_rows() -> None:
    bare = [index for index, row in enumerate(ROWS) if not row["regions"]]
    assert bare and not any(matching("legible or not legible")[index] for index in bare)
    assert all(matching("width > 0"))
    assert matching("text != 'x'", TABLE.slice(0, 0)) == []


def test_slices_and_chunks_of_a_table() -> None:
    expression = "'embossed' in effects and height < width"
    expected = [naive(expression, row) for row in ROWS]
    assert matching(expression, TABLE.slice(3, 7)) == expected[3:10]
    assert matching(expression, pa.concat_tables([TABLE.slice(9, 5), TABLE.slice(1, 3)])) == expected[9:14] + expected[1:4]


def test_numbers_are_not_rounded() -> None:
    table = pa.table({"score": pa.array([2.0**24], pa.float32()), "count": pa.array([2**24 + 1], pa.int32())})
    assert matching(f"score == {2**24 + 1}", table) == matching("score == count", table) == [False]
    assert matching(f"score in ({2**24 + 1},)", table) == [False]
    assert matching("score < count", table) == [True]


def test_missing_by_is() -> None:
    assert matching("agreement is None") == [row["agreement"] is None for row in ROWS]
    assert matching("checked is not None") == [any(item["checked"] is not None for item in row["regions"]) for row in ROWS]
    assert matching("legible is True") == matching("legible == True") == matching("legible")


def test_decomposed_hangul_finds_composed() -> None:
    assert matching(unicodedata.normalize("NFD", "'서울' in text")) == matching("'서울' in text")
    assert any(matching("'서울' in text"))


@pytest.mark.parametrize(("expression", "says", "under"), [
    ("direction = 'vertical'", "equal is written ==", "="),
    ("directon == 'vertical'", "did you mean direction?", "directon"),
    ("language == 'korean'", "language is never 'korean'; there are: digits, en, ko, mixed, other", "'korean'"),
    ("text == 'a' or direction in ('vertical', 'horizontl')", "did you mean horizontal?", "'horizontl'"),
    ("'emboss' not in effects", "did you mean embossed?", "'emboss'"),
    ("image_kind != 'Scene'", "did you mean scene?", "'Scene'"),
    ("direction == vertical", "no column vertical", "vertical"),
    ("'서울역' in text and widht > 3", "did you mean width?", "widht"),
    ("width == '300'", "'300' is none of these", "'300'"),
    ("legible == 1", "1 is none of these", "1"),
    ("legible < True", "< goes with", "True"),
    ("width > None", "> goes with", "None"),
    ("direction in ('vertical')", "('one',)", "'vertical'"),
    ("effects == 'embossed'", "'something' in effects", "effects"),
    ("effects in ('embossed', 'x')", "one text or number", "effects"),
    ("'a' in width", "no text that something could be in", "width"),
    ("3 in text", "has to be a text in quotes", "3"),
    ("text == width", "holds numbers", "width"),
    ("'a' == 'a'", "both sides are constants", "'a'"),
    ("True", "a constant alone", "True"),
    ("regions", "there is no column regions", "regions"),
    ("polygon == None", "polygon holds nothing to compare", "polygon"),
    ("width is 300", "compare other things by ==", "300"),
    ("width == 99999999999999999999", "too large", "99999999999999999999"),
    ("text.startswith('a')", "nothing is called", "text.startswith('a')"),
    ("__import__('os').system('true') == 0", "nothing is called", "__import__"),
    ("width * 2 > 3", "nothing is called", "width * 2"),
    ("text == f'{width}'", "nothing is called", "f'"),
    ("(lambda: 1)() == width", "nothing is called", "(lambda"),
    ("", "no Python expression", ""),
    ("(" * 300 + "width" + ")" * 300, "too many nested parentheses", ""),
    ("text == '\0'", "no Python expression", ""),
    ("text == '\ud800'", "no Python expression", ""),
])
def test_what_is_not_understood(expression: str, says: str, under: str) -> None:
    with pytest.raises(ConditionWrong) as stopped:
        parse_where(expression, LABELS)
    first, shown, mark, columns = str(stopped.value).split("\n")
    assert says in first
    assert len(shown) < 130
    before = shown.partition(under)[0] if under in shown and under else mark[:-1]
    assert len(mark) - 1 == len(before) + sum("가" <= char <= "힣" for char in before)  # Hangul is two columns wide
    assert "split" in columns and "direction" in columns


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    try:
        parse_where(text, LABELS)
    except ConditionWrong as error:
        assert "Columns: image_id" in str(error)
