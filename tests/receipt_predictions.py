"""The 100 Korean receipts of CLEval: truth and one engine's words, with figures that others have published for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.reading import Attributes, Reading, Region, Unit
from tests.places import REAL_DATA

FOLDER = REAL_DATA / "receipt_predictions"
DETECTION = (46_486, 46_816, 46_218, 150, 415, 770)
"""CLEval 0.1.1: letters of the truth, found, right, wrong; granularity of recall, of precision."""
END_TO_END = (46_486, 46_103, 43_025, 3_078, 415, 770)
"""The same with ``--E2E``."""
DETECTION_RATES = (0.9853074043798132, 0.9707792207792207, 0.977989360950786)
"""CLEval 0.1.1: recall, precision, harmonic mean, the last as its own tests have it."""
END_TO_END_RATES = (0.9166200576517661, 0.9165347157451793, 0.9165773847119407)
"""The same with ``--E2E``."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt: its name, its truth and what the engine read."""

    name: str
    truth: Reading
    found: Reading


def receipts() -> Iterator[Receipt]:
    """All of them, in order of their names."""
    for path in sorted((FOLDER / "gt").glob("*.txt")):
        yield Receipt(path.name, _reading(path, "person:1"), _reading(FOLDER / "pred" / path.name, "model:m@1"))


def expected_deteval() -> dict[str, Any]:
    """``total`` and ``per_image``, by the script that ranks Upstage's public OCR courses."""
    found: dict[str, Any] = json.loads((FOLDER / "deteval_expected.json").read_text(encoding="utf-8"))
    return found


def _reading(path: Path, reader: str) -> Reading:
    lines = [line.split(",", 8) for line in path.read_text(encoding="utf-8").split("\n") if line]
    regions = tuple(_region(f"r{number}", line) for number, line in enumerate(lines))
    return Reading("a" * 64, reader, "r", 0, Unit.WORD, 4000, 4000, regions)


def _region(region_id: str, fields: list[str]) -> Region:
    *corners, text = fields
    numbers = [float(corner) for corner in corners]
    if len(text) > 1 and text[0] == text[-1] == '"':  # CLEval reads a text in quotation marks without them
        text = text[1:-1].replace("\\\\", "\\").replace('\\"', '"')
    return Region(region_id, tuple(zip(numbers[::2], numbers[1::2], strict=True)), text, Attributes(legible=text != "###"))
