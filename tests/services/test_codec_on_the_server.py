"""The codec through the real Label Studio: its server, and its page in Chromium."""

from __future__ import annotations

import base64
import io
import itertools
import json
import math
import secrets
from dataclasses import replace
from typing import Any

import pytest
import shapely
from PIL import Image, ImageDraw
from playwright.sync_api import Page
from shapely import affinity

from adapters.label_studio.changes import Annotation, ChangedTask, changed_tasks
from adapters.label_studio.client import LabelStudio
from adapters.label_studio.codec import from_annotation, line_from_annotation, to_line_prediction, to_prediction
from adapters.label_studio.configs import load_annotation_config
from adapters.label_studio.lines import lines_from_annotation, to_lines_prediction
from adapters.label_studio.projects import ensure_project
from adapters.label_studio.tasks import annotate, import_tasks, open_tasks
from schemas.errors import CodecError
from schemas.geometry import tidy
from schemas.line_marks import marks_of
from schemas.reading import Attributes, Condition, Direction, Effect, ImageKind, Kind, Language, Reading, Region, Writing
from schemas.recipes.annotation_config import AnnotationConfig
from tests.places import SCREENS
from tests.read_images import made_reading
from tests.services.conftest import PATIENCE
from workbench.bench import Workbench
from workbench.settings import ROOT, Settings

DOCUMENT = load_annotation_config(ROOT / "annotation_configs" / "document")
LINES = load_annotation_config(ROOT / "annotation_configs" / "line_text")
ONE_LINE = LINES.model_copy(update={"version": 1, "xml": (SCREENS / "line_text_1.xml").read_text(encoding="utf-8")})
WIDTH, HEIGHT = 900, 500
REGIONS_A_READING = 60
RECTANGLE = {"x": 40, "y": 20, "width": 30, "height": 20, "rotation": 30}
ELLIPSE = {"x": 20, "y": 60, "radiusX": 12, "radiusY": 10, "rotation": 25}


class Project:
    """A project of its own, and what came of its tasks."""

    def __init__(self, settings: Settings, config: AnnotationConfig) -> None:
        self.label_studio: LabelStudio = Workbench(settings).label_studio
        self.config = config
        key = f"codec {secrets.token_hex(4)}"
        self.number = ensure_project(self.label_studio, key, key, config.xml, "", "Codec")

    def push(self, *predictions: dict[str, Any]) -> list[int]:
        """A task for each prediction; an empty one is none."""
        return import_tasks(self.label_studio, self.number, [
            {"data": {"image": picture(), "place": "1 / 1", "lines": [{"image": picture(), "mark": ""}]},
             "predictions": [prediction] if prediction else []} for prediction in predictions])

    def shown(self) -> dict[int, tuple[int | None, list[dict[str, Any]]]]:
        """Predictions of open tasks: id and results, by task."""
        return {task.task_id: (task.prediction_id, task.prediction_result) for task in open_tasks(self.label_studio, self.number)}

    def answers(self) -> dict[int, list[Annotation]]:
        """Annotations by task."""
        return {task.task_id: task.annotations for page in changed_tasks(self.label_studio, self.number, None) for task in page
                if isinstance(task, ChangedTask)}

    def read(self, annotation: Annotation) -> Reading:
        return from_annotation(annotation.raw, image_id="a" * 64, width=WIDTH, height=HEIGHT, revision=1, reader="person:kim",
                               config=self.config)

    def http(self, path: str, **body: Any) -> Any:
        return self.label_studio.request(path, method="POST", json=body).json()


def picture() -> str:
    """A picture that is not square, as an address."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    ImageDraw.Draw(image).polygon([point for x, y in rectangle().exterior.coords for point in (x, y)], fill=(255, 160, 160))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def rectangle() -> shapely.Polygon:
    """``RECTANGLE`` in pixels, by shapely."""
    x, y = RECTANGLE["x"] * WIDTH / 100, RECTANGLE["y"] * HEIGHT / 100
    flat = shapely.box(x, y, x + RECTANGLE["width"] * WIDTH / 100, y + RECTANGLE["height"] * HEIGHT / 100)
    return affinity.rotate(flat, RECTANGLE["rotation"], origin=(x, y))


def ellipse() -> shapely.Polygon:
    """``ELLIPSE`` in pixels, by shapely."""
    circle = shapely.Point(0, 0).buffer(1, quad_segs=500)
    shape = affinity.scale(circle, ELLIPSE["radiusX"] * WIDTH / 100, ELLIPSE["radiusY"] * HEIGHT / 100)
    return affinity.translate(affinity.rotate(shape, ELLIPSE["rotation"], origin=(0, 0)),
                              ELLIPSE["x"] * WIDTH / 100, ELLIPSE["y"] * HEIGHT / 100)


def drawn(region_id: str, name: str, type_: str, value: dict[str, Any], kind: str) -> dict[str, Any]:
    """A shape as Label Studio's page writes it."""
    return {"id": region_id, "type": type_, "from_name": name, "to_name": "image", "origin": "manual", "image_rotation": 0,
            "original_width": WIDTH, "original_height": HEIGHT, "value": {**value, type_: [kind]}}


