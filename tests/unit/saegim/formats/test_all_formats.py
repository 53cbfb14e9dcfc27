"""What holds for every format: comes back as far as it is held, known by its looks, whole after a kill, the same bytes again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from saegim.errors import FormatWrong
from saegim.formats import FORMATS, READ, WRITTEN
from saegim.labels.conversion import convert
from saegim.labels.dont_care import DONT_CARE, ONLY_DONT_CARE
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Shape
from saegim.labels.holding import OF_IMAGES, OF_REGIONS
from saegim.labels.kept import kept
from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.reading import opened_set, recognised
from schemas.recipes.dataset import FORMATS as IN_RECIPES
from tests.made_labels import HARD_TEXTS, hard_set, labelled, read_back, written

BOTH = [name for name in WRITTEN if name in READ]
FRAMES = [name for name in BOTH if FORMATS[name].holds.shape is not Shape.NONE]
"""Formats of whole pictures; the others have crops."""
WITH_TEXTS = [name for name in BOTH if FORMATS[name].holds.text]
OTHER_TEXTS = tuple(region.text for image in hard_set().images for region in image.regions)
OF_BOTH = {"unit", "image_id", "region_id", "licence", "group"}
"""Fields that a format may hold besides those of which losses are told."""


def files_of(folder: Path) -> dict[str, str]:
    """The sha256 of each file, by its name."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*"))
            if path.is_file()}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_it_is(name: str) -> None:
    form = FORMATS[name]
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", form.name)
    assert form.title
    assert form.unit in ("word", "line", "character")
    assert (form.read is None) == (form.recognise is None)
    assert form.read or form.write
    assert form.holds.attributes <= {*OF_REGIONS, "region_id"}
    assert form.holds.of_image <= {*OF_IMAGES, *OF_BOTH} & {field.name for field in fields(LabelledImage)}
    assert form.notes, "say in a sentence what people should know of it: docs/formats.md shows it"
    assert all(note.endswith(".") for note in form.notes)


