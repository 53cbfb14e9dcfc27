"""The true labels of the demo's samples."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from apps.demo.answers import OVERSIGHTS
from apps.demo.sending import COPIES, SAMPLES, in_order_of_sending
from apps.demo.truths import TRUTH, read_truths, sample_name
from schemas.geometry import tidy
from schemas.line_marks import LineMark
from schemas.reading import REGION_VOCABULARY, Direction, Kind, Language
from schemas.text import normalise
from stages.ingest.canonical import Canonical, canonicalise, upright_pixels
from stages.ingest.limits import Limits

TRUTHS = read_truths()
NO_PICTURES = {"김하늘/회의록", "park.minsu/IMG_0007"}


def originals() -> dict[str, Path]:
    """The samples that ingest accepts, by name."""
    found = {sample_name(path.parent.name, path.name): path for path in in_order_of_sending()[0]}
    return {name: path for name, path in found.items() if name not in NO_PICTURES}


def test_every_sample_that_is_accepted_has_its_truth_and_nothing_else_has() -> None:
    assert TRUTHS.keys() == originals().keys()
    assert len(TRUTHS) == 13


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_a_truth_is_of_the_canonical_image(name: str) -> None:
    image = canonicalise(originals()[name].read_bytes(), Limits())
    assert isinstance(image, Canonical)
    height, width = upright_pixels(image.data).shape[:2]
    assert (TRUTHS[name].width, TRUTHS[name].height) == (width, height)


@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_polygons_are_valid_lie_on_the_image_and_run_clockwise(name: str) -> None:
    truth = TRUTHS[name]
    for region in truth.regions:
        assert tidy(region.polygon, truth.width, truth.height) == region.polygon, region


@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_texts_are_as_they_are_stored_and_only_the_illegible_has_none(name: str) -> None:
    for region in TRUTHS[name].regions:
        assert region.text == normalise(region.text) == unicodedata.normalize("NFC", region.text)
        assert bool(region.text) is region.attributes.legible
        assert not any(mark in region.text for mark in LineMark)
        assert region.attributes.kind is Kind.TEXT


def test_files_say_only_what_the_vocabulary_has() -> None:
    known = {"polygon", "text", "legible", *REGION_VOCABULARY}
    for path in TRUTH.glob("*/*.json"):
        said = json.loads(path.read_text(encoding="utf-8"))
        assert said.keys() == {"width", "height", "image_kind", "conditions", "regions"}, path
        assert all(item.keys() <= known for item in said["regions"]), path
        assert path.read_text(encoding="utf-8").count("\n") == len(said["regions"]) + 8, "a region a line reads well in a diff"


def test_truths_hold_both_languages_and_what_lines_across_do_not_cover() -> None:
    attributes = [region.attributes for truth in TRUTHS.values() for region in truth.regions]
    assert {Language.KO, Language.EN, Language.MIXED, Language.DIGITS} <= {item.language for item in attributes}
    assert set(Direction) == {item.direction for item in attributes}
    assert any(not item.legible for item in attributes)


def test_mistakes_are_about_what_is_written() -> None:
    for (_, name), oversight in OVERSIGHTS.items():
        texts = [region.text for region in TRUTHS[name].regions]
        assert all(texts.count(text) == 1 for text in (*oversight.misread, *oversight.forgotten))
        assert not {*oversight.misread.values()} & {*texts}


def test_originals_are_sent_before_their_copies() -> None:
    first, then = in_order_of_sending()
    assert {f"{path.parent.name}/{path.name}" for path in then} == {*COPIES}
    assert {"park.minsu/도로 표지판", "김하늘/메이크업존 간판"} <= {sample_name(path.parent.name, path.name) for path in first}
    sent = {path for path in SAMPLES.glob("*/*") if path.parent.name != "licences"}
    assert {*first, *then} == sent and len(first) + len(then) == len(sent)
