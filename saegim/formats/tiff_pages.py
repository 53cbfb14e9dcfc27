"""TIFF files of several pages, as scanners write them: one image a page, without labels; other pictures beside them too."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.frames import BROKEN, NO_PICTURE
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.picture_files import found_picture
from saegim.labels.picture_opening import QUIET, why_broken
from saegim.labels.plain_pixels import plain_picture
from saegim.release import need

TIFF = (".tif", ".tiff")
MOST_PAGES = 10_000
"""Of one file: more is a file that leads in a circle."""
TOO_MANY = "it has more than 10,000 pages"
logging.getLogger("PIL").addHandler(logging.NullHandler())  # what it says of broken headers names no file, and we list them
AS_THEY_ARE = ("1", "L", "RGB", "RGBA", "P", "LA")
"""Modes of Pillow that PNG holds with 8 bits or fewer a channel."""


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads each page as a picture of its own; pages of a file are one group.

    Raises:
        FormatWrong: there is no TIFF.
    """
    if not files.names(*TIFF):
        raise FormatWrong(f"{files.path} has no .tif or .tiff")
    return LabelledSet(files.path.name, _images(files, findings), None, licence_of(files))


def _images(files: DatasetFiles, findings: Findings) -> Iterator[LabelledImage]:
    for name in files.names(*PICTURES):
        if files.chosen and name != files.chosen:
            continue
        pages = page_count(files, name) if name.lower().endswith(TIFF) else 1
        if pages > 1:
            yield from _pages(files, name, pages, findings)
            continue
        findings.came(0)
        if found := found_picture(files, name, name, findings):
            yield LabelledImage(name, found.read, found.frame.width, found.frame.height, "line", split=split_of(name))


def _pages(files: DatasetFiles, name: str, pages: int, findings: Findings) -> Iterator[LabelledImage]:
    if pages > MOST_PAGES:
        findings.came(0)
        findings.left_out(name, None, TOO_MANY)
        return
    with files.on_disk(name) as path:
        for number in range(pages):
            page = page_name(name, number)
            findings.came(0)
            try:
                data, size = _page(path, number)
            except Exception as error:
                if not isinstance(error, NO_PICTURE) and type(error).__name__ != "DecompressionBombError":
                    raise
                findings.left_out(page, None, BROKEN, why_broken(error))
                continue
            yield LabelledImage(page, _giving(data), *size, "line", split=split_of(name), group=name)


def page_name(name: str, number: int) -> str:
    """Of a page: the file's name, and the number of the page from 1 on."""
    return f"{name}-p{number + 1:04d}.png"


def page_count(files: DatasetFiles, name: str) -> int:
    """Pages of a TIFF file; 0 where it is broken."""
    try:
        library = need("PIL.Image", "pillow")
        with QUIET, warnings.catch_warnings(action="ignore"), files.on_disk(name) as path, library.open(path) as image:
            return int(getattr(image, "n_frames", 1))
    except (*NO_PICTURE, FormatWrong):
        return 0


def _page(path: Path, number: int) -> tuple[bytes, tuple[int, int]]:
    """A page as PNG, upright and with 8 bits a channel, and its size."""
    with QUIET, warnings.catch_warnings(action="ignore"), need("PIL.Image", "pillow").open(path) as image:
        image.seek(number)
        page = need("PIL.ImageOps", "pillow").exif_transpose(_plain(image))
        out = io.BytesIO()
        page.save(out, "PNG")
        return out.getvalue(), page.size


def _plain(image: Any) -> Any:
    if image.mode in AS_THEY_ARE:
        return image
    return plain_picture(image).picture


def _giving(data: bytes) -> Any:
    return lambda: data


def recognise(files: DatasetFiles) -> str:
    """By a TIFF file of several pages."""
    names = [name for name in files.names(*TIFF) if not files.chosen or name == files.chosen]
    several = [name for name in names if page_count(files, name) > 1]
    return f"{len(several):,} TIFF files of several pages" if several else ""


FORMAT = Format(
    "tiff-pages", "TIFF of several pages", Holds(
        Shape.NONE, of_image=frozenset({"split", "group"}), text=False, start=False, empty=False, whole=True), "line",
    read=read, recognise=recognise, is_truth=False, notes=(
        "One image a page, as PNG; the pages of a file are one group, which no split parts.",
        "There are no labels: the pages are labelled here."))
