"""Imagefolder and Donut: pictures with a metadata file."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import pytest
from hypothesis import HealthCheck, given, settings

from saegim.errors import FormatWrong
from saegim.formats import donut, imagefolder
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledRegion, LabelledSet
from saegim.labels.reading import recognised
from tests import made_labels

both = pytest.mark.parametrize("form", [imagefolder.FORMAT, donut.FORMAT], ids=lambda form: form.name)


def folder(path: Path, *rows: object) -> Path:
    (path / "train").mkdir()
    (path / "train" / "글.png").write_bytes(made_labels.picture(1))
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (path / "train" / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return path


@both
def test_a_set_comes_back_whole(form: Format, tmp_path: Path) -> None:
    dataset = made_labels.hard_set()
    written = made_labels.written(form, dataset, tmp_path)
    images, findings = made_labels.read_back(form, tmp_path)

    assert written.remarks == findings.remarks == []
    assert (written.unaccounted(), written.images_out) == (0, 4)
    assert made_labels.without_pictures(images) == made_labels.without_pictures(dataset.images)
    assert [guess.form.name for guess in recognised(tmp_path)] == [form.name]


@both
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(region=made_labels.regions)
def test_any_region_comes_back(form: Format, tmp_path: Path, region: LabelledRegion) -> None:
    made_labels.written(form, LabelledSet("made@1", [made_labels.labelled(0, [region])], 1), tmp_path)
    assert made_labels.read_back(form, tmp_path)[0][0].regions == (replace(region, text=made_labels.nfc(region.text)),)


@both
def test_it_is_the_same_again_and_after_breaking_off(form: Format, tmp_path: Path) -> None:
    made_labels.check_resumes(form, made_labels.hard_set(), tmp_path)


@both
def test_load_dataset_has_the_splits_and_their_pictures(form: Format, tmp_path: Path) -> None:
    made_labels.written(form, made_labels.hard_set(), tmp_path / "to")
    found = datasets.load_dataset(str(tmp_path / "to"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(split) for name, split in found.items()} == {"train": 1, "val": 1, "test": 2}
    first = found["train"][0]
    assert first["image"].size == (160, 120) and json.loads(first["regions"])[0]["text"] == "비상구"
    if form is donut.FORMAT:  # as donut/util.py reads it
        assert json.loads(first["ground_truth"])["gt_parse"] == {"text_sequence": "비상구 비상구 세로쓰기 I upside down 12:30"}
    else:
        assert (first["width"], first["text"]) == (160, "비상구\n비상구\n세로쓰기\nI\nupside down\n12:30")


@pytest.mark.parametrize(("row", "regions"), [
    ({"text": "간판"}, [("간판", made_labels.quad(0, 0, 160, 120))]),
    ({"objects": {"bbox": [[10, 10, 50, 20]], "text": ["가"]}}, [("가", made_labels.quad(10, 10, 50, 20))]),
])
def test_metadata_of_others(row: dict[str, Any], regions: list[Any], tmp_path: Path) -> None:
    folder(tmp_path, {"file_name": "글.png", **row}, {"file_name": "없다.png", **row}, "{broken")
    images, findings = made_labels.read_back(imagefolder.FORMAT, tmp_path)
    assert [(image.name, image.split) for image in images] == [("train/글.png", "train")]
    assert [(region.text, region.polygon) for region in images[0].regions] == regions
    assert [(remark.image, remark.reason) for remark in findings.remarks] == [
        ("없다.png", "its picture is not there"), ("train/metadata.jsonl", "its line of metadata is broken")]
    assert findings.unaccounted() == len(regions)
    assert [guess.form.name for guess in recognised(tmp_path)] == ["imagefolder"]


def test_a_table_of_metadata(tmp_path: Path) -> None:
    (tmp_path / "글.png").write_bytes(made_labels.picture(1))
    (tmp_path / "metadata.csv").write_bytes("file_name,text\r\n글.png,\"100,000 \"\"원\"\"\"\r\n".encode("cp949"))
    images, findings = made_labels.read_back(imagefolder.FORMAT, tmp_path)
    assert images[0].regions[0].text == '100,000 "원"'
    assert [remark.reason for remark in findings.remarks] == ["not UTF-8: read as CP949"]


def test_metadata_without_labels_says_what_is_expected(tmp_path: Path) -> None:
    folder(tmp_path, {"file_name": "글.png", "label": 1})
    assert not [guess for guess in recognised(tmp_path) if guess.form.name == "imagefolder"]
    (tmp_path / "train" / "metadata.jsonl").write_text('{"file_name": "글.png", "category": 1}')
    with pytest.raises(FormatWrong, match="no labels that are understood: expected `regions`"):
        made_labels.read_back(imagefolder.FORMAT, tmp_path)


def test_donut_sets_of_others(tmp_path: Path) -> None:
    whole = {"gt_parse": {"text_sequence": "가 나"}}
    folder(tmp_path, {"file_name": "글.png", "ground_truth": json.dumps(whole)}, {"file_name": "글.png", "ground_truth": whole},
           {"file_name": "글.png", "ground_truth": json.dumps({"gt_parse": {"menu": [{"nm": "국밥"}]}})},
           {"file_name": "글.png", "ground_truth": "{'gt_parse': 1}"})
    images, findings = made_labels.read_back(donut.FORMAT, tmp_path)
    assert [[(region.text, region.polygon) for region in image.regions] for image in images] == [
        [("가 나", made_labels.quad(0, 0, 160, 120))]] * 2
    assert [(str(remark.handling), remark.reason) for remark in findings.remarks] == [
        ("changed", donut.NO_STRING), ("left out", donut.FIELDS), ("left out", donut.BROKEN)]
    assert [guess.form.name for guess in recognised(tmp_path)] == ["donut"]
