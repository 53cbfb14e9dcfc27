"""Regions cut out of their pictures, upright and in reading direction: what recognisers are trained with."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saegim.labels.ahead import made_ahead
from saegim.labels.doubts import DOUBTFUL, is_doubtful
from saegim.labels.findings import Findings
from saegim.labels.frames import NO_PICTURE
from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.picture_opening import opened_picture, why_broken
from saegim.labels.plain_pixels import is_plain, plain_picture
from saegim.labels.straightening import crop_size, cut, quad_of
from saegim.release import need

if TYPE_CHECKING:
    from PIL.Image import Image

WAY = "1"
"""Of cutting: another one gives crops other names."""
ENDING = ".jpg"
QUALITY = 95
"""Of a crop's JPEG, without chroma subsampling: strokes are thin."""
LEAST = 1.0
"""Pixels of the shorter side of a crop."""
ILLEGIBLE = "illegible: a recogniser learns nothing from it"
NO_TEXT_KIND = "a check box, stamp or signature: a recogniser reads text"
NO_TEXT = "no text: a recogniser learns nothing from it"
THIN = "thinner than a pixel: it cannot be cut out"
UNREADABLE = "its picture cannot be decoded: nothing can be cut out"
NOTHING = "none of its regions can train a recogniser"


@dataclass(frozen=True, slots=True)
class Crop:
    """One region as a picture of its own.

    Attributes:
        name: of its file, from all that decides its bytes; within an image, none has another's.
        image: that it was cut from.
        number: of the region in the image.
        data: JPEG; empty where it was there already.
    """

    name: str
    image: LabelledImage
    number: int
    data: bytes

    @property
    def region(self) -> LabelledRegion:
        """That it shows."""
        return self.image.regions[self.number]


@dataclass(frozen=True, slots=True)
class _Cutting:
    """What is cut out of one picture.

    Attributes:
        image: the picture.
        data: its file; empty where nothing has to be cut.
        names: of the crops, by the region's number.
        missing: numbers of the regions whose crops are not there.
    """

    image: LabelledImage
    data: bytes
    names: dict[int, str]
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """What was cut out of one picture.

    Attributes:
        crops: their files by the region's number.
        changed: what was done to the picture's pixels first.
    """

    crops: dict[int, bytes]
    changed: str = ""


def cut_out(images: Iterable[LabelledImage], findings: Findings,
            there: Callable[[LabelledImage, str], bool] = lambda _image, _name: False) -> Iterator[list[Crop]]:
    """The crops of each image, in the order of the images and of their regions; pictures are cut in several threads.

    Args:
        images: as they are written.
        findings: told why a region is no crop, and which images were written with how many.
        there: whether an image's crop of a name was written already, and needs no bytes.
    """
    need("PIL.Image", "pillow")
    cuttings = (_cutting(image, findings, there) for image in images)
    for cutting, made in made_ahead(_made, cuttings):
        if isinstance(made, str):
            findings.left_out(cutting.image.name, None, UNREADABLE, made, regions=len(cutting.names))
            yield []
            continue
        if made.changed:
            findings.changed(cutting.image.name, None, made.changed)
        crops = [Crop(name, cutting.image, number, made.crops.get(number, b"")) for number, name in cutting.names.items()]
        if crops:
            findings.went(len(crops))
        else:
            findings.left_out(cutting.image.name, None, NOTHING)
        yield crops


def why_not(region: LabelledRegion) -> str:
    """Why a region cannot train a recogniser; empty where it can."""
    if region.kind != "text":
        return NO_TEXT_KIND
    if not region.legible:
        return ILLEGIBLE
    if not region.text.strip():
        return NO_TEXT
    quad = quad_of(region.polygon)
    return THIN if len(quad) != 4 or min(crop_size(quad)) < LEAST else ""


def _cutting(image: LabelledImage, findings: Findings, there: Callable[[LabelledImage, str], bool]) -> _Cutting:
    fit = []
    for number, region in enumerate(image.regions):
        if reason := why_not(region) or (DOUBTFUL if is_doubtful(region, image) else ""):
            findings.left_out(image.name, number, reason)
        else:
            fit.append(number)
    data = b"" if image.image_id or not fit else image.picture()
    names = _names(image, image.image_id or hashlib.sha256(data).hexdigest(), fit)
    # What was done to pixels is told in every run, and so found out again.
    again = bool(data) and not _is_plain(data)
    missing = tuple(number for number, name in names.items() if again or not there(image, name))
    return _Cutting(image, (data or image.picture()) if missing else b"", names, missing)


def _names(image: LabelledImage, key: str, numbers: list[int]) -> dict[int, str]:
    """Names of crops by their regions' numbers: 32 hex digits and the ending."""
    seen: Counter[str] = Counter()
    names = {}
    for number in numbers:
        region = image.regions[number]
        decides = json.dumps([WAY, key, region.polygon, region.direction == "vertical"])
        names[number] = hashlib.sha256(f"{decides}{seen[decides] or ''}".encode()).hexdigest()[:32] + ENDING
        seen[decides] += 1
    return names


def _is_plain(data: bytes) -> bool:
    try:
        return is_plain(opened_picture(data))
    except Exception as error:
        if not _is_of_picture(error):
            raise
        return False


def _is_of_picture(error: Exception) -> bool:
    return isinstance(error, NO_PICTURE) or type(error).__name__ == "DecompressionBombError"


def _made(cutting: _Cutting) -> _Made | str:
    """Crops; why there are none where the picture is broken."""
    if not cutting.missing:
        return _Made({})
    try:
        plain = plain_picture(opened_picture(cutting.data))
        wanted = ((number, cutting.image.regions[number]) for number in cutting.missing)
        return _Made({number: _encoded(cut(plain.picture, region.polygon, region.direction == "vertical"))
                      for number, region in wanted}, plain.changed)
    except Exception as error:
        if not _is_of_picture(error):
            raise
        return why_broken(error)


def _encoded(crop: Image) -> bytes:
    out = io.BytesIO()
    crop.info = {}  # a comment in the picture's file would go into each crop
    crop.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()
