"""UFO out and in, and what strangers' UFO files bring."""

import json
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from saegim.formats.ufo import FORMAT
from saegim.labels.findings import Findings
from saegim.labels.frames import ORIENTATION
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import recognised
from tests import made_labels

WORD = {"transcription": "비상구", "points": [[10, 10], [70, 10], [70, 30], [10, 30]], "language": ["ko"],
        "orientation": "Horizontal", "illegibility": False, "tags": []}


def read(folder: Path, *words: object, **entry: object) -> tuple[list[LabelledImage], Findings]:
    """A data set of one image with these words, as it is read."""
    document = {"images": {"1.png": {"img_w": 160, "img_h": 120, "words": {f"{n:04d}": word for n, word in enumerate(words)},
                                     **entry}}}
    (folder / "ufo").mkdir(exist_ok=True)
    (folder / "img" / "train").mkdir(parents=True, exist_ok=True)
    (folder / "ufo" / "train.json").write_text(json.dumps(document))
    (folder / "img" / "train" / "1.png").write_bytes(made_labels.picture(1))
    return made_labels.read_back(FORMAT, folder)


def regions(folder: Path, *words: object) -> tuple[LabelledRegion, ...]:
    return read(folder, *words)[0][0].regions


def reasons(findings: Findings) -> list[str]:
    return [remark.reason for remark in findings.remarks]


def test_a_release_comes_back_whole(tmp_path: Path) -> None:
    dataset = made_labels.hard_set()
    written = made_labels.written(FORMAT, dataset, tmp_path)
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert written.remarks == findings.remarks == []
    assert made_labels.without_pictures(images) == made_labels.without_pictures(dataset.images)
    assert all(image.picture() for image in images)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_labels.regions)
def test_any_region_comes_back(tmp_path: Path, region: LabelledRegion) -> None:
    dataset = LabelledSet("made@1", [made_labels.labelled(0, [region])], 1)
    made_labels.written(FORMAT, dataset, tmp_path)

    assert made_labels.read_back(FORMAT, tmp_path)[0][0].regions == (replace(region, text=made_labels.nfc(region.text)),)


def test_it_is_written_as_the_loaders_of_the_field_read_it(tmp_path: Path) -> None:
    made_labels.written(FORMAT, made_labels.hard_set(), tmp_path)
    labels = json.loads((tmp_path / "ufo" / "train.json").read_text())

    [(name, entry)] = labels["images"].items()
    assert (tmp_path / "img" / "train" / name).is_file()
    words = list(entry["words"].values())
    assert words[0]["points"] == [[10, 10], [70, 10], [70, 30], [10, 30]]
    assert all(isinstance(word["tags"], list) and isinstance(word["illegibility"], bool) for word in words)
    assert words[1]["transcription"] == "###"
    assert words[1]["illegibility"]
    assert words[2]["orientation"] == "Irregular"
    assert words[7]["illegibility"], "a check box is no text to a detector"
    assert entry["license_tag"]["type"] == "CC-BY-4.0"


def test_it_is_told_from_other_json(tmp_path: Path) -> None:
    made_labels.written(FORMAT, made_labels.hard_set(), tmp_path / "ours")
    (tmp_path / "coco").mkdir()
    (tmp_path / "coco" / "a.json").write_text('{"images": [{"id": 1}], "annotations": []}')

    assert [guess.form.name for guess in recognised(tmp_path / "ours")] == ["ufo"]
    assert "ufo" not in [guess.form.name for guess in recognised(tmp_path / "coco")]


def test_illegible_words_lose_the_spelling_and_keep_a_text(tmp_path: Path) -> None:
    one, two, three, four, five = regions(
        tmp_path, WORD | {"transcription": "###", "illegibility": True}, WORD | {"transcription": "추정", "illegibility": True},
        WORD | {"transcription": None, "illegibility": "true"}, WORD | {"transcription": "###", "illegibility": None},
        WORD | {"transcription": "###"})

    assert [(region.text, region.legible) for region in (one, two, three, four)] == [
        ("", False), ("추정", False), ("", False), ("", False)]
    assert (five.text, five.legible) == ("###", True), "the field decides: this is what stands there"


