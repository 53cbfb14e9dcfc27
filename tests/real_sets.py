"""Data sets that nobody on this project made, read through our formats and compared with their own truth files.

The truth is read here by the plainest means, and by nothing of ``saegim.formats``.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from saegim.formats import FORMATS
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledRegion
from saegim.labels.reading import opened_set

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
NEAR = 1.0
"""Pixels by which the bounds of an outline may miss: it is cut at the edge of the picture."""


@dataclass(frozen=True, slots=True)
class TrueRegion:
    """A region as a truth file has it: its image's name without folder and ending, its text, its bounds where it has some."""

    image: str
    text: str
    bounds: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class RealSet:
    """One of ``../shared/data``.

    Attributes:
        name: of its folder.
        form: the format that it is read as.
        truth: reads its truth files.
        pictures: how many of its pictures have labels, or are pictures alone.
    """

    name: str
    form: str
    truth: Callable[[Path], Iterator[TrueRegion]]
    pictures: int

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return DATA / self.name


@dataclass(frozen=True, slots=True)
class Compared:
    """A set that was read, beside its truth.

    Attributes:
        images: that were read.
        regions: of the truth.
        right: of these, those that were read with the same text and the same bounds.
        more: regions that were read and that the truth has not.
        findings: of reading.
    """

    images: int
    regions: int
    right: int
    more: int
    findings: Findings


def _receipts(folder: Path) -> Iterator[TrueRegion]:
    for path in sorted((folder / "box").glob("*.csv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line:
                *corners, text = line.split(",", 8)
                yield TrueRegion(path.stem, text, _bounds(list(map(float, corners))))


def _pages(folder: Path) -> Iterator[TrueRegion]:
    for path in sorted((folder / "gt").glob("*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        for line in page["lines"]:
            yield TrueRegion(Path(page["image"]).stem, line["text"], tuple(line["box"]))


def _toys(folder: Path) -> Iterator[TrueRegion]:
    data = folder / "tests" / "data"
    for name in ("det_toy_dataset/textdet_test.json", "rec_toy_dataset/labels.json"):
        for item in json.loads((data / name).read_text(encoding="utf-8"))["data_list"]:
            for one in item["instances"]:
                text = "" if one.get("ignore") else one.get("text", "")
                yield TrueRegion(Path(item["img_path"]).stem, text, _bounds(one["polygon"]) if "polygon" in one else None)
    for line in (data / "kie_toy_dataset" / "wildreceipt" / "data.txt").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        for one in item["annotations"]:
            yield TrueRegion(Path(item["file_name"]).stem, one["text"], _bounds(one["box"]))


def _nothing(_folder: Path) -> Iterator[TrueRegion]:
    return iter(())


REAL_SETS = (RealSet("receipts", "icdar", _receipts, 80), RealSet("korean_pages", "pages-json", _pages, 48),
             RealSet("icdar_toy", "mmocr", _toys, 22), RealSet("forms", "pictures", _nothing, 16))


def is_there(real: RealSet) -> bool:
    """Whether this machine has it."""
    return real.folder.is_dir()


def against_truth(real: RealSet) -> Compared:
    """Reads a set and compares each region with the truth."""
    findings = Findings()
    with opened_set(real.folder, FORMATS[real.form], findings) as dataset:
        found = [(image.name.rpartition("/")[2].rpartition(".")[0], image.regions) for image in dataset.images]
    truth = list(real.truth(real.folder))
    wanted = Counter((one.image, _plain(one.text)) for one in truth)
    there = Counter((name, _plain(region.text) if region.legible else "") for name, regions in found for region in regions)
    bounds = {name: [region_bounds(region) for region in regions] for name, regions in found}
    placed = sum(one.bounds is None or any(_near(one.bounds, box) for box in bounds.get(one.image, ())) for one in truth)
    return Compared(len(found), len(truth), min((wanted & there).total(), placed), (there - wanted).total(), findings)


def region_bounds(region: LabelledRegion) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a region."""
    return _bounds(list(chain.from_iterable(region.polygon)))


def _bounds(flat: list[float]) -> tuple[float, float, float, float]:
    return min(flat[::2]), min(flat[1::2]), max(flat[::2]), max(flat[1::2])


def _near(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


def _plain(text: str) -> str:
    """NFC; a text of spaces is none."""
    return unicodedata.normalize("NFC", text) if text.strip() else ""
