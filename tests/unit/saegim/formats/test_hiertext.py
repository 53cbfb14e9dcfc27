"""HierText is read as it is published."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from saegim.errors import FormatWrong
from saegim.formats import hiertext
from saegim.formats.word_index import BROKEN
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import NO_TEXT
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage
from saegim.labels.picture_files import NOT_THERE
from tests import made_labels

SQUARE = [[10, 10], [50, 10], [50, 30], [10, 30]]


def word(text: str = "간판", **fields: Any) -> dict[str, Any]:
    return {"vertices": SQUARE, "text": text, "legible": True, "handwritten": False, "vertical": False, **fields}


def published(folder: Path, words: list[dict[str, Any]], *more: dict[str, Any], packed: bool = True) -> Path:
    """One image of the validation split, with its words in one line, and further annotations."""
    (folder / "gt").mkdir()
    (folder / "validation").mkdir()
    (folder / "validation/0a0b.jpg").write_bytes(made_labels.picture(1, form="JPEG"))
    line = {"vertices": SQUARE, "text": "간판", "legible": True, "handwritten": False, "vertical": False, "words": words}
    entry = {"image_id": "0a0b", "image_width": 160, "image_height": 120,
             "paragraphs": [{"vertices": SQUARE, "legible": True, "lines": [line]}]}
    document = json.dumps({"info": {"date": "2022", "version": "v1.0"}, "annotations": [entry, *more]}).encode()
    (folder / f"gt/validation.jsonl{'.gz' if packed else ''}").write_bytes(gzip.compress(document) if packed else document)
    return folder


def images_of(folder: Path) -> tuple[list[LabelledImage], Findings]:
    return made_labels.read_back(hiertext.FORMAT, folder)


@pytest.mark.parametrize("packed", [True, False])
def test_attributes_of_words_come_over(tmp_path: Path, packed: bool) -> None:
    curved = [[10, 40], [30, 35], [50, 40], [50, 60], [30, 55], [10, 60]]
    words = [word(), word("손글씨", handwritten=True), word("세로", vertical=True), word("굽은", vertices=curved),
             word("", legible="false"), word("")]

    images, findings = images_of(published(tmp_path, words, packed=packed))

    assert [(image.name, image.split, image.unit) for image in images] == [("validation/0a0b.jpg", "val", "word")]
    assert [(one.text, one.legible, one.direction, one.writing) for one in images[0].regions] == [
        ("간판", True, "horizontal", "printed"), ("손글씨", True, "horizontal", "handwritten"),
        ("세로", True, "vertical", "printed"),
        ("굽은", True, "curved", "printed"), ("", False, "horizontal", "printed"), ("", False, "horizontal", "printed")]
    assert len(images[0].regions[3].polygon) == 6
    assert [(remark.reason, remark.region) for remark in findings.remarks] == [(hiertext.NOT_HELD, None), (NO_TEXT, 5)]


def test_what_has_no_words_is_one_region(tmp_path: Path) -> None:
    more = {"image_id": "lost", "image_width": 9, "image_height": 9, "paragraphs": [
        {"vertices": SQUARE, "legible": False, "lines": []}]}

    images, findings = images_of(published(tmp_path, [], more))

    assert [(one.text, one.legible) for one in images[0].regions] == [("간판", True)]
    assert {(remark.reason, remark.regions) for remark in findings.remarks} >= {(hiertext.WITHOUT_WORDS, 0), (NOT_THERE, 1)}
    assert (findings.images_in, findings.regions_in) == (2, 2)


def test_a_file_that_was_cut_gives_what_stands_before_the_cut(tmp_path: Path) -> None:
    published(tmp_path, [word()], {"image_id": "later", "paragraphs": []}, packed=False)
    path = tmp_path / "gt/validation.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    (tmp_path / "gt/test.jsonl.gz").write_bytes(gzip.compress(b"{}" * 999)[:20])

    images, findings = images_of(tmp_path)

    assert len(images) == 1
    assert [remark.image for remark in findings.remarks if remark.reason == BROKEN] == ["gt/test.jsonl.gz", "gt/validation.jsonl"]


def test_it_is_recognised_by_its_start(tmp_path: Path) -> None:
    with DatasetFiles(published(tmp_path, [word()])) as files:
        assert "validation.jsonl.gz" in hiertext.recognise(files)
    (tmp_path / "gt/validation.jsonl.gz").unlink()
    with DatasetFiles(tmp_path) as files:
        assert not hiertext.recognise(files)
        with pytest.raises(FormatWrong, match="jsonl"):
            hiertext.read(files, Findings())


def test_a_label_file_that_unpacks_to_too_much_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hiertext, "MOST_LABELS", 100)
    images, findings = images_of(published(tmp_path, [word()]))
    assert images == []
    assert [(remark.reason, remark.detail.partition(",")[0]) for remark in findings.remarks[:1]] == [
        (BROKEN, "it unpacks to more than 0.0 GB")]
