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
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ocr import detection, lines, recognition, sessions, tiles
from adapters.ocr.bundles import Detector, load_bundle
from adapters.ocr.detection import Box
from adapters.ocr.engine import open_engine
from adapters.ocr.onnx_session import OnnxSession
from adapters.ocr.recognition import Character, ReadLine
from schemas.errors import ModelUnavailable
from schemas.reading_order import in_reading_order
from tests.tiny_bundle import write_bundle
from tests.unit.adapters.ocr.made_lines import KOREAN, drawn, line

DETECTOR = Detector(architecture="dbnet", file="d")




@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_ctc_is_runs_without_blanks(classes: list[int]) -> None:
    best = np.array([[number, 0.5] for number in classes], np.float32)
    found = recognition.decode(best, ["", *"가b1 "], 8 * len(classes), "x")
    assert found.text == "".join("가b1 "[number - 1] for number, _ in itertools.groupby(classes) if number)
    places = [item.at for item in found.characters]
    assert places == sorted(places)
    assert all(0 < place < 8 * len(classes) for place in places)


@given(st.integers(1, 12000), st.integers(1, 12000))
def test_the_detectors_input_is_within_its_limits(height: int, width: int) -> None:
    scale = detection.first_scale(height, width, DETECTOR)
    sides = detection.fit(height, width, scale)
    shorter, longer = sorted((height, width))
    assert all(side % 32 == 0 and side >= 32 for side in sides)
    if longer <= detection.LONG * shorter:
        assert DETECTOR.least_side <= max(sides) <= DETECTOR.longest_side
    else:  # as large as the shorter side of a picture that is no longer than that, or as it is
        assert scale >= min(1, DETECTOR.longest_side / detection.LONG / shorter)
        assert scale <= max(1, DETECTOR.least_side / longer)


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(4, 40))
def test_tiles_cover_a_picture_once_and_see_what_lies_around(rows: int, columns: int, most: int) -> None:
    height, width, side = rows * 32, columns * 32, most * 32
    margin = min(tiles.OVERLAP, side // 2 // 32 * 32) // 2
    owned = 0
    for tile in tiles.cut(height, width, side):
        assert max(tile.shape) <= side
        for part, own, length in ((tile.rows, tile.own_rows, height), (tile.columns, tile.own_columns, width)):
            assert own.start < own.stop
            assert part.start <= own.start - margin or own.start == part.start == 0
            assert part.stop >= own.stop + margin or own.stop == part.stop == length
        owned += (tile.own_rows.stop - tile.own_rows.start) * (tile.own_columns.stop - tile.own_columns.start)
    assert owned == height * width


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 999))
def test_one_map_of_tiles_is_the_map_of_the_whole(rows: int, columns: int, seed: int) -> None:
    picture = np.random.default_rng(seed).random((rows * 32, columns * 32), np.float32)

    def see(part: Any) -> Any:  # as a detector does: a pixel's value depends on what lies around it
        return cv2.blur(part, (tiles.OVERLAP - 1, tiles.OVERLAP - 1), borderType=cv2.BORDER_CONSTANT)

    found = np.full_like(picture, -1)
    for tile in tiles.cut(rows * 32, columns * 32, 512):
        found[tile.own_rows, tile.own_columns] = see(picture[tile.rows, tile.columns])[tile.inside]
    assert np.allclose(found, see(picture), atol=1e-4)


def box(left: float, top: float, width: float, height: float) -> Box:
    corners = np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]], np.float32)
    return Box(corners, corners)


BOXES = st.lists(st.builds(box, st.integers(0, 900), st.integers(0, 900), st.integers(6, 400), st.integers(6, 400)), max_size=12)


def share_on(one: Box, others: list[Box]) -> float:
    """Part of a box that lies on others."""
    shape = shapely.Polygon(one.polygon)
    return sum(float(shape.intersection(shapely.Polygon(other.polygon)).area) for other in others) / float(shape.area)


@pytest.mark.slow
@given(BOXES, BOXES, st.sampled_from([0.2, 0.5, 1.0]))
def test_two_looks_lose_nothing(before: list[Box], after: list[Box], scale: float) -> None:
    found = tiles.merge(before, after, scale)
    for one in (*before, *after):
        assert any(one is other for other in found) or share_on(one, found) >= 0.499
    for index, one in enumerate(found):
        assert share_on(one, found[:index]) <= 0.501


