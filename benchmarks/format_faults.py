"""Dialects and faults that people met in label files: each is made here, and has to end repaired or listed.

Sources: AI-Hub's forms as public code reads them (JHLee0513/KLOCR, hoonisone/K-STR-Bench, sojjeong/aihub_korean_dataset), and
threads about each format: PaddleOCR#5735, #5792, mmocr#1586, datumaro#374, bgshih/coco-text#8 and #12, GoodNotes/GNHK-dataset#2,
PRImA's converter #9, ultralytics#9012, webdataset#237.
"""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from saegim.formats import FORMATS
from saegim.labels.conversion import convert
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledRegion, LabelledSet
from saegim.labels.reading import opened_set
from tests.made_labels import labelled, picture, quad

BOX = [10, 10, 60, 20]
CORNERS = [[10, 10], [70, 10], [70, 30], [10, 30]]
FLAT = "10,10,70,10,70,30,10,30"
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Fault:
    """Label files with one fault or in one dialect.

    Attributes:
        name: of the fault.
        form: that they are read by, or written in.
        made: files by name; or a data set that is written.
        texts: of the regions that are read, in order; None of an illegible one.
        told: parts of remarks that have to be there.
        zipped: whether the files lie in a .zip whose names are EUC-KR and do not say so.
    """

    name: str
    form: str
    made: Files | LabelledSet
    texts: tuple[str | None, ...]
    told: tuple[str, ...] = ()
    zipped: bool = False


def outcome(fault: Fault, folder: Path) -> str:
    """What is wrong with how a fault ended; empty where it was repaired or listed."""
    findings = Findings()
    try:
        if isinstance(fault.made, LabelledSet):
            convert(fault.made, FORMATS[fault.form], folder, findings)
            path = folder
        else:
            path = _laid(fault.made, folder, fault.zipped)
        if FORMATS[fault.form].read:
            with opened_set(path, FORMATS[fault.form], findings) as dataset:
                found = tuple(region.text if region.legible else None for image in dataset.images for region in image.regions)
        else:
            found = fault.texts
    except Exception as error:
        return f"{type(error).__name__} {error}"
    said = " | ".join(f"{remark.reason} {remark.detail}" for remark in findings.remarks)
    untold = [part for part in fault.told if part.casefold() not in said.casefold()]
    return f"read {found}" if found != fault.texts else f"not told: {', '.join(untold)} (told: {said})" if untold else ""


def _laid(files: Files, folder: Path, zipped: bool) -> Path:
    folder.mkdir(parents=True)
    if zipped:
        with zipfile.ZipFile(folder / "set.zip", "w") as archive:
            for name, data in files.items():
                archive.writestr(_Unsaid(name), data)
        return folder / "set.zip"
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


class _Unsaid(zipfile.ZipInfo):
    """A member whose name is EUC-KR, of which it says nothing."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  zipfile's own name
        return self.filename.encode("cp949"), self.flag_bits & ~0x800


def as_json(document: object) -> bytes:
    """UTF-8."""
    return json.dumps(document, ensure_ascii=False).encode()


def jpeg(orientation: int = 1) -> bytes:
    """A picture of 160 × 120 pixels, that EXIF turns."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.open(io.BytesIO(picture(1))).save(out, "JPEG", exif=exif)
    return out.getvalue()


def outdoors(*annotations: dict[str, Any], **more: Any) -> Files:
    """AI-Hub 105, with one image."""
    return {"a.json": as_json({"images": [{"file_name": "a.jpg", "width": 160, "height": 120}], "annotations": [
        {"id": number, **one} for number, one in enumerate(annotations)], **more}), "a.jpg": jpeg()}


def paddle(*lines: bytes, end: bytes = b"\n") -> Files:
    """A list of PaddleOCR."""
    return {"train.txt": end.join(lines) + end, "a.jpg": jpeg()}


def paddle_line(text: str, name: str = "a.jpg") -> bytes:
    """A line of it, with one region."""
    return name.encode() + b"\t" + as_json([{"transcription": text, "points": CORNERS}])


def icdar(*lines: str, encoding: str = "utf-8", end: str = "\n") -> Files:
    """A file of ICDAR 2015."""
    return {"gt/gt_img_1.txt": end.join(lines).encode(encoding), "images/img_1.jpg": jpeg()}


def written(*regions: LabelledRegion) -> LabelledSet:
    """A data set of one image."""
    return LabelledSet("made", [labelled(1, regions)], 1)


def region(text: str = "비상구", **fields: Any) -> LabelledRegion:
    """One region."""
    return replace(LabelledRegion(quad(), text, direction="horizontal", writing="printed", region_id="r"), **fields)


def nfd(name: str) -> str:
    """A name as macOS writes it."""
    return unicodedata.normalize("NFD", name)
