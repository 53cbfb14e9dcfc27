"""Crops of regions: upright, in reading direction, and named after what they show."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from saegim.labels import crops, picture_opening, plain_pixels
from saegim.labels.crops import Crop, cut_out
from saegim.labels.findings import Findings, Handling
from saegim.labels.labelled import LabelledImage, LabelledRegion, Polygon
from saegim.labels.straightening import cut
from tests.made_labels import labelled, picture, quad, regions

RED = (255, 0, 0)
GREEN = (0, 255, 0)
BLUE = (0, 0, 255)
WHITE = (255, 255, 255)
QUARTERS = (RED, GREEN, BLUE, WHITE)
"""Of the marked region's upper left, upper right, lower right and lower left quarter, as its letters stand."""


def marked(polygon: Polygon, size: tuple[int, int] = (200, 200)) -> Image.Image:
    """A picture with a region whose quarters have colours of their own."""
    page = Image.new("RGB", size, "black")
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon

    def at(u: float, v: float) -> tuple[float, float]:
        return (ax * (1 - u) * (1 - v) + bx * u * (1 - v) + cx * u * v + dx * (1 - u) * v,
                ay * (1 - u) * (1 - v) + by * u * (1 - v) + cy * u * v + dy * (1 - u) * v)

    for colour, (left, top) in zip(QUARTERS, ((0, 0), (.5, 0), (.5, .5), (0, .5)), strict=True):
        quarter = [at(left, top), at(left + .5, top), at(left + .5, top + .5), at(left, top + .5)]
        ImageDraw.Draw(page).polygon(quarter, fill=colour)
    return page


