"""PaddleOCR's detection and recognition lists out and in, and PPOCRLabel's files in."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from saegim.errors import FormatWrong
from saegim.formats import paddleocr_det, paddleocr_rec, ppocrlabel
from saegim.labels import crop_sets, mending, picture_files
from saegim.labels.dont_care import DONT_CARE
from saegim.labels.findings import Findings
from saegim.labels.format import Format
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from tests.made_labels import check_resumes, hard_set, labelled, nfc, picture, quad, read_back, regions, without_pictures, written

DET = paddleocr_det.FORMAT
REC = paddleocr_rec.FORMAT
PLAIN = {"transcription": "비상구", "points": [[10, 10], [70, 10], [70, 30], [10, 30]], "difficult": False}


def det(folder: Path, *lines: str, name: str = "train.txt", end: str = "\n") -> tuple[list[LabelledImage], Findings]:
    """Reads a list of detection that lies beside ``images/a.png``."""
    _put(folder / "images" / "a.png", picture(0))
    _put(folder / name, end.join((*lines, "")).encode())
    return read_back(DET, folder)


def line(*items: Any, path: str = "images/a.png") -> str:
    return f"{path}\t{json.dumps(items, ensure_ascii=False)}"


def rec(folder: Path, *lines: str, name: str = "rec_gt_train.txt") -> tuple[list[LabelledImage], Findings]:
    """Reads a list of recognition that lies beside ``crop/a.png`` and ``crop/b.png``."""
    _put(folder / "crop" / "a.png", picture(0, 40, 12))
    _put(folder / "crop" / "b.png", picture(1, 40, 12))
    _put(folder / name, "".join(f"{one}\n" for one in lines).encode())
    return read_back(REC, folder)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def texts(images: list[LabelledImage]) -> list[tuple[str, bool]]:
    return [(region.text, region.legible) for image in images for region in image.regions]


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


def test_detection_comes_back_whole(tmp_path: Path) -> None:
    written(DET, hard_set(), tmp_path)
    images, findings = read_back(DET, tmp_path)
    assert without_pictures(images) == without_pictures(hard_set().images)
    assert findings.remarks == []


def test_detection_is_as_paddleocr_reads_it(tmp_path: Path) -> None:
    """What SimpleDataSet and DetLabelEncode do with a line: bytes up to LF, two fields, JSON; ``###`` and ``*`` are ignored."""
    written(DET, hard_set(), tmp_path)
    found = []
    for split in ("train", "val", "test"):
        for data in (tmp_path / f"{split}.txt").read_bytes().split(b"\n")[:-1]:
            path, label = data.decode().split("\t")
            assert (tmp_path / path).is_file()
            found += [item["transcription"] not in ("*", "###") for item in json.loads(label)]
    learnt = [region.legible and region.kind == "text" and region.text not in ("*", "###")
              for image in hard_set().images for region in image.regions]
    assert found == learnt


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(regions)
def test_any_region_comes_back_from_detection(tmp_path: Path, region: LabelledRegion) -> None:
    written(DET, LabelledSet("made@1", [labelled(0, [region])], 1), tmp_path)
    assert read_back(DET, tmp_path)[0][0].regions == (replace(region, text=nfc(region.text)),)


@pytest.mark.parametrize("form", [DET, REC])
def test_broken_off_it_goes_on(form: Any, tmp_path: Path) -> None:
    check_resumes(form, hard_set(), tmp_path)


@pytest.mark.parametrize("text", DONT_CARE["paddleocr"].texts)
def test_dont_care_of_strangers_is_illegible(text: str, tmp_path: Path) -> None:
    assert texts(det(tmp_path, line({**PLAIN, "transcription": text}))[0]) == [("", False)]


def test_difficult_is_illegible_and_keeps_its_text(tmp_path: Path) -> None:
    assert texts(det(tmp_path, line({**PLAIN, "difficult": True}))[0]) == [("비상구", False)]