def test_words_of_any_shape_are_taken_and_nothing_of_them_is_lost(tmp_path: Path) -> None:
    curved = WORD | {"points": [[40, 10], [70, 30], [60, 60], [20, 60], [12, 30]], "transcription": None}
    images, findings = read(tmp_path, curved, WORD | {"tags": None, "word_tags": ["handwritten", "dot_matrix"]})

    assert len(images[0].regions[0].polygon) == 5
    assert images[0].regions[0].text == ""
    assert (images[0].regions[1].writing, images[0].regions[1].effects) == ("handwritten", ("dot_matrix",))
    assert findings.remarks == []


@pytest.mark.parametrize(("language", "held", "told"), [
    (["ko"], "ko", []), ("en", "en", []), (["en", "ko"], "mixed", []), (["others"], "other", []), (None, None, []),
    ([None], None, []), (["ja"], "other", ["language ja: taken for other"]), (7, None, [])])
def test_languages_are_ours_or_told(tmp_path: Path, language: object, held: str | None, told: list[str]) -> None:
    images, findings = read(tmp_path, WORD | {"language": language})

    assert images[0].regions[0].language == held
    assert reasons(findings) == told


def test_irregular_says_no_direction_and_is_told(tmp_path: Path) -> None:
    images, findings = read(tmp_path, WORD | {"orientation": "Irregular"}, WORD | {"orientation": "Vertical"})

    assert [region.direction for region in images[0].regions] == [None, "vertical"]
    assert reasons(findings) == ["orientation Irregular: its outline tells what it can"]


def test_masked_areas_are_dont_care_and_strange_tags_are_told(tmp_path: Path) -> None:
    images, findings = read(tmp_path, WORD | {"tags": ["masked"]}, WORD | {"tags": ["auto"]}, WORD | {"tags": ["stamp"]})

    assert [(region.legible, region.kind) for region in images[0].regions] == [
        (False, "text"), (True, "text"), (True, "stamp")]
    assert reasons(findings) == ["tag masked: taken for don't care", "tag auto"]


def test_broken_words_are_left_out_or_mended_and_told(tmp_path: Path) -> None:
    bow_tie = [[10, 10], [70, 10], [10, 30], [70, 30]]
    images, findings = read(tmp_path, None, "x", WORD | {"points": bow_tie}, WORD | {"points": [["10", "10"], [70, 10]]},
                            WORD | {"points": None}, WORD | {"points": [[-9, -9], [50, -9], [50, 20], [-9, 20]]},
                            WORD | {"points": [[200, 200], [300, 200], [300, 300]]})

    assert [region.polygon for region in images[0].regions] == [
        ((10, 10), (70, 10), (70, 30), (10, 30)), ((0, 0), (50, 0), (50, 20), (0, 20))]
    assert findings.regions_in == 7
    assert sum(remark.handling == "left out" for remark in findings.remarks) == 5


def test_what_an_image_says_beside_its_words_is_taken_or_told(tmp_path: Path) -> None:
    images, findings = read(
        tmp_path, WORD, tags=["document", "blurred", "odd"], relations={"a": 1}, paragraphs={"1": WORD},
        annotation_log={"worker": "worker", "source": "데이터"},
        license_tag={"usability": True, "public": False, "commercial": False, "type": "CC-BY-SA", "holder": "Upstage"})

    image = images[0]
    assert (image.licence, image.source, image.image_kind, image.conditions) == ("CC-BY-SA", "데이터", "document", ("blurred",))
    assert image.split == "train"
    assert reasons(findings) == [
        "its paragraphs, beside its words", "relations between words", "the worker of its annotation log",
        "its licence tag says public false: say so by --licence-allows",
        "its licence tag says commercial false: say so by --licence-allows", "tag odd"]


