"""The codec between Label Studio's JSON and readings: all shapes, both ways, and anything that comes."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import replace
from typing import Any

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import affinity

from adapters.label_studio.codec import CHECK, from_annotation, line_from_annotation, to_line_prediction, to_prediction
from adapters.label_studio.configs import load_annotation_config
from schemas.answers import Answer
from schemas.config_version import ConfigVersion
from schemas.errors import CodecError
from schemas.geometry import LOST, tidy
from schemas.labelling import Side
from schemas.reading import Attributes, Condition, Direction, Effect, ImageKind, Kind, Language, Reading, Region, Unit, Writing
from schemas.recipes.annotation_config import AnnotationConfig, Subject, Thresholds
from schemas.text import normalise
from stages.collect.new_states import problems
from stages.collect.review import Case, review
from tests.places import ROOT

CONFIGS = ROOT / "annotation_configs"
DOCUMENT = load_annotation_config(CONFIGS / "document")
BARE = AnnotationConfig(name="bare", version=1, unit=Unit.LINE, owner="o", title="t", xml="")
"""Shows every control for every kind."""
WIDTH, HEIGHT = 1000, 800
CLOSE = 0.1
fast = settings(deadline=None, max_examples=50)

percents = st.floats(-20, 120).map(lambda value: round(value, 9))
sides = st.floats(0.5, 90)
degrees = st.floats(-720, 720)
pictures = st.tuples(st.integers(40, 8000), st.integers(40, 8000))


def decoded(results: list[Any], config: AnnotationConfig = BARE, *, width: int = WIDTH, height: int = HEIGHT,
            **rest: Any) -> Reading:
    return from_annotation({"result": results}, image_id="a" * 64, width=width, height=height, revision=1,
                           reader="person:kim", config=config, **rest)


def drawn(type_: str, value: dict[str, Any], kind: str = "text", **rest: Any) -> dict[str, Any]:
    name = {"polygonlabels": "kind", "rectanglelabels": "kind_rectangle", "ellipselabels": "kind_ellipse"}[type_]
    return {"id": "x", "type": type_, "from_name": name, "to_name": "image", "image_rotation": 0,
            "value": {**value, type_: [kind]}, **rest}


def said(name: str, values: list[str], region: str = "x") -> dict[str, Any]:
    key = "text" if name == "text" else "choices"
    return {"id": region, "type": "textarea" if name == "text" else "choices", "from_name": name, "to_name": "image",
            "value": {key: values}}


SQUARE = {"points": [[10, 10], [30, 10], [30, 30], [10, 30]], "closed": True}
RECTANGLE = {"x": 50, "y": 20, "width": 30, "height": 10, "rotation": 30}
ELLIPSE = {"x": 30, "y": 60, "radiusX": 10, "radiusY": 20, "rotation": 300}


def holds(result: dict[str, Any], expected: shapely.Polygon, picture: tuple[int, int]) -> None:
    """The decoded region is that shape, clipped to the picture; one that this cuts in two is refused."""
    frame = shapely.box(0, 0, *picture)
    inside, surely = (shape.intersection(frame) for shape in (expected, expected.buffer(-CLOSE)))
    parts = [part.area for part in shapely.get_parts(inside) if part.area > 0]
    if parts and max(parts) > 1.1 and 1 - max(parts) / sum(parts) > LOST + 0.001:
        with pytest.raises(CodecError, match="cut in two"):
            decoded([result], width=picture[0], height=picture[1])
        return
    assume(not parts or 1 - max(parts) / sum(parts) < LOST - 0.001)
    found = decoded([result], width=picture[0], height=picture[1]).regions
    if inside.area < 0.5:
        assert not found
    assume(inside.geom_type == surely.geom_type == "Polygon" and surely.area > 2)
    polygon = shapely.Polygon(found[0].polygon)
    assert polygon.is_valid
    assert polygon.exterior.is_ccw  # y runs down: counter-clockwise in figures is clockwise to the eye
    assert frame.covers(polygon)
    if frame.covers(expected):
        assert polygon.hausdorff_distance(expected) < CLOSE
    else:  # the frame may cut at so flat an angle that a tenth of a pixel across is many along
        assert inside.buffer(CLOSE).covers(polygon)
        assert polygon.buffer(CLOSE).covers(surely)


@fast
@given(pictures, percents, percents, sides, sides, degrees, st.sampled_from([0, 90, 180, 270]))
def test_a_rectangle_turns_about_its_corner_in_pixels(
        picture: tuple[int, int], x: float, y: float, wide: float, high: float, turn: float, image_rotation: int) -> None:
    width, height = picture
    corner = (x / 100 * width, y / 100 * height)
    flat = shapely.box(*corner, corner[0] + wide / 100 * width, corner[1] + high / 100 * height)
    value = {"x": x, "y": y, "width": wide, "height": high, "rotation": turn}
    holds(drawn("rectanglelabels", value, image_rotation=image_rotation), affinity.rotate(flat, turn, origin=corner), picture)


@fast
@given(pictures, percents, percents, sides, sides, degrees)
def test_an_ellipse_is_followed_within_a_tenth_of_a_pixel(
        picture: tuple[int, int], x: float, y: float, across: float, down: float, turn: float) -> None:
    width, height = picture
    circle = shapely.Point(0, 0).buffer(1, quad_segs=500)
    shape = affinity.rotate(affinity.scale(circle, across / 100 * width, down / 100 * height), turn, origin=(0, 0))
    value = {"x": x, "y": y, "radiusX": across, "radiusY": down, "rotation": turn}
    holds(drawn("ellipselabels", value), affinity.translate(shape, x / 100 * width, y / 100 * height), picture)


@fast
@given(pictures, st.tuples(percents, percents), st.lists(st.floats(10, 40), min_size=3, max_size=30), st.booleans())
def test_a_polygon_is_where_it_was_drawn(
        picture: tuple[int, int], middle: tuple[float, float], rays: list[float], backwards: bool) -> None:
    angles = [2 * math.pi * index / len(rays) for index in range(len(rays))]
    points = [[middle[0] + ray * math.cos(angle), middle[1] + ray * math.sin(angle)]
              for ray, angle in zip(rays, angles, strict=True)][::-1 if backwards else 1]
    expected = shapely.Polygon([(x / 100 * picture[0], y / 100 * picture[1]) for x, y in points])
    assume(expected.is_valid)
    holds(drawn("polygonlabels", {"points": points, "closed": True}), expected, picture)


def test_a_shape_starts_where_its_reading_starts() -> None:
    rectangle = decoded([drawn("rectanglelabels", {"x": 50, "y": 20, "width": 30, "height": 10, "rotation": 90})]).regions[0]
    assert rectangle.polygon == ((500, 160), (500, 460), (420, 460), (420, 160))
    dragged_over_its_corner = drawn("rectanglelabels", {"x": 80, "y": 30, "width": -30, "height": -10, "rotation": 0})
    assert decoded([dragged_over_its_corner]).regions[0].polygon == ((500, 160), (800, 160), (800, 240), (500, 240))
    for turn, start in ((0, (-1, -1)), (90, (1, -1)), (180, (1, 1))):
        value = {"x": 50, "y": 50, "radiusX": 10, "radiusY": 12.5, "rotation": turn}
        ellipse = decoded([drawn("ellipselabels", value)]).regions[0]
        assert ellipse.polygon[0] == pytest.approx((500 + start[0] * 70.71, 400 + start[1] * 70.71), abs=0.01)
    backwards = drawn("polygonlabels", {"points": [[10, 10], [10, 30], [30, 30], [30, 10]]})
    assert decoded([backwards]).regions[0].polygon == ((100, 80), (300, 80), (300, 240), (100, 240))


def test_corners_are_as_few_as_the_ellipse_allows() -> None:
    def corners(radius: float) -> int:
        value = {"x": 50, "y": 50, "radiusX": radius, "radiusY": radius, "rotation": 0}
        return len(decoded([drawn("ellipselabels", value)], width=20_000, height=20_000).regions[0].polygon)

    assert corners(0.05) <= 32
    assert corners(45) <= 1_000


texts = st.text(st.characters(codec="utf-8"), max_size=20).map(normalise).filter(lambda text: normalise(text) == text)
attributes = st.builds(Attributes, direction=st.sampled_from(Direction), writing=st.sampled_from(Writing),
                       effects=st.sets(st.sampled_from(Effect)).map(lambda found: tuple(sorted(found))),
                       language=st.sampled_from(Language), legible=st.booleans(), kind=st.sampled_from(Kind),
                       checked=st.sampled_from([None, True, False]))
corners = st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT))
polygons = st.lists(corners, min_size=3, max_size=6).map(lambda points: tidy(points, WIDTH, HEIGHT)).filter(
    lambda polygon: polygon is not None and tidy(polygon, WIDTH, HEIGHT) == polygon)
regions = st.builds(Region, region_id=st.uuids().map(str), polygon=polygons, text=texts, attributes=attributes)
read = st.builds(Reading, image_id=st.just("a" * 64), reader=st.just("person:kim"), run=st.just("bare@1"), revision=st.just(1),
                 unit=st.just(Unit.LINE), width=st.just(WIDTH), height=st.just(HEIGHT),
                 regions=st.lists(regions, max_size=4, unique_by=lambda region: region.region_id).map(tuple),
                 image_kind=st.sampled_from(ImageKind),
                 conditions=st.sets(st.sampled_from(Condition)).map(lambda found: tuple(sorted(found))))


@settings(deadline=None, max_examples=60)
@given(read)
def test_a_reading_comes_back_as_it_went(reading: Reading) -> None:
    prediction = json.loads(json.dumps(to_prediction(reading, BARE, name="첫째")))
    assert prediction["model_version"] == "첫째"
    assert "score" not in prediction
    assert decoded(prediction["result"]) == reading


@pytest.mark.parametrize("text, language", [("영업시간", Language.KO), ("Exit", Language.EN), ("서울 Station", Language.MIXED),
                                            ("1588-0000", Language.DIGITS), ("営業", Language.OTHER), ("", Language.OTHER)])
def test_a_region_without_a_language_has_that_of_its_text(text: str, language: Language) -> None:
    drawn_new = [drawn("polygonlabels", SQUARE), *([said("text", [text])] if text else [])]
    [region] = decoded(drawn_new).regions
    assert region.attributes.language is language
    [chosen] = decoded([*drawn_new, said("language", ["other"])]).regions
    assert chosen.attributes.language is Language.OTHER


def test_the_kind_of_picture_is_a_persons_then_a_models_then_the_configs() -> None:
    page = BARE.model_copy(update={"image_kind": ImageKind.DOCUMENT})
    silent = Reading("a" * 64, "model:m@1", "r", 0, Unit.LINE, WIDTH, HEIGHT, ())

    def shown(reading: Reading, config: AnnotationConfig) -> list[str]:
        return [value for result in to_prediction(reading, config)["result"] if result["from_name"] == "image_kind"
                for value in result["value"]["choices"]]

    assert (shown(silent, BARE), shown(silent, page)) == (["scene"], ["document"])
    assert shown(replace(silent, image_kind=ImageKind.DOCUMENT), BARE) == ["document"]
    assert shown(replace(silent, reader="person:kim"), page) == ["scene"]
    assert (decoded([]).image_kind, decoded([], page).image_kind) == (ImageKind.SCENE, ImageKind.DOCUMENT)
    assert decoded(to_prediction(silent, page)["result"], page).image_kind is page.as_shown(silent).image_kind


@settings(deadline=None, max_examples=60)
@given(read)
def test_what_the_screen_hides_is_neither_shown_nor_read(reading: Reading) -> None:
    offered = {"checkbox": {"kind", "checked"}, "stamp": {"kind"}, "signature": {"kind"}}
    prediction = to_prediction(reading, DOCUMENT)
    kinds = {region.region_id: region.attributes.kind for region in reading.regions}
    for result in prediction["result"]:
        if result["id"] in kinds and kinds[result["id"]] is not Kind.TEXT:
            assert result["from_name"] in offered[kinds[result["id"]]]
    once = decoded(prediction["result"], DOCUMENT)
    # All controls filled in, as Label Studio keeps them when somebody changes a region's kind. Text that nobody can read is a
    # label there, which no control keeps.
    legible = replace(reading, regions=tuple(
        replace(region, attributes=replace(region.attributes, legible=True)) for region in reading.regions))
    assert decoded(to_prediction(legible, BARE)["result"], DOCUMENT) == decoded(to_prediction(legible, DOCUMENT)["result"],
                                                                                 DOCUMENT)
    assert decoded(to_prediction(once, DOCUMENT)["result"], DOCUMENT) == once
    for before, after in zip(reading.regions, once.regions, strict=True):
        kind = before.attributes.kind
        if kind is Kind.TEXT:
            assert after == replace(before, attributes=replace(before.attributes, checked=None))
        else:
            checked = before.attributes.checked if kind is Kind.CHECKBOX else None
            assert after == replace(before, text="", attributes=Attributes(kind=kind, checked=checked))


def test_a_model_is_named_and_scored_and_a_person_is_not() -> None:
    region = Region("a", ((0, 0), (50, 0), (50, 50)), "서울", score=0.75)
    model = Reading("a" * 64, "model:m@1", "r", 0, Unit.LINE, WIDTH, HEIGHT, (region, replace(region, region_id="b", score=0.5)))
    prediction = to_prediction(model, BARE)
    assert (prediction["model_version"], prediction["score"]) == ("m@1", 0.625)
    person = to_prediction(replace(model, reader="person:kim@example.com"), BARE)
    assert "score" not in json.dumps(person)
    assert "kim" not in json.dumps(person)


def test_only_marked_regions_have_a_score_and_no_mark_comes_back() -> None:
    regions = tuple(Region(name, ((0, 0), (50, 0), (50, 50)), "서울", score=0.999) for name in ("a", "b"))
    model = Reading("a" * 64, "model:m@1", "r", 0, Unit.LINE, WIDTH, HEIGHT, regions)
    plain, marked = to_prediction(model, BARE), to_prediction(model, BARE, marked={"b": 0.31})
    assert "meta" not in json.dumps(plain)
    assert all("score" not in result for result in plain["result"])
    seen = {(result["id"], result.get("score"), *result.get("meta", {}).get("text", ()))
            for result in marked["result"] if result["id"] in ("a", "b")}
    assert seen == {("a", None), ("b", 0.31, CHECK)}
    assert marked["score"] == plain["score"] == 0.999  # of the whole: what Label Studio's sampling looks at
    assert decoded(marked["result"]) == decoded(plain["result"])


def test_a_kind_that_the_config_does_not_offer_is_refused_before_label_studio_does() -> None:
    xml = '<View><PolygonLabels name="kind" toName="image"><Label value="글자" alias="text"/></PolygonLabels></View>'
    stamp = Reading("a" * 64, "model:m", "r", 0, Unit.LINE, WIDTH, HEIGHT, (
        Region("r1", ((0, 0), (50, 0), (50, 50)), "", Attributes(kind=Kind.STAMP)),))
    with pytest.raises(CodecError, match=r"region r1 is a stamp.*config\.xml"):
        to_prediction(stamp, BARE.model_copy(update={"xml": xml}))
    with pytest.raises(CodecError, match="words"):
        to_prediction(replace(stamp, unit=Unit.WORD), BARE)


def test_an_empty_answer_says_that_there_is_no_text() -> None:
    assert decoded([]).regions == ()


BAD = [
    (drawn("polygonlabels", {"points": [[10, 10], [20, 20]]}), "2 corners"),
    (drawn("polygonlabels", {}), "no corners"),
    (drawn("polygonlabels", {"points": [[10, 10], [20, "20"], [30, 5]]}), "'20', expected a number"),
    (drawn("polygonlabels", {"points": [[10, 10], [20, float("nan")], [30, 5]]}), "nan, expected a number"),
    (drawn("polygonlabels", {"points": [[10, 10], [20, float("inf")], [30, 5]]}), "inf, expected a number"),
    (drawn("polygonlabels", {"points": [[10, 10], [20, 10 ** 400], [30, 5]]}), "expected a number"),
    (drawn("polygonlabels", {"points": [[10, 10], [20, True], [30, 5]]}), "True, expected a number"),
    (drawn("polygonlabels", {"points": [[10, 10, 3], [20, 20], [30, 5]]}), r"expected \[x, y\]"),
    (drawn("polygonlabels", {"points": [[index % 100, index % 97] for index in range(100_000)]}), "100000 corners"),
    (drawn("polygonlabels", {"points": [[(index * 37) % 101, (index * 53) % 103] for index in range(500)]}), "crosses itself"),
    (drawn("polygonlabels", {"points": [[10, 10], [35, 10], [60, 10], [10, 20], [60, 20]]}), "crosses itself.* 50 % of it is"),
    (drawn("polygonlabels", {"points": [[10, 80], [20, 80], [20, 105], [50, 105], [50, 80], [60, 80], [60, 110], [10, 110]]}),
     "cut in two by the image's edge: 50 %"),
    (drawn("polygonlabels", {**SQUARE, "closed": False}), "not closed"),
    (drawn("rectanglelabels", {"x": 1, "y": 1, "width": 5}), "height is None"),
    (drawn("rectanglelabels", {**RECTANGLE, "rotation": "30"}), "rotation is '30'"),
    (drawn("ellipselabels", {**ELLIPSE, "radiusX": 1e300}), "radiusX is 1e[+]300"),
    (drawn("polygonlabels", SQUARE, kind="logo"), "kind is 'logo': choose one of text, checkbox"),
    (drawn("polygonlabels", SQUARE, original_width=800, original_height=1000), "800 × 1000 pixels, but the image has 1000 × 800"),
    ({**drawn("polygonlabels", SQUARE), "type": "polygon", "value": SQUARE}, "no kind: choose one of text, checkbox"),
    ({**drawn("polygonlabels", SQUARE), "type": "brushlabels", "value": {"rle": [1]}}, "0 outlines .'brushlabels'.*draw"),
]


@pytest.mark.parametrize(("result", "message"), BAD, ids=[message for _, message in BAD])
def test_a_shape_that_cannot_be_is_refused_by_name(result: dict[str, Any], message: str) -> None:
    with pytest.raises(CodecError, match=f"^region x.*{message}"):
        decoded([result])


def test_messages_stay_short_and_can_be_stored() -> None:
    for results in ([drawn("polygonlabels", SQUARE, kind="가" * 1_000_000)],
                    [drawn("polygonlabels", SQUARE), said("\ud800" * 1000, ["x"])],
                    [drawn("polygonlabels", {"points": [["\ud800\0" * 9999, 1]] * 5})],
                    [{**said("text", ["x"]), "type": "\0\ud800"}]):
        with pytest.raises(CodecError) as caught:
            decoded(results)
        assert len(str(caught.value)) < 400
        assert str(caught.value).isprintable()


def test_crossing_or_far_out_shapes_become_tidy() -> None:
    bow = decoded([drawn("polygonlabels", {"points": [[10, 10], [60, 10], [10, 20], [60, 20]]})])
    assert bow.regions[0].polygon == ((100, 80), (600, 80), (600, 160), (100, 160))
    slip = decoded([drawn("polygonlabels", {"points": [[10, 10], [60, 10], [60, 20], [10, 20], [10.5, 9.5]]})])
    assert shapely.Polygon(slip.regions[0].polygon).area > .98 * 500 * 80
    wide = decoded([drawn("polygonlabels", {"points": [[-500, -500], [900, -500], [900, 900], [-500, 900]]})])
    assert shapely.Polygon(wide.regions[0].polygon).area == WIDTH * HEIGHT


def test_a_slip_of_the_mouse_is_left_out_unless_it_has_a_text() -> None:
    slip = drawn("rectanglelabels", {**RECTANGLE, "width": 0})
    assert decoded([slip]).regions == ()
    with pytest.raises(CodecError, match=r"region x .'서울'. lies outside"):
        decoded([slip, said("text", ["서울"])])


def test_texts() -> None:
    shape = drawn("polygonlabels", SQUARE)

    def text(*values: Any) -> str:
        return decoded([shape, *(said("text", value) for value in values)]).regions[0].text

    assert text(["<b onload=x>서울</b>"]) == "<b onload=x>서울</b>"
    assert text("서울") == "서울"
    assert text(["서\0울\u0000"]) == "서울"
    assert text([]) == text([""]) == ""
    assert text(["\u1109\u1165"]) == "서"
    assert text(["\u200b"]) == text(["\u3164"]) == text(["\ufeff\u00a0"]) == ""
    assert text(["서\u200b울\ufeff"]) == "서울"
    for values, message in (((["a", "b"],), "2 texts: keep one"), ((["a"], ["b"]), "2 texts: keep one"),
                            ((["\ud800"],), "half a character"), ((["x" * 1_000_000],), "1000000 characters"),
                            (([1],), "expected a list of texts")):
        with pytest.raises(CodecError, match=f"region x.*{message}"):
            text(*values)


def test_what_nobody_sees_is_no_text_and_costs_no_second_look() -> None:
    def answer(side: Side, person: str, text: str) -> Answer:
        reading = replace(decoded([drawn("polygonlabels", SQUARE), said("text", [text])]), reader=f"person:{person}")
        return Answer(side, ConfigVersion(reading.run), reading.image_id, reading.image_id, 1, 1, reading.reader, reading,
                      problem="; ".join(problems(reading)) or None)

    assert [len(problems(decoded([drawn("polygonlabels", SQUARE), said("text", [text])]))) for text in (
        "\u200b", "\u3164", "\u2800", "서\u200b울\ufeff")] == [1, 1, 1, 0]
    for one, other in (("서울 역", "서울\u200b 역"), ("서울 역", "서울\u00a0 역"), ("서울", "\u3164서울"), ("😀", "😀\ufe0f")):
        both = (answer(Side.A, "kim", one), answer(Side.B, "lee", other))
        ruling = review(Case(image_id=both[0].image_id, config=both[0].run, answers=both, on_side_b=True),
                        Thresholds(regions=1, cer=0, attributes=1))
        assert ruling.accepted is not None and ruling.accepted.regions[0].text == one
        assert [compared.figures.cer for compared in ruling.agreements] == [0]


def test_choices() -> None:
    shape = drawn("polygonlabels", SQUARE)
    [region] = decoded([shape, said("effects", ["reflective", "embossed"]), said("effects", ["embossed"])]).regions
    assert region.attributes.effects == (Effect.EMBOSSED, Effect.REFLECTIVE)
    for result, message in ((said("direction", ["horizontal", "vertical"]), "direction is horizontal and vertical: keep one"),
                            (said("direction", ["up"]), "direction is 'up': choose one of horizontal"),
                            (said("checked", ["checked", "unchecked"]), "keep one"),
                            (said("colour", ["red"]), "'choices' 'colour' is not part of the annotation config"),
                            ({**said("text", ["a"]), "type": "rating"}, "'rating' 'text' is not part"),
                            (drawn("rectanglelabels", RECTANGLE), "2 outlines")):
        with pytest.raises(CodecError, match=f"region x.*{message}"):
            decoded([shape, result])
    with pytest.raises(CodecError, match="the whole image: condition is 'wet': choose one of wrinkled"):
        decoded([said("condition", ["wet"], "c")])


def test_results_without_a_region_id_are_refused() -> None:
    for wrong in (None, "", 7, "\ud800", "x" * 1000, ["x"]):
        with pytest.raises(CodecError, match="region id"):
            decoded([{**drawn("polygonlabels", SQUARE), "id": wrong}])


def test_relations_are_left_out() -> None:
    relation = {"type": "relation", "from_id": "x", "to_id": "y", "direction": "right"}
    assert len(decoded([drawn("polygonlabels", SQUARE), relation]).regions) == 1


def test_an_earlier_version_is_read_in_the_words_of_this_one() -> None:
    renames = {"kind": {"letters": "text", "logo": ""}, "direction": {"upright": "vertical", "none": ""}}
    for type_, value in (("polygonlabels", SQUARE), ("rectanglelabels", RECTANGLE), ("ellipselabels", ELLIPSE)):
        [region] = decoded([drawn(type_, value, kind="letters"), said("direction", ["upright"])], renames=renames).regions
        assert (region.attributes.kind, region.attributes.direction) == (Kind.TEXT, Direction.VERTICAL)
    [region] = decoded([drawn("polygonlabels", SQUARE), said("direction", ["none"])], renames=renames).regions
    assert region.attributes.direction is Direction.HORIZONTAL
    assert decoded([drawn("polygonlabels", SQUARE, kind="logo"), said("text", ["새김"])], renames=renames).regions == ()


@fast
@given(texts, st.booleans())
def test_a_line_comes_back_as_it_went(text: str, legible: bool) -> None:
    prediction = json.loads(json.dumps(to_line_prediction(text, legible, name="m@1", score=0.5)))
    assert (prediction["model_version"], prediction["score"]) == ("m@1", 0.5)
    assert line_from_annotation(prediction) == (text, legible)


def test_a_line_task_has_one_text_and_one_mark() -> None:
    assert load_annotation_config(CONFIGS / "line_text").subject is Subject.LINES  # it was REGION in version 1
    assert "score" not in to_line_prediction("a", True, name="m")
    for results, message in (([drawn("polygonlabels", SQUARE)], "'polygonlabels' 'kind' is not part"),
                             ([said("text", ["a", "b"])], "2 texts"), ([said("legible", ["perhaps"])], "legible is 'perhaps'")):
        with pytest.raises(CodecError, match=f"the line.*{message}"):
            line_from_annotation({"result": results})
    for unseen in ("\u200b", "\u3164", " \u2060"):
        assert line_from_annotation({"result": [said("text", [unseen])]}) == ("", True)
    renames = {"legible": {"blurry": "illegible"}}
    assert line_from_annotation({"result": [said("legible", ["blurry"])]}, renames=renames) == ("", False)


WORDS = ["id", "type", "from_name", "value", "result", "points", "text", "choices", "kind", "kind_ellipse", "polygonlabels",
         "ellipselabels", "rectanglelabels", "textarea", "x", "y", "width", "height", "radiusX", "radiusY", "rotation",
         "relation", "checkbox", "direction", "image_kind", "condition", "closed", "original_width"]
words = st.sampled_from(WORDS) | st.text(st.characters(), max_size=3)
scalars = st.none() | st.booleans() | st.integers() | st.integers(10 ** 300, 10 ** 320) | st.floats() | st.floats(0, 100) | words
garbage = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6), max_leaves=12)
VALID = [drawn("polygonlabels", SQUARE, original_width=WIDTH, original_height=HEIGHT), said("text", ["서울"]),
         said("direction", ["vertical"]), said("effects", ["embossed"]), drawn("rectanglelabels", RECTANGLE) | {"id": "r"},
         drawn("ellipselabels", ELLIPSE, kind="checkbox") | {"id": "e"}, said("checked", ["checked"], "e"),
         said("condition", ["blurred"], "c"), said("image_kind", ["document"], "i"), {"type": "relation", "from_id": "x"}]


def read_or_refused(annotation: Any) -> None:
    for config in (BARE, DOCUMENT):
        try:
            reading = from_annotation(annotation, image_id="i", width=WIDTH, height=HEIGHT, revision=1, reader="person:k",
                                      config=config)
        except CodecError as error:
            assert str(error).isprintable()
        else:
            reading.regions_json().encode()
            assert all(shapely.Polygon(region.polygon).is_valid for region in reading.regions)
    try:
        line_from_annotation(annotation)[0].encode()
    except CodecError as error:
        assert str(error).isprintable()


@fast
@given(garbage)
def test_any_json_is_read_or_refused(annotation: Any) -> None:
    read_or_refused(annotation)
    read_or_refused({"result": annotation})
    read_or_refused({"result": [annotation]})


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value that something else could be put in."""
    items = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else [])
    return [(node, key) for key, _ in items] + [place for _, child in items for place in places(child)]


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_answer_is_read_or_refused(data: st.DataObject) -> None:
    results = copy.deepcopy(VALID)
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(results)
        if not found:
            break
        node, key = found[data.draw(st.integers(0, len(found) - 1))]
        what = data.draw(st.sampled_from(["replace", "delete", "double"]))
        if what == "replace":
            node[key] = data.draw(garbage)
        elif what == "delete":
            del node[key]
        elif isinstance(node, list):
            node.append(copy.deepcopy(node[key]))
    read_or_refused({"result": results})
