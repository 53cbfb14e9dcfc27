"""A legible text of strangers that spells "don't care" somewhere is told, and no recogniser learns it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saegim.formats import FORMATS
from saegim.labels.conversion import convert
from saegim.labels.doubts import DOUBTFUL, SPELLINGS
from saegim.labels.findings import Findings, Handling
from saegim.labels.labelled import LabelledRegion, LabelledSet
from saegim.labels.reading import opened_set
from tests.made_labels import labelled, picture, quad, read_back, written

BOX = [[10, 10], [60, 10], [60, 30], [10, 30]]
TEXTS = sorted(SPELLINGS)


def converted(source: Path, read_as: str, target: str, to: Path) -> Findings:
    reading = Findings()
    findings = Findings()
    with opened_set(source, FORMATS[read_as], reading) as dataset:
        convert(dataset, FORMATS[target], to, findings, reading=reading)
    assert findings.unaccounted() == 0
    return findings


def strangers(folder: Path) -> Path:
    """A set in UFO whose texts are all legible and spell don't care, and one that does not."""
    folder.mkdir()
    words = {str(number): {"transcription": text, "points": BOX, "illegibility": False}
             for number, text in enumerate([*TEXTS, "비상구"])}
    (folder / "a.json").write_text(json.dumps({"images": {"a.jpg": {"words": words}}}), encoding="utf-8")
    (folder / "a.jpg").write_bytes(picture(1, form="JPEG"))
    return folder


def learnt(form: str, folder: Path) -> list[str]:
    return [region.text for image in read_back(FORMATS[form], folder)[0] for region in image.regions if region.legible]


@pytest.mark.parametrize("form", ["lmdb", "paddleocr-rec", "doctr-rec"])
def test_no_recogniser_learns_it_of_strangers_and_it_is_told(form: str, tmp_path: Path) -> None:
    findings = converted(strangers(tmp_path / "in"), "ufo", form, tmp_path / "out")

    assert learnt(form, tmp_path / "out") == ["비상구"]
    for handling in (Handling.DOUBTFUL, Handling.LEFT_OUT):
        assert [remark.region for remark in findings.remarks if (remark.reason, remark.handling) == (DOUBTFUL, handling)
                ] == list(range(len(TEXTS)))


@pytest.mark.parametrize("form", ["ufo", "hf", "webdataset", "imagefolder", "donut", "coco-text", "page-xml", "icdar"])
def test_it_stays_doubtful_through_a_format_of_pages(form: str, tmp_path: Path) -> None:
    converted(strangers(tmp_path / "in"), "ufo", form, tmp_path / "first")
    converted(tmp_path / "first", form, "lmdb", tmp_path / "out")

    assert learnt("lmdb", tmp_path / "out") == ["비상구"]


@pytest.mark.parametrize("form", ["ufo", "hf", "webdataset", "paddleocr", "lmdb", "doctr-rec", "icdar"])
def test_of_a_release_and_of_our_export_of_one_it_is_a_text(form: str, tmp_path: Path) -> None:
    regions = [LabelledRegion(quad(), text, region_id=f"r-{number}") for number, text in enumerate(TEXTS)]
    written(FORMATS[form], LabelledSet("x@1", [labelled(0, regions)], 1), tmp_path / "first")
    findings = converted(tmp_path / "first", form, "lmdb", tmp_path / "out")

    assert DOUBTFUL not in [remark.reason for remark in findings.remarks]
    assert sorted(learnt("lmdb", tmp_path / "out")) == [text for text in TEXTS if form != "icdar" or text != "###"]


@pytest.mark.parametrize("form", ["donut", "imagefolder"])
def test_the_text_of_a_whole_picture_has_none(form: str, tmp_path: Path) -> None:
    converted(strangers(tmp_path / "in"), "ufo", form, tmp_path / "out")
    row = json.loads((tmp_path / "out" / "all" / "metadata.jsonl").read_text(encoding="utf-8"))

    shown = json.loads(row["ground_truth"])["gt_parse"]["text_sequence"] if form == "donut" else row["text"]
    assert shown == "비상구"