@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 40)), max_size=40), st.integers(-3, 3), st.integers(-3, 3))
def test_two_looks_at_a_page_have_each_line_once(cells: set[tuple[int, int]], right: int, down: int) -> None:
    after = [box(column * 300 + 10, row * 40 + 10, 250, 24) for column, row in cells]
    before = [box(column * 300 + 10 + right, row * 40 + 10 + down, 250, 24) for column, row in cells]
    before += [box(0, 0, 3000, 4)]  # seen by the first look only
    assert len(tiles.merge(before, after, 0.5)) == len(after) + 1
    assert len(tiles.merge(before[:-1], [], 0.5)) == len(cells)


def test_large_letters_stay_whole_and_small_lines_come_apart() -> None:
    letter, strokes = box(0, 0, 400, 400), [box(10, 10, 60, 380), box(300, 10, 60, 380)]
    assert tiles.merge([letter], strokes, 0.5) == [letter]
    both, lines_of_it = box(0, 0, 400, 20), [box(0, 0, 400, 9), box(0, 11, 400, 9)]
    assert tiles.merge([both], lines_of_it, 1.0) == lines_of_it


@pytest.mark.parametrize(("heights", "small"), [([], True), ([30, 30, 30, 8], True), ([30, 30, 30, 30, 8], False), ([9], False)])
def test_a_picture_is_looked_at_again_where_its_lines_are_small_or_none_is_found(heights: list[int], small: bool) -> None:
    assert tiles.is_small([box(0, 50 * number, 200, height) for number, height in enumerate(heights)], 1.0) is small


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
    boxes = [boxes[place] for place in in_reading_order([tuple(map(tuple, box.polygon.tolist())) for box in boxes])]
    assert [(round(float(box.polygon[0, 1]), -2), float(box.polygon[0, 0]) > 200) for box in boxes] == [
        (0, False), (0, True), (100, False), (100, True)]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 90_000), st.integers(1, 60), st.sampled_from([64, 320, 3200]), st.integers(0, 99))
def test_pieces_of_a_line_are_the_line(width: int, height: int, longest: int, seed: int) -> None:
    noise = np.random.default_rng(seed).choice(np.array([0, 255], np.uint8), (height, width // 97 + 1, 1), p=[0.2, 0.8])
    crop = np.repeat(np.repeat(noise, 97, axis=1)[:, :width], 3, axis=2)
    pieces = lines.pieces_of(crop, 48, longest)
    assert all(1 <= piece.strip.shape[1] <= longest for piece in pieces)
    whole = recognition.to_strip(crop, 48, lines.MOST_PIECES * longest)
    assert np.array_equal(np.concatenate([piece.strip for piece in pieces], axis=1), whole)
    assert len(pieces) <= 2 * lines.MOST_PIECES and not pieces[0].apart


def test_a_long_line_is_cut_between_words_and_joined_with_its_spaces() -> None:
    picture = drawn("가나다라 " * 40)
    pieces = lines.pieces_of(picture[10:-10], 48, 640)
    assert len(pieces) > 4 and all(piece.apart for piece in pieces[1:])
    edges = np.concatenate([piece.strip[:, [0, -1]].ravel() for piece in pieces])
    assert edges.min() > 200  # no letter is cut
    read = [line("가나 다라", step=30.0) for _ in pieces]
    joined = lines.join(read, pieces)
    assert joined.text == " ".join(["가나 다라"] * len(pieces))
    places = [item.at for item in joined.characters]
    assert places == sorted(places)
    assert lines.join(read[:1], pieces[:1]) is read[0]


def test_a_crop_may_be_longer_than_what_opencv_warps() -> None:
    picture = np.full((40, 45_000, 3), 255, np.uint8)
    picture[10:30, ::50] = 0
    crop = recognition.cut_out(picture, box(100, 4, 44_000, 32).polygon)
    assert crop.shape[1] <= 32_000 and crop.shape[1] / crop.shape[0] == pytest.approx(44_000 / 32, rel=0.05)


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

    session = OnnxSession(write_bundle(tmp_path) / "rec.onnx", "cpu", {})
    session.batch, session._session = 8, Full()
    rows = [np.full((3, 48, 64), number, np.float32) for number in range(7)]
    assert [float(row[0]) for row in session.run(rows)] == list(range(7))
    assert session.batch == 2 and session._session.batches == [8, 4, 2, 2, 2, 2]
    session._session.run = lambda *_: (_ for _ in ()).throw(RuntimeError("CUDA_ERROR_OUT_OF_MEMORY"))
    with pytest.raises(sessions.GpuMemoryFull, match=r"rec\.onnx finds no memory for an input of \[1, 3, 48, 64\]"):
        session.run(rows[:1])  # no SaegimError, which would end the run
    session.batch = 2
    session._session.run = lambda *_: (_ for _ in ()).throw(RuntimeError("Got invalid dimensions"))
    with pytest.raises(ModelUnavailable, match=r"rec\.onnx does not run on an input of \[2, 3, 48, 64\]"):
        session.run(rows[:1])


def test_turned_text_keeps_its_start() -> None:
    from adapters.ocr.ways import turned

    corners = np.array([[0, 0], [10, 0], [10, 50], [0, 50]], np.float32)
    assert turned(corners, 1)[0].tolist() == [10, 0]
    assert turned(corners, 3)[0].tolist() == [0, 50]


@pytest.mark.slow
def test_a_long_capture_is_read_in_tiles_as_in_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_bundle(tmp_path, min_score=0)
    engine = open_engine(load_bundle(folder / "bundle.yaml"), folder, "cpu")
    rows = [drawn(f"{number} 번째 줄", 26)[:, :240] for number in range(60)]
    tall = np.concatenate([np.pad(row, ((0, 0), (0, 240 - row.shape[1]), (0, 0)), constant_values=255) for row in rows])
    captures = [tall, np.concatenate(rows, axis=1)]
    assert all(max(capture.shape) > 3 * DETECTOR.longest_side for capture in captures)
    in_tiles = engine.read(captures, ["tall", "wide"])
    monkeypatch.setattr(tiles, "cut", lambda height, width, _side: [
        tiles.Tile(slice(0, height), slice(0, width), slice(0, height), slice(0, width))])
    assert engine.read(captures, ["tall", "wide"]) == in_tiles
    assert all(len(reading.regions) > 60 for reading in in_tiles)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 20_000), (20_000, 1), (20, 12_000), (300, 45_000), (12_000, 64)])
