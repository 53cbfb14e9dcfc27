"""The pictures of a data set: found for the labels that name them, and written beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from saegim.errors import FormatWrong
from saegim.labels.dataset_files import PICTURES, DatasetFiles
from saegim.labels.findings import Findings
from saegim.labels.frames import NO_PICTURE, PictureFrame, frame_of
from saegim.labels.labelled import LabelledImage
from saegim.labels.output import Output
from saegim.labels.picture_opening import opened_picture

NOT_THERE = "its picture is not there"
UNREADABLE = "its picture cannot be read"
UNLABELLED = "no label file names this picture"
ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp", "BMP": ".bmp", "TIFF": ".tif", "GIF": ".gif"}
"""By Pillow's names of formats."""


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture that labels name, and can be opened.

    Attributes:
        path: of the file in its data set.
        frame: how it lies, and how labels are turned to it.
        read: reads the file.
    """

    path: str
    frame: PictureFrame
    read: Callable[[], bytes]


def found_picture(files: DatasetFiles, path: str | None, name: str, findings: Findings, corners: Sequence[Any] = (),
                  declared: tuple[object, object] | None = None) -> FoundPicture | None:
    """The picture of labels; None where there is none that can be opened: then it was left out, with all its regions.

    Args:
        files: of the data set.
        path: of its file; None where none was found.
        name: of the image.
        findings: take the remarks.
        corners: the outline of each region, see ``frames.frame_of``.
        declared: width and height that the labels state.
    """
    if path is None:
        findings.left_out(name, None, NOT_THERE, regions=len(corners))
        return None
    try:
        data = files.read(path)
    except FormatWrong as error:
        findings.left_out(name, None, UNREADABLE, str(error), regions=len(corners))
        return None
    frame = frame_of(data, name, findings, corners, declared)
    return FoundPicture(path, frame, partial(files.read, path)) if frame else None


def ending_of(picture: bytes) -> str:
    """The ending that files like this picture have, with its dot; empty where it cannot be told."""
    try:
        with opened_picture(picture) as image:
            return ENDINGS.get(str(image.format), "")
    except Exception as error:
        if not isinstance(error, NO_PICTURE) and type(error).__name__ != "DecompressionBombError":
            raise
        return ""


def leave_unlabelled(files: DatasetFiles, used: Collection[str], findings: Findings) -> None:
    """Tells of each picture of a data set that no label file names; of one label file that was chosen alone, nothing."""
    for path in () if files.chosen else files.names(*PICTURES):
        if path not in used:
            findings.came(0)
            findings.left_out(path, None, UNLABELLED)


def write_picture(image: LabelledImage, path: str, output: Output) -> None:
    """Writes an image's file; one whose name comes of its content is not read again where it is there.

    Args:
        image: as it is written.
        path: below the folder.
        output: the folder.
    """
    if not (image.image_id and image.image_id in path and output.has(path)):
        output.write(path, image.picture())