def test_a_text_that_somebody_wrote_over_our_dont_care_counts(tmp_path: Path) -> None:
    written(DET, hard_set(), tmp_path)
    path = tmp_path / "train.txt"
    path.write_text(path.read_text(encoding="utf-8").replace('"###"', '"서울"', 1), encoding="utf-8")
    images = {image.split: image for image in read_back(DET, tmp_path)[0]}
    assert (images["train"].regions[1].text, images["train"].regions[1].legible) == ("서울", True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_lines_end_as_they_like(end: str, tmp_path: Path) -> None:
    """PaddleOCR#5792: CR and blank lines break its training."""
    images, findings = det(tmp_path, line(PLAIN), line(PLAIN, path="images/none.png"), end=end)
    assert texts(images) == [("비상구", True)]
    assert reasons(findings) == [picture_files.NOT_THERE]
    assert findings.unaccounted() == 0


def test_a_tab_inside_labels_is_read_and_told(tmp_path: Path) -> None:
    """PaddleOCR#5735: a real tab within a transcription ends the line's second field there."""
    images, findings = det(tmp_path, line({**PLAIN, "transcription": "가TAB나"}).replace("TAB", "\t"))
    assert texts(images) == [("가\t나", True)]
    assert reasons(findings) == [paddleocr_det.TABS]


@pytest.mark.parametrize(("item", "reason"), [
    ({**PLAIN, "points": None}, mending.NO_OUTLINE), ({**PLAIN, "points": [[1, 2], [3, "x"], [4, 5]]}, mending.NO_OUTLINE),
    ("text", paddleocr_det.NO_REGION), ({"transcription": "가"}, mending.NO_OUTLINE)])
def test_a_region_that_is_none_is_left_out_alone(item: Any, reason: str, tmp_path: Path) -> None:
    images, findings = det(tmp_path, line(PLAIN, item))
    assert texts(images) == [("비상구", True)]
    assert reasons(findings) == [reason]
    assert findings.unaccounted() == 0


def test_corners_in_bow_tie_order_are_put_in_a_ring(tmp_path: Path) -> None:
    images, findings = det(tmp_path, line({**PLAIN, "points": [[10, 10], [70, 10], [10, 30], [70, 30]]}))
    assert images[0].regions[0].polygon == quad()
    assert reasons(findings) == [mending.BOW_TIE]


def test_broken_lines_and_pictures_twice_are_left_out(tmp_path: Path) -> None:
    images, findings = det(tmp_path, line(PLAIN), "images/a.png\t[{broken", line(PLAIN, PLAIN))
    assert len(images) == 1
    assert reasons(findings) == [paddleocr_det.BROKEN, paddleocr_det.TWICE]
    assert (findings.regions_in, findings.unaccounted()) == (3, 0)


def test_lists_in_cp949_are_read(tmp_path: Path) -> None:
    _put(tmp_path / "images" / "a.png", picture(0))
    _put(tmp_path / "train.txt", line(PLAIN).encode("cp949"))
    assert texts(read_back(DET, tmp_path)[0]) == [("비상구", True)]


def test_of_ppocrlabel_what_somebody_confirmed_is_read(tmp_path: Path) -> None:
    for name in ("간판 1.png", "b.png"):
        _put(tmp_path / "photos" / name, picture(len(name)))
    _put(tmp_path / "photos" / "Label.txt", "\n".join(
        line({**PLAIN, "key_cls": "None"}, path=f"photos/{name}") for name in ("간판 1.png", "b.png")).encode())
    _put(tmp_path / "photos" / "fileState.txt", "C:\\찍은 것\\photos\\간판 1.png\t1\nC:\\찍은 것\\photos\\b.png\t0\n".encode())
    images, findings = read_back(DET, tmp_path / "photos")
    assert [image.name for image in images] == ["간판 1.png"]
    assert reasons(findings) == [paddleocr_det.UNCONFIRMED]
    assert images[0].unit == "line"


def test_a_list_of_paths_is_several_images(tmp_path: Path) -> None:
    _put(tmp_path / "images" / "b.png", picture(1))
    assert len(det(tmp_path, line(PLAIN, path='["images/a.png", "images/b.png"]'))[0]) == 2


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("아무것도\n")
    for form in (DET, REC):
        with pytest.raises(FormatWrong, match=r"expected a \.txt"):
            read_back(form, tmp_path)


def test_recognition_comes_back_by_its_regions(tmp_path: Path) -> None:
    written(REC, hard_set(), tmp_path)
    images, findings = read_back(REC, tmp_path)
    found = {image.regions[0].region_id: image for image in images}
    expected = {region.region_id: (image, region) for image in hard_set().images for region in image.regions
                if region.legible and region.text.strip() and region.kind == "text"}
    assert findings.remarks == []
    assert sorted([*found, "r-0"]) == sorted(["r-0", *expected])
    for key, (page, region) in expected.items():
        image = found[key]
        assert replace(image.regions[0], polygon=()) == replace(region, text=nfc(region.text), polygon=())
        assert [getattr(image, name) for name in crop_sets.HELD.of_image if key != "r-0"] == [
            getattr(page, name) for name in crop_sets.HELD.of_image if key != "r-0"]


def test_recognition_is_as_paddleocr_reads_it(tmp_path: Path) -> None:
    findings = written(REC, hard_set(), tmp_path)
    letters = (tmp_path / "charset.txt").read_bytes().decode().split("\n")
    for split, count in (("train", 6), ("val", 18), ("test", 1)):
        lines = (tmp_path / f"{split}.txt").read_bytes().split(b"\n")[:-1]
        assert len(lines) == count
        for data in lines:
            path, label = data.decode().split("\t")
            assert (tmp_path / path).is_file()
            assert path.startswith(f"{split}/")
            assert set(label) <= {*letters, " "}
    assert paddleocr_rec.ONE_LINE in reasons(findings)


def test_a_changed_label_counts_more_than_what_stands_beside(tmp_path: Path) -> None:
    written(REC, hard_set(), tmp_path)
    path = tmp_path / "val.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("탭 아님", "탭 맞음").replace("###", "샵"), encoding="utf-8")
    found = [text for text, _ in texts(read_back(REC, tmp_path)[0])]
    assert "탭 맞음" in found
    assert "샵" in found
    assert not {"탭\t아님", "###"} & {*found}


def test_lists_of_strangers_are_read(tmp_path: Path) -> None:
    images, findings = rec(tmp_path, "crop/a.png\t 비상구", "", "crop/b.png\t###", "crop/none.png\t가", "crop/a.png 가",
                           '["crop/a.png", "crop/b.png"]\t나\t다')
    assert texts(images) == [(" 비상구", True), ("", False), ("나\t다", True), ("나\t다", True)]
    assert {image.split for image in images} == {"train"}
    assert [image.regions[0].polygon for image in images] == [quad(0, 0, 40, 12)] * 4
    assert reasons(findings) == [picture_files.NOT_THERE, paddleocr_rec.NO_TAB, paddleocr_rec.TAB_INSIDE,
                                 paddleocr_rec.TAB_INSIDE]
    assert findings.unaccounted() == 0


def test_a_broken_crop_is_left_out(tmp_path: Path) -> None:
    _put(tmp_path / "crop" / "c.png", b"no picture")
    images, findings = rec(tmp_path, "crop/a.png\t가", "crop/c.png\t나")
    assert texts(images) == [("가", True)]
    assert (findings.regions_in, findings.unaccounted()) == (2, 0)


def test_broken_lines_beside_lose_what_they_held_and_nothing_else(tmp_path: Path) -> None:
    written(REC, hard_set(), tmp_path)
    (tmp_path / "train" / "regions.jsonl").write_bytes(b'{"of": 1}\n{broken')
    images, findings = read_back(REC, tmp_path)
    assert len(images) == 25
    assert [remark.image for remark in findings.remarks] == ["train/regions.jsonl"]


@pytest.mark.parametrize(("name", "unread"), [
    ("Label.txt", ("待识别", "无法识别", "TEMPORARY", "NULL")), ("train.txt", ("待识别", "无法识别"))])
def test_boxes_that_nobody_read_in_ppocrlabel_are_no_texts(name: str, unread: tuple[str, ...], tmp_path: Path) -> None:
    words = ["待识别", "역", "无法识别", "TEMPORARY", "NULL"]
    images, findings = det(tmp_path, line(*[{**PLAIN, "transcription": word} for word in words]), name=name)
    assert texts(images) == [("", False) if word in unread else (word, True) for word in words]
    assert [(remark.detail, remark.reason) for remark in findings.remarks] == [
        (word, ppocrlabel.UNREAD if word in unread else ppocrlabel.MAYBE_UNREAD) for word in words if word != "역"]


def test_crops_that_nobody_read_in_ppocrlabel_are_no_texts(tmp_path: Path) -> None:
    images, findings = rec(tmp_path, "crop/a.png\t待识别", "crop/b.png\tTEMPORARY")
    assert texts(images) == [("", False), ("TEMPORARY", True)]
    assert reasons(findings) == [ppocrlabel.UNREAD, ppocrlabel.MAYBE_UNREAD]


@pytest.mark.parametrize("form", [DET, REC])
def test_a_real_text_like_them_comes_back_of_our_own(form: Format, tmp_path: Path) -> None:
    written(form, LabelledSet("made@1", [labelled(0, [LabelledRegion(quad(), "待识别")])], 1), tmp_path)
    images, findings = read_back(form, tmp_path)
    assert texts(images) == [("待识别", True)]
    assert findings.remarks == []
