"""docTR's detection and recognition out and in."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from saegim.errors import FormatWrong
from saegim.formats import doctr_det, doctr_rec
from saegim.labels import mending, picture_files
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from tests.made_labels import check_resumes, hard_set, labelled, nfc, picture, quad, read_back, regions, written

DET = doctr_det.FORMAT
REC = doctr_rec.FORMAT


def read(folder: Path, labels: Any, form: Any = DET) -> tuple[list[LabelledImage], Findings]:
    """Reads labels that lie beside ``images/a.png``."""
    (folder / "train" / "images").mkdir(parents=True, exist_ok=True)
    (folder / "train" / "images" / "a.png").write_bytes(picture(0))
    (folder / "train" / "labels.json").write_text(json.dumps(labels, ensure_ascii=False), encoding="utf-8")
    return read_back(form, folder)


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


def test_detection_is_as_doctr_reads_it(tmp_path: Path) -> None:
    """What DetectionDataset does: every picture is there, and the polygons of an image are one array of four corners each."""
    written(DET, hard_set(), tmp_path)
    count = 0
    for split in ("train", "val", "test"):
        labels = json.loads((tmp_path / split / "labels.json").read_bytes())
        for name, label in labels.items():
            assert (tmp_path / split / "images" / name).is_file()
            assert label["img_hash"] == name.removesuffix(".png")
            assert label["img_dimensions"] == [120, 160]
            assert label["polygons"]
            assert {len(polygon) for polygon in label["polygons"]} == {4}
            count += len(label["polygons"])
    assert count == 28


def test_detection_comes_back_but_for_what_was_told(tmp_path: Path) -> None:
    findings = written(DET, hard_set(), tmp_path)
    images, reading = read_back(DET, tmp_path)
    assert reading.remarks == []
    assert findings.unaccounted() == reading.unaccounted() == 0
    found = {region.region_id: region for image in images for region in image.regions if image.split == "train"}
    expected = {region.region_id: region for region in next(iter(hard_set().images)).regions if region.kind == "text"}
    assert found.keys() == expected.keys()
    assert all(found[key] == expected[key] for key in expected if key != "r-2")
    assert replace(found["r-2"], polygon=()) == replace(expected["r-2"], polygon=())
    assert {image.split for image in images} == {"train", "val", "test"}
    assert doctr_det.LEARNT in reasons(findings)
    assert doctr_det.NO_TEXT_KIND in reasons(findings)
    assert doctr_det.NOTHING in reasons(findings)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(regions)
def test_any_region_comes_back_from_detection(tmp_path: Path, region: LabelledRegion) -> None:
    written(DET, LabelledSet("made@1", [labelled(0, [region])], 1), tmp_path)
    assert read_back(DET, tmp_path)[0][0].regions == (replace(region, text=nfc(region.text)),)


@pytest.mark.parametrize("form", [DET, REC])
def test_broken_off_it_goes_on(form: Any, tmp_path: Path) -> None:
    check_resumes(form, hard_set(), tmp_path)


def test_detection_of_strangers_has_no_texts_and_that_is_told(tmp_path: Path) -> None:
    images, findings = read(tmp_path, {
        "a.png": {"img_dimensions": [120, 160], "img_hash": "x", "polygons": [quad(), quad(20)]},
        "none.png": {"polygons": [quad()]}, "b.png": {"other": 1}})
    assert [[region.polygon for region in image.regions] for image in images] == [[quad(), quad(20)]]
    assert images[0].split == "train"
    assert reasons(findings) == [doctr_det.NO_TEXTS, picture_files.NOT_THERE, doctr_det.NO_LABELS]
    assert (findings.regions_in, findings.unaccounted()) == (3, 0)


def test_classes_are_read_and_told(tmp_path: Path) -> None:
    images, findings = read(tmp_path, {"a.png": {"polygons": {"words": [quad()], "stamp": [quad(20)], "none": None}}})
    assert len(images[0].regions) == 2
    assert reasons(findings) == ["class stamp", doctr_det.NO_TEXTS]


def test_outlines_with_other_numbers_of_corners_are_read(tmp_path: Path) -> None:
    """docTR itself refuses them: all polygons of an image are one array."""
    images, findings = read(tmp_path, {"a.png": {"polygons": [[*quad(), (5, 20)], quad(20), [[1, 2]]]}})
    assert [len(region.polygon) for region in images[0].regions] == [5, 4]
    assert reasons(findings) == [mending.NO_OUTLINE, doctr_det.NO_TEXTS]
    assert findings.unaccounted() == 0


def test_words_of_its_ocr_data_sets_are_read(tmp_path: Path) -> None:
    images, findings = read(tmp_path, {"a.png": {"typed_words": [
        {"value": "비상구", "geometry": [10, 10, 70, 30]}, {"value": "비", "geometry": [list(corner) for corner in quad(20)]},
        {"value": "x", "geometry": None}, {"value": None, "geometry": [1, 1, 30, 30]}]}})
    assert [(region.text, region.polygon[0]) for region in images[0].regions] == [
        ("비상구", (10, 10)), ("비", (20, 10)), ("", (1, 1))]
    assert reasons(findings) == [mending.NO_OUTLINE]


def test_recognition_is_as_doctr_reads_it(tmp_path: Path) -> None:
    findings = written(REC, hard_set(), tmp_path)
    found = []
    for split in ("train", "val", "test"):
        for name, text in json.loads((tmp_path / split / "labels.json").read_bytes()).items():
            assert (tmp_path / split / "images" / name).is_file()
            found.append(text)
    assert found == [region.text for image in hard_set().images for region in image.regions
                     if region.legible and region.text.strip() and region.kind == "text"]
    assert reasons(findings).count(doctr_rec.SPACE) == sum(" " in text for text in found)


def test_recognition_comes_back_by_its_regions(tmp_path: Path) -> None:
    written(REC, hard_set(), tmp_path)
    images, findings = read_back(REC, tmp_path)
    found = {(image.split, image.regions[0].region_id): replace(image.regions[0], polygon=()) for image in images}
    assert found == {(image.split, region.region_id): replace(region, text=nfc(region.text), polygon=())
                     for image in hard_set().images for region in image.regions
                     if region.legible and region.text.strip() and region.kind == "text"}
    assert findings.remarks == []


def test_two_texts_of_one_outline_are_two_crops(tmp_path: Path) -> None:
    """One object has each name once."""
    twice = [LabelledRegion(quad(), "가"), LabelledRegion(quad(), "나")]
    written(REC, LabelledSet("made@1", [labelled(0, twice)], 1), tmp_path)
    assert sorted(json.loads((tmp_path / "train" / "labels.json").read_bytes()).values()) == ["가", "나"]


def test_recognition_of_strangers_is_read(tmp_path: Path) -> None:
    images, findings = read(tmp_path, {"a.png": "비상구", "none.png": "가", "b.png": 3}, REC)
    assert [(image.regions[0].text, image.unit, image.split) for image in images] == [("비상구", "word", "train")]
    assert reasons(findings) == [picture_files.NOT_THERE, picture_files.NOT_THERE]
    assert findings.unaccounted() == 0


@pytest.mark.parametrize("form", [DET, REC])
def test_what_is_no_labels_is_refused(form: Any, tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text('{"a": {"b": 1}}')
    with pytest.raises(FormatWrong, match=r"expected a labels\.json"):
        read_back(form, tmp_path)
