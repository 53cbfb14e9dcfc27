"""YOLO's oriented boxes out and in."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from saegim.errors import FormatWrong
from saegim.formats.yolo_obb import FORMAT
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import recognised
from tests import made_labels

LINE = "0 0.0625 0.08333333 0.4375 0.08333333 0.4375 0.25 0.0625 0.25"
"""The quad of ``made_labels`` in its picture."""


def read(folder: Path, *lines: str, names: str = "names:\n  0: text\n") -> tuple[LabelledImage, Findings]:
    for name in ("images", "labels"):
        (folder / name / "train").mkdir(parents=True, exist_ok=True)
    (folder / "images" / "train" / "1.png").write_bytes(made_labels.picture(1))
    (folder / "labels" / "train" / "1.txt").write_text("\n".join(lines))
    (folder / "data.yaml").write_text(names)
    images, findings = made_labels.read_back(FORMAT, folder)
    return images[0], findings


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


def test_outlines_and_classes_come_back_and_what_is_lost_is_told(tmp_path: Path) -> None:
    dataset = made_labels.hard_set()
    written = made_labels.written(FORMAT, dataset, tmp_path)
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert findings.remarks == []
    assert {"its text", "where reading starts: its first corner", "direction vertical", "checked true",
            "its outline became the least rectangle around it"} <= set(reasons(written))
    found = {image.name: image for image in images}
    for image in dataset.images:
        assert found[image.name].split == image.split
        for region, was in zip(found[image.name].regions, image.regions, strict=True):
            assert (region.kind, region.legible, region.text) == (was.kind, was.legible, "")
            assert len(was.polygon) != 4 or region.polygon == was.polygon


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_labels.regions)
def test_any_outline_comes_back(tmp_path: Path, region: LabelledRegion) -> None:
    made_labels.written(FORMAT, LabelledSet("made@1", [made_labels.labelled(0, [region])], 1), tmp_path)

    assert [(one.polygon, one.legible) for one in made_labels.read_back(FORMAT, tmp_path)[0][0].regions] == [
        (region.polygon, region.legible)]


def test_it_is_written_as_ultralytics_reads_it(tmp_path: Path) -> None:
    made_labels.written(FORMAT, made_labels.hard_set(), tmp_path)

    assert (tmp_path / "data.yaml").read_text() == (
        '"test": "images/test"\n"train": "images/train"\n"val": "images/val"\nnames:\n  0: text\n  1: illegible\n  2: checkbox\n'
        "  3: stamp\n  4: signature\n")
    for labels in tmp_path.glob("labels/*/*.txt"):
        assert (tmp_path / "images" / labels.parent.name / f"{labels.stem}.png").is_file()
        rows = [line.split() for line in labels.read_text().splitlines()]
        assert all(len(row) == 9 and all(0 <= float(number) <= 1 for number in row[1:]) for row in rows)


def test_a_set_without_val_and_an_illegible_stamp_are_told(tmp_path: Path) -> None:
    stamp = LabelledRegion(made_labels.quad(), "", legible=False, kind="stamp")
    findings = made_labels.written(FORMAT, LabelledSet("x@1", [made_labels.labelled(0, [stamp])]), tmp_path)

    assert reasons(findings)[-2:] == ["legible false of a check box, stamp or signature",
                                      "no split is named val, which ultralytics wants: name one in data.yaml"]


@pytest.mark.parametrize("names", ["names: ['word', 'stamp']\n", "names:\n  0: word\n  1: 'stamp' # seals\n",
                                   "path: x\nnames:\n- word\n- stamp\nnc: 2\n"])
def test_classes_have_their_names(tmp_path: Path, names: str) -> None:
    image, findings = read(tmp_path, LINE, LINE.replace("0 ", "1 ", 1), names=names)

    assert [region.kind for region in image.regions] == ["text", "stamp"]
    assert image.regions[0].polygon == made_labels.quad()
    assert reasons(findings) == ["class word"]


def test_broken_lines_are_left_out_and_corners_outside_are_cut(tmp_path: Path) -> None:
    image, findings = read(tmp_path, *[LINE] * 30, "0 0.5 0.5 0.1 0.1", "0 0.9 0.1 1.2 0.1 1.2 0.3 0.9 0.3")

    assert (len(image.regions), findings.regions_in) == (31, 32)
    assert reasons(findings) == ["no line of a class and four corners", "its outline stuck out of the picture, cut at the edge"]


def test_it_is_known_by_its_lines_and_upright_boxes_are_not_taken_for_it(tmp_path: Path) -> None:
    read(tmp_path, LINE)
    assert [guess.form.name for guess in recognised(tmp_path)] == ["yolo-obb"]

    (tmp_path / "labels" / "train" / "1.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    assert not recognised(tmp_path)


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatWrong, match="no text file that is named like a picture"):
        made_labels.read_back(FORMAT, tmp_path)
