"""What a file says about its picture: which way is up, when and by what it was taken. Unreadable blocks say nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PIL import ExifTags, Image

from schemas.shown_text import printable

ORIENTATIONS = range(1, 9)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exif:
    """What is kept of an EXIF block.

    Attributes:
        orientation: 1 to 8; None where none is given.
        captured_at: as the camera wrote it.
        camera: maker and model.
        had_gps: whether there was a position.
    """

    orientation: int | None = None
    captured_at: str | None = None
    camera: str | None = None
    had_gps: bool = False


NOTHING = Exif()


def read_exif(block: bytes | None) -> Exif:
    """Reads an EXIF block, with or without its ``Exif`` header.

    Only EXIF: Pillow's own ``getexif`` also takes an orientation out of XMP and out of text chunks, which no browser and no
    phone's gallery does.
    """
    if not block:
        return NOTHING
    exif = Image.Exif()
    # A stranger's block makes Pillow raise SyntaxError, struct.error, KeyError, TypeError, OverflowError and more: it is
    # metadata, so whatever it is, the picture is taken without.
    try:
        exif.load(block)
    except Exception:
        return NOTHING
    return exif_of(exif)


def exif_of(exif: Image.Exif) -> Exif:
    """The same of a block that Pillow has opened."""
    return Exif(_tried(lambda: _orientation(exif)), _tried(lambda: _captured_at(exif)), _tried(lambda: _camera(exif)),
                bool(_tried(lambda: exif.get_ifd(ExifTags.IFD.GPSInfo))))


def in_short(text: str, most: int = 100) -> str:
    """A text out of a stranger's file, which may be long: no control characters, which databases and terminals take amiss."""
    return printable(text[:10 * most], most)


def _tried(read: Callable[[], T]) -> T | None:
    """What can be read; a broken entry does not hide the others."""
    try:
        return read()
    except Exception:
        return None


def _orientation(exif: Image.Exif) -> int | None:
    value = exif.get(ExifTags.Base.Orientation)
    return value if isinstance(value, int) and value in ORIENTATIONS else None


def _captured_at(exif: Image.Exif) -> str | None:
    taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    return in_short(str(taken)) if taken else None


def _camera(exif: Image.Exif) -> str | None:
    names = (str(exif.get(tag) or "").strip("\x00 ") for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    return in_short(" ".join(names).strip()) or None
