"""Where tests and benchmarks find things."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""
REAL_DATA = Path(os.environ.get("SAEGIM_REAL_DATA") or ROOT.parent / "shared" / "data")
"""Real pictures with their truth; tests that need them are skipped by name where there are none."""
SCREENS = ROOT / "tests" / "screens"
"""Label configs that are not today's: ``scene_text_2`` and ``line_text_1`` as published, and Label Studio's template."""
