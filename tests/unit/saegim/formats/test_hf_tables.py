"""Hugging Face Parquet of any data set, our own and others' read back."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from saegim.errors import FormatWrong
from saegim.formats.hf import FORMAT
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.label_rows import THOUSANDTHS
from saegim.labels.labelled import LabelledRegion, LabelledSet
from saegim.labels.reading import recognised
from saegim.labels.released import labelled_set
from saegim.release import Release
from tests import made_labels
from tests.unit.saegim.formats.test_webdataset_tar import release

__all__ = ["release"]
BOX = made_labels.quad(10, 10, 50, 20)
PICTURE = {"bytes": made_labels.picture(1), "path": "1.png"}


def table(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)


def test_a_set_comes_back_whole(tmp_path: Path) -> None:
    dataset = made_labels.hard_set()
    written = made_labels.written(FORMAT, dataset, tmp_path)
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert written.remarks == findings.remarks == []
    assert (written.unaccounted(), written.images_out) == (0, 4)
    assert made_labels.without_pictures(images) == made_labels.without_pictures(dataset.images)
    assert {hashlib.sha256(image.picture()).hexdigest() for image in images} == {image.image_id for image in images}
    assert [guess.form.name for guess in recognised(tmp_path)] == ["hf"]


def test_a_release_comes_back_as_any_format_gets_it(release: Release, tmp_path: Path) -> None:
    written = made_labels.written(FORMAT, labelled_set(release), tmp_path)
    images, _ = made_labels.read_back(FORMAT, tmp_path)
    assert made_labels.without_pictures(images) == made_labels.without_pictures(labelled_set(release).images)
    assert (written.images_out, written.unaccounted()) == (len(release), 0)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_labels.regions)
def test_any_region_comes_back(tmp_path: Path, region: LabelledRegion) -> None:
    made_labels.written(FORMAT, LabelledSet("made@1", [made_labels.labelled(0, [region])], 1), tmp_path)
    assert made_labels.read_back(FORMAT, tmp_path)[0][0].regions == (replace(region, text=made_labels.nfc(region.text)),)


def test_it_is_the_same_again_and_after_breaking_off(tmp_path: Path) -> None:
    made_labels.check_resumes(FORMAT, made_labels.hard_set(), tmp_path)


def test_load_dataset_reads_a_set_that_was_no_release(tmp_path: Path) -> None:
    images = enumerate(made_labels.hard_set().images)
    strange = [replace(image, image_id="", name=f"폴더/{number}.png") for number, image in images]
    made_labels.written(FORMAT, LabelledSet("낯선 것", strange, 4, "CC-BY-4.0"), tmp_path / "to")
    found = datasets.load_dataset(str(tmp_path / "to"), cache_dir=str(tmp_path / "cache"))
    names = {name: split["name"] for name, split in found.items()}
    assert names == {"train": ["0.png"], "val": ["1.png"], "test": ["2.png", "3.png"]}
    assert found["train"][0]["image"].size == (160, 120) and found["train"][0]["regions"][0]["text"] == "비상구"


@pytest.mark.parametrize(("row", "texts", "polygon", "unit"), [
    ({"text": "한 줄"}, ["한 줄"], made_labels.quad(0, 0, 160, 120), "line"),
    ({"words": ["가", "나"], "bboxes": [[10, 10, 60, 30], [10, 40, 60, 60]]}, ["가", "나"], BOX, "word"),
    ({"texts": ["가"], "polygons": [[[10, 10], [60, 10], [60, 30]]]}, ["가"], ((10, 10), (60, 10), (60, 30)), "word"),
    ({"tokens": ["가"], "quads": [[10, 10, 60, 10, 60, 30, 10, 30]]}, ["가"], BOX, "word"),
    ({"objects": {"bbox": [[10, 10, 50, 20]], "text": ["가"], "category": [0]}}, ["가"], BOX, "word"),
])
def test_tables_of_others(row: dict[str, Any], texts: list[str], polygon: Any, unit: str, tmp_path: Path) -> None:
    table(tmp_path / "data" / "validation-00000-of-00001.parquet", [{"image": PICTURE, "label": 3, **row}])
    images, findings = made_labels.read_back(FORMAT, tmp_path)
    assert findings.remarks == []
    assert [(image.name, image.split, image.unit) for image in images] == [("1.png", "val", unit)]
    assert [region.text for region in images[0].regions] == texts and images[0].regions[0].polygon == polygon
    assert [guess.form.name for guess in recognised(tmp_path)] == ["hf"]


def test_boxes_in_thousandths_become_pixels_and_are_told(tmp_path: Path) -> None:
    boxes = [[0, 0, 500, 100], [500, 900, 1000, 1000]]
    table(tmp_path / "a.parquet", [{"image": PICTURE, "words": ["가", "나"], "bboxes": boxes}])
    images, findings = made_labels.read_back(FORMAT, tmp_path)
    assert [region.polygon for region in images[0].regions] == [made_labels.quad(0, 0, 80, 12), made_labels.quad(80, 108, 80, 12)]
    assert [remark.reason for remark in findings.remarks] == [THOUSANDTHS, THOUSANDTHS]


def test_what_is_broken_is_listed(tmp_path: Path) -> None:
    table(tmp_path / "a.parquet", [{"image": {"bytes": b"no", "path": "a.png"}, "text": "가"},
                                   {"image": {"bytes": None, "path": "b.png"}, "text": "나"},
                                   {"image": {"bytes": None, "path": "../img/c.png"}, "text": "다"},
                                   {"image": PICTURE, "text": None}])
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "c.png").write_bytes(made_labels.picture(2))
    (tmp_path / "b.parquet").write_bytes(b"PAR1 broken")
    images, findings = made_labels.read_back(FORMAT, tmp_path)
    assert [image.name for image in images] == ["../img/c.png", "1.png"] and not images[1].regions[0].legible
    assert [(remark.image, remark.reason) for remark in findings.remarks] == [
        ("a.png", "its picture is broken or no picture"), ("b.png", "its picture is not there"),
        ("1.png", "nobody wrote what it says: illegible")]


@pytest.mark.parametrize("row", [
    {"image": PICTURE, "label": 3}, {"text": "가"}, {"image": PICTURE, "text": "가", "ground_truth": "{}"}])
def test_what_is_not_understood_says_what_is(row: dict[str, Any], tmp_path: Path) -> None:
    table(tmp_path / "a.parquet", [row])
    with pytest.raises(FormatWrong, match="expected a column of pictures"):
        made_labels.read_back(FORMAT, tmp_path)
    assert "hf" not in [guess.form.name for guess in recognised(tmp_path)]


def test_the_licence_of_a_card(tmp_path: Path) -> None:
    table(tmp_path / "a.parquet", [{"image": PICTURE, "text": "가"}])
    (tmp_path / "README.md").write_text("---\nlanguage: ko\nlicense: cc-by-4.0\n---\n\nlicense: none\n")
    with DatasetFiles(tmp_path) as files:
        assert FORMAT.read and FORMAT.read(files, Findings()).licence == "cc-by-4.0"
