"""PDF: one image a page, rendered, with the words of its text layer; what some program saw, and not the truth of the picture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from saegim.errors import FormatWrong
from saegim.formats import pdf_pages
from saegim.formats.tiff_pages import page_name
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.mending import mended
from saegim.labels.texts import as_text
from saegim.release import need

DPI = 200
"""Of a rendered page: letters of 10 points are 28 pixels high, as OCR wants them."""
PIXELS = 40_000_000
"""Of a rendered page at most: larger ones, such as plans, are rendered smaller, which is told."""
PAGE_SECONDS = 60.0
"""That a page may take before its process is ended."""
MOST_DEATHS = 5
"""Of one file's processes: then what is left of it is left out."""
UNREADABLE = "no PDF that can be opened"
PAGE_BROKEN = "its page cannot be rendered"
PAGE_DEADLY = "its page made the renderer die or took longer than a minute"
REST = "its renderer died too often: the pages that are left were not tried"
SMALLER = "its page is so large that it was rendered smaller"
PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")
"""Of the environment: a stranger's file gets no keys to see."""


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads every page of every PDF; pages of a file are one group.

    Raises:
        FormatWrong: there is no PDF.
    """
    names = _names(files)
    if not names:
        raise FormatWrong(f"{files.path} has no .pdf")
    need("pypdfium2")
    need("PIL.Image", "pillow")
    return LabelledSet(files.path.name, _images(files, names, findings), None, licence_of(files), f"Pages at {DPI} dpi")


def recognise(files: DatasetFiles) -> str:
    """By PDF files."""
    names = [name for name in _names(files) if files.start(name, 1024).find(b"%PDF-") >= 0]
    return f"{len(names):,} .pdf" if names else ""


def _names(files: DatasetFiles) -> list[str]:
    return [name for name in files.names(".pdf") if not files.chosen or name == files.chosen]


def _images(files: DatasetFiles, names: list[str], findings: Findings) -> Iterator[LabelledImage]:
    for name in names:
        try:
            with files.on_disk(name) as path:
                yield from _pages(path, name, findings)
        except FormatWrong as error:
            findings.came(0)
            findings.left_out(name, None, UNREADABLE, str(error))


def _pages(path: Path, name: str, findings: Findings) -> Iterator[LabelledImage]:
    """The pages of a file, by as many processes as it kills."""
    page = 0
    for _ in range(MOST_DEATHS):
        pages = 0
        for told, picture in _told(path, page):
            if "page" not in told:
                pages = told.get("pages", 0)
                if "error" in told:
                    _lose(name, UNREADABLE, told["error"], findings)
                    return
                continue
            page += 1
            if image := _image(told, picture, name, findings):
                yield image
        if page >= pages and pages:
            return
        _lose(page_name(name, page) if pages else name, PAGE_DEADLY if pages else UNREADABLE, "", findings)
        page += 1
        if not pages or page >= pages:
            return
    for left in range(page, pages):
        _lose(page_name(name, left), REST, "", findings)


def _image(told: dict[str, Any], picture: bytes, document: str, findings: Findings) -> LabelledImage | None:
    name = page_name(document, told["page"])
    if "error" in told:
        _lose(name, PAGE_BROKEN, told["error"], findings)
        return None
    width, height, words = told["width"], told["height"], told["words"]
    findings.came(len(words))
    if told["dpi"] < DPI:
        findings.changed(name, None, SMALLER, f"{told['dpi']} dpi")
    regions = [LabelledRegion(polygon, as_text(word["text"]), number=number) for number, word in enumerate(words)
               if (polygon := mended(word["polygon"], width, height, name, number, findings))]
    return LabelledImage(name, lambda: picture, width, height, FORMAT.unit, tuple(regions), split_of(document), document,
                         image_kind="document")


def _lose(name: str, reason: str, detail: str, findings: Findings) -> None:
    findings.came(0)
    findings.left_out(name, None, reason, detail)


def _told(path: Path, first: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What the process tells of a file from a page on, as far as it gets."""
    command = [sys.executable, "-P", pdf_pages.__file__, str(path), str(first), str(DPI), str(PIXELS)]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                          env=environment) as process:
        try:
            while process.stdout and (found := _next(process, process.stdout)):
                yield found
        finally:
            process.kill()


def _next(process: subprocess.Popen[bytes], out: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    watch = threading.Timer(PAGE_SECONDS, process.kill)
    watch.start()
    try:
        line = out.readline()
        told: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
        picture = out.read(told.get("bytes", 0))
    finally:
        watch.cancel()
    return (told, picture) if told and len(picture) == told.get("bytes", 0) else None


FORMAT = Format(
    "pdf", "PDF with or without a text layer", Holds(
        Shape.POLYGON, of_image=frozenset({"split", "group", "image_kind"}), empty=False),
    read=read, recognise=recognise, is_truth=False, notes=(
        f"One image a page, rendered at {DPI} dpi; the pages of a file are one group, which no split parts.",
        "Words of the text layer come as a reading that nobody has accepted: of a scan it is what some OCR saw."))
