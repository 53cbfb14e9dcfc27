"""A release's lists for PaddleOCR have the same bytes whether they are made column by column or region by region."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saegim.formats.paddleocr_det import FORMAT, _items_of
from saegim.formats.paddleocr_rows import items_of
from saegim.labels.labelled import LabelledRegion
from saegim.labels.released import labelled_set
from saegim.release import Release
from schemas.arrow import LABELS
from tests.made_labels import hard_set, regions, written
from tests.unit.saegim.formats.test_released import release

__all__ = ["release"]
KIND = LABELS.field("regions").type


def column(rows: list[tuple[LabelledRegion, ...]]) -> pa.ChunkedArray:
    """The column ``regions`` of a release with these."""
    return pa.chunked_array([pa.array([[{
        "region_id": one.region_id, "polygon": one.polygon, "text": one.text, "legible": one.legible, "direction": one.direction,
        "writing": one.writing, "effects": one.effects, "language": one.language, "kind": one.kind, "checked": one.checked}
        for one in row] for row in rows], KIND)])


def test_a_release_gives_the_same_files_as_its_images(release: Release, tmp_path: Path) -> None:
    for name, dataset in (("rows", labelled_set(release)), ("images", replace(labelled_set(release), release=None))):
        findings = written(FORMAT, dataset, tmp_path / name)
        assert findings.images_in == findings.images_out == len(release)
        assert findings.unaccounted() == 0
    files = {name: {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
             for name in ("rows", "images")}
    assert files["rows"] == files["images"]
    assert b"###" in files["rows"]["train.txt"]


def test_hard_texts_are_the_same() -> None:
    rows = [image.regions for image in hard_set().images]
    assert list(items_of(column(rows))) == [_items_of(row) for row in rows]


ROW = st.lists(regions.map(lambda region: replace(region, region_id="r")), max_size=4).map(tuple)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=3))
def test_any_regions_are_the_same(rows: list[tuple[LabelledRegion, ...]]) -> None:
    assert list(items_of(column(rows))) == [_items_of(row) for row in rows]


@pytest.mark.parametrize("length", [0, 1])
def test_images_without_regions_have_empty_lists(length: int) -> None:
    assert [items.json for items in items_of(column([()] * length))] == ["[]"] * length
