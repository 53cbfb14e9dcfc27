"""One page as each engine writes it becomes the same regions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import PredictionsWrong
from schemas.reader import Reader
from schemas.reading import Kind, Unit
from tests.unit.adapters.predictions import made_answers as made
from tests.unit.adapters.predictions.made_answers import FIRST, IDS, SCORE, WORDS, boxes, read, written

SPELLINGS: dict[str, tuple[str, Callable[[], Any]]] = {
    "own": ("Saegim", made.own),
    "own in a list": ("Saegim", lambda: [made.own(), made.own(IDS[1])]),
    "paddle 2 by name": ("PaddleOCR", lambda: {f"{FIRST}.jpg": made.paddle_two()}),
    "paddle 2 in a page": ("PaddleOCR", lambda: {f"{FIRST}.jpg": [made.paddle_two()]}),
    "paddle 2 labels by name": ("PaddleOCR", lambda: {f"{FIRST}.jpg": made.paddle_label()}),
    "paddle 3": ("PaddleOCR", made.paddle_three),
    "paddle 3 in res": ("PaddleOCR", lambda: {"res": made.paddle_three()}),
    "clova": ("CLOVA OCR", made.clova),
    "clova by name": ("CLOVA OCR", lambda: {f"{FIRST}.jpg": made.clova("demo")}),
    "upstage by name": ("Upstage Document OCR", lambda: {"가게 0.jpg": made.upstage()}),
    "google by name": ("Google Vision", lambda: {"가게 0.jpg": made.google()}),
    "google's answer alone": ("Google Vision", lambda: {"가게 0.jpg": made.google()["responses"][0]}),
    "google's annotation alone": ("Google Vision", lambda: {FIRST: made.google()["responses"][0]["fullTextAnnotation"]}),
    "google with a uri": ("Google Vision", lambda: {"responses": [
        {**made.google()["responses"][0], "context": {"uri": f"gs://b/{FIRST}.jpg"}}]}),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling_is_known_by_what_is_in_it(spelling: str, tmp_path: Path) -> None:
    dialect, make = SPELLINGS[spelling]
    found = read(written(tmp_path, make(), "no matter.xyz"))
    assert found.dialect == dialect
    assert boxes(found) == list(WORDS)
    assert {region.score for region in found.readings[FIRST].regions} == {SCORE}
    assert found.faults.listed == ()
    assert FIRST not in found.missing


def test_a_reading_says_who_made_it_and_its_regions_have_ids_of_their_own(tmp_path: Path) -> None:
    found = read(written(tmp_path, made.clova(), "클로바 7월.json"))
    reading = found.readings[FIRST]
    assert Reader(found.reader).name == f"클로바 7월@{found.digest[:12]}"
    assert (reading.reader, reading.run, reading.unit) == (found.reader, found.digest, Unit.WORD)
    assert (reading.width, reading.height) == (640, 480)
    assert len({region.region_id for region in reading.regions}) == 3
    assert [region.attributes.language for region in reading.regions] == ["ko", "en", "ko"]


def test_lines_of_paddleocr_are_a_name_a_tab_and_json(tmp_path: Path) -> None:
    first = f"test\\{FIRST}.jpg\t{json.dumps(made.paddle_label())}"
    found = read(written(tmp_path, f"{first}\r\n\r\n가게 1.jpg\t[]\nx y.jpg\t[]\n", "Label.txt"))
    assert boxes(found) == list(WORDS)
    assert found.unit is Unit.LINE
    assert found.readings[IDS[1]].regions == ()
    assert found.unknown == ("x y.jpg",)
    assert found.missing == IDS[2:]


def test_json_lines_and_values_behind_each_other(tmp_path: Path) -> None:
    lines = [json.dumps(made.own(image_id)) for image_id in IDS[:3]]
    for number, between in enumerate(("\n", "\n\n", "", " ")):
        found = read(written(tmp_path, between.join(lines), f"{number}.jsonl"))
        assert list(found.readings) == list(IDS[:3])


def test_a_document_over_many_lines(tmp_path: Path) -> None:
    assert boxes(read(written(tmp_path, json.dumps([made.own()], indent=2)))) == list(WORDS)


def test_an_image_without_text_is_not_missing(tmp_path: Path) -> None:
    for number, value in enumerate([
            [{"image_id": FIRST, "regions": []}], {FIRST: []}, {FIRST: [None]}, {FIRST: None},
            {"input_path": FIRST, "dt_polys": [], "rec_texts": [], "rec_scores": [], "rec_polys": []},
            {"images": [{"name": FIRST, "inferResult": "SUCCESS", "fields": []}]},
            {FIRST: {"pages": [{"width": 640, "height": 480, "text": "", "words": []}]}}, {FIRST: {"responses": [{}]}},
            {FIRST: {"textAnnotations": []}}]):
        found = read(written(tmp_path, value, f"{number}.json"))
        assert found.readings[FIRST].regions == (), value
        assert found.missing == IDS[1:]


def test_an_image_that_the_engine_failed_on_is_missing_and_listed(tmp_path: Path) -> None:
    path = written(tmp_path, {"images": [{"name": FIRST, "inferResult": "FAILURE", "message": "too large"}]})
    found = read(path)
    assert FIRST in found.missing
    assert "FAILURE too large" in found.faults.listed[0]
    found = read(written(tmp_path, {FIRST: {"responses": [{"error": {"code": 3, "message": "Bad image data"}}]}}))
    assert FIRST in found.missing
    assert "Bad image data" in found.faults.listed[0]


class TestLines:
    JOINED = (("한강 Coffee,", (8, 8, 160, 42)), ("1층", (8, 60, 50, 90)))

    @pytest.mark.parametrize("make", [made.clova, made.upstage, made.google])
    def test_words_become_lines_where_asked_for(self, make: Callable[[], Any], tmp_path: Path) -> None:
        path = written(tmp_path, {FIRST: make()})
        assert read(path, unit=Unit.LINE).unit is Unit.WORD
        found = read(path, join_lines=True)
        assert found.unit is Unit.LINE
        assert boxes(found) == list(self.JOINED)

    def test_the_score_is_the_lowest_and_the_start_that_of_the_first_word(self, tmp_path: Path) -> None:
        answer = made.clova()
        answer["images"][0]["fields"][1]["inferConfidence"] = 0.4
        region = read(written(tmp_path, answer), join_lines=True).readings[FIRST].regions[0]
        assert region.score == 0.4
        assert region.polygon == ((8, 8), (160, 8), (160, 42), (8, 42))

    def test_what_is_lines_already_stays(self, tmp_path: Path) -> None:
        assert boxes(read(written(tmp_path, made.paddle_three()), join_lines=True)) == list(WORDS)

    def test_lines_are_refused_where_nobody_says_where_they_end(self, tmp_path: Path) -> None:
        with pytest.raises(PredictionsWrong, match="has words, and Saegim does not say where lines end"):
            read(written(tmp_path, made.own()), unit=Unit.WORD, join_lines=True)
        answer = made.upstage()
        answer["pages"][0]["text"] = "other words"
        with pytest.raises(PredictionsWrong, match="does not say where lines end: its words cannot be joined"):
            read(written(tmp_path, {FIRST: answer}), join_lines=True)


class TestClova:
    @pytest.mark.parametrize(("said", "checked"), [
        ({"inferText": "true"}, True), ({"inferText": "☐"}, False), ({"checked": "false"}, False), ({"checked": True}, True),
        ({"inferText": "?"}, None)])
    def test_check_boxes_have_a_state_and_no_text(self, said: dict[str, Any], checked: bool | None, tmp_path: Path) -> None:
        answer = made.clova()
        answer["images"][0]["fields"].insert(1, {"type": "CHECKBOX", "boundingPoly": made.vertices((62, 8, 68, 40)), **said})
        found = read(written(tmp_path, answer))
        box = found.readings[FIRST].regions[1]
        assert (box.text, box.attributes.kind, box.attributes.checked) == ("", Kind.CHECKBOX, checked)
        lines = read(written(tmp_path, answer), join_lines=True)
        assert sorted(text for text, _ in boxes(lines)) == ["", "1층", "한강 Coffee,"]

    def test_version_one_has_upright_boxes(self, tmp_path: Path) -> None:
        answer = made.clova()
        for field, (_, (left, top, right, bottom)) in zip(answer["images"][0]["fields"], WORDS, strict=True):
            del field["boundingPoly"]
            field["bounding"] = {"left": left, "top": top, "width": right - left, "height": bottom - top}
        assert boxes(read(written(tmp_path, answer))) == list(WORDS)

    def test_corners_of_a_smaller_picture_are_scaled(self, tmp_path: Path) -> None:
        answer = made.clova()
        answer["images"][0]["convertedImageInfo"] = {"width": 320, "height": 240, "pageIndex": 0, "longImage": False}
        found = read(written(tmp_path, answer))
        assert boxes(found)[0] == ("한강", (16, 16, 120, 80))
        assert "looked at 320 × 240 pixels; its outlines are scaled to 640 × 480" in found.faults.listed[0]

    def test_corners_of_a_turned_picture_are_not(self, tmp_path: Path) -> None:
        answer = made.clova()
        answer["images"][0]["convertedImageInfo"] = {"width": 480, "height": 640}
        found = read(written(tmp_path, answer))
        assert boxes(found) == list(WORDS)
        assert "another picture, or a turned one" in found.faults.listed[0]


class TestGoogle:
    def test_left_out_coordinates_are_zero(self, tmp_path: Path) -> None:
        answer = made.google()
        word = answer["responses"][0]["fullTextAnnotation"]["pages"][0]["blocks"][0]["paragraphs"][0]["words"][0]
        word["boundingBox"] = {"vertices": [{}, {"x": 60}, {"x": 60, "y": 40}, {"y": 40}]}
        assert boxes(read(written(tmp_path, {FIRST: answer})))[0] == ("한강", (0, 0, 60, 40))

    def test_shares_of_the_page(self, tmp_path: Path) -> None:
        answer = made.google()
        word = answer["responses"][0]["fullTextAnnotation"]["pages"][0]["blocks"][0]["paragraphs"][0]["words"][0]
        word["boundingBox"] = {"vertices": [], "normalizedVertices": [{}, {"x": 0.5}, {"x": 0.5, "y": 0.25}, {"y": 0.25}]}
        assert boxes(read(written(tmp_path, {FIRST: answer})))[0] == ("한강", (0, 0, 320, 120))

    def test_names_and_numbers_of_its_python_client(self, tmp_path: Path) -> None:
        def words(*items: tuple[str, made.Box, int]) -> list[dict[str, Any]]:
            return [{"bounding_box": made.vertices(box), "confidence": 0.5, "symbols": [
                {"text": text, "property": {"detected_break": {"type_": after}}}]} for text, box, after in items]

        page = {"width": 640, "height": 480, "blocks": [{"paragraphs": [{"words": words(
            ("한", (8, 8, 60, 40), 1), ("강", (70, 8, 160, 42), 5))}]}]}
        path = written(tmp_path, {FIRST: {"full_text_annotation": {"pages": [page]}, "text_annotations": []}})
        assert [text for text, _ in boxes(read(path, join_lines=True))] == ["한 강"]

    def test_text_annotations_alone_are_refused_with_the_way(self, tmp_path: Path) -> None:
        with pytest.raises(PredictionsWrong, match="ask for the feature DOCUMENT_TEXT_DETECTION"):
            read(written(tmp_path, {FIRST: {"textAnnotations": [{"description": "한강"}]}}))


class TestPaddle:
    def test_detected_outlines_alone_have_no_text(self, tmp_path: Path) -> None:
        found = read(written(tmp_path, {"input_path": FIRST, "dt_polys": [made.corners((8, 8, 60, 40))], "dt_scores": [0.7]}))
        assert [(region.text, region.score) for region in found.readings[FIRST].regions] == [("", 0.7)]

    def test_outlines_that_were_not_recognised_are_not_taken(self, tmp_path: Path) -> None:
        answer = made.paddle_three()
        answer["dt_polys"] = [*answer["dt_polys"], made.corners((300, 300, 400, 350))]
        assert boxes(read(written(tmp_path, answer))) == list(WORDS)
        del answer["rec_polys"]
        assert boxes(read(written(tmp_path, answer))) == list(WORDS)
        del answer["rec_boxes"]
        with pytest.raises(PredictionsWrong, match="3 rec_texts, and neither rec_polys nor rec_boxes nor dt_polys has as many"):
            read(written(tmp_path, answer))

    def test_a_picture_that_was_turned_first_is_told(self, tmp_path: Path) -> None:
        for before in ({"angle": 180}, {"angle": 0, "model_settings": {"use_doc_unwarping": True}}):
            found = read(written(tmp_path, {**made.paddle_three(), "doc_preprocessor_res": before}))
            assert "use_doc_orientation_classify=False and use_doc_unwarping=False" in found.faults.listed[0]
        assert read(written(tmp_path, {**made.paddle_three(), "doc_preprocessor_res": {"angle": 0}})).faults.listed == ()


class TestOwn:
    def test_attributes_are_taken_where_there_are_some(self, tmp_path: Path) -> None:
        answer = made.own()
        answer["regions"][0] |= {"direction": "vertical", "effects": ["embossed"], "legible": None}
        attributes = read(written(tmp_path, answer)).readings[FIRST].regions[0].attributes
        assert (attributes.direction, attributes.effects, attributes.legible) == ("vertical", ("embossed",), True)

    def test_a_value_that_there_is_not_is_told_with_its_place(self, tmp_path: Path) -> None:
        answer = made.own()
        answer["regions"][1]["direction"] = "upwards"
        with pytest.raises(PredictionsWrong, match=r"line 1: regions\[1\]: 'upwards' is not a valid Direction"):
            read(written(tmp_path, answer))

    def test_the_unit_is_the_file_s_or_the_release_s(self, tmp_path: Path) -> None:
        assert read(written(tmp_path, made.own()), unit=Unit.LINE).unit is Unit.LINE
        assert read(written(tmp_path, {**made.own(), "unit": "character"}), unit=Unit.LINE).unit is Unit.CHARACTER
        with pytest.raises(PredictionsWrong, match="has the unit 'words'; there are word, line, character"):
            read(written(tmp_path, {**made.own(), "unit": "words"}))
        with pytest.raises(PredictionsWrong, match="has the unit 'line', and those before have word"):
            read(written(tmp_path, [{**made.own(), "unit": "word"}, {**made.own(IDS[1]), "unit": "line"}]))
