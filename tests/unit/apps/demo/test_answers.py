"""What the demo's people submit."""

from __future__ import annotations

from dataclasses import replace

from apps.demo.answers import Oversight, corrected, lead_time, typed_lines
from schemas.reading import Attributes, Direction, ImageKind, Reading, Region, Unit


def line(name: str, text: str, left: float, top: float, right: float, **attributes: object) -> Region:
    polygon = ((left, top), (right, top), (right, top + 20.0), (left, top + 20.0))
    return Region(name, polygon, text, Attributes(**attributes))  # type: ignore[arg-type]


def reading(*regions: Region, reader: str = "model:made@1") -> Reading:
    return Reading("image", reader, "run", 0, Unit.LINE, 400, 300, regions)


TRUTH = replace(reading(line("0", "서울역", 10, 10, 110), line("1", "출구", 10, 50, 60), line("2", "EXIT", 70, 50, 130),
                        line("3", "", 10, 90, 60, legible=False), line("4", "세로", 10, 150, 110, direction=Direction.VERTICAL),
                        reader="person:truth"), image_kind=ImageKind.DOCUMENT)


def test_a_region_that_is_the_same_keeps_its_id_and_says_the_truth() -> None:
    shown = reading(line("a", "서울억", 12, 11, 108), line("b", "출구 EXIT", 10, 50, 130), line("c", "?", 300, 200, 350))
    made = corrected(shown, TRUTH)
    assert [region.text for region in made.regions] == ["서울역", "출구", "EXIT", "", "세로"]
    assert [region.polygon for region in made.regions] == [region.polygon for region in TRUTH.regions]
    names = [region.region_id for region in made.regions]
    assert names[0] == "a" and "b" not in names[3:] and "c" not in names and len({*names}) == 5
    assert names.count("b") == 1  # the half of it that it is most like
    assert made.regions[4].attributes.direction is Direction.VERTICAL and not made.regions[3].attributes.legible
    assert (made.image_id, made.image_kind) == ("image", ImageKind.DOCUMENT)
    assert corrected(shown, TRUTH) == made


def test_mistakes_are_made_and_mended() -> None:
    shown = reading(line("a", "서울역", 10, 10, 110))
    wrong = corrected(shown, TRUTH, Oversight(misread={"EXIT": "EXTT"}, forgotten=("출구",)))
    assert [region.text for region in wrong.regions] == ["서울역", "EXTT", "", "세로"]
    mended = corrected(wrong, TRUTH)
    assert [region.text for region in mended.regions] == [region.text for region in TRUTH.regions]
    assert {region.region_id for region in wrong.regions} < {region.region_id for region in mended.regions}


def test_without_a_pre_label_everything_is_drawn() -> None:
    made = corrected(reading(), TRUTH)
    assert len({region.region_id for region in made.regions}) == len(TRUTH.regions)


def test_lines_of_a_page_are_typed_as_their_crops_show_them() -> None:
    shown = [line("a", "서울억", 12, 11, 108), line("b", "출구EXIT", 8, 50, 132), line("c", "서", 10, 10, 40),
             line("d", "??", 10, 90, 60), line("e", "丰", 300, 200, 350), line("f", "세로", 10, 150, 110)]
    typed = typed_lines(shown, TRUTH)
    assert [region.text for region in typed] == ["서울역", "출구 EXIT", "", "", "", "세로"]
    assert [region.attributes.legible for region in typed] == [True, True, False, False, False, True]
    assert typed[5].attributes.direction is Direction.VERTICAL
    assert [(region.region_id, region.polygon) for region in typed] == [(region.region_id, region.polygon) for region in shown]


def test_more_work_takes_longer() -> None:
    shown = corrected(reading(), TRUTH)
    as_it_is = lead_time(shown, shown)
    one_text = replace(shown, regions=(replace(shown.regions[0], text="서울억"), *shown.regions[1:]))
    assert 0 < as_it_is < lead_time(one_text, shown) < lead_time(reading(), shown)
