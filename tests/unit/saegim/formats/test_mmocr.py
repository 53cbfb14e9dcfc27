"""MMOCR's data lists and WildReceipt's lines, as they are read."""

import json
from pathlib import Path

import pytest

from saegim.errors import FormatWrong
from saegim.formats.mmocr import FORMAT
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.reading import recognised
from tests import made_labels

OUTLINE = [10, 10, 70, 10, 70, 30, 10, 30]


def read(folder: Path, *instances: object, name: str = "imgs/test/1.png") -> tuple[list[LabelledImage], Findings]:
    entry = {"img_path": name, "width": 160, "height": 120, "instances": instances}
    (folder / "imgs" / "test").mkdir(parents=True, exist_ok=True)
    (folder / "imgs" / "test" / "1.png").write_bytes(made_labels.picture(1))
    (folder / "labels.json").write_text(json.dumps({"metainfo": {"dataset_type": "TextDetDataset"}, "data_list": [entry]}))
    return made_labels.read_back(FORMAT, folder)


def test_outlines_boxes_and_dont_care_of_detection(tmp_path: Path) -> None:
    images, findings = read(tmp_path, {"polygon": OUTLINE, "ignore": True}, {"bbox": [10, 10, 70, 30], "ignore": False},
                            {"polygon": OUTLINE, "text": "비상구"}, {"polygon": [1, 2], "text": "x"}, 3)

    square = ((10.0, 10.0), (70.0, 10.0), (70.0, 30.0), (10.0, 30.0))
    assert images[0].regions == (LabelledRegion(square, "", legible=False), LabelledRegion(square, ""),
                                 LabelledRegion(square, "비상구"))
    assert images[0].split == "test"
    assert [remark.reason for remark in findings.remarks] == [
        "nobody wrote its text: only its outline is there", "no outline: a corner is missing or no number",
        "no outline: a corner is missing or no number"]
    assert findings.regions_in == 5


def test_the_picture_is_the_region_of_recognition(tmp_path: Path) -> None:
    images, findings = read(tmp_path, {"text": "GRAND"}, name="1.png")

    assert [region.polygon for region in images[0].regions] == [((0, 0), (160, 0), (160, 120), (0, 120))]
    assert findings.remarks == []


def test_lines_of_wildreceipt_start_at_the_upper_left_and_say_what_is_lost(tmp_path: Path) -> None:
    box = [10, 30, 70, 30, 70, 10, 10, 10]
    entry = {"file_name": "data/1.png", "height": 120, "width": 160, "annotations": [
        {"box": box, "text": "TOTAL", "label": 5}, {"box": box, "text": "", "label": 0}]}
    (tmp_path / "1.png").write_bytes(made_labels.picture(1))
    (tmp_path / "data.txt").write_text(json.dumps(entry) + "\n")
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert [(region.text, region.legible, region.polygon[0]) for region in images[0].regions] == [
        ("TOTAL", True, (10, 10)), ("", False, (10, 10))]
    assert sorted({remark.reason for remark in findings.remarks}) == [
        "class of a key or value",
        "corners ran from the lower left, as WildReceipt has them: put in order from the upper left"]


def test_a_picture_that_two_lists_name_is_taken_once(tmp_path: Path) -> None:
    read(tmp_path, {"text": "GRAND"})
    (tmp_path / "more.json").write_text((tmp_path / "labels.json").read_text())
    (tmp_path / "broken.json").write_text('{"data_list": [{"img_path": ')
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert len(images) == 1
    assert [remark.reason for remark in findings.remarks] == [
        "a label file that cannot be read", "another label already names its picture"]


def test_it_is_known_by_its_list(tmp_path: Path) -> None:
    read(tmp_path, {"text": "GRAND"})

    assert [guess.because for guess in recognised(tmp_path)] == ["labels.json has a data_list or WildReceipt's lines"]


def test_other_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")

    with pytest.raises(FormatWrong, match="no JSON with a data_list"):
        made_labels.read_back(FORMAT, tmp_path)
