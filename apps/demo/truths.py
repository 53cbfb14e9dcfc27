"""What is written on the demo's samples: labels made region by region, a file a sample in truth/ (samples/README.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schemas.reading import Condition, ImageKind, Reading, Region, Unit, attributes_from_dict
from schemas.text import language_of, normalise

TRUTH = Path(__file__).parent / "truth"
"""Folder of the files: SUBMITTER/NAME OF THE SAMPLE WITHOUT ITS ENDING.json."""
READER = "person:truth"
"""Who read them."""


def read_truths(folder: Path = TRUTH) -> dict[str, Reading]:
    """The true readings of all samples, by ``sample_name``.

    Raises:
        ValueError: a file is no JSON, or says an attribute that is not in the vocabulary.
        KeyError: a file lacks something.
    """
    return {sample_name(path.parent.name, path.name): _truth(path) for path in sorted(folder.glob("*/*.json"))}


def sample_name(submitter: str, file: str) -> str:
    """What a sample is called here: SUBMITTER/NAME, without the ending, in NFC."""
    return normalise(f"{submitter}/{Path(file).stem}")


def _truth(path: Path) -> Reading:
    said = json.loads(path.read_text(encoding="utf-8"))
    return Reading(
        sample_name(path.parent.name, path.name), READER, "truth", 0, Unit.LINE, int(said["width"]), int(said["height"]),
        tuple(_region(place, item) for place, item in enumerate(said["regions"])), ImageKind(said["image_kind"]),
        tuple(Condition(name) for name in said["conditions"]))


def _region(place: int, said: dict[str, Any]) -> Region:
    """A region; its language is that of its text where the file says none."""
    attributes = attributes_from_dict({"language": language_of(said["text"]), **said})
    return Region(str(place), tuple((float(x), float(y)) for x, y in said["polygon"]), said["text"], attributes)
