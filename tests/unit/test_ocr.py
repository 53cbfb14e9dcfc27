"""Reading: lines of several recognisers, boxes, sessions. What one image is read as does not depend on the others."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from adapters.ocr import detection, lines, recognition, sessions
from adapters.ocr.bundles import Detector, Recogniser, load_bundle
from adapters.ocr.engine import open_engine
from adapters.ocr.recognition import Character, Line
from schemas.errors import ModelUnavailable
from tests.tiny_bundle import write_bundle

FONT = str(next((Path(cv2.__file__).parents[1] / "koreanize_matplotlib").rglob("*.ttf")))
KOREAN = Recogniser(architecture="ctc", name="ko", file="k", scripts=["hangul"])
LATIN = Recogniser(architecture="ctc", name="la", file="l", scripts=["latin", "digits"])
DETECTOR = Detector(architecture="dbnet", file="d")


def line(text: str, *, score: float = 0.95, step: float = 40.0, start: float = 20.0, by: str = "ko") -> Line:
    return Line(tuple(Character(char, start + index * step, score) for index, char in enumerate(text)), by)


def drawn(text: str, size: int = 40, gap: int = 0) -> Any:
    font = ImageFont.truetype(FONT, size)
    picture = Image.new("RGB", (int(font.getlength(text)) + gap * len(text) + 40, size + 40), "white")
    draw, x = ImageDraw.Draw(picture), 20.0
    for char in text:
        draw.text((x, 15), char, fill="black", font=font)
        x += font.getlength(char) + gap
    return np.asarray(picture)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_ctc_is_runs_without_blanks(classes: list[int]) -> None:
    best = np.array([[number, 0.5] for number in classes], np.float32)
    found = recognition.decode(best, ["", *"가b1 "], 8 * len(classes), "x")
    assert found.text == "".join("가b1 "[number - 1] for number, _ in itertools.groupby(classes) if number)
    places = [item.at for item in found.characters]
    assert places == sorted(places)
    assert all(0 < place < 8 * len(classes) for place in places)


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_the_detectors_input_is_within_its_limits(height: int, width: int) -> None:
    sides = detection.fit(height, width, DETECTOR)
    assert all(side % 32 == 0 and side >= 32 for side in sides)
    assert DETECTOR.least_side <= max(sides) <= DETECTOR.longest_side


@settings(max_examples=50)
@given(st.integers(1, 5000))
def test_a_strip_fits_its_step(width: int) -> None:
    strip = recognition.to_strip(np.zeros((48, width, 3), np.uint8), 48, KOREAN.widths[-1])
    assert strip.shape[1] <= recognition.step_of(strip.shape[1], KOREAN)
    assert recognition.prepare(strip, KOREAN).shape == (3, 48, recognition.step_of(strip.shape[1], KOREAN))


def test_boxes_are_where_the_text_is_at_every_scale() -> None:
    for scale in (1, 2, 3):
        probability = np.zeros((160, 320), np.float32)
        probability[40:60, 50:250] = 0.9
        (box,) = detection.find_boxes(probability, 160 * scale, 320 * scale, DETECTOR.model_copy(update={"polygon_growth": 0.0}))
        left, top = box.polygon.min(axis=0) / scale
        right, bottom = box.polygon.max(axis=0) / scale
        assert (left, top, right, bottom) == pytest.approx((50, 40, 250, 60), abs=0.6)


def test_boxes_are_read_from_top_to_bottom_and_left_to_right() -> None:
    probability = np.zeros((320, 640), np.float32)
    for top, left in ((42, 300), (40, 20), (150, 20), (152, 300)):
        probability[top:top + 20, left:left + 200] = 0.9
    boxes = detection.find_boxes(probability, 320, 640, DETECTOR)
    assert [(round(float(box.polygon[0, 1]), -2), float(box.polygon[0, 0]) > 200) for box in boxes] == [
        (0, False), (0, True), (100, False), (100, True)]


def test_between_korean_letters_others_read() -> None:
    unsure = (Character("오", 110, 0.4), Character("류", 140, 0.3))
    read = Line((*line("한글").characters, *unsure, *line("끝", start=190).characters), "ko")
    (span,) = lines.spans_of(read, 220, KOREAN)
    assert [item.text for item in span.inside] == ["오", "류"]
    assert 60 < span.left < 110 and 140 < span.right < 190
    latin = line("PDF", start=110 - span.left, step=15, by="la")
    merged = lines.with_span(read, span, KOREAN, [(latin, LATIN)])
    assert (merged.text, merged.recogniser) == ("한글PDF끝", "ko+la")


@pytest.mark.parametrize("answer", [line("漢字", by="la"), line("PD", score=0.3, by="la"), line("", by="la"), line(".", by="la")])
def test_a_worse_answer_changes_nothing(answer: Line) -> None:
    unsure = (Character("사", 110, 0.75), Character("이", 150, 0.75))
    read = Line((*line("한글").characters, *unsure, *line("끝", start=190).characters), "ko")
    (span,) = lines.spans_of(read, 220, KOREAN)
    moved = Line(tuple(Character(item.text, 110 - span.left, item.score) for item in answer.characters), "la")
    assert lines.with_span(read, span, KOREAN, [(moved, LATIN)]) == read


def test_a_stroke_of_the_neighbour_is_no_letter() -> None:
    read = Line((*line("한다").characters, Character("'", 95, 0.4)), "ko")
    (span,) = lines.spans_of(read, 110, KOREAN)
    answer = Line((Character("t", 2, 0.95), Character(".", 95 - span.left, 0.9)), "la")
    assert lines.with_span(read, span, KOREAN, [(answer, LATIN)]).text == "한다."


def test_a_letter_that_only_the_first_sees_stays() -> None:
    unsure = (Character("및", 110, 0.7), Character("X", 150, 0.3))
    read = Line((*line("한글").characters, *unsure, *line("끝", start=190).characters), "ko")
    (span,) = lines.spans_of(read, 220, KOREAN)
    answer = Line((Character(".", 100 - span.left, 0.9), Character("K", 150 - span.left, 0.99)), "la")
    assert lines.with_span(read, span, KOREAN, [(answer, LATIN)]).text == "한글.및K끝"


def test_a_line_without_korean_has_no_spans() -> None:
    assert lines.spans_of(line("HELLO"), 300, KOREAN) == []


def test_a_full_stop_alone_does_not_beat_a_korean_line() -> None:
    assert lines.best_of([line("우선순위", score=0.7), line(".", score=0.99)]).text == "우선순위"


@pytest.mark.parametrize(("text", "gap", "spaced"), [
    ("데비안 시스템", 0, "데비안 시스템"),
    ("서울역", 0, "서울역"),
    ("대형출력인쇄", 30, "대형출력인쇄"),  # a sign: all letters stand apart
    ("한 글 은 좋다", 0, "한글은좋다"),  # most do, so nothing tells words from letters
])
def test_spaces_are_where_words_stand_apart(text: str, gap: int, spaced: str) -> None:
    strip = recognition.to_strip(drawn(text, gap=gap)[10:-10], 48, 3200)
    font = ImageFont.truetype(FONT, 40)
    scale, x, letters = 48 / (drawn(text).shape[0] - 20), 20.0, []
    for char in text:
        if char != " ":
            letters.append(Character(char, (x + font.getlength(char) / 2) * scale, 0.9))
        x += font.getlength(char) + gap
    assert lines.with_spaces(Line(tuple(letters), "ko"), strip).text == spaced


def test_a_column_is_laid_in_a_row() -> None:
    cells = [drawn(char)[:, 10:70] for char in "세로글"]
    column = np.vstack([cv2.resize(cell, (80, 80)) for cell in cells])
    row = lines.stack(column)
    assert row is not None and row.shape[1] > 2.5 * row.shape[0]
    assert lines.stack(np.full((300, 80, 3), 200, np.uint8)) is None
    assert lines.stack(drawn("가")[:70, :60]) is None


def test_denormals_are_zero_in_our_threads_only() -> None:
    least = np.full(4, 1e-40, np.float32)
    with ThreadPoolExecutor(1, initializer=sessions.flush_denormals) as ours:
        assert not ours.submit(lambda: least * np.float32(1)).result().any()
    assert (least * np.float32(1)).all()
    other: list[Any] = []
    thread = threading.Thread(target=lambda: other.append(least * np.float32(1)))
    thread.start()
    thread.join()
    assert other[0].all()


def test_memory_that_does_not_do_halves_the_batch(tmp_path: Path) -> None:
    class Full:
        """A GPU on which three rows are too many."""

        def __init__(self) -> None:
            self.batches: list[int] = []

        def run(self, _: Any, inputs: dict[str, Any]) -> list[Any]:
            (batch,) = inputs.values()
            self.batches.append(len(batch))
            if len(batch) > 2:
                raise RuntimeError("BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 1")
            return [batch[:, 0, 0]]

    session = sessions.OnnxSession(write_bundle(tmp_path) / "rec.onnx", "cpu", {})
    session.batch, session._session = 8, Full()
    rows = [np.full((3, 48, 64), number, np.float32) for number in range(7)]
    assert [float(row[0]) for row in session.run(rows)] == list(range(7))
    assert session.batch == 2 and session._session.batches == [8, 4, 2, 2, 2, 2]
    session._session.run = lambda *_: (_ for _ in ()).throw(RuntimeError("Got invalid dimensions"))
    with pytest.raises(ModelUnavailable, match=r"rec\.onnx does not run on an input of \[2, 3, 48, 64\]"):
        session.run(rows[:1])


def test_the_best_class_is_the_same_on_the_device() -> None:
    probabilities = np.random.default_rng(3).random((4, 9, 30), np.float32)
    on_device = sessions._best_class("CPUExecutionProvider").run(None, {"x": probabilities})[0]
    for one, other in zip(probabilities, on_device, strict=True):
        assert np.array_equal(sessions.best_class(one), other)
        assert np.array_equal(sessions.best_class(other), other)


def test_the_fastest_search_is_taken() -> None:
    assert sessions.least_of(sessions.SEARCHES, {"EXHAUSTIVE": 11.26, "HEURISTIC": 1.7, "DEFAULT": 1.68}.__getitem__) == "DEFAULT"



def test_turned_text_keeps_its_start() -> None:
    from adapters.ocr.onnx_engine import _turned

    corners = np.array([[0, 0], [10, 0], [10, 50], [0, 50]], np.float32)
    assert _turned(corners, 1)[0].tolist() == [10, 0]
    assert _turned(corners, 3)[0].tolist() == [0, 50]


def test_tiny_models_read_alone_as_together(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    engine = open_engine(load_bundle(folder / "bundle.yaml"), folder, "cpu")
    pictures = [drawn(text, size) for text, size in (("가나", 30), ("abc", 60), ("긴 줄의 글자", 40))]
    together = engine.read(pictures, ["a", "b", "c"])
    backwards = engine.read(pictures[::-1], ["c", "b", "a"])[::-1]
    alone = [engine.read([picture], [name])[0] for picture, name in zip(pictures, "abc", strict=True)]
    assert together == backwards == alone
    assert engine.read([], []) == []
