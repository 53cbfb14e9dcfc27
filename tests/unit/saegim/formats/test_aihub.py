"""AI-Hub's forms of labels, each as public code that reads it says it is, and the faults that people met in them."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from saegim.formats import aihub, aihub_labels
from saegim.formats.word_index import ASTRAY, BROKEN
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import BACKWARDS, NO_TEXT
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage
from saegim.labels.mending import BOW_TIE, CLIPPED, NO_OUTLINE
from saegim.labels.picture_files import NOT_THERE, UNLABELLED
from tests import made_labels

BOX = [10, 10, 60, 20]
PAGE: dict[str, Any] = {
    "images": [{"image.category": "인.허가", "image.file.name": "a.jpg", "image.width": 160, "image.height": 120}],
    "annotations": [{"id": 1, "annotation.type": "rectangle", "annotation.text": "허가증", "annotation.bbox": BOX}]}
PUBLIC: dict[str, Any] = {
    "Dataset": {"name": "OCR 데이터(공공)"}, "Images": {"identifier": "a", "type": "jpg", "width": 160, "height": 120},
    "Bbox": [{"id": 1, "data": "민원", "x": [10, 70, 10, 70], "y": [10, 10, 30, 30]}]}
FINANCE: dict[str, Any] = {"Dataset": {"name": "물류"}, "Images": PUBLIC["Images"], "bbox": PUBLIC["Bbox"]}
HANGUL: dict[str, Any] = {
    "info": {"name": "Korean OCR Data Set"}, "image": {"file_name": "a.jpg", "width": 160, "height": 120, "dpi": 300},
    "text": {"type": "sentence", "output": "handwrite", "word": [{"wordbox": [10, 10, 70, 30], "value": "신청서"}]}}
WORD: dict[str, Any] = {**HANGUL, "text": {"type": "word", "output": "print", "word": [
    {"charbox": [10, 12, 40, 30], "value": "가"}, {"charbox": [45, 10, 70, 28], "value": "게"}]}}
LETTER: dict[str, Any] = {**HANGUL, "text": {"type": "letter", "output": "handwrite", "letter": {"value": "가"}}}
OUTDOORS: dict[str, Any] = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 160, "height": 120}],
    "annotations": [{"id": 1, "text": "약국", "bbox": BOX}], "metadata": [{"wordorientation": "세로"}]}
WILD: dict[str, Any] = {
    "info": {"name": "Text in the wild Dataset"},
    "images": [{"id": "7", "file_name": "a.jpg", "width": 160, "height": 120, "type": "sign"}],
    "annotations": [{"id": "1", "image_id": "7", "text": "약국", "bbox": BOX, "attributes": {"class": "word"}},
                    {"id": "2", "image_id": "7", "text": "약", "bbox": [10, 10, 30, 20], "attributes": {"class": "character"}},
                    {"id": "3", "image_id": "7", "text": "x", "bbox": BOX, "attributes": {"class": "ignored"}}]}
LETTERS: dict[str, Any] = {
    "images": [{"id": "00000003", "width": 160, "height": 120, "file_name": "a.jpg", "license": "AI 오픈 이노베이션 허브"}],
    "annotations": [{"id": "00000003", "image_id": "00000003", "text": "한편 문 후보",
                     "attributes": {"type": "문장", "gender": "여", "age": "28", "job": "직장인"}}]}


OLD: dict[str, Any] = {
    "Info_Block": "목판본", "Info_Image_Licence": "CC BY-SA", "Image_File_name": "a", "Image_Width": 160, "Image_Height": 120,
    "Image_Text_Coord": [[{"bbox": [10.0, 10.0, 60.0, 20.0, 0, 0], "type": "1", "label": "\u1112\u119e\u11ab"}],
                         [{"bbox": [10.0, 40.0, 60.0, 20.0, 1, 0], "type": "1", "label": "門"}]]}


def labelled(folder: Path, *documents: dict[str, Any], name: str = "Training/02.라벨링데이터/a.json") -> Path:
    """A picture a.jpg in the folder of the sources, and a label file that holds the documents behind each other."""
    label = folder / name
    label.parent.mkdir(parents=True, exist_ok=True)
    label.write_text("".join(json.dumps(one, ensure_ascii=False) for one in documents), encoding="utf-8")
    picture = folder / "Training/01.원천데이터/a.jpg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(made_labels.picture(1, form="JPEG"))
    return folder


def images_of(folder: Path) -> tuple[list[LabelledImage], Findings]:
    return made_labels.read_back(aihub.FORMAT, folder)


@pytest.mark.parametrize(("document", "kind", "text", "polygon"), [
    (PAGE, "document", "허가증", made_labels.quad()), (PUBLIC, "document", "민원", made_labels.quad()),
    (FINANCE, "document", "민원", made_labels.quad()), (HANGUL, "document", "신청서", made_labels.quad()),
    (WORD, None, "가게", made_labels.quad()), (LETTER, None, "가", made_labels.quad(0, 0, 160, 120)),
    (OUTDOORS, "scene", "약국", made_labels.quad()), (WILD, "scene", "약국", made_labels.quad()),
    (LETTERS, None, "한편 문 후보", made_labels.quad(0, 0, 160, 120)),
    (OLD, "document", "\u1112\u119e\u11ab", made_labels.quad())],
    ids=["88", "71299", "71301", "91 words", "91 word", "91 letter", "105", "81 wild", "81 letters", "old books"])
def test_each_form_is_read_and_recognised(tmp_path: Path, document: dict[str, Any], kind: str | None, text: str,
                                          polygon: tuple[tuple[float, float], ...]) -> None:
    images, findings = images_of(labelled(tmp_path, document))

    assert [(image.name, image.split, image.image_kind) for image in images] == [("Training/01.원천데이터/a.jpg", "train", kind)]
    assert images[0].regions[0].text == text
    assert images[0].regions[0].polygon == polygon
    assert findings.regions_in == len(images[0].regions) + sum(remark.handling == "left out" for remark in findings.remarks)
    with DatasetFiles(tmp_path) as files:
        assert "a.json" in aihub.recognise(files)


def test_attributes_and_units_come_from_where_each_form_has_them(tmp_path: Path) -> None:
    old, _ = images_of(labelled(tmp_path / "old", OLD))
    assert (old[0].unit, old[0].licence, [region.text for region in old[0].regions]) == (
        "character", "CC BY-SA", ["\u1112\u119e\u11ab", "門"])
    found = {}
    for name, document in (("hangul", HANGUL), ("word", WORD), ("letter", LETTER), ("out", OUTDOORS), ("letters", LETTERS)):
        images, _ = images_of(labelled(tmp_path / name, document))
        found[name] = (images[0].unit, images[0].regions[0].writing, images[0].regions[0].direction)

    assert found == {"hangul": ("word", "handwritten", None), "word": ("word", "printed", None),
                     "letter": ("character", "handwritten", None), "out": ("word", None, "vertical"),
                     "letters": ("line", "handwritten", None)}


def test_words_are_taken_before_their_characters_and_ignored_ones_are_illegible(tmp_path: Path) -> None:
    images, findings = images_of(labelled(tmp_path, WILD))

    assert [(region.text, region.legible) for region in images[0].regions] == [("약국", True), ("x", False)]
    assert [remark.reason for remark in findings.remarks if remark.handling == "left out"] == [aihub_labels.CHARACTERS]


def test_four_corners_by_rows_are_put_in_a_ring(tmp_path: Path) -> None:
    images, findings = images_of(labelled(tmp_path, PUBLIC))

    assert images[0].regions[0].polygon == made_labels.quad()
    assert BOW_TIE in [remark.reason for remark in findings.remarks]


def test_every_fault_is_mended_or_told(tmp_path: Path) -> None:
    def one(number: int, text: object, bbox: object) -> dict[str, Any]:
        return {"id": number, "text": text, "bbox": bbox}
    document = {**OUTDOORS, "annotations": [
        one(1, "xxx", BOX), one(2, "약국", [None, None, None, None]), one(3, "약국", [1, 2, 3]), one(4, "국ㅇㄴ", BOX),
        one(5, "음수", [-20, 10, 60, 20]), one(6, "거꾸로", [70, 30, -60, -20]), one(7, None, BOX),
        one(8, 112, ["10", "10", "60", "20"]), one(9, "\u1112\u119e\u11ab글", BOX)]}

    images, findings = images_of(labelled(tmp_path, document))

    assert [(region.text, region.legible) for region in images[0].regions] == [
        ("", False), ("국ㅇㄴ", True), ("음수", True), ("거꾸로", True), ("", False), ("112", True),
        ("\u1112\u119e\u11ab글", True)]
    assert images[0].regions[3].polygon == made_labels.quad()
    assert [(remark.reason, remark.region) for remark in findings.remarks if remark.region is not None] == [
        (NO_OUTLINE, 1), (NO_OUTLINE, 2), (aihub_labels.SINGLE_JAMO, 3), (CLIPPED, 4), (BACKWARDS, 5), (NO_TEXT, 6)]


def test_documents_behind_each_other_are_each_read(tmp_path: Path) -> None:
    other = {**PAGE, "images": [{**PAGE["images"][0], "image.file.name": "b.jpg"}]}
    folder = labelled(tmp_path, PAGE, other)
    (folder / "Training/01.원천데이터/b.jpg").write_bytes(made_labels.picture(2, form="JPEG"))

    images, findings = images_of(folder)

    assert [image.name.rpartition("/")[2] for image in images] == ["a.jpg", "b.jpg"]
    assert [remark.handling for remark in findings.remarks if remark.image.endswith("a.json")] == ["changed"]


def test_what_only_yaml_reads_is_read_as_that_and_the_rest_is_told(tmp_path: Path) -> None:
    folder = labelled(tmp_path, FINANCE)
    label = folder / "Training/02.라벨링데이터/a.json"
    text = label.read_text(encoding="utf-8").replace('"민원"', "'010-1234'").replace("]}]}", "],},],}")
    label.write_text(text, encoding="utf-8")
    (folder / "Training/02.라벨링데이터/b.json").write_text('{"images": [', encoding="utf-8")
    (folder / "Training/02.라벨링데이터/c.json").write_text('{"something": 1}', encoding="utf-8")

    images, findings = images_of(folder)

    assert [region.text for region in images[0].regions] == ["010-1234"]
    assert {aihub_labels.AS_YAML, BROKEN, aihub.UNKNOWN} <= {remark.reason for remark in findings.remarks}


def test_without_yaml_a_broken_file_is_told_with_what_may_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = labelled(tmp_path, PAGE)
    (folder / "Training/02.라벨링데이터/b.json").write_text("{'images': []}", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "yaml", None)

    images, findings = images_of(folder)

    assert len(images) == 1
    assert ["pip install pyyaml" in remark.detail for remark in findings.remarks if remark.reason == BROKEN] == [True]


def test_a_split_that_was_not_fetched_gets_no_pictures_of_another(tmp_path: Path) -> None:
    folder = labelled(tmp_path, PAGE, name="Validation/02.라벨링데이터/a.json")

    images, findings = images_of(folder)

    assert not images
    assert [remark.reason for remark in findings.remarks] == [NOT_THERE, UNLABELLED]


class OfKoreanWindows(zipfile.ZipInfo):
    """A member whose name is EUC-KR, without saying so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp949"), 0


def test_names_of_an_archive_in_euc_kr_are_found(tmp_path: Path) -> None:
    document = json.dumps({**PAGE, "images": [{**PAGE["images"][0], "image.file.name": "허가.jpg"}]}, ensure_ascii=False)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(OfKoreanWindows("라벨/허가.json"), document)
        archive.writestr(OfKoreanWindows("원천/허가.jpg"), made_labels.picture(1, form="JPEG"))

    images, _ = images_of(tmp_path / "a.zip")

    assert [image.name for image in images] == ["원천/허가.jpg"]


def test_a_large_file_is_read_in_pieces_with_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    astray = {"id": "9", "image_id": "none", "text": "?", "bbox": BOX, "attributes": {"class": "word"}}
    document = {**WILD, "images": [*WILD["images"], {"id": "8", "file_name": "lost.jpg"}],
                "annotations": [*WILD["annotations"], astray]}
    folder = labelled(tmp_path, document)
    whole, whole_findings = images_of(folder)
    monkeypatch.setattr(aihub_labels, "LARGE", 10)

    images, findings = images_of(folder)

    assert [image.regions for image in images] == [image.regions for image in whole]
    assert findings == whole_findings
    assert ASTRAY in [remark.reason for remark in findings.remarks]