def written(region_id: str, value: dict[str, Any], text: str) -> dict[str, Any]:
    return {"id": region_id, "type": "textarea", "from_name": "text", "to_name": "image", "origin": "manual", "image_rotation": 0,
            "original_width": WIDTH, "original_height": HEIGHT, "value": {**value, "text": [text]}}


SHAPES = [
    drawn("turned", "kind_rectangle", "rectanglelabels", RECTANGLE, "text"), written("turned", RECTANGLE, "서울역"),
    drawn("flat", "kind_rectangle", "rectanglelabels", {**RECTANGLE, "rotation": 0}, "checkbox"),
    drawn("round", "kind_ellipse", "ellipselabels", ELLIPSE, "stamp"),
]


def all_attributes() -> list[Attributes]:
    effects = [tuple(sorted(chosen)) for count in range(len(Effect) + 1) for chosen in itertools.combinations(Effect, count)]
    texts = [Attributes(direction, writing, chosen, language, legible) for direction, writing, chosen, language, legible
             in itertools.product(Direction, Writing, effects, Language, (True, False))]
    return [*texts, *(Attributes(kind=Kind.CHECKBOX, checked=checked) for checked in (None, True, False)),
            Attributes(kind=Kind.STAMP), Attributes(kind=Kind.SIGNATURE)]


def all_readings() -> list[Reading]:
    found = []
    attributes = all_attributes()
    pages = list(itertools.product(ImageKind, [tuple(sorted(chosen)) for count in range(5)
                                               for chosen in itertools.combinations(Condition, count)]))
    for number, start in enumerate(range(0, len(attributes), REGIONS_A_READING)):
        regions = []
        for index, item in enumerate(attributes[start:start + REGIONS_A_READING]):
            x, y = 13.37 + 85.21 * (index % 10), 7.03 + 71.89 * (index // 10)
            text = f"<b>{index}</b> 새김 \"'&" if item.kind is Kind.TEXT and item.legible else ""
            polygon = tidy([(x, y), (x + 50.01, y + 3.3), (x + 47, y + 40.99), (x - 3.3, y + 38)], WIDTH, HEIGHT)
            assert polygon
            regions.append(Region(secrets.token_hex(8), polygon, text, item, score=0.875))
        kind, conditions = pages[number % len(pages)]
        found.append(Reading("a" * 64, "model:m@1", "r", 0, DOCUMENT.unit, WIDTH, HEIGHT, tuple(regions), kind, conditions))
    return found


def test_all_attributes_pass_through_the_server(stack: Settings) -> None:
    project = Project(stack, DOCUMENT)
    readings = all_readings()
    ids = project.push(*(to_prediction(reading, DOCUMENT) for reading in readings))
    shown = project.shown()
    assert sorted(shown) == sorted(ids)
    for task in ids:
        annotate(project.label_studio, task, shown[task][1], 1.5, shown[task][0])
    answers = project.answers()
    for task, reading in zip(ids, readings, strict=True):
        [annotation] = answers[task]
        assert not annotation.was_cancelled
        expected = replace(DOCUMENT.as_shown(reading), reader="person:kim", run=DOCUMENT.run, revision=1,
                           regions=tuple(replace(region, score=None) for region in reading.regions))
        assert project.read(annotation) == expected


def test_every_shape_passes_through_the_server(stack: Settings) -> None:
    project = Project(stack, DOCUMENT)
    [task] = project.push({})
    annotate(project.label_studio, task, SHAPES, 1.5, None)
    [annotation] = project.answers()[task]
    turned, flat, round_ = project.read(annotation).regions
    assert [(region.region_id, region.text, region.attributes.kind) for region in (turned, flat, round_)] == [
        ("turned", "서울역", Kind.TEXT), ("flat", "", Kind.CHECKBOX), ("round", "", Kind.STAMP)]
    for region, expected in ((turned, rectangle()), (flat, shapely.box(360, 100, 630, 200)), (round_, ellipse())):
        assert shapely.Polygon(region.polygon).hausdorff_distance(expected) < 0.1
    assert turned.polygon[0] == flat.polygon[0] == (360, 100)


def test_drafts_skipped_tasks_and_empty_answers_are_told_apart(stack: Settings) -> None:
    project = Project(stack, DOCUMENT)
    drafted, skipped, empty, without = project.push({}, {}, {}, {})
    project.http(f"api/tasks/{drafted}/drafts", result=SHAPES, lead_time=2.0)
    project.http(f"api/tasks/{skipped}/annotations/?was_cancelled=1", result=SHAPES, lead_time=2.0)
    project.http(f"api/tasks/{empty}/annotations/", result=[], lead_time=2.0)
    project.http(f"api/tasks/{without}/annotations/", lead_time=2.0)
    skips = {task: [item.was_cancelled for item in items] for task, items in project.answers().items()}
    assert skips == {skipped: [True], empty: [False], without: [False]}
    listed = {task["id"]: task for task in project.label_studio.request("api/tasks", params={
        "project": project.number, "fields": "all"}).json()["tasks"]}
    assert ["was_postponed" in draft for draft in listed[drafted]["drafts"]] == [True]  # which only drafts have
    assert not listed[drafted]["annotations"]
    assert project.read(project.answers()[empty][0]).regions == ()
    with pytest.raises(CodecError, match="None where its results should be"):
        project.read(project.answers()[without][0])


def test_a_line_passes_through_the_server(stack: Settings) -> None:
    project = Project(stack, ONE_LINE)
    lines = [("서울역 2번 출구", True), ("", False), ("<i>읽기</i> 어려움", False), ("", True)]
    ids = project.push(*(to_line_prediction(text, legible, name="m@1", score=0.5) for text, legible in lines))
    shown = project.shown()
    for task in ids:
        annotate(project.label_studio, task, shown[task][1], 1.0, shown[task][0])
    answers = project.answers()
    assert [line_from_annotation(answers[task][0].raw) for task in ids] == lines


def test_lines_pass_through_the_server(stack: Settings) -> None:
    project = Project(stack, LINES)
    regions = made_reading("ab" * 32, 16).regions
    [task] = project.push(to_lines_prediction([replace(regions[0], text=""), *regions[1:]], name="m@1"))
    prediction, shown = project.shown()[task]
    annotate(project.label_studio, task, shown, 1.0, prediction)
    found = lines_from_annotation(project.answers()[task][0].raw, len(regions))
    assert [item.text for item in found] == ["", *(region.text for region in regions[1:])]
    assert [item.marks for item in found] == [marks_of(region.attributes) for region in regions]


def open_task(page: Page, settings: Settings, project: Project, task: int) -> None:
    page.goto(f"{settings.label_studio_url}/user/login/")
    page.fill("input[name=email]", settings.label_studio_user)
    page.fill("input[name=password]", settings.label_studio_password.get_secret_value())
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"{settings.label_studio_url}/projects/{project.number}/data?task={task}")
    page.wait_for_selector(".konvajs-content canvas")
    page.wait_for_function("() => Konva.stages[0].find(node => node.name().includes('_transformable')).length >= 3")


