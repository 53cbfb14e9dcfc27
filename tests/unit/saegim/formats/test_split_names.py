"""Splits whose names no disk takes, or that look like another's, are told; what says them itself brings them back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saegim.formats import FORMATS, READ, WRITTEN
from saegim.labels.findings import Findings, Handling
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.split_names import RENAMED, SplitNames
from tests.made_labels import labelled, picture, quad, read_back, written

SPLITS = ("hard set", "Test", "test", "all", "", "검증", "x/y", "heldout-2")
IN_ONE_FILE = ("coco-text",)
BOX = [[10, 10], [60, 10], [60, 30], [10, 30]]


def test_a_split_has_its_own_name_but_where_no_disk_takes_it_or_another_has_it() -> None:
    findings = Findings()
    names = SplitNames(findings)

    assert [names.of(split) for split in (*SPLITS, *SPLITS)] == ["hard_set", "Test", "test-2", "all-2", "all", "검증", "y",
                                                                 "heldout-2"] * 2
    assert [(remark.image, remark.detail) for remark in findings.remarks] == [
        ("hard set", "hard_set"), ("test", "test-2"), ("all", "all-2"), ("x/y", "y")]


@pytest.mark.parametrize("name", [name for name in WRITTEN if name in READ])
def test_another_name_is_told_and_the_split_comes_back_where_the_format_can_say_it(name: str, tmp_path: Path) -> None:
    images = [labelled(number, [LabelledRegion(quad(), "글")], split) for number, split in enumerate(SPLITS)]
    findings = written(FORMATS[name], LabelledSet("x@1", images, len(images)), tmp_path)
    told = [remark.image for remark in findings.remarks if (remark.reason, remark.handling) == (RENAMED, Handling.CHANGED)]
    found, _ = read_back(FORMATS[name], tmp_path)

    assert told == ([] if name in IN_ONE_FILE else ["hard set", "test", "all", "x/y"])
    assert len(found) == len(SPLITS)
    kept = {image.split for image in found} & set(SPLITS)
    assert kept >= set(SPLITS) - set(told)
    assert name in ("icdar", "yolo-obb") or kept == set(SPLITS)


@pytest.mark.parametrize("name", ["ufo", "page-xml"])
def test_the_name_of_a_picture_says_no_split_where_the_export_says_that_there_is_none(name: str, tmp_path: Path) -> None:
    image = LabelledImage("train/val.png", lambda: picture(1), 160, 120, "word", (LabelledRegion(quad(), "글"),))
    written(FORMATS[name], LabelledSet("x", [image]), tmp_path)

    assert [one.split for one in read_back(FORMATS[name], tmp_path)[0]] == [""]


@pytest.mark.parametrize(("file", "split"), [("ufo/hard set.json", "hard set"), ("ufo/all.json", ""), ("val.json", "val")])
def test_strangers_of_the_usual_layout_have_splits_of_any_name(file: str, split: str, tmp_path: Path) -> None:
    stem = Path(file).stem
    for folder in ("ufo", f"img/{stem}"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "img" / stem / "a.jpg").write_bytes(picture(1, form="JPEG"))
    words = {"1": {"transcription": "가", "points": BOX}}
    (tmp_path / file).write_text(json.dumps({"images": {"a.jpg": {"words": words}}}), encoding="utf-8")

    assert [image.split for image in read_back(FORMATS["ufo"], tmp_path)[0]] == [split]