def seen(crop: Image.Image) -> tuple[object, ...]:
    """The colours of a crop's quarters, from the upper left one clockwise."""
    width, height = crop.size
    places = ((1, 1), (3, 1), (3, 3), (1, 3))
    plain = crop.point(lambda value: 255 if value > 127 else 0)  # where quarters meet, bicubic resampling mixes them
    return tuple(plain.getpixel((width * across // 4, height * down // 4)) for across, down in places)


def made(image: LabelledImage, there: Callable[[LabelledImage, str], bool] = lambda *_: False) -> tuple[list[Crop], Findings]:
    findings = Findings()
    found = list(cut_out([image], findings, there))
    assert len(found) == 1
    return found[0], findings


BOX = quad(40, 60, 80, 30)


@pytest.mark.parametrize("start", range(4))
@pytest.mark.parametrize("box", [BOX, quad(40.25, 60.4, 30.2, 90.3)])
def test_an_upright_box_is_turned_to_its_reading_start(start: int, box: Polygon) -> None:
    polygon = box[start:] + box[:start]
    assert seen(cut(marked(polygon), polygon, vertical=False)) == QUARTERS


def test_an_upright_box_is_cut_without_resampling() -> None:
    page = Image.effect_noise((200, 200), 90).convert("RGB")
    assert cut(page, BOX, vertical=False).tobytes() == page.crop((40, 60, 120, 90)).tobytes()


@pytest.mark.parametrize("polygon", [
    ((30, 60), (120, 30), (130, 60), (40, 90)), ((30, 60), (120, 40), (125, 85), (35, 90)),
    ((120, 120), (40, 110), (45, 60), (130, 75)), ((100, 30), (110, 120), (70, 130), (60, 35))])
def test_a_tilted_region_is_drawn_upright_from_its_reading_start(polygon: Polygon) -> None:
    assert seen(cut(marked(polygon), polygon, vertical=False)) == QUARTERS


def test_sides_are_as_long_as_the_longer_ones_that_face_each_other() -> None:
    assert cut(marked(BOX), ((10, 10), (110, 10), (100, 50), (10, 40)), vertical=False).size == (100, 41)


def test_vertical_text_is_turned_a_quarter_counter_clockwise() -> None:
    tall = quad(40, 20, 20, 120)
    crop = cut(marked(tall), tall, vertical=True)
    assert crop.size == (120, 20)
    assert seen(crop) == (GREEN, BLUE, WHITE, RED)


def test_a_tall_letter_that_is_not_vertical_text_stays_as_it_is() -> None:
    tall = quad(40, 20, 10, 120)
    assert cut(marked(tall), tall, vertical=False).size == (10, 120)
    found, _ = made(labelled(0, [LabelledRegion(quad(20, 5, 8, 80), "I", direction=None)]))
    assert Image.open(io.BytesIO(found[0].data)).size == (8, 80)


def test_more_corners_are_cut_by_the_least_rectangle_from_the_reading_start() -> None:
    box = quad(40, 60, 80, 30)
    polygon = (box[2], (80.0, 90.0), box[3], box[0], (80.0, 60.0), box[1])
    assert seen(cut(marked(box[2:] + box[:2]), polygon, vertical=False)) == QUARTERS


def test_four_corners_that_are_not_convex_are_cut_all_the_same() -> None:
    assert min(cut(marked(BOX), ((10, 10), (90, 10), (40, 20), (10, 60)), vertical=False).size) > 10


@pytest.mark.parametrize("region", [
    LabelledRegion(quad(), "가", legible=False), LabelledRegion(quad(), "도장", kind="stamp"), LabelledRegion(quad(), ""),
    LabelledRegion(quad(), " \u3000"), LabelledRegion(quad(5, 5, 40, 0.4), "가"),
    LabelledRegion(((1, 1), (5, 5), (9, 9)), "가"), LabelledRegion(((1, 1), (5, 5), (9, 9), (3, 3)), "가")])
def test_what_cannot_train_a_recogniser_is_left_out_and_told(region: LabelledRegion) -> None:
    found, findings = made(labelled(0, [region, LabelledRegion(quad(), "나")]))
    assert [crop.region.text for crop in found] == ["나"]
    assert [(remark.handling, remark.region) for remark in findings.remarks] == [(Handling.LEFT_OUT, 0)]


def test_an_image_of_which_nothing_is_left_is_told() -> None:
    found, findings = made(labelled(0, []))
    assert found == []
    assert findings.remarks[0].reason == crops.NOTHING
    assert findings.images_out == 0


def test_a_broken_picture_is_left_out_with_its_regions() -> None:
    whole = labelled(0, [LabelledRegion(quad(), "가"), LabelledRegion(quad(), "나")])
    for data in (b"no picture", whole.picture()[:200]):
        found, findings = made(replace(whole, picture=_giving(data)))
        assert found == []
        assert (findings.remarks[0].reason, findings.remarks[0].regions) == (crops.UNREADABLE, 2)


def _giving(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def test_crops_are_named_after_what_they_show() -> None:
    image = labelled(0, [LabelledRegion(quad(), "가"), LabelledRegion(quad(), "나"), LabelledRegion(quad(11), "라"),
                         LabelledRegion(quad(), "다", direction="vertical")])
    names = [crop.name for crop in made(image)[0]]
    assert len(set(names)) == 4
    assert names == [crop.name for crop in made(image)[0]]
    assert not set(names) & {crop.name for crop in made(labelled(1, image.regions))[0]}
    strange = replace(image, image_id="", name="한글.png")
    assert [crop.name for crop in made(strange)[0]] == names  # the sha256 of the file is its image id


def test_what_is_there_is_not_cut_again() -> None:
    image = labelled(0, [LabelledRegion(quad(), "가"), LabelledRegion(quad(11), "나")])

    def reads() -> bytes:
        raise AssertionError("the picture was read")

    first = made(image)[0][0].name
    assert [bool(crop.data) for crop in made(image, lambda _, name: name == first)[0]] == [False, True]
    assert [crop.data for crop in made(replace(image, picture=reads), lambda *_: True)[0]] == [b"", b""]


def test_a_comment_of_the_picture_is_in_no_crop() -> None:
    out = io.BytesIO()
    Image.open(io.BytesIO(picture(0))).save(out, "JPEG", comment=b"secret")
    found, _ = made(replace(labelled(0, [LabelledRegion(quad(), "가")]), picture=out.getvalue))
    assert b"secret" not in found[0].data


corners = st.tuples(st.floats(0, 160), st.floats(0, 120))


@settings(max_examples=30, deadline=None)
@given(st.lists(corners, min_size=3, max_size=8), st.booleans())
def test_any_outline_is_cut_or_left_out(outline: list[tuple[float, float]], vertical: bool) -> None:
    region = LabelledRegion(tuple(outline), "가", direction="vertical" if vertical else None)
    found, findings = made(labelled(0, [region]))
    assert [remark.reason for remark in findings.remarks] == ([] if found else [crops.THIN, crops.NOTHING])
    assert all(min(Image.open(io.BytesIO(crop.data)).size) > 0 for crop in found)


@settings(max_examples=30, deadline=None)
@given(regions)
def test_any_region_is_a_crop_or_left_out(region: LabelledRegion) -> None:
    found, findings = made(labelled(0, [region]))
    assert len(found) + sum(remark.region == 0 for remark in findings.remarks) == 1
    for crop in found:
        (left, top), _, (right, bottom), _ = region.polygon
        size = (round(right - left), round(bottom - top))
        assert Image.open(io.BytesIO(crop.data)).size == (size[::-1] if region.direction == "vertical" else size)


def _file(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _lettered(mode: str, ground: object, ink: object) -> Image.Image:
    """A picture with a dark bar within ``BOX``."""
    image = Image.new(mode, (160, 120), ground)  # type: ignore[arg-type]
    ImageDraw.Draw(image).rectangle((60, 70, 100, 80), fill=ink)  # type: ignore[arg-type]
    return image


def _deep(ground: int, ink: int) -> Image.Image:
    return _lettered("I", ground, ink).convert("I;16")


def _palette() -> Image.Image:
    image = _lettered("P", 0, 1)
    image.putpalette([0] * 768)
    return image


KINDS = {
    "16 bits": (lambda: _file(_deep(60000, 3000)), plain_pixels.SCALED, 233, 12),
    "16 bits, dark": (lambda: _file(_deep(20000, 3000)), plain_pixels.SCALED, 78, 12),
    "RGBA": (lambda: _file(_lettered("RGBA", (0, 0, 0, 0), (0, 0, 0, 255))), plain_pixels.LAID, 255, 0),
    "RGBA, white letters": (lambda: _file(_lettered("RGBA", (0, 0, 0, 0), "white")), plain_pixels.LAID, 0, 255),
    "RGBA, opaque": (lambda: _file(_lettered("RGBA", (200, 200, 200, 255), (9, 9, 9, 255))), "", 200, 9),
    "LA": (lambda: _file(_lettered("LA", (0, 0), (0, 255))), plain_pixels.LAID, 255, 0),
    "palette": (lambda: _file(_palette(), transparency=0), plain_pixels.LAID, 255, 0),
    "RGB with a clear colour": (lambda: _file(_lettered("RGB", (1, 0, 0), (0, 0, 0)), transparency=(1, 0, 0)),
                                plain_pixels.LAID, 255, 0),
    "black and white": (lambda: _file(_lettered("1", 1, 0)), "", 255, 0),
    "32 bits that hold 8": (lambda: _file(_lettered("I", 200, 9), "TIFF"), "", 200, 9),
}


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_of_any_kind_show_in_crops(kind: str) -> None:
    encoded, told, ground, ink = KINDS[kind]
    data = encoded()
    image = replace(labelled(0, [LabelledRegion(BOX, "글")]), picture=lambda: data, image_id="")
    found, findings = made(image)
    crop = Image.open(io.BytesIO(found[0].data)).convert("L")
    assert [crop.getpixel(place) for place in ((2, 2), (40, 15))] == pytest.approx([ground, ink], abs=4)
    assert [(remark.handling, remark.reason) for remark in findings.remarks] == [(Handling.CHANGED, told)] * bool(told)
    assert [remark.reason for remark in made(image, lambda *_: True)[1].remarks] == [told] * bool(told), "told again when resumed"


def test_fractions_and_broken_pictures_are_left_out_in_words_that_stay_the_same() -> None:
    fractions = _file(Image.new("F", (160, 120), 0.5), "TIFF")
    for data, detail in ((fractions, plain_pixels.FLOATS), (b"no picture", picture_opening.UNKNOWN)):
        image = replace(labelled(0, [LabelledRegion(BOX, "글")]), picture=partial(bytes, data))
        found, findings = made(image)
        assert found == []
        assert [(remark.reason, remark.detail, remark.regions) for remark in findings.remarks] == [(crops.UNREADABLE, detail, 1)]


def test_no_warning_of_pillow_comes_through(monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 15_000)
    found, _ = made(labelled(0, [LabelledRegion(BOX, "글")]))
    assert found
    assert not recwarn.list
