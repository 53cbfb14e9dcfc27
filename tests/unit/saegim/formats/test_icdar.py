"""ICDAR's text files out and in, in every dialect, and what is broken in them."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from saegim.errors import FormatWrong
from saegim.formats.icdar import FORMAT
from saegim.formats.icdar_lines import QUOTES_TAKEN, SCRIPT_TAKEN
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import recognised
from tests import made_labels

CORNERS = "10,10,70,10,70,30,10,30"


def read(folder: Path, *lines: str, name: str = "gt_img_1.txt", ends: str = "\n") -> tuple[LabelledImage, Findings]:
    """A data set of one picture with these lines, as it is read."""
    (folder / name).write_bytes(ends.join(lines).encode() if ends else b"")
    (folder / "img_1.jpg").write_bytes(made_labels.picture(1, form="JPEG"))
    images, findings = made_labels.read_back(FORMAT, folder)
    return images[0], findings


def texts(folder: Path, *lines: str, **given: str) -> list[str]:
    return [region.text for region in read(folder, *lines, **given)[0].regions]


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


def test_a_release_comes_back_as_far_as_the_lines_hold_it(tmp_path: Path) -> None:
    dataset = made_labels.hard_set()
    written = made_labels.written(FORMAT, dataset, tmp_path)
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert findings.remarks == []
    assert sorted((image.name, image.split) for image in images) == sorted((image.name, image.split) for image in dataset.images)
    found = {image.name: image for image in images}
    for image in dataset.images:
        dont_care = [remark.region for remark in written.remarks if "don't care" in remark.reason and remark.image == image.name]
        for number, (region, was) in enumerate(zip(found[image.name].regions, image.regions, strict=True)):
            assert region.legible == (was.legible and number not in dont_care)
            assert region.text == (made_labels.nfc(was.text) if region.legible else "")
            if len(was.polygon) == 4:
                assert region.polygon == tuple((round(x), round(y)) for x, y in was.polygon)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_labels.regions)
def test_any_text_comes_back(tmp_path: Path, region: LabelledRegion) -> None:
    made_labels.written(FORMAT, LabelledSet("made@1", [made_labels.labelled(0, [region])], 1), tmp_path)
    back = made_labels.read_back(FORMAT, tmp_path)[0][0].regions

    assert [(one.text, one.legible) for one in back] == [(made_labels.nfc(region.text), True) if region.legible else ("", False)]
    assert back[0].polygon == region.polygon


def test_a_real_text_that_spells_dont_care_is_written_as_that_and_told(tmp_path: Path) -> None:
    image = made_labels.labelled(0, [LabelledRegion(made_labels.quad(), "###"),
                                     LabelledRegion(made_labels.quad(), "두\r\n줄"),
                                     LabelledRegion(made_labels.quad(), "추정", legible=False),
                                     LabelledRegion(made_labels.quad(), "인", kind="stamp")])
    findings = made_labels.written(FORMAT, LabelledSet("made@1", [image], 1), tmp_path)

    [labels] = (tmp_path / "gt" / "train").iterdir()
    assert labels.read_text().splitlines() == [f"{CORNERS},###", f"{CORNERS},두 줄", f"{CORNERS},###", f"{CORNERS},###"]
    assert sorted((remark.region, remark.reason) for remark in findings.remarks if remark.region is not None) == [
        (0, "written as don't care: the format has no other word for it"), (1, "a line break in its text became a space"),
        (2, "text of an illegible region"), (3, "kind stamp"),
        (3, "written as don't care: the format has no other word for it")]


@pytest.mark.parametrize(("line", "text"), [
    (f"{CORNERS},100,000", "100,000"), (f'{CORNERS},say "ah"', 'say "ah"'), (f'{CORNERS},"따옴표"', '"따옴표"'),
    (f"{CORNERS}, 앞칸", " 앞칸"), (f"{CORNERS},", ""), (CORNERS, ""), (f"{CORNERS},1,2,3", "1,2,3"),
    ("10, 10, 70, 10, 70, 30, 10, 30, 칸", "칸"), (f"\ufeff{CORNERS},문", "문"), (f"{CORNERS},Korean,문", "Korean,문"),
    (f"{CORNERS},쪽\u2028쪽", "쪽\u2028쪽")])
def test_texts_of_2015_are_all_behind_the_eighth_comma(tmp_path: Path, line: str, text: str) -> None:
    assert texts(tmp_path, line, f"{CORNERS},another") == [text, "another"]


@pytest.mark.parametrize(("lines", "found"), [
    (['10 10 70 30 "Foot path"', '10 10 70 30 "say \\"ah\\" \\\\"'], ["Foot path", 'say "ah" \\']),
    (['10, 10, 70, 30, "100,000"', '10, 10, 70, 30, ""'], ["100,000", ""]),
    (["10,10,70,30,문", "10,10,70,30,1,2"], ["문", "1,2"])])
def test_boxes_of_2013_with_spaces_or_commas_and_quotes(tmp_path: Path, lines: list[str], found: list[str]) -> None:
    image, findings = read(tmp_path, *lines, name="gt_img_1.txt")

    assert [region.text for region in image.regions] == found
    assert image.regions[0].polygon == ((10, 10), (70, 10), (70, 30), (10, 30))
    assert reasons(findings) == ([QUOTES_TAKEN] * 2 if '0, "' in lines[0] else [])


def test_scripts_of_2017_are_languages_or_told(tmp_path: Path) -> None:
    image, findings = read(tmp_path, f"{CORNERS},Korean,서울,역", f"{CORNERS},Latin,Exit", f"{CORNERS},Arabic,خروج",
                           f"{CORNERS},None,###", f"{CORNERS},Symbols,3")

    assert [(region.text, region.language, region.legible) for region in image.regions] == [
        ("서울,역", "ko", True), ("Exit", "en", True), ("خروج", "other", True), ("", None, False), ("3", None, True)]
    assert sorted(reasons(findings)) == [SCRIPT_TAKEN] * 5 + ["script Arabic: taken for other"]


@pytest.mark.parametrize(("lines", "found", "told"), [
    (['"hello"', '"bye"'], [("hello", None), ("bye", None)], QUOTES_TAKEN),
    (["None,x", "Korean,역"], [("x", None), ("역", "ko")], SCRIPT_TAKEN),
    (["Korean, Inc.", "None,"], [("Korean, Inc.", None), ("None,", None)], ""),
    (["Mixed, drinks", "Latin, America"], [("Mixed, drinks", None), ("Latin, America", None)], "")])
def test_a_dialect_that_is_guessed_is_told(tmp_path: Path, lines: list[str], found: list[tuple[str, str | None]],
                                           told: str) -> None:
    image, findings = read(tmp_path, *(f"{CORNERS},{line}" for line in lines))

    assert [(region.text, region.language) for region in image.regions] == found
    assert [(remark.region, remark.reason) for remark in findings.remarks] == ([(0, told), (1, told)] if told else [])


@pytest.mark.parametrize("texts", [('"안내"', '"say \\"ah\\""'), ("Korean,Inc", "None,x"), ("Latin,", '"Latin,a"')])
@pytest.mark.parametrize("packed", [False, True])
def test_texts_that_look_like_another_dialect_come_back_of_our_own_export(tmp_path: Path, texts: tuple[str, ...],
                                                                         packed: bool) -> None:
    regions = [LabelledRegion(made_labels.quad(), text) for text in texts]
    made_labels.written(FORMAT, LabelledSet("made@1", [made_labels.labelled(0, regions)], 1), tmp_path / "out")
    place = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "out")) if packed else tmp_path / "out"
    [image], findings = made_labels.read_back(FORMAT, place)

    assert tuple(region.text for region in image.regions) == texts
    assert findings.remarks == []


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_any_line_ends(tmp_path: Path, ends: str) -> None:
    assert texts(tmp_path, f"{CORNERS},가", f"{CORNERS},나", "", ends=ends, name="img_1.csv") == ["가", "나"]


def test_broken_lines_are_left_out_and_told(tmp_path: Path) -> None:
    good = [f"{CORNERS},문"] * 30
    image, findings = read(tmp_path, *good, "no numbers", "10,10,70", "70,10,10,10,70,30,10,30,엇갈림")

    assert (len(image.regions), findings.regions_in) == (31, 33)
    assert reasons(findings) == ["no line of four corners, text (ICDAR 2015)"] * 2 + ["corners in bow-tie order, put in a ring"]


def test_korean_in_cp949_and_names_of_other_normalisation_are_found(tmp_path: Path) -> None:
    (tmp_path / "gt_영수증.txt").write_bytes(f"{CORNERS},합계".encode("cp949"))
    (tmp_path / "\u110b\u1167\u11bc\u1109\u116e\u110c\u1173\u11bc.JPG").write_bytes(made_labels.picture(1, form="JPEG"))
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert [region.text for image in images for region in image.regions] == ["합계"]
    assert reasons(findings) == ["not UTF-8: read as CP949"]


def test_labels_and_pictures_without_each_other_are_told(tmp_path: Path) -> None:
    read(tmp_path, f"{CORNERS},문")
    (tmp_path / "gt_img_2.txt").write_text(f"{CORNERS},문\n{CORNERS},문")
    (tmp_path / "img_3.jpg").write_bytes(made_labels.picture(3, form="JPEG"))
    (tmp_path / "img_4.jpg").write_bytes(b"broken")
    (tmp_path / "gt_img_4.txt").write_text(f"{CORNERS},문")
    (tmp_path / "readme.txt").write_text("Labels of a set.")
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert [image.name for image in images] == ["img_1.jpg"]
    assert [(remark.image, remark.reason, remark.regions) for remark in findings.remarks] == [
        ("gt_img_2.txt", "its picture is not there", 2), ("img_4.jpg", "its picture is broken or no picture", 1),
        ("img_3.jpg", "no label file names this picture", 0)]


def test_folders_of_the_competition_say_the_split(tmp_path: Path) -> None:
    for split, number in (("Training", 1), ("Test", 2)):
        (tmp_path / f"ch4_{split}_images").mkdir()
        (tmp_path / f"ch4_{split}_images" / "img_1.jpg").write_bytes(made_labels.picture(number, form="JPEG"))
        (tmp_path / f"ch4_{split}_gt").mkdir()
        (tmp_path / f"ch4_{split}_gt" / "gt_img_1.txt").write_text(f"{CORNERS},{split}")
    images, _ = made_labels.read_back(FORMAT, tmp_path)

    assert [(image.split, image.regions[0].text, image.picture()) for image in images] == [
        ("test", "Test", made_labels.picture(2, form="JPEG")), ("train", "Training", made_labels.picture(1, form="JPEG"))]


def test_it_is_known_by_its_lines_and_no_yolo_is_taken_for_it(tmp_path: Path) -> None:
    read(tmp_path, f"{CORNERS},문")
    assert [guess.because for guess in recognised(tmp_path) if guess.form is FORMAT] == [
        "1 text files named like pictures, lines of four corners, text (ICDAR 2015)"]

    (tmp_path / "gt_img_1.txt").write_text("0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n")
    assert FORMAT not in [guess.form for guess in recognised(tmp_path)]


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "img_1.jpg").write_bytes(made_labels.picture(1, form="JPEG"))

    with pytest.raises(FormatWrong, match="no text file that is named like a picture"):
        made_labels.read_back(FORMAT, tmp_path)


def test_the_same_bytes_whenever_and_however_often_it_is_written(tmp_path: Path) -> None:
    made_labels.check_resumes(FORMAT, made_labels.hard_set(), tmp_path)


def test_splits_of_any_name_come_back(tmp_path: Path) -> None:
    image = made_labels.labelled(0, [], "holdout")
    made_labels.written(FORMAT, LabelledSet("made@1", [image, replace(made_labels.labelled(1, []), split="")]), tmp_path)

    assert sorted(image.split for image in made_labels.read_back(FORMAT, tmp_path)[0]) == ["", "holdout"]
