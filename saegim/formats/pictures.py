"""Pictures without labels: a folder or an archive of them, to be labelled here."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import suppress

from saegim.errors import FormatWrong
from saegim.formats.tiff_pages import TIFF, page_count
from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of
from saegim.labels.picture_files import found_picture

BESIDE = ("readme", "licence", "license", "copying", "notice", "thumbs.db", "desktop.ini")
"""How the names of files begin that may lie beside pictures and are no labels."""
HEIC = (".heic", ".heif")
"""Pictures of iPhones: Pillow opens them where pillow-heif is installed, as in the workbench."""
SEVERAL_PAGES = "it has several pages: read by --format tiff-pages"
OTHER = "it is no picture"


def read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    """Reads every picture; other files are listed.

    Raises:
        FormatWrong: there is no picture.
    """
    if files.names(*HEIC):
        with suppress(ImportError):
            importlib.import_module("pillow_heif").register_heif_opener()
    if not files.names(*PICTURES):
        raise FormatWrong(f"{files.path} has no pictures ({', '.join(PICTURES)})")
    count = 1 if files.chosen else len(files.names(*PICTURES))
    return LabelledSet(files.path.name, _images(files, findings), count, licence_of(files))


def _images(files: DatasetFiles, findings: Findings) -> Iterator[LabelledImage]:
    for name in files.names():
        if (files.chosen and name != files.chosen) or _is_beside(name):
            continue
        if not name.lower().endswith(PICTURES):
            findings.left_out(name, None, OTHER)
            continue
        findings.came(0)
        if name.lower().endswith(TIFF) and page_count(files, name) > 1:
            findings.left_out(name, None, SEVERAL_PAGES)
        elif image := unlabelled(files, name, findings):
            yield image


def unlabelled(files: DatasetFiles, name: str, findings: Findings) -> LabelledImage | None:
    """A picture as an image without regions; None where it is broken."""
    found = found_picture(files, name, name, findings)
    if found is None:
        return None
    return LabelledImage(name, found.read, found.frame.width, found.frame.height, FORMAT.unit, split=split_of(name))


def recognise(files: DatasetFiles) -> str:
    """By pictures and nothing else, of one page each."""
    pictures = [name for name in files.names(*PICTURES) if not files.chosen or name == files.chosen]
    if not files.chosen and any(not name.lower().endswith(PICTURES) and not _is_beside(name) for name in files.names()):
        return ""
    several = any(page_count(files, name) > 1 for name in pictures if name.lower().endswith(TIFF))
    return "" if not pictures or several else "a picture" if files.chosen else f"{len(pictures):,} pictures and no labels"


def _is_beside(name: str) -> bool:
    return name.rpartition("/")[2].lower().startswith(BESIDE)


FORMAT = Format(
    "pictures", "Pictures without labels", Holds(
        Shape.NONE, of_image=frozenset({"split"}), text=False, start=False, empty=False, whole=True), "line",
    read=read, recognise=recognise, is_truth=False, notes=(
        "There is nothing to hold: the pictures are labelled here.", "TIFF files of several pages are tiff-pages."))
