"""Whether the models of a bundle do what its bundle.yaml says: found out at start, on a line of text, not at the first image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from adapters.ocr import recognition
from adapters.ocr.bundles import Detector, Recogniser
from adapters.ocr.engine import Pixels
from adapters.ocr.sessions import Row, Session
from schemas.errors import ModelUnavailable


def _probe(height: int, width: int) -> Pixels:
    """A picture with writing on it."""
    picture = np.full((height, width, 3), 255, np.uint8)
    cv2.putText(picture, "Saegim 2026", (4, height * 3 // 4), cv2.FONT_HERSHEY_SIMPLEX, height / 48, (0, 0, 0), 2)
    return picture


def _sides(session: Session) -> list[int | None]:
    """Sides of a model's input, as its file states them; None where they are free."""
    return [int(side) if str(side).isdigit() else None for side in session.shape]


def _refuse_shape(file: str, session: Session, expected: Sequence[int | None]) -> None:
    """Raises ModelUnavailable where a model's input is not what the bundle says; None is any size."""
    sides = _sides(session)
    if len(sides) != len(expected) or any(None not in (side, other) and side != other
                                          for side, other in zip(sides, expected, strict=True)):
        wanted = [side or "any" for side in expected]
        raise ModelUnavailable(f"{file} wants an input of {session.shape}; bundle.yaml says {wanted} (images, channels, height, "
                               "width)")


def check_detector(session: Session, detector: Detector, prepare: Callable[[Pixels], Row]) -> None:
    """Tries a detector, whose rows ``prepare`` makes of pictures.

    Raises:
        ModelUnavailable: it does not do what the bundle says; the message names the file.
    """
    _refuse_shape(detector.file, session, (None, 3, None, None))
    if any(side is not None for side in _sides(session)[2:]):
        raise ModelUnavailable(f"{detector.file} wants images of {session.shape} only: export it with free height and width")
    output = session.run([prepare(_probe(64, 256))])[0]
    if output.shape != (1, 64, 256):
        raise ModelUnavailable(f"{detector.file} gives {list(output.shape)} for an input of [3, 64, 256]: a DBNet detector gives "
                               "[1, 64, 256], the probability of text")
    if not np.isfinite(output).all() or output.min() < 0 or output.max() > 1:
        raise ModelUnavailable(f"{detector.file} gives NaN or values outside [0, 1] for a line of text: expected probabilities "
                               "(its mean, std or precision may be wrong)")


def check_recogniser(session: Session, item: Recogniser) -> int:
    """Tries a recogniser. Returns its number of classes.

    Raises:
        ModelUnavailable: it does not do what the bundle says; the message names the file.
    """
    _refuse_shape(item.file, session, (None, 3, item.height, None))
    if (width := _sides(session)[3]) is not None and set(item.widths) != {width}:
        raise ModelUnavailable(f"{item.file} wants lines {width} pixels wide only: add `widths: [{width}]` to the recogniser "
                               f"{item.name}, or export it with a free width")
    strip = recognition.to_strip(_probe(item.height, item.height * 4), item.height, item.widths[-1])
    output = session.run([recognition.prepare(strip, item)])[0]
    if output.ndim != 2:
        raise ModelUnavailable(f"{item.file} gives {output.ndim} dimensions a line: a CTC recogniser gives [steps, classes]")
    if not np.isfinite(output).all():
        raise ModelUnavailable(f"{item.file} gives NaN or infinity for a line of text: it was exported wrongly")
    if abs(float(output.sum(axis=1).mean()) - 1) > 0.05:
        raise ModelUnavailable(f"{item.file} gives classes that do not add up to 1: expected probabilities, export it with its "
                               "softmax")
    return int(output.shape[1])