def test_characters_alone_are_characters(tmp_path: Path) -> None:
    images, _ = read(tmp_path, chars={"1": WORD})

    assert (images[0].unit, len(images[0].regions)) == ("character", 1)


@pytest.mark.parametrize(("text", "images", "told"), [
    ('{"images": {"1.png": {"words": {}}}}{"images": {"2.png": {}}}', 1,
     ["several JSON documents in one file: each is read", "its picture is not there"]),
    ('{"images": {"1.png": {"words": {}}}', 0, ["a label file that cannot be read", "no label file names this picture"]),
    ('{"images": {"1.png": null}}', 1, []), ('{"images": {"1.png": {"words": 3, "tags": "x", "license_tag": 4}}}', 1, []),
    ("[1]", 0, ["a JSON file without images by name", "no label file names this picture"])])
def test_broken_files_are_told(tmp_path: Path, text: str, images: int, told: list[str]) -> None:
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "1.png").write_bytes(made_labels.picture(1))
    found, findings = made_labels.read_back(FORMAT, tmp_path)

    assert len(found) == images
    assert reasons(findings) == told


def test_one_name_in_two_splits_is_two_images(tmp_path: Path) -> None:
    for split, number in (("train", 1), ("val", 2)):
        (tmp_path / "img" / split).mkdir(parents=True)
        (tmp_path / "img" / split / "1.png").write_bytes(made_labels.picture(number))
        (tmp_path / "ufo").mkdir(exist_ok=True)
        (tmp_path / "ufo" / f"{split}.json").write_text(json.dumps({"images": {"1.png": {"words": {"1": WORD}}}}))
    images, _ = made_labels.read_back(FORMAT, tmp_path)

    assert [(image.name, image.split) for image in images] == [("1.png", "train"), ("img/val/1.png", "val")]
    assert images[0].picture() != images[1].picture()


def test_the_same_bytes_whenever_and_however_often_it_is_written(tmp_path: Path) -> None:
    made_labels.check_resumes(FORMAT, made_labels.hard_set(), tmp_path)


def test_extras_of_strangers_lead_nowhere(tmp_path: Path) -> None:
    strange: dict[str, Any] = {"split": "../../x", "unit": "page", "group": "\ud800"}
    images, _ = read(tmp_path, WORD | {"saegim": {"direction": 3, "region_id": "\ud800"}, "language": "\ud800"}, saegim=strange)
    made_labels.written(FORMAT, LabelledSet("x", images), tmp_path / "out" / "deep")

    assert not (tmp_path / "x.json").exists()
    assert images[0].unit == "word"


def test_names_in_another_normalisation_and_broken_pictures(tmp_path: Path) -> None:
    labels = {"images": {"영수증.png": {"words": {"1": WORD}}, "b.png": {"words": {"1": WORD, "2": WORD}}}}
    (tmp_path / "a.json").write_bytes(json.dumps(labels, ensure_ascii=False).encode("cp949"))
    (tmp_path / unicodedata.normalize("NFD", "영수증.png")).write_bytes(made_labels.picture(1))
    (tmp_path / "b.png").write_bytes(b"broken")
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert [(image.name, image.regions[0].text) for image in images] == [("영수증.png", "비상구")]
    assert [(remark.reason, remark.regions) for remark in findings.remarks] == [
        ("not UTF-8: read as CP949", 0), ("its picture is broken or no picture", 2)]


def test_labels_of_a_picture_that_exif_turns_end_upright(tmp_path: Path) -> None:
    stored = Image.new("RGB", (160, 120))
    exif = stored.getexif()
    exif[ORIENTATION] = 6
    stored.save(tmp_path / "1.jpg", exif=exif)
    entry = {"img_w": 160, "img_h": 120, "words": {"1": WORD}}
    (tmp_path / "a.json").write_text(json.dumps({"images": {"1.jpg": entry}}))
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert (images[0].width, images[0].height) == (120, 160)
    assert images[0].regions[0].polygon == ((110, 10), (110, 70), (90, 70), (90, 10))
    assert reasons(findings) == ["its labels were those of the stored picture, turned upright with it"]
