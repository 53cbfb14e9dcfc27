"""A session a shape, with full batches and the best class found in the graph, reads real pictures as plain sessions do."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from adapters.ocr import open_session
from adapters.ocr.bundles import load_bundle
from adapters.ocr.onnx_engine import OnnxEngine
from adapters.ocr.planned_sessions import PlannedSessions
from adapters.ocr.session_host import SessionHost
from adapters.ocr.sources import fetch
from tests.places import ROOT

NAMES = ("jlee/exit.jpg", "jlee/bus stop.jpg", "park.minsu/receipt.jpg")
SESSIONS = 6
"""So few that sessions are closed and opened again on the way."""


def test_real_pictures_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_session, "GPU_LINES", 4)
    bundle = load_bundle(ROOT / "recipes" / "models" / "ppocr-v6-small.yaml")
    folder = fetch(bundle, tmp_path)
    planned = PlannedSessions(lambda: SESSIONS, lambda: 0)
    planned._largest = 1
    pictures = [np.asarray(ImageOps.exif_transpose(Image.open(ROOT / "apps/demo/samples" / name)).convert("RGB"))
                for name in NAMES]
    plain = OnnxEngine(bundle, folder, "cpu").read(pictures, NAMES)
    engine = OnnxEngine(bundle, folder, "cpu")
    engine._models = SessionHost(bundle, folder, "cpu", planned)
    shaped = engine.read(pictures, NAMES)
    assert sum(len(reading.regions) for reading in plain) > 20
    for one, other in zip(plain, shaped, strict=True):
        assert [region.text for region in one.regions] == [region.text for region in other.regions]
        assert [region.polygon for region in one.regions] == [region.polygon for region in other.regions]
        assert all(math.isclose(here.score or 0, there.score or 0, abs_tol=0.001)
                   for here, there in zip(one.regions, other.regions, strict=True))
    assert len(planned) == SESSIONS
