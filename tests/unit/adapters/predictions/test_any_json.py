"""Whatever a stranger's file holds, the outcome is predictions or the named error."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.predictions.read import Predictions
from schemas.errors import PredictionsWrong
from schemas.reading import Unit
from tests.unit.adapters.predictions import made_answers as made
from tests.unit.adapters.predictions.made_answers import FIRST, read, written

MAKERS: dict[str, Callable[[], Any]] = {
    "own": made.own, "paddle labels": lambda: {FIRST: made.paddle_label()}, "paddle 2": lambda: {FIRST: made.paddle_two()},
    "paddle 3": made.paddle_three, "clova": made.clova, "upstage": lambda: {FIRST: made.upstage()},
    "google": lambda: {FIRST: made.google()},
}
ODD: st.SearchStrategy[Any] = st.sampled_from([
    None, True, False, 0, -1, 10 ** 400, float("nan"), float("inf"), 1e308, "", "x", "NaN", "1e999", "\ud800", [], {}, [[]],
    [None], {"x": None}, [[1, 2], [3, 4], [5, 6]], {"vertices": [{}]}, {"vertices": None}, [{}], "a" * 5000])
KEYS = st.sampled_from(["image_id", "regions", "polygon", "text", "images", "fields", "pages", "words", "blocks", "res",
                        "rec_texts", "dt_polys", "points", "responses", "fullTextAnnotation", "name"])
JSON = st.recursive(ODD | st.text(max_size=4) | st.floats() | st.integers(),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Each holder and key of a value, however deep."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [place for item in value.values() for place in _places(item)]
    if isinstance(value, list):
        return [(value, key) for key in range(len(value))] + [place for item in value for place in _places(item)]
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("answers")


def outcome(folder: Any, content: str | bytes, join_lines: bool) -> Predictions | PredictionsWrong:
    try:
        return read(written(folder, content), unit=Unit.LINE, join_lines=join_lines)
    except PredictionsWrong as error:
        assert len(str(error)) < 5000
        return error


@pytest.mark.parametrize("dialect", MAKERS)
@given(data=st.data(), join_lines=st.booleans())
@settings(max_examples=40)
def test_an_answer_with_wrong_values_anywhere(folder: Any, dialect: str, data: st.DataObject, join_lines: bool) -> None:
    answer = copy.deepcopy(MAKERS[dialect]())
    for _ in range(data.draw(st.integers(1, 3))):
        if places := _places(answer):
            holder, key = data.draw(st.sampled_from(places))
            if data.draw(st.booleans()):
                holder[key] = copy.deepcopy(data.draw(ODD))
            else:
                del holder[key]
    found = outcome(folder, json.dumps(answer), join_lines)
    if isinstance(found, Predictions):
        for reading in found.readings.values():
            assert all(region.score is None or 0 <= region.score <= 1 for region in reading.regions)
            assert all(len(region.polygon) > 2 for region in reading.regions)


@example(value={"responses": None, "fullTextAnnotation": []}, join_lines=False)
@given(JSON, st.booleans())
@settings(max_examples=60)
def test_any_json(folder: Any, value: Any, join_lines: bool) -> None:
    outcome(folder, json.dumps(value), join_lines)


@given(st.binary(max_size=200) | st.sampled_from(sorted(MAKERS)).flatmap(lambda name: st.tuples(
    st.just(json.dumps(MAKERS[name](), ensure_ascii=False).encode()), st.integers(0, 400), st.binary(max_size=3)).map(
    lambda parts: parts[0][:parts[1]] + parts[2] + parts[0][parts[1] + len(parts[2]):])))
def test_any_bytes(folder: Any, data: bytes) -> None:
    outcome(folder, data, False)
