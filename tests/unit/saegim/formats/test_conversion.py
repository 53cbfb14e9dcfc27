"""Converting: what a format has no place for is told, what stood in a folder goes, and one killed goes on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from saegim.errors import FolderRefused
from saegim.labels import conversion, frames, holding
from saegim.labels.conversion import REMARKS, convert
from saegim.labels.findings import Findings, Handling
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.output import Output
from tests.made_labels import hard_set, labelled, quad, written


def write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    """A picture and a line an image: the least that a format may be."""
    with output.text("labels.txt") as lines:
        for image in dataset.images:
            lines.write(f"{image.name}\t{len(image.regions)}\n")
            if not output.has(f"images/{image.name}"):
                output.write(f"images/{image.name}", image.picture())
            findings.went(len(image.regions))
            output.advance(1)
    return ["labels.txt"]


FORM = Format("plain", "plain", Holds(Shape.QUAD, start=False), write=write)
PLAIN = LabelledRegion(quad(), "비상구", direction="horizontal", writing="printed", language="ko")


def told(*images: LabelledImage, form: Format = FORM) -> list[tuple[Handling, int | None, str]]:
    findings = Findings()
    for image in images:
        holding.fitted(image, form, "CC-BY-4.0", findings)
    return [(remark.handling, remark.region, remark.reason) for remark in findings.remarks]


def test_what_a_format_has_no_place_for_is_told() -> None:
    image = labelled(0, [replace(PLAIN, legible=False, text="", direction="vertical", effects=("embossed", "reflective")),
                         replace(PLAIN, kind="checkbox", checked=False, writing="handwritten", language=None)])
    assert told(replace(image, conditions=("blurred",), licence="CC0", source="public/x", unit="line", group="g")) == [
        (Handling.NOT_HELD, None, reason) for reason in (
            "split train", "image_kind scene", "conditions blurred", "source public/x", holding.GROUP, "licence CC0", "unit line")
    ] + [(Handling.NOT_HELD, 0, reason) for reason in (
        "legible false", "direction vertical", "effects embossed, reflective", "language ko")
    ] + [(Handling.NOT_HELD, 1, reason) for reason in ("writing handwritten", "kind checkbox", "checked false")]


def test_what_says_nothing_is_not_told() -> None:
    image = replace(labelled(0, [replace(PLAIN, language=None)], split=""), image_kind=None, licence="CC-BY-4.0")
    assert told(image) == []


def test_outlines_become_what_the_format_has() -> None:
    five = replace(PLAIN, language=None, polygon=((40, 10), (70, 30), (60, 60), (20, 60), (12, 30)))
    turned = replace(PLAIN, language=None, polygon=(*quad()[2:], *quad()[:2]))
    image = replace(labelled(0, [five, turned], split=""), image_kind=None)
    boxes = replace(FORM, holds=Holds(Shape.BOX))
    assert [reason for *_, reason in told(image)] == ["its outline became the least rectangle around it", holding.START]
    assert [reason for *_, reason in told(image, form=boxes)] == ["its outline became the upright box around it"] * 2
    fitted = holding.fitted(image, boxes, "", Findings())
    assert fitted.regions[0].polygon == quad(12, 10, 58, 50)
    assert told(image, form=replace(FORM, holds=Holds(Shape.POLYGON))) == []


def test_each_remark_is_a_line_beside_what_was_written(tmp_path: Path) -> None:
    findings = written(FORM, hard_set(), tmp_path / "한글")
    lines = [json.loads(line) for line in (tmp_path / "한글" / REMARKS).read_text(encoding="utf-8").splitlines()]
    assert sum(len(line.get("regions", [None])) for line in lines) == len(findings.remarks) > 10
    assert lines[0] == {"handling": "not held", "image": lines[0]["image"], "reason": "split train"}
    assert {"handling": "not held", "image": lines[0]["image"], "reason": "language ko", "regions": [0, 1, 2, 3, 4, 7]} in lines
    assert findings.unaccounted() == 0


def test_the_table_counts_images_and_regions_by_reason() -> None:
    findings = Findings()
    findings.came(3)
    findings.came(2)
    findings.came(0)
    findings.went(1)
    findings.left_out("1.jpg", 0, "no outline")
    findings.left_out("1.jpg", 2, "no outline")
    findings.left_out("2.jpg", None, "broken", regions=2)
    findings.changed("1.jpg", 1, "cut")
    assert findings.table().rows == (
        ("in", "", "3", "5"), ("out", "", "1", "1"), ("changed", "cut", "", "1"), ("left out", "broken", "1", "2"),
        ("left out", "no outline", "", "2"))
    findings.came(1)
    assert findings.table().rows[-1] == ("?", "in, and neither out nor left out: please report it", "", "1")


def test_what_was_found_in_reading_is_told_with_what_was_found_in_writing(tmp_path: Path) -> None:
    reading = Findings()
    reading.came(5)
    reading.left_out("1.jpg", 0, "no outline")
    findings = Findings()
    convert(LabelledSet("x", [labelled(0, [PLAIN] * 4)]), FORM, tmp_path / "out", findings, reading=reading)
    assert (findings.regions_in, findings.regions_out, findings.unaccounted()) == (5, 4, 0)
    assert [remark.reason for remark in findings.remarks][:2] == ["no outline", "split train"]


def test_killed_and_run_again_it_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    def dies() -> Iterator[LabelledImage]:
        yield from list(hard_set().images)[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written(FORM, replace(hard_set(), images=dies()), tmp_path / "killed")
    assert not (tmp_path / "killed" / "labels.txt").exists()
    for folder in ("killed", "whole"):
        written(FORM, hard_set(), tmp_path / folder)
    contents = [{str(path.relative_to(tmp_path / folder)): path.read_bytes() for path in (tmp_path / folder).rglob("*")
                 if path.is_file()} for folder in ("killed", "whole")]
    assert contents[0] == contents[1]


def test_what_an_earlier_conversion_left_goes(tmp_path: Path) -> None:
    written(FORM, hard_set(), tmp_path)
    written(FORM, LabelledSet("less", [labelled(7, [PLAIN])]), tmp_path)
    assert len(list((tmp_path / "images").iterdir())) == 1


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_bytes(b"x")
    with pytest.raises(FolderRefused, match="is not empty"):
        written(FORM, hard_set(), tmp_path)


def test_pictures_of_strangers_get_names_that_every_disk_takes_and_lie_upright(tmp_path: Path) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[frames.ORIENTATION] = 6
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    image = LabelledImage("a b/간판, 1.jpg", out.getvalue, 20, 40, "word")
    images = [replace(image, name=name) for name in (image.name, "c/간판, 1.png", "2.jpg")]
    findings = written(FORM, LabelledSet("x", images), tmp_path)
    assert [line.split("\t")[0] for line in (tmp_path / "labels.txt").read_text(encoding="utf-8").splitlines()] == [
        "간판_1.jpg", "c_간판_1.png", "2.jpg"]
    assert Image.open(tmp_path / "images" / "간판_1.jpg").size == (20, 40)
    assert [remark.reason for remark in findings.remarks if remark.image != "2.jpg"] == [
        conversion.RENAMED, frames.MADE_UPRIGHT] * 2