def test_recipes_know_the_formats_that_are_written() -> None:
    assert sorted(IN_RECIPES) == sorted(WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_goes_without_being_told(name: str, tmp_path: Path) -> None:
    findings = written(FORMATS[name], hard_set(FORMATS[name].unit), tmp_path)
    assert findings.unaccounted() == 0
    assert findings.images_in == 4


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_left_out_and_what_training_sees_is_said_of_each(name: str, tmp_path: Path) -> None:
    form = FORMATS[name]
    findings = written(form, hard_set(form.unit), tmp_path)
    assert bool(form.leaves_out) == any(remark.handling == "left out" for remark in findings.remarks)
    assert form.sees
    assert (kept(form).keeps == ("everything",)) <= (not form.leaves_out and findings.regions_out == findings.regions_in)


@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_data_set_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        written(FORMATS[name], hard_set(FORMATS[name].unit), tmp_path / folder)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


@pytest.mark.parametrize("name", WRITTEN)
def test_killed_and_run_again_it_ends_as_if_nothing_had_been(name: str, tmp_path: Path) -> None:
    def dies() -> Iterator[LabelledImage]:
        yield from list(hard_set(FORMATS[name].unit).images)[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written(FORMATS[name], replace(hard_set(), images=dies()), tmp_path / "killed")
    for folder in ("killed", "whole"):
        written(FORMATS[name], hard_set(FORMATS[name].unit), tmp_path / folder)
    assert files_of(tmp_path / "killed") == files_of(tmp_path / "whole")


@pytest.mark.parametrize("name", BOTH)
def test_an_export_is_known_by_its_looks_as_itself_alone(name: str, tmp_path: Path) -> None:
    written(FORMATS[name], hard_set(FORMATS[name].unit), tmp_path)
    assert [(guess.form.name, bool(guess.because)) for guess in recognised(tmp_path)] == [(name, True)]


@pytest.mark.parametrize("name", BOTH)
def test_an_export_without_images_is_read_or_says_why_not(name: str, tmp_path: Path) -> None:
    written(FORMATS[name], replace(hard_set(), images=[], count=0), tmp_path)
    try:
        assert read_back(FORMATS[name], tmp_path)[0] == []
    except FormatWrong as error:
        assert str(error)


@pytest.mark.parametrize("name", READ)
def test_what_is_no_data_set_is_taken_for_none(name: str, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "할 일.txt").write_text("우유, 빵\n", encoding="utf-8")
    (tmp_path / "a.json").write_bytes(b"{broken")
    (tmp_path / "b.json").write_bytes(b'{"name": "x", "version": 1}')
    (tmp_path / "c.xml").write_bytes(b"<html>")
    (tmp_path / "d.parquet").write_bytes(b"PAR1 no")
    (tmp_path / "e.csv").write_bytes(b"\xff\xfe\x00\xd8")
    (tmp_path / "f.jsonl").write_bytes(b"[]\n3\n")
    assert name not in [guess.form.name for guess in recognised(tmp_path)]
    try:
        images, findings = read_back(FORMATS[name], tmp_path)
    except FormatWrong as error:
        assert str(error)
    else:
        assert not images
        assert findings.unaccounted() == 0


@pytest.mark.parametrize("name", FRAMES)
def test_a_round_trip_keeps_all_that_the_format_holds(name: str, tmp_path: Path) -> None:
    form = FORMATS[name]
    made = list(hard_set(form.unit).images)
    findings = written(form, hard_set(form.unit), tmp_path)
    found, reading = read_back(form, tmp_path)
    assert reading.unaccounted() == 0 or reading.regions_out == 0
    assert not [remark for remark in reading.remarks if remark.region is not None]
    out = {remark.image for remark in findings.remarks if remark.handling == "left out" and remark.region is None}
    there = {image.picture(): image for image in made if image.name not in out}
    assert {image.picture() for image in found} == set(there)
    for image in found:
        before = there[image.picture()]
        assert (image.width, image.height) == (before.width, before.height)
        for name_of in form.holds.of_image:
            assert getattr(image, name_of) == getattr(before, name_of), name_of
        left = {remark.region for remark in findings.remarks if remark.image == before.name and remark.handling == "left out"}
        only = {remark.region for remark in findings.remarks if remark.image == before.name and remark.reason == ONLY_DONT_CARE}
        kept = [replace(region, legible=region.legible and number not in only)
                for number, region in enumerate(before.regions) if number not in left]
        assert len(image.regions) == len(kept)
        for region, was in zip(image.regions, kept, strict=True):
            _same(region, was, form)


def _same(region: LabelledRegion, was: LabelledRegion, form: Format) -> None:
    for name in form.holds.attributes:
        assert getattr(region, name) == getattr(was, name), name
    told = {"legible", "kind"} <= form.holds.attributes
    if form.holds.text and region.legible and was.legible and (told or (was.kind == "text" and was.text)):
        assert region.text == unicodedata.normalize("NFC", was.text)
    corners = [max(abs(x0 - x1), abs(y0 - y1)) for (x0, y0), (x1, y1) in zip(region.polygon, was.polygon, strict=False)]
    if form.holds.start and (form.holds.shape is Shape.POLYGON or (form.holds.shape is Shape.QUAD and len(was.polygon) == 4)):
        assert len(region.polygon) == len(was.polygon)
        assert max(corners) <= 1
    else:
        assert abs(min(x for x, _ in region.polygon) - min(x for x, _ in was.polygon)) <= 2 or len(was.polygon) != 4


DONT_CARE_SPELLINGS = sorted({text for spelled in DONT_CARE.values() for text in spelled.texts})


@pytest.mark.parametrize("name", WITH_TEXTS)
def test_no_spelling_of_dont_care_becomes_a_text_to_train_with(name: str, tmp_path: Path) -> None:
    """Illegible regions, whatever text stands by them, come back illegible or not at all; never as a text."""
    form = FORMATS[name]
    plain = next(iter(hard_set().images)).regions[0]
    regions = [plain, *(replace(plain, legible=False, text=text, region_id=f"d-{number}")
                        for number, text in enumerate(("", "읽힘", *DONT_CARE_SPELLINGS)))]
    written(form, replace(hard_set(), images=[labelled(0, regions, "train", form.unit)], count=1), tmp_path)
    found, _ = read_back(form, tmp_path)
    assert [region.text for image in found for region in image.regions if region.legible] == [plain.text]


@pytest.mark.parametrize("name", WITH_TEXTS)
@pytest.mark.parametrize("text", DONT_CARE_SPELLINGS)
def test_a_real_text_that_is_a_spelling_survives_or_is_told(name: str, text: str, tmp_path: Path) -> None:
    form = FORMATS[name]
    plain = next(iter(hard_set().images)).regions[0]
    findings = written(form, replace(hard_set(), images=[labelled(0, [replace(plain, text=text)], "train", form.unit)], count=1),
                       tmp_path)
    found, _ = read_back(form, tmp_path)
    texts = [region.text for image in found for region in image.regions if region.legible]
    told = [remark for remark in findings.remarks if remark.region == 0]
    assert texts == [text] or (not texts and told)


@pytest.mark.parametrize("target", ["ufo", "lmdb", "yolo-obb"])
@pytest.mark.parametrize("name", BOTH)
def test_what_is_read_of_one_is_written_in_another(name: str, target: str, tmp_path: Path) -> None:
    written(FORMATS[name], hard_set(FORMATS[name].unit), tmp_path / "first")
    reading = Findings()
    findings = Findings()
    with opened_set(tmp_path / "first", FORMATS[name], reading) as dataset:
        convert(dataset, FORMATS[target], tmp_path / "second", findings, reading=reading)
    assert findings.unaccounted() == 0
    if name not in WITH_TEXTS and FORMATS[target].holds.shape is Shape.NONE:
        assert findings.regions_out == 0
        return
    assert findings.regions_out > 0
    found, _ = read_back(FORMATS[target], tmp_path / "second")
    texts = {region.text for image in found for region in image.regions if region.legible and region.text}
    assert texts <= {unicodedata.normalize("NFC", text) for text in (*HARD_TEXTS, *OTHER_TEXTS)}
