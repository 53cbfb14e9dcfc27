"""What a second look adds to a reading, and what of the first one stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from adapters.ocr.bundles import load_bundle
from adapters.ocr.engine import LooksAgain
from adapters.ocr.onnx_engine import OnnxEngine
from adapters.ocr.second_look import with_more
from schemas.reading import Attributes, Reading, Region, Unit
from tests.tiny_bundle import CHARSET, ctc, write_bundle


def region(name: str, text: str, left: int, right: int, score: float = 0.9, top: int = 0) -> Region:
    return Region(name, ((left, top), (right, top), (right, top + 40), (left, top + 40)), text, Attributes(), score)


def reading(*regions: Region) -> Reading:
    return Reading("image", "model:x", "run", 0, Unit.LINE, 1000, 1000, regions)


def names(found: Reading) -> list[str]:
    return [item.region_id for item in found.regions]


def test_what_is_new_is_added_after_what_is_there() -> None:
    before = reading(region("a", "kWh", 0, 100))
    assert names(with_more(before, [region("b", "0815", 300, 500)])) == ["a", "b"]
    assert with_more(before, []) == before


def test_what_was_seen_before_stays_as_it_was_read() -> None:
    before = reading(region("a", "37387", 0, 200, 0.6))
    assert names(with_more(before, [region("b", "33387", 0, 220, 0.99)])) == ["a"]


def test_of_several_looks_at_one_display_the_whole_wins() -> None:
    seen = [region("half", "08", 0, 90, 0.99), region("whole", "08151", 0, 200, 0.8), region("again", "08151", 5, 205, 0.7)]
    assert names(with_more(reading(), seen)) == ["whole"]


def test_pieces_go_for_the_whole_only_where_no_letter_is_lost() -> None:
    pieces = region("a", "SA", 0, 80, 0.7), region("b", "50", 140, 220, 0.8)
    assert names(with_more(reading(*pieces), [region("c", "SALE 50", 0, 220)])) == ["c"]
    assert names(with_more(reading(*pieces), [region("c", "S5", 0, 220)])) == ["a", "b"]
    assert names(with_more(reading(*pieces), [region("c", "SALE 50", 0, 220, 0.4)])) == ["a", "b"]
    most = region("a", "ALE 50", 40, 220)
    assert names(with_more(reading(most), [region("c", "SALE 50", 0, 220)])) == ["c"]
    assert names(with_more(reading(most), [region("c", "5ARE 50", 0, 220)])) == ["a"]


def test_print_that_was_read_stays_and_is_not_read_anew_from_afar() -> None:
    for text in ("resultimage", "结果", "옷", "a1"):
        assert names(with_more(reading(), [region("b", text, 0, 200, 0.99)])) == []
    sign = replace(region("b", "정차", 0, 200), polygon=((0, 0), (200, 0), (200, 90), (0, 90)))
    assert names(with_more(reading(), [sign, region("c", "7", 0, 40, 0.9, 500)])) == ["b", "c"]
    for print_ in (region("b", "정차", 0, 200), region("b", "12", 0, 40, 0.65), region("b", "7", 0, 40, 0.85)):
        assert names(with_more(reading(), [print_])) == []
    sure = region("a", "Open daily", 0, 200, 0.95)
    assert names(with_more(reading(sure), [region("b", "0PEN DAILY 24 H", 0, 220, 0.99)])) == ["a"]
    assert names(with_more(reading(replace(sure, score=0.6)), [region("b", "OPEN DAILY 24 H", 0, 220, 0.99)])) == ["b"]


def test_a_blurred_outline_of_what_was_read_adds_nothing() -> None:
    line = region("a", "D가차하 87,723", 0, 200, 0.99)
    around = ((-20, -40), (230, -40), (230, 80), (-20, 80))
    for text in ("DEFC 87,723", "D가차하 87,723"):
        assert names(with_more(reading(line), [Region("b", around, text, Attributes(), 0.99)])) == ["a"]
    same = replace(line, score=0.6)
    assert names(with_more(reading(same), [Region("b", around, same.text, Attributes(), 0.99)])) == ["a"]


def test_marks_and_a_case_read_as_a_letter_go_for_a_display() -> None:
    marks = region("a", ":", 20, 40, 0.99), region("b", "-", 100, 120, 0.9)
    assert names(with_more(reading(*marks), [region("c", "3171.2", 0, 220, 0.75)])) == ["c"]
    assert names(with_more(reading(), [region("c", "---", 0, 220, 0.99)])) == []
    case = Region("a", ((-50, -50), (300, -50), (300, 90), (-50, 90)), "그", Attributes(), 0.54)
    assert names(with_more(reading(case), [region("c", "15.2", 0, 220)])) == ["c"]
    poster = replace(case, text="OPEN EVERY DAY")
    assert names(with_more(reading(poster), [region("c", "15.2", 0, 220)])) == ["a"]


def test_the_engine_looks_again_with_ids_that_no_region_has(tmp_path: Path) -> None:
    capitals = [chr(ord("A") + index) for index in range(len(CHARSET))]  # as displays show them
    folder = write_bundle(tmp_path / "tiny", rec=ctc(weight=30), charset=capitals, min_score=0.01)
    engine = OnnxEngine(load_bundle(folder / "bundle.yaml"), folder, "cpu")
    assert isinstance(engine, LooksAgain)
    picture = np.full((400, 640, 3), 255, np.uint8)
    picture[100:140, 100:300] = 0
    picture[300:340, 100:300] = 0
    [first] = engine.read([picture], ["image"])
    assert first.regions
    [none] = engine.look_again([picture], ["image"], [reading()])
    assert none.regions
    assert not {item.region_id for item in none.regions} & {item.region_id for item in first.regions}
    sure = replace(first, regions=tuple(replace(item, text="ABC" * 50, score=1.0) for item in first.regions))
    assert engine.look_again([picture], ["image"], [sure]) == [sure]
    assert engine.look_again([picture] * 2, ["image", "other"], [reading(), reading()])[0] == none
