"""COCO-Text and TextOCR: what is written comes back; what strangers publish is read, mended and told."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from saegim.formats import coco_text, textocr
from saegim.formats.word_index import ABSENT, ASTRAY, NO_LABELS
from saegim.labels.conversion import convert
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.json_pieces import piece_at, pieces
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.mending import BOW_TIE, NO_OUTLINE
from saegim.labels.picture_files import NOT_THERE
from tests import made_labels

BOTH = pytest.mark.parametrize("form", [coco_text.FORMAT, textocr.FORMAT], ids=lambda form: form.name)


def bare(images: Iterable[LabelledImage]) -> list[LabelledImage]:
    """Images to compare, by their names: the pictures are compared apart."""
    return sorted((replace(image, picture=bytes, regions=tuple(map(composed, image.regions))) for image in images),
                  key=lambda image: image.name)


def composed(region: LabelledRegion) -> LabelledRegion:
    return replace(region, text=unicodedata.normalize("NFC", region.text))


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


@BOTH
def test_all_comes_back(form: Format, tmp_path: Path) -> None:
    dataset = made_labels.hard_set()

    made_labels.written(form, dataset, tmp_path)
    images, findings = made_labels.read_back(form, tmp_path)

    assert bare(images) == bare(dataset.images)
    assert {image.picture() for image in images} == {image.picture() for image in dataset.images}
    assert not findings.remarks


@BOTH
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(region=made_labels.regions)
def test_any_region_comes_back(form: Format, tmp_path: Path, region: LabelledRegion) -> None:
    dataset = LabelledSet("any", [made_labels.labelled(1, [region])])

    made_labels.written(form, dataset, tmp_path)
    images, _ = made_labels.read_back(form, tmp_path)

    assert [image.regions for image in images] == [(composed(region),)]


@BOTH
def test_the_same_set_gives_the_same_bytes_and_what_was_killed_goes_on(form: Format, tmp_path: Path) -> None:
    dataset = made_labels.hard_set()

    def dying() -> Iterable[LabelledImage]:
        yield from list(dataset.images)[:2]
        raise KeyboardInterrupt

    made_labels.written(form, dataset, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        convert(replace(dataset, images=dying()), form, tmp_path / "killed", Findings())
    first = next((tmp_path / "killed/images").iterdir())
    born = first.stat().st_mtime_ns
    made_labels.written(form, dataset, tmp_path / "killed")

    def files(folder: Path) -> dict[str, bytes]:
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files(tmp_path / "whole") == files(tmp_path / "killed")
    assert first.stat().st_mtime_ns == born


@BOTH
def test_a_format_knows_its_own_files_alone(form: Format, tmp_path: Path) -> None:
    made_labels.written(form, made_labels.hard_set(), tmp_path)

    with DatasetFiles(tmp_path) as files:
        assert [one.name for one in (coco_text.FORMAT, textocr.FORMAT) if one.recognise and one.recognise(files)] == [form.name]


def test_what_is_not_to_be_learnt_is_illegible_to_readers_of_coco_text(tmp_path: Path) -> None:
    made_labels.written(coco_text.FORMAT, made_labels.hard_set(), tmp_path)
    document = json.loads((tmp_path / coco_text.LABELS).read_text(encoding="utf-8"))

    learnt = [one["utf8_string"] for one in document["anns"].values() if one["legibility"] == "legible"]
    assert all(text.strip() for text in learnt)
    assert {"###", "*", "."} <= set(learnt)
    assert all(int(key) == one["id"] for key, one in document["anns"].items())
    assert sorted(chain.from_iterable(document["imgToAnns"].values())) == sorted(one["id"] for one in document["anns"].values())
    assert {document["imgs"][key]["set"] for key in document["imgs"]} == {"train", "val", "test"}


def test_textocr_has_a_file_a_split_and_tells_of_texts_like_dont_care(tmp_path: Path) -> None:
    findings = made_labels.written(textocr.FORMAT, made_labels.hard_set(), tmp_path)

    assert sorted(path.name for path in tmp_path.glob("*.json")) == [
        "TextOCR_0.1_test.json", "TextOCR_0.1_train.json", "TextOCR_0.1_val.json"]
    assert [remark.detail for remark in findings.remarks if remark.reason == textocr.LIKE_DONT_CARE] == ["."]
    document = json.loads((tmp_path / "TextOCR_0.1_train.json").read_text(encoding="utf-8"))
    assert [one["utf8_string"] for one in document["anns"].values()].count(".") == 2


def published(folder: Path, **members: Any) -> Path:
    """A tiny data set as COCO-Text publishes it, with members replaced."""
    (folder / "train2014").mkdir(parents=True)
    (folder / "train2014/COCO_train2014_000000000007.jpg").write_bytes(made_labels.picture(7, form="JPEG"))
    document = {
        "cats": {}, "info": {"version": "2.0"},
        "imgs": {"7": {"id": 7, "set": "train", "width": 160, "height": 120, "file_name": "COCO_train2014_000000000007.jpg"}},
        "anns": {"11": {"id": 11, "image_id": 7, "mask": [10.0, 10.0, 50.0, 10.0, 50.0, 30.0, 10.0, 30.0],
                        "bbox": [10.0, 10.0, 40.0, 20.0], "class": "machine printed", "legibility": "legible",
                        "language": "english", "area": 800.0, "utf8_string": "a|b"}},
        "imgToAnns": {"7": [11]}, **members}
    (folder / "cocotext.v2.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def annotation(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "image_id": 7, "mask": [10, 10, 50, 10, 50, 30, 10, 30], "class": "handwritten",
            "legibility": "legible", "language": "english", "utf8_string": "가", **fields}


def test_published_coco_text_is_read(tmp_path: Path) -> None:
    images, findings = made_labels.read_back(coco_text.FORMAT, published(tmp_path))

    assert [(image.name, image.split, image.unit) for image in images] == [("COCO_train2014_000000000007.jpg", "train", "word")]
    assert images[0].regions == (LabelledRegion(made_labels.quad(10, 10, 40, 20), "a|b", writing="printed", language="en"),)
    assert not findings.remarks


def test_every_fault_of_coco_text_is_mended_or_told(tmp_path: Path) -> None:
    box_alone = {key: value for key, value in annotation(3, bbox=["20", "20", "30", "10"]).items() if key != "mask"}
    anns = {"1": annotation(1, legibility="illegible", utf8_string=""), "2": annotation(2, utf8_string=None), "3": box_alone,
            "4": annotation(4, mask=[10, 10, 50, 30, 50, 10, 10, 30]), "5": annotation(5, mask=[10, None, 5, 5]),
            "6": annotation(6, **{"class": "others", "language": "not english"}), "9": annotation(9, image_id=99)}

    images, findings = made_labels.read_back(coco_text.FORMAT, published(tmp_path, anns=anns, imgToAnns={"7": [1, 8]}))

    regions = images[0].regions
    assert [(region.legible, region.text) for region in regions] == [
        (False, ""), (False, ""), (True, "가"), (True, "가"), (True, "가")]
    assert regions[2].polygon == made_labels.quad(20, 20, 30, 10)
    assert {ABSENT, ASTRAY, BOW_TIE, NO_OUTLINE, "language not english"} <= set(reasons(findings))
    assert findings.regions_in == 8
    assert sum(one.handling == "left out" for one in findings.remarks) == findings.regions_in - len(regions)


def test_images_of_a_split_without_labels_and_images_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    imgs = {"7": {"id": 7, "set": "train", "width": 160, "height": 120, "file_name": "COCO_train2014_000000000007.jpg"},
            "8": {"id": 8, "set": "test", "width": 160, "height": 120, "file_name": "t.jpg"},
            "9": {"id": 9, "set": "train", "width": 160, "height": 120, "file_name": "lost.jpg"}}

    images, findings = made_labels.read_back(coco_text.FORMAT, published(tmp_path, imgs=imgs))

    assert len(images) == 1
    assert sorted(reasons(findings)) == sorted([NO_LABELS, NOT_THERE])


def test_the_test_set_of_textocr_has_no_labels_and_is_not_taken_for_pictures_without_text(tmp_path: Path) -> None:
    images, findings = made_labels.read_back(textocr.FORMAT, published(tmp_path, anns={}, imgToAnns={}))

    assert not images
    assert reasons(findings) == [NO_LABELS]


def test_published_textocr_is_read(tmp_path: Path) -> None:
    (tmp_path / "train_images").mkdir()
    (tmp_path / "train_images/a4ea732cd3d5948a.jpg").write_bytes(made_labels.picture(1, form="JPEG"))
    one = {"id": "a4ea732cd3d5948a_1", "image_id": "a4ea732cd3d5948a", "bbox": [10, 10, 40, 20], "area": 800,
           "points": [10, 10, 50, 10, 50, 30, 10, 30], "utf8_string": "Performance"}
    document = {
        "info": {}, "imgs": {"a4ea732cd3d5948a": {"id": "a4ea732cd3d5948a", "set": "train", "width": 160, "height": 120,
                                                  "file_name": "train/a4ea732cd3d5948a.jpg"}},
        "anns": {"a4ea732cd3d5948a_1": one, "a4ea732cd3d5948a_2": {**one, "id": "a4ea732cd3d5948a_2", "utf8_string": "."}},
        "imgToAnns": {"a4ea732cd3d5948a": ["a4ea732cd3d5948a_1", "a4ea732cd3d5948a_2"]}}
    (tmp_path / "TextOCR_0.1_train.json").write_text(json.dumps(document), encoding="utf-8")

    images, findings = made_labels.read_back(textocr.FORMAT, tmp_path)

    assert [(region.text, region.legible) for region in images[0].regions] == [("Performance", True), ("", False)]
    assert images[0].name == "train/a4ea732cd3d5948a.jpg"
    assert not findings.remarks
    with DatasetFiles(tmp_path) as files:
        assert textocr.recognise(files)
        assert not coco_text.recognise(files)


def test_a_broken_label_file_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    published(tmp_path)
    (tmp_path / "broken.json").write_text('{"imgs": {"1": {', encoding="utf-8")
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")

    images, findings = made_labels.read_back(coco_text.FORMAT, tmp_path)

    assert len(images) == 1
    assert [remark.image for remark in findings.remarks] == ["broken.json", "other.json"]


def test_pieces_of_a_document_are_what_json_has() -> None:
    text = '\ufeff { "a" : {"k": {"x": [1, 2]}, "ㄱ": "}",}, "b": [ {"y": 1} , 2 ], "c": {"z": null} , }'

    found = [(piece.member, piece.key, piece.value) for piece in pieces(text, "f.json", "a", "b")]

    assert found == [("a", "k", {"x": [1, 2]}), ("a", "ㄱ", "}"), ("b", "", {"y": 1}), ("b", "", 2), ("c", "", {"z": None})]
    assert [piece_at(text, piece.start) for piece in pieces(text, "f.json", "a")][:2] == [{"x": [1, 2]}, "}"]
