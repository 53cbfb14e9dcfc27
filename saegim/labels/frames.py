"""How a stored picture lies, and whether its labels are those of the stored picture or of the upright one.

Cameras store a picture as the sensor saw it and say by EXIF how to turn it. Some tools label what is stored, others what is seen
(GoodNotes/GNHK-dataset#2); here labels are always those of the upright picture.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from saegim.labels.findings import Findings
from saegim.labels.labelled import Corner
from saegim.labels.picture_opening import QUIET, why_broken
from saegim.labels.texts import as_number
from saegim.release import need

BROKEN = "its picture is broken or no picture"
TURNED = "its labels were those of the stored picture, turned upright with it"
UNTOLD = "EXIF turns its picture and nothing tells which way its labels are: taken for the upright picture's"
MADE_UPRIGHT = "its picture was turned upright as EXIF says, and encoded again"
RESIZED = "its labels were those of the picture in another size, scaled"
OTHER_SIZE = "the size that its labels state is not its picture's: labels taken as they are"
ORIENTATION = 0x0112
"""The EXIF tag (EXIF 2.32, 4.6.4)."""
SWAPS = (5, 6, 7, 8)
"""Orientations that swap width and height."""
MIRRORS = (2, 4, 5, 7)
SLACK = 1.5
"""Pixels by which outlines and rounded sizes may miss."""
NO_PICTURE = (OSError, ValueError, SyntaxError, TypeError, NotImplementedError, RuntimeError, LookupError, EOFError, struct.error)
"""What Pillow raises for files that are broken (DecompressionBombError apart, which is an Exception of its own)."""
QUALITY = 95
"""Of a picture that is turned and so encoded again, as canonical images have it (design D1)."""
REENCODED = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "TIFF": "TIFF"}
"""Formats whose pictures EXIF may turn, and which each is written as, by Pillow's names."""


@dataclass(frozen=True, slots=True)
class PictureFrame:
    """Of one picture.

    Attributes:
        width: of the upright picture, in pixels.
        height: of the upright picture, in pixels.
        turn: the EXIF orientation by which labels become upright; 1 where they are those of the upright picture.
        across: what x of a label is multiplied by before it is turned.
        down: what y of a label is multiplied by before it is turned.
    """

    width: int
    height: int
    turn: int = 1
    across: float = 1.0
    down: float = 1.0

    def upright(self, corners: Any, starts: bool = True) -> Any:
        """An outline of the labels in the upright picture; what is no outline comes back as it is.

        Args:
            corners: pairs of numbers.
            starts: whether the first corner is where reading starts; otherwise a turned outline begins at its corner that is
                nearest to the upper left of the upright picture.
        """
        if self.turn == 1 and self.across == 1.0 and self.down == 1.0:
            return corners
        points = list(_points(corners))
        if not points or len(points) != len(corners):
            return corners
        turned = [self._turned(x * self.across, y * self.down) for x, y in points]
        if self.turn in MIRRORS:
            turned = [turned[0], *turned[:0:-1]]
        if starts or self.turn == 1:
            return turned
        first = min(range(len(turned)), key=lambda place: sum(turned[place]))
        return turned[first:] + turned[:first]

    def _turned(self, x: float, y: float) -> Corner:
        """A point of the stored picture in the upright one (EXIF 2.32, 4.6.4, Orientation)."""
        width, height = self.width, self.height
        return {1: (x, y), 2: (width - x, y), 3: (width - x, height - y), 4: (x, height - y),
                5: (y, x), 6: (width - y, x), 7: (width - y, height - x), 8: (y, height - x)}[self.turn]


def frame_of(picture: bytes, name: str, findings: Findings, corners: Sequence[Any] = (),
             declared: tuple[object, object] | None = None) -> PictureFrame | None:
    """Of a picture and its labels; None where the picture is broken. What is turned, scaled or unknown is among the findings.

    Labels are those of the stored picture where the size that they state is the stored one's, or, where they state none that
    tells, where an outline fits in the stored picture alone.

    Args:
        picture: the encoded file.
        name: of the image.
        findings: take the remarks.
        corners: the outline of each region, as pairs of numbers; a broken one tells nothing.
        declared: width and height that the labels state; None, nothing or 0 where they do not.
    """
    try:
        stored, orientation = _header(picture)
    except Exception as error:
        if not isinstance(error, NO_PICTURE) and type(error).__name__ != "DecompressionBombError":
            raise
        findings.left_out(name, None, BROKEN, why_broken(error), regions=len(corners))
        return None
    upright = stored[::-1] if orientation in SWAPS else stored
    if not corners:
        return PictureFrame(*upright)
    said = _size(declared)
    turn = _told(stored, upright, orientation, said, corners)
    if turn != 1:
        findings.changed(name, None, TURNED if turn else UNTOLD, f"orientation {orientation}")
    scale = _scale(stored if turn > 1 else upright, said, name, findings)
    return PictureFrame(*upright, turn or 1, *scale)


