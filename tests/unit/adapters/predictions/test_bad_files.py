"""What a file gets that is none, or that holds what cannot be."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import PredictionsWrong
from tests.unit.adapters.predictions import made_answers as made
from tests.unit.adapters.predictions.made_answers import FIRST, IDS, WORDS, boxes, read, written

OWN = json.dumps(made.own(), ensure_ascii=False)


@pytest.mark.parametrize(("content", "message"), [
    ("", "The file is empty"),
    (" \n\n", "The file is empty"),
    ('{"image_id": "a", "regions": [}', r"^line 1, column 31: Expecting value"),
    ('[\n  {"image_id": "a",\n   "regions": oops}\n]', r"^line 3, column 15: Expecting value"),
    (OWN + "\n" + '{"image_id": ', r"^line 2, column 14: Expecting value\. One JSON value a line is expected"),
    (f"{FIRST}.jpg\t[{{]", r"^line 1, column 72: Expecting property name .* After the name and the tab"),
    ("가게 0.jpg\t[]\n가게 1.jpg [1]\n", r"^line 2, column 1: Expecting value"),
    ("a,b\n1,2\n", r"^line 1, column 1: Expecting value"),
    ("[" * 100_000, "nested deeper than any engine writes"),
    ('{"a":' * 100_000, "nested deeper than any engine writes"),
    (f'{{"image_id": "a", "regions": [{{"score": {"9" * 5000}}}]}}', "number of more digits than any engine writes"),
    ('{"image_id": "a", "regions": [], "image_id": "b"}', "has the key 'image_id' twice in one object"),
    ('{"a.jpg": [], "a.jpg": []}', "has the key 'a.jpg' twice in one object"),
    (OWN + "\n" + OWN, "line 2: image 1a1a1a1a1a1a .* is there twice, first in line 1"),
    ('{"image_id": "a", "regions": {"0": 1}}', "line 1: regions has to be a list, and is an object"),
    ('{"image_id": "a", "regions": [3]}', r"line 1: regions\[0\] has to be an object, and is a number"),
    ('{"images": [{"fields": "x"}]}', r"images\[0\].fields has to be a list, and is a text"),
    ('{"pages": [{"words": []}, {"words": []}]}', "has 2 pages, and an image of a release is one"),
    ('{"responses": [{}, {}]}', "does not say which image it is of"),
    (json.dumps([made.upstage(), made.upstage()]), "line 1, item 0 does not say which image it is of"),
    (json.dumps(made.upstage()) + "\n" + json.dumps(made.upstage()), "line 1 does not say which image it is of"),
    (json.dumps(made.upstage()) + json.dumps(made.upstage()), "does not say which image it is of"),
    (OWN + "\n" + json.dumps(made.clova(IDS[1])), "line 2 is CLOVA OCR, and line 1 is Saegim: give the outputs of one engine"),
    (json.dumps({**made.paddle_three(), "rec_scores": [1]}), "rec_scores has 1 values for 3 regions"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\xff", "is neither UTF-8 nor CP949: write it as UTF-8"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff", "is neither"),
])
def test_the_message_has_the_place_and_the_repair(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(PredictionsWrong, match=message):
        read(written(tmp_path, content))


@pytest.mark.parametrize("value", [
    1, "text", True, [1], {"a": 1}, {}, {"regions": [{}]}, {"image_id": "a"}, [[1]], {"images": [1]}, {"pages": [1]},
    {"a": {"b": {"c": made.own()}}}])
def test_what_is_of_no_dialect_gets_an_example_of_each(value: Any, tmp_path: Path) -> None:
    with pytest.raises(PredictionsWrong) as caught:
        read(written(tmp_path, json.dumps(value)))
    message = str(caught.value)
    assert "line 1" in message
    assert "is of no dialect that is known" in message
    for name in ("Saegim", "PaddleOCR", "CLOVA OCR", "Upstage Document OCR", "Google Vision"):
        assert f"\n  {name}: " in message


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(PredictionsWrong, match=r"There is no file .*none\.json"):
        read(tmp_path / "none.json")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949"])
@pytest.mark.parametrize("content", [
    OWN, f"{OWN}\n{json.dumps(made.own(IDS[1]))}\n", f"a/가게 0.jpg\t{json.dumps(made.paddle_label())}\n",
    json.dumps([made.own()], indent=1, ensure_ascii=False)], ids=["one", "lines", "label", "indented"])
def test_what_windows_writes_is_read(encoding: str, content: str, tmp_path: Path) -> None:
    assert boxes(read(written(tmp_path, content.encode(encoding)))) == list(WORDS)


def test_texts_are_stored_as_all_are(tmp_path: Path) -> None:
    answer = made.own()
    for region, text in zip(answer["regions"], (unicodedata.normalize("NFD", "한강"), "a\tb\u200b ", 1200), strict=True):
        region["text"] = text
    assert [text for text, _ in boxes(read(written(tmp_path, answer)))] == ["한강", "a b", "1200"]
    tab = json.dumps(made.own(), ensure_ascii=False).replace("한강", "한\t강")
    assert boxes(read(written(tmp_path, tab)))[0][0] == "한 강"


def changed(place: int, **values: Any) -> dict[str, Any]:
    answer = made.own()
    answer["regions"][place] |= values
    return answer


@pytest.mark.parametrize("polygon", [
    None, [], "x", 3, [[1, 2], [3, 4]], [[1, 2], [3, 4], [5]], [[1, 2], [3, 4], ["x", 6]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    [[float("nan"), 2], [30, 4], [5, 60]], [[float("inf"), 2], [30, 4], [5, 60]], [[1e300, 2], [30, 4], [5, 60]],
    [[10 ** 400, 2], [30, 4], [5, 60]], [[1, 1], [5, 5], [9, 9]], [[700, 500], [800, 500], [800, 600]], [{"x": 1}], [[[1]]],
    [[1, 2], [3, {}], [4, 5]], [1, 2, 3, 4, 5], [[0, 0]] * 5000, [[5, 5], [5, 5], [5, 5]], [[5, 5], [9, 9], [5, 5]]])
def test_an_outline_that_cannot_be_drawn_is_counted_listed_and_left_out(polygon: Any, tmp_path: Path) -> None:
    found = read(written(tmp_path, changed(1, polygon=polygon)))
    assert boxes(found) == [WORDS[0], WORDS[2]]
    assert found.faults.not_finite == 1
    assert found.faults.crossing == 0
    assert found.faults.listed[0].startswith("line 1: regions[1]: ")
    assert found.faults.listed[0].endswith("; left out")


def test_numbers_as_texts_are_numbers(tmp_path: Path) -> None:
    found = read(written(tmp_path, changed(0, polygon=[["8", "8.0"], ["60", 8], [60, 40], [8, 40]], score="0.5")))
    assert boxes(found) == list(WORDS)
    assert found.readings[FIRST].regions[0].score == 0.5
    assert found.faults.listed == ()


@pytest.mark.parametrize("polygon", [[8, 8, 60, 8, 60, 40, 8, 40], [8, 8, 60, 40], [[8, 8], [60, 8], [60, 40], [8, 40], [8, 8]],
                                     [[8, 8], [8, 40], [60, 40], [60, 8]], [[8, 8], [60, 40], [60, 8], [8, 40]],
                                     [[8.001, 8], [60, 7.999], [60, 40], [8, 40]]])
def test_corners_in_other_orders_are_the_same_outline(polygon: Any, tmp_path: Path) -> None:
    region = read(written(tmp_path, changed(0, polygon=polygon))).readings[FIRST].regions[0]
    assert region.polygon == ((8, 8), (60, 8), (60, 40), (8, 40))


def test_an_outline_that_crosses_itself_is_counted_and_mended(tmp_path: Path) -> None:
    found = read(written(tmp_path, changed(0, polygon=[[8, 8], [60, 40], [60, 8], [8, 40]])))
    assert found.faults.crossing == 1
    assert found.faults.listed == ("line 1: regions[0]: its outline crosses itself, and was mended",)


def test_an_outline_that_sticks_out_is_cut(tmp_path: Path) -> None:
    found = read(written(tmp_path, changed(0, polygon=[[-8, -8], [60, -8], [60, 40], [-8, 40]])))
    assert boxes(found)[0] == ("한강", (0, 0, 60, 40))


@pytest.mark.parametrize(("score", "taken", "counted"), [
    (float("nan"), None, 1), (float("inf"), None, 1), ("high", None, 1), (True, None, 1), ([1], None, 1), (10 ** 400, None, 1),
    (98, 1.0, 0), (-0.5, 0.0, 0), (1.0000001, 1.0, 0)])
def test_scores_that_are_none(score: Any, taken: float | None, counted: int, tmp_path: Path) -> None:
    found = read(written(tmp_path, changed(0, score=score)))
    assert found.readings[FIRST].regions[0].score == taken
    assert found.faults.not_finite == counted
    assert len(found.faults.listed) == 1


def test_many_scores_in_per_cent_are_told_first(tmp_path: Path) -> None:
    answer = made.own()
    for region in answer["regions"]:
        region["score"] = 97
    listed = read(written(tmp_path, answer)).faults.listed
    assert listed[0] == "3 scores are not within 0 to 1; taken as the nearer of the two"
    assert "divide by 100 first" in listed[1]


def test_unknown_characters_are_counted(tmp_path: Path) -> None:
    found = read(written(tmp_path, changed(0, text="한\ufffd\ufffd")))
    assert found.faults.unknown_characters == 2
    assert boxes(found)[0][0] == "한\ufffd\ufffd"
    assert read(written(tmp_path, OWN.replace("한강", "\\ud800"))).faults.unknown_characters == 1


@pytest.mark.parametrize("text", [True, [], {"a": 1}])
def test_a_text_that_is_none_is_empty_and_listed(text: Any, tmp_path: Path) -> None:
    found = read(written(tmp_path, changed(0, text=text)))
    assert boxes(found)[0][0] == ""
    assert "taken as empty" in found.faults.listed[0]


def test_at_most_a_hundred_faults_are_listed(tmp_path: Path) -> None:
    found = read(written(tmp_path, {"image_id": FIRST, "regions": [{"polygon": None, "text": ""}] * 500}))
    assert found.faults.not_finite == 500
    assert len(found.faults.listed) == 100


def test_names_that_mean_no_image_are_kept_apart(tmp_path: Path) -> None:
    found = read(written(tmp_path, [made.own("0" * 64), made.own(), made.own("사진.jpg")]))
    assert found.unknown == ("0" * 64, "사진.jpg")
    assert list(found.readings) == [FIRST]
    assert found.missing == IDS[1:]
