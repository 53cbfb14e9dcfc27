"""Several lines of a page as a prediction, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.label_studio.lines import lines_from_annotation, to_lines_prediction
from schemas.errors import CodecError
from schemas.line_marks import LineMark, attributes_with, marks_of, read_marks
from schemas.reading import Attributes, Direction, Effect, Region, Writing
from schemas.text import normalise

BOX = ((0.0, 0.0), (90.0, 0.0), (90.0, 9.0), (0.0, 9.0))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="".join(LineMark)), max_size=30).map(normalise)
ATTRIBUTES = st.builds(
    Attributes, direction=st.sampled_from(Direction), writing=st.sampled_from(Writing), legible=st.booleans(),
    effects=st.sets(st.sampled_from(Effect)).map(lambda found: tuple(sorted(found))))
REGIONS = st.lists(st.builds(lambda text, attributes, score: Region("r", BOX, text, attributes, score), TEXTS, ATTRIBUTES,
                             st.none() | st.just(0.5)), min_size=1, max_size=16)


def typed(place: int, *texts: str, name: str = "text", kind: str = "textarea") -> dict[str, Any]:
    return {"id": f"x{place}", "from_name": f"{name}_{place}", "to_name": f"image_{place}", "type": kind,
            "value": {"text": list(texts)}}


@settings(deadline=None)
@given(REGIONS)
def test_lines_come_back_as_they_went(regions: list[Region]) -> None:
    prediction = json.loads(json.dumps(to_lines_prediction(regions, name="m@1")))
    found = lines_from_annotation(prediction, len(regions))
    assert [item.text for item in found] == [region.text for region in regions]
    assert [attributes_with(region.attributes, item.marks) for region, item in zip(regions, found, strict=True)] == [
        region.attributes for region in regions]
    assert [result["from_name"] for result in prediction["result"]] == [f"text_{place}" for place in range(len(regions))]


@given(TEXTS, st.sets(st.sampled_from(LineMark)), st.randoms(use_true_random=False))
def test_marks_may_stand_anywhere_in_a_text(text: str, marks: set[LineMark], random: Any) -> None:
    chars = list(text)
    for mark in [*marks, *marks]:  # a mark that is typed twice says what it says once
        chars.insert(random.randint(0, len(chars)), mark)
    found = read_marks("".join(chars))
    assert (found.text, found.marks) == (text, frozenset(marks))


@given(ATTRIBUTES)
def test_marks_of_attributes_say_the_same_attributes(attributes: Attributes) -> None:
    assert attributes_with(attributes, marks_of(attributes)) == attributes


def test_a_line_that_nobody_touched_and_that_had_no_text_is_empty() -> None:
    assert [item.text for item in lines_from_annotation({"result": [typed(2, "셋"), typed(0, "")]}, 3)] == ["", "", "셋"]


@pytest.mark.parametrize(("results", "message"), [
    ([typed(0, "하나"), typed(3, "넷")], "'text_3' is not part"),
    ([typed(0, "하나", "둘")], "line 1 has 2 texts"),
    ([typed(0, kind="choices")], "'choices' 'text_0' is not part"),
    ([typed(0, "x", name="legible")], "'legible_0' is not part"),
    ([], "no text at all"),
])
def test_what_is_no_line_is_refused(results: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(CodecError, match=message):
        lines_from_annotation({"result": results}, 3)