def test_no_shape_is_too_odd(tmp_path: Path, height: int, width: int) -> None:
    folder = write_bundle(tmp_path, min_score=0)
    engine = open_engine(load_bundle(folder / "bundle.yaml"), folder, "cpu")
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[height // 3:height * 2 // 3 + 1, width // 50:width * 49 // 50 + 1] = 0  # one text, as long as the picture
    (reading,) = engine.read([picture], ["x"])
    assert (reading.width, reading.height) == (width, height) and len(reading.regions) <= 1


def test_a_picture_no_higher_than_a_line_is_read_as_one_where_nothing_is_found(tmp_path: Path) -> None:
    class Reads:
        """A recogniser that is sure of one text."""

        def __init__(self, text: str, score: float) -> None:
            self.line = ReadLine(tuple(Character(char, 10.0 * index, score) for index, char in enumerate(text)), "tiny")

        def __call__(self, _index: int, strips: Any) -> list[ReadLine]:
            return [self.line] * len(strips)

    folder = write_bundle(tmp_path)
    engine: Any = open_engine(load_bundle(folder / "bundle.yaml"), folder, "cpu")
    white, low, high = (np.full((height, 200, 3), 255, np.uint8) for height in (20, 64, 65))

    def texts(picture: Any, text: str, score: float) -> list[str]:
        engine._read_strips = Reads(text, score)
        return [region.text for region in engine.read([picture], ["x"])[0].regions]

    assert texts(white, "가나", 0.95) == texts(low, "가나", 0.95) == texts(np.rot90(low), "가나", 0.95) == ["가나"]
    assert texts(high, "가나", 0.95) == texts(low, "가나", 0.89) == texts(low, "-", 0.99) == []
    written = low.copy()
    written[20:44, 40:160] = 0
    assert texts(written, "가나", 0.95) == ["가나"]  # the detector's box, and no second one
    assert engine.read([written], ["x"])[0].regions[0].polygon[0] != (0.0, 0.0)


def test_tiny_models_read_alone_as_together(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    engine = open_engine(load_bundle(folder / "bundle.yaml"), folder, "cpu")
    pictures = [drawn(text, size) for text, size in (("가나", 30), ("abc", 60), ("긴 줄의 글자", 40))]
    together = engine.read(pictures, ["a", "b", "c"])
    backwards = engine.read(pictures[::-1], ["c", "b", "a"])[::-1]
    alone = [engine.read([picture], [name])[0] for picture, name in zip(pictures, "abc", strict=True)]
    assert together == backwards == alone
    assert engine.read([], []) == []
