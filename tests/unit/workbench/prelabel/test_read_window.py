"""A window of pictures of which some break the engine, told by the engine itself: the others are not read again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adapters.ocr.engine import PartlyRead
from schemas.errors import TooManyFailures
from schemas.reading import Reading, Unit
from schemas.stored import StoredImage
from workbench.prelabel.read_window import read_window
from workbench.run import Alone, Failures


class Parted:
    """An engine that says which pictures broke it: dark ones."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def read(self, images: list[Any], image_ids: list[str]) -> list[Reading]:
        self.asked.append(image_ids)
        readings = [Reading(name, "model:x", "r", 0, Unit.LINE, 8, 8, ())
                    for name, image in zip(image_ids, images, strict=True) if image.any()]
        raise PartlyRead(readings, {name: "Traceback …\nZeroDivisionError: dark"
                                    for name, image in zip(image_ids, images, strict=True) if not image.any()})


def test_who_broke_the_engine_is_put_aside_and_nothing_is_read_twice() -> None:
    rows = [StoredImage(name, "image/png", 8, 8) for name in "abc"]
    pictures = [np.full((8, 8, 3), value, np.uint8) for value in (1, 0, 1)]
    engine = Parted()
    done = read_window(engine, rows, pictures, Failures(Alone(), 100))  # type: ignore[arg-type]
    assert [reading.image_id for reading in done.readings] == ["a", "c"]
    assert done.broken == {"b": "Traceback …\nZeroDivisionError: dark"}
    assert engine.asked == [["a", "b", "c"]]
    with pytest.raises(TooManyFailures, match="dark"):
        read_window(engine, rows, [pictures[1]] * 3, Failures(Alone(), 3))  # type: ignore[arg-type]


def test_what_is_said_of_it_names_the_error() -> None:
    assert str(PartlyRead([], {"b": "Traceback …\nZeroDivisionError: dark\n"})) == \
        "1 of 1 images broke the engine: ZeroDivisionError: dark"
