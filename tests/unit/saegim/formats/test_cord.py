"""CORD is read from its folders and from the hub's Parquet."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saegim.errors import FormatWrong
from saegim.formats import cord
from saegim.formats.word_index import BROKEN
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import NO_TEXT
from saegim.labels.findings import Findings
from saegim.labels.frames import BROKEN as NO_PICTURE
from saegim.labels.labelled import LabelledImage
from saegim.labels.picture_files import NOT_THERE
from tests import made_labels


def quad(left: int, top: int, right: int, bottom: int) -> dict[str, int]:
    return {"x1": left, "y1": top, "x2": right, "y2": top, "x3": right, "y3": bottom, "x4": left, "y4": bottom}


def truth(split: str = "dev", **members: Any) -> dict[str, Any]:
    words = [{"text": "1", "quad": quad(10, 10, 20, 30), "is_key": 0, "row_id": 1},
             {"text": "아메리카노", "quad": quad(30, 10, 90, 30), "is_key": 0, "row_id": 1},
             {"text": "", "quad": quad(100, 10, 120, 30), "is_key": 0, "row_id": 1}]
    return {"gt_parse": {"menu": {"nm": "아메리카노"}},
            "meta": {"version": "2.0.0", "split": split, "image_id": 3, "image_size": {"width": 160, "height": 120}},
            "valid_line": [{"words": words, "category": "menu.nm", "group_id": 3, "sub_group_id": 0}],
            "roi": {}, "repeating_symbol": [[{"quad": quad(10, 60, 90, 70), "text": "-"}]],
            "dontcare": [[quad(10, 80, 40, 90)]], **members}


def folders(root: Path) -> Path:
    """The same file names in the train and the dev part, as in CORD; the picture of the train part was not fetched."""
    for split in ("train", "dev"):
        (root / split / "json").mkdir(parents=True)
        (root / split / "json/receipt_00000.json").write_text(json.dumps(truth(split)), encoding="utf-8")
    (root / "dev/image").mkdir()
    (root / "dev/image/receipt_00000.png").write_bytes(made_labels.picture(3))
    return root


def hub(root: Path, *rows: tuple[bytes | None, str]) -> Path:
    """A Parquet file as on the hub."""
    image_type = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    images = pa.array([{"bytes": data, "path": None} for data, _ in rows], image_type)
    (root / "data").mkdir()
    pq.write_table(pa.table({"image": images, "ground_truth": [text for _, text in rows]}),
                   root / "data/validation-00000-of-00001-cc3c5779fe22e8ca.parquet")
    return root


def images_of(folder: Path) -> tuple[list[LabelledImage], Findings]:
    return made_labels.read_back(cord.FORMAT, folder)


def said(image: LabelledImage) -> list[tuple[str, bool]]:
    return [(region.text, region.legible) for region in image.regions]


WORDS = [("1", True), ("아메리카노", True), ("", False), ("", False), ("-", False)]


def test_folders_are_read_each_split_with_its_own_pictures(tmp_path: Path) -> None:
    images, findings = images_of(folders(tmp_path))

    assert [(image.name, image.split, image.image_kind) for image in images] == [
        ("dev/image/receipt_00000.png", "val", "document")]
    assert said(images[0]) == WORDS
    assert images[0].regions[0].polygon == made_labels.quad(10, 10, 10, 20)
    reasons = [remark.reason for remark in findings.remarks]
    assert {NOT_THERE, NO_TEXT, cord.SYMBOLS, cord.IS_KEY, *cord.FIELDS.values(), cord.OF_IMAGE["gt_parse"]} == set(reasons)
    assert (findings.images_in, findings.regions_in) == (2, 10)


def test_the_parquet_of_the_hub_is_read(tmp_path: Path) -> None:
    picture = made_labels.picture(3)
    hub(tmp_path, (picture, json.dumps(truth())), (picture, "{"), (picture, json.dumps({"gt_parse": {}})),
        (b"no picture", json.dumps(truth())), (None, json.dumps(truth())))

    images, findings = images_of(tmp_path)

    stem = "validation-00000-of-00001-cc3c5779fe22e8ca"
    assert [(image.name, image.split) for image in images] == [(f"{stem}/00000.png", "val")]
    assert said(images[0]) == WORDS
    assert images[0].picture() == picture
    left = [(remark.image[-9:], remark.reason) for remark in findings.remarks if remark.handling == "left out"]
    assert left == [("00001.png", BROKEN), ("00002.png", BROKEN), ("00003.jpg", NO_PICTURE), ("00004.jpg", NO_PICTURE)]


@pytest.mark.parametrize("made", [folders, lambda root: hub(root, (made_labels.picture(3), json.dumps(truth())))])
def test_both_are_recognised(tmp_path: Path, made: Any) -> None:
    with DatasetFiles(made(tmp_path)) as files:
        assert cord.LINES in cord.recognise(files)


def test_a_training_set_of_donut_is_not_taken_for_it(tmp_path: Path) -> None:
    hub(tmp_path, (made_labels.picture(3), json.dumps({"gt_parse": {"text_sequence": "가"}})))
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")

    with DatasetFiles(tmp_path) as files:
        assert not cord.recognise(files)
    images, findings = images_of(tmp_path)
    assert not images
    assert {remark.reason for remark in findings.remarks} == {BROKEN}


def test_an_outline_that_is_none_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    broken = truth(valid_line=[{"words": [{"text": "가", "quad": {"x1": 1}}, {"text": "나", "quad": None},
                                          {"text": "다", "quad": quad(1, 1, 9, 9)}]}], dontcare=None, repeating_symbol={})
    (tmp_path / "a.json").write_text(json.dumps(broken), encoding="utf-8")
    (tmp_path / "a.png").write_bytes(made_labels.picture(1))
    (tmp_path / "b.json").write_text("[]", encoding="utf-8")

    images, findings = images_of(tmp_path)

    assert said(images[0]) == [("다", True)]
    assert [remark.region for remark in findings.remarks if remark.handling == "left out"] == [0, 1, None]


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train.zip").write_bytes(b"")

    with DatasetFiles(tmp_path) as files, pytest.raises(FormatWrong, match="no JSON or Parquet file, but 1 archives"):
        cord.read(files, Findings())