def upright_picture(picture: Callable[[], bytes], name: str, findings: Findings) -> Callable[[], bytes]:
    """What reads a picture such that who ignores EXIF sees it upright: one that lies otherwise is turned and encoded again.

    Args:
        picture: reads it as it is stored.
        name: of the image.
        findings: take that it was turned, the first time that it is read.
    """
    told: list[str] = []

    def read() -> bytes:
        data = picture()
        turned = _made_upright(data)
        if turned is None:
            return data
        if not told:
            findings.changed(name, None, MADE_UPRIGHT)
            told.append(name)
        return turned

    return read


def _made_upright(data: bytes) -> bytes | None:
    """A picture upright and encoded again; None where it is upright as it is, or cannot be turned."""
    try:
        with QUIET, warnings.catch_warnings(action="ignore"), need("PIL.Image", "pillow").open(io.BytesIO(data)) as image:
            form = REENCODED.get(image.format)
            if form is None or image.getexif().get(ORIENTATION, 1) not in range(2, 9):
                return None
            options: dict[str, Any] = {"quality": QUALITY}
            if form == "JPEG":
                sampling = need("PIL.JpegImagePlugin", "pillow").get_sampling(image)
                options["subsampling"] = sampling if sampling >= 0 else "4:4:4"
            out = io.BytesIO()
            turned = need("PIL.ImageOps", "pillow").exif_transpose(image)
            turned.save(out, form, icc_profile=image.info.get("icc_profile"), **options)
    except NO_PICTURE:
        return None
    return out.getvalue()


def _header(picture: bytes) -> tuple[tuple[int, int], int]:
    """Width and height as stored, and the orientation; decodes only a file that seems to have lost its end."""
    with QUIET, warnings.catch_warnings(action="ignore"), need("PIL.Image", "pillow").open(io.BytesIO(picture)) as image:
        orientation = image.getexif().get(ORIENTATION, 1)
        size = (int(image.width), int(image.height))
        if _seems_cut(picture, image.format):
            image.load()
    return size, orientation if orientation in range(1, 9) else 1


def _seems_cut(picture: bytes, form: str | None) -> bool:
    if form in ("JPEG", "MPO"):
        return picture.rfind(b"\xff\xd9") < picture.rfind(b"\xff\xda")  # end of image, start of scan: neither is within a scan
    return form == "PNG" and b"IEND" not in picture[-4096:]


def _told(stored: tuple[int, int], upright: tuple[int, int], orientation: int, said: tuple[float, float] | None,
          corners: Sequence[Any]) -> int:
    """1 where labels are the upright picture's, the orientation where they are the stored one's, 0 where nothing tells."""
    if orientation == 1:
        return 1
    if stored != upright:
        for alike in (_same, _in_proportion):
            for size, turn in ((upright, 1), (stored, orientation)):
                if said and alike(size, said):
                    return turn
    points = [point for outline in corners for point in _points(outline)]
    if points:
        across = max(x for x, _ in points)
        down = max(y for _, y in points)
        fits = [across <= width + SLACK and down <= height + SLACK for width, height in (upright, stored)]
        if fits[0] != fits[1]:
            return 1 if fits[0] else orientation
    return 0


def _scale(size: tuple[int, int], said: tuple[float, float] | None, name: str, findings: Findings) -> tuple[float, float]:
    if said is None or _same(size, said):
        return 1.0, 1.0
    detail = f"{said[0]:g} × {said[1]:g}, its picture is {size[0]} × {size[1]}"
    if _in_proportion(size, said):
        findings.changed(name, None, RESIZED, detail)
        return size[0] / said[0], size[1] / said[1]
    findings.changed(name, None, OTHER_SIZE, detail)
    return 1.0, 1.0


def _in_proportion(size: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether the one is the other in another size: each side is what the other side's scale makes of it, but for rounding."""
    return (abs(size[0] * other[1] / size[1] - other[0]) <= SLACK or abs(size[1] * other[0] / size[0] - other[1]) <= SLACK)


def _same(size: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(size[0] - other[0]) <= SLACK and abs(size[1] - other[1]) <= SLACK


def _size(declared: tuple[object, object] | None) -> tuple[float, float] | None:
    if declared is None:
        return None
    width = as_number(declared[0])
    height = as_number(declared[1])
    return (width, height) if width and height and width > 0 and height > 0 else None


def _points(outline: Any) -> Iterator[Corner]:
    """Those corners of an outline that are pairs of numbers."""
    for corner in outline if isinstance(outline, Sequence) and not isinstance(outline, str) else ():
        if isinstance(corner, Sequence) and not isinstance(corner, str) and len(corner) == 2:
            x = as_number(corner[0])
            y = as_number(corner[1])
            if x is not None and y is not None:
                yield x, y
