"""Our own Parquet: a table of labels goes in and out whole, and so does what three lines of pandas write."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.predictions.images import ImageOfRelease
from schemas.arrow import LABELS, REGION
from schemas.errors import PredictionsWrong
from schemas.geometry import tidy
from schemas.reading import REGION_VOCABULARY, Attributes, Direction, Effect, Kind, Language, Region, Unit, Writing
from schemas.text import normalise
from tests.unit.adapters.predictions import made_answers as made
from tests.unit.adapters.predictions.made_answers import FIRST, IDS, WORDS, boxes, read, written


def parquet(folder: Path, rows: list[dict[str, object]], schema: pa.Schema | None = None) -> Path:
    path = folder / "predictions.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def test_three_lines_of_pandas(tmp_path: Path) -> None:
    path = tmp_path / "predictions.parquet"
    pd.DataFrame([made.own(), made.own(IDS[1])]).to_parquet(path)
    found = read(path)
    assert (found.dialect, found.unit, found.missing) == ("Saegim", Unit.WORD, IDS[2:])
    assert boxes(found, IDS[1]) == list(WORDS)


def test_the_dialect_is_told_by_content(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    pd.DataFrame([made.own()]).to_parquet(path)
    assert boxes(read(path)) == list(WORDS)


def _region(left: int, top: int, turned: bool, text: str, attributes: Attributes, score: int | None) -> Region:
    corners = [(left, top), (left + 40, top + 1), (left + 41, top + 20), (left, top + 19.5)]
    polygon = tidy(corners[::-1] if turned else corners, 640, 480)
    assert polygon is not None
    return Region("", polygon, normalise(text), attributes, None if score is None else score / 1000)


ATTRIBUTES = st.builds(
    Attributes, st.sampled_from(Direction), st.sampled_from(Writing),
    st.sampled_from([(), (Effect.EMBOSSED,), (Effect.DOT_MATRIX, Effect.REFLECTIVE)]), st.sampled_from(Language), st.booleans(),
    st.sampled_from(Kind), st.none() | st.booleans())
REGIONS = st.builds(_region, st.integers(0, 590), st.integers(0, 450), st.booleans(),
                    st.text("한강 aB1,\u1100\u0301\ufffd", max_size=4), ATTRIBUTES, st.none() | st.integers(0, 1000))


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(st.lists(REGIONS, max_size=2), max_size=3))
def test_a_release_s_own_table_loses_nothing(tmp_path_factory: pytest.TempPathFactory, images: list[list[Region]]) -> None:
    rows: list[dict[str, object]] = [{"image_id": image_id, "unit": "line", "regions": [
        {"region_id": "0", "polygon": region.polygon, "text": region.text, "score": region.score, "replaces": None,
         "legible": region.attributes.legible, "checked": region.attributes.checked, "effects": list(region.attributes.effects),
         **{name: getattr(region.attributes, name) for name in REGION_VOCABULARY if name != "effects"}} for region in regions]}
        for image_id, regions in zip(IDS, images, strict=False)]
    schema = pa.schema([LABELS.field(name) for name in ("image_id", "unit", "regions")])
    found = read(parquet(tmp_path_factory.mktemp("table"), rows, schema)) if rows else None
    for image_id, regions in zip(IDS, images, strict=False):
        assert found is not None
        assert found.unit is Unit.LINE
        back = found.readings[image_id].regions
        assert [(one.polygon, one.text, one.attributes) for one in back] == [
            (one.polygon, one.text, one.attributes) for one in regions]
        assert [one.score for one in back] == [one.score for one in regions]


def test_null_regions_are_an_image_without_text(tmp_path: Path) -> None:
    schema = pa.schema([("image_id", pa.string()), ("regions", pa.list_(REGION))])
    found = read(parquet(tmp_path, [{"image_id": FIRST, "regions": None}, made.own(IDS[1])], schema))
    assert found.readings[FIRST].regions == ()
    assert boxes(found, IDS[1]) == list(WORDS)


def test_one_polygon_that_is_none_leaves_its_neighbours(tmp_path: Path) -> None:
    for broken in (None, [], [None], [[1.0]], [[1.0, None], [2.0, 2.0], [3.0, 0.0]]):
        answer = made.own()
        answer["regions"][1]["polygon"] = broken
        found = read(parquet(tmp_path, [answer], pa.schema([("image_id", pa.string()), ("regions", pa.list_(REGION))])))
        assert boxes(found) == [WORDS[0], WORDS[2]]
        assert found.faults.not_finite == 1
        assert found.faults.listed[0].startswith("row 0: regions[1]")


@pytest.mark.parametrize("row", [
    {"image": "a"}, {"image_id": "a"}, {"image_id": 1, "regions": [{"polygon": [[1.0, 2.0]], "text": ""}]},
    {"image_id": "a", "regions": ["x"]}, {"image_id": "a", "regions": [{"polygon": [[1.0, 2.0]]}]},
    {"image_id": "a", "regions": [{"polygon": [1.0, 2.0], "text": "x"}]}])
def test_other_columns_are_told(row: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(PredictionsWrong, match=r"has the columns .*\. It needs image_id \(text\) and regions"):
        read(parquet(tmp_path, [row]))


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    path = parquet(tmp_path, [made.own()])
    whole = path.read_bytes()
    for end in (4, 100, len(whole) - 8, len(whole) - 1):
        with pytest.raises(PredictionsWrong, match="is damaged or cut off"):
            read(written(tmp_path, whole[:end]))


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    path = parquet(tmp_path, [made.own(image_id) for image_id in IDS])
    data = bytearray(path.read_bytes())
    data[4:120] = bytes(116)
    with pytest.raises(PredictionsWrong, match="is damaged or cut off"):
        read(written(tmp_path, bytes(data)))


def test_an_image_twice_is_refused_with_both_rows(tmp_path: Path) -> None:
    with pytest.raises(PredictionsWrong, match=r"row 2: image 1a1a1a1a1a1a .* is there twice, first in row 0"):
        read(parquet(tmp_path, [made.own(), made.own(IDS[1]), made.own()]), images=[ImageOfRelease(FIRST, 640, 480)])