CORNERS = """() => {
    const image = Htx.annotationStore.selected.names.get('image');
    const back = Konva.stages[0].getAbsoluteTransform().copy().invert();
    const corners = node => [[0, 0], [node.width(), 0], [node.width(), node.height()], [0, node.height()]];
    const axes = node => [[node.radiusX(), 0], [0, node.radiusY()], [-node.radiusX(), 0], [0, -node.radiusY()]];
    return Konva.stages[0].find(node => node.name().includes('_transformable')).map(node =>
        (node.getClassName() === 'Ellipse' ? axes(node) : corners(node)).map(([x, y]) => {
            const point = back.point(node.getAbsoluteTransform().point({x, y}));
            return [point.x / image.stageWidth * image.naturalWidth, point.y / image.stageHeight * image.naturalHeight];
        }));
}"""
"""Where the canvas draws the regions, in pixels of the picture: corners of rectangles, ends of the axes of ellipses."""


def test_the_page_draws_shapes_where_the_codec_reads_them(stack: Settings, page: Page) -> None:
    """And a picture that is turned on the screen does not move them."""
    project = Project(stack, DOCUMENT)
    [task] = project.push({"model_version": "m@1", "score": 0.5, "result": SHAPES})
    open_task(page, stack, project, task)
    before = json.loads(page.evaluate("() => JSON.stringify(Htx.annotationStore.selected.serializeAnnotation())"))
    read = from_annotation({"result": before}, image_id="a" * 64, width=WIDTH, height=HEIGHT, revision=1, reader="person:kim",
                           config=DOCUMENT)
    on_canvas = [[tuple(point) for point in points] for points in page.evaluate(CORNERS)]
    assert len(on_canvas) == len(read.regions) == 3
    for region in read.regions:
        polygon = shapely.Polygon(region.polygon)
        # Each region is one of the canvas: the points of that lie on its outline.
        off = min(max(polygon.exterior.distance(shapely.Point(point)) for point in points) for points in on_canvas)
        assert off < 0.1, (region.region_id, off)
    starts = [points[0] for points in on_canvas if math.dist(points[0], (360, 100)) < 0.1]
    assert len(starts) == 2  # the reading starts at the corner that Label Studio turns about

    page.evaluate("() => Htx.annotationStore.selected.names.get('image').rotate(-90)")
    page.get_by_role("button", name="Submit", exact=False).first.click()
    for _ in range(5 * PATIENCE):
        if answers := project.answers().get(task, []):
            break
        page.wait_for_timeout(200)
    [annotation] = answers
    assert {result["image_rotation"] for result in annotation.raw["result"] if "image_rotation" in result} == {270}
    assert project.read(annotation) == read
    assert [region.region_id for region in read.regions] == ["turned", "flat", "round"]
