"""Every remark of a conversion names an image and a region as the data set did that was read."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from saegim.formats import FORMATS
from saegim.labels.conversion import REMARKS, convert
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import opened_set
from tests.made_labels import labelled, picture, quad, read_back, written

BOX = [[10, 10], [60, 10], [60, 30], [10, 30]]


def paddleocr(folder: Path) -> str:
    labels = [{"transcription": "가", "points": [[1, 1]]}, {"transcription": "###", "points": BOX},
              {"transcription": "나", "points": BOX}]
    (folder / "i" / "Label.txt").write_text(f"i/a b.jpg\t{json.dumps(labels)}\n", encoding="utf-8")
    return "i/a b.jpg"


def ufo(folder: Path) -> str:
    words = {"1": {"transcription": "가"}, "2": {"transcription": "", "points": BOX, "illegibility": True},
             "3": {"transcription": "나", "points": BOX}}
    (folder / "a.json").write_text(json.dumps({"images": {"a b.jpg": {"words": words}}}), encoding="utf-8")
    return "a b.jpg"


def doctr(folder: Path) -> str:
    beside = [{}, {"legible": False}, {"text": "나"}]
    labels = {"a b.jpg": {"polygons": [[[1, 1]], BOX, BOX], "saegim": {"regions": beside}}}
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    return "i/a b.jpg"


def mmocr(folder: Path) -> str:
    instances = [{"polygon": [1, 1], "text": "가"}, {"polygon": [10, 10, 60, 10, 60, 30, 10, 30], "ignore": True, "text": ""},
                 {"polygon": [10, 10, 60, 10, 60, 30, 10, 30], "text": "나"}]
    (folder / "set.json").write_text(json.dumps({"data_list": [{"img_path": "i/a b.jpg", "instances": instances}]}),
                                     encoding="utf-8")
    return "a b.jpg"


@pytest.mark.parametrize("made", [paddleocr, ufo, doctr, mmocr])
def test_regions_left_out_in_reading_do_not_shift_the_numbers_of_others(made: Callable[[Path], str], tmp_path: Path) -> None:
    (tmp_path / "in" / "i").mkdir(parents=True)
    (tmp_path / "in" / "i" / "a b.jpg").write_bytes(picture(1, form="JPEG"))
    name = made(tmp_path / "in")
    reading = Findings()
    with opened_set(tmp_path / "in", FORMATS[made.__name__], reading) as dataset:
        convert(dataset, FORMATS["yolo-obb"], tmp_path / "out", Findings(), reading=reading)
    lines = [json.loads(line) for line in (tmp_path / "out" / REMARKS).read_text(encoding="utf-8").splitlines()]

    assert {line["image"] for line in lines} - {"data.yaml"} == {name}
    numbers = {line["reason"]: line["regions"] for line in lines if "regions" in line}
    assert numbers["no outline: a corner is missing or no number"] == [0]
    assert numbers["its text"] == [2]


def test_a_name_that_another_image_is_written_under_is_not_taken_for_it(tmp_path: Path) -> None:
    images = [LabelledImage(name, partial(picture, number), 160, 120, "word",
                            (LabelledRegion(quad(), f"글{number}"),) * (number + 1))
              for number, name in enumerate(("a b.png", "a_b.png"))]
    findings = written(FORMATS["yolo-obb"], LabelledSet("x", images), tmp_path)

    assert sorted(path.name for path in (tmp_path / "images" / "all").iterdir()) == ["a_b-2.png", "a_b.png"]
    assert [(remark.image, remark.region) for remark in findings.remarks if remark.reason == "its text"] == [
        ("a b.png", 0), ("a_b.png", 0), ("a_b.png", 1)]


@pytest.mark.parametrize("name", ["paddleocr", "doctr"])
def test_our_own_export_is_told_of_by_the_names_of_its_images(name: str, tmp_path: Path) -> None:
    image = labelled(0, [LabelledRegion(quad(), "글"), LabelledRegion(quad(), "글", region_id="r-1")])
    written(FORMATS[name], LabelledSet("x@1", [image]), tmp_path)
    [labels] = [path for path in tmp_path.rglob("*") if path.name in ("train.txt", "labels.json")]
    labels.write_text(labels.read_text(encoding="utf-8").replace("[10, 10]", "[1000, 10]", 1).replace(
        "[10.0,10.0]", "[1e3,10.0]", 1), encoding="utf-8")
    [read], findings = read_back(FORMATS[name], tmp_path)

    assert {remark.image for remark in findings.remarks} == {read.name} == {image.name}


@pytest.mark.parametrize("name", ["icdar", "page-xml", "yolo-obb", "ufo", "doctr", "paddleocr"])
def test_pictures_without_an_ending_get_one_of_what_they_are(name: str, tmp_path: Path) -> None:
    forms = {"그림": "PNG", "b.v2": "JPEG", "..": "BMP"}
    images = [LabelledImage(one, partial(picture, number, form=form), 160, 120, "word",
                            (LabelledRegion(quad(), "글"),))
              for number, (one, form) in enumerate(forms.items())]
    written(FORMATS[name], LabelledSet("x", images), tmp_path)
    found, _ = read_back(FORMATS[name], tmp_path)

    assert sorted(image.name.rpartition("/")[2] for image in found) == ["b.v2.jpg", "image.bmp", "그림.png"]
    assert {image.picture() for image in found} == {image.picture() for image in images}
