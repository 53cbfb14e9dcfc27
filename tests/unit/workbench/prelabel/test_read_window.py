"""A window of pictures of which some break the engine, told by the engine itself: the others are not read again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adapters.ocr.engine import PartlyRead
from schemas.errors import TooManyFailures
from schemas.reading import LOOKED_AGAIN, Attributes, Reading, Region, Unit
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


class Keen:
    """An engine that finds a line more when it looks again, and breaks on dark pictures then."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def read(self, images: list[Any], image_ids: list[str]) -> list[Reading]:
        return [Reading(name, "model:x", "r", 0, Unit.LINE, 8, 8, (line("1", 0),)) for name in image_ids]

    def look_again(self, images: list[Any], image_ids: list[str], readings: list[Reading]) -> list[Reading]:
        self.asked.append(image_ids)
        assert [reading.image_id for reading in readings] == image_ids
        if not all(image.any() for image in images):
            raise ZeroDivisionError("dark")
        return [replace(reading, regions=(*reading.regions, line("2", 4))) for reading in readings]


def line(name: str, top: int) -> Region:
    return Region(name, ((0, top), (8, top), (8, top + 4), (0, top + 4)), name, Attributes(), 0.9)


def test_those_that_are_asked_for_are_looked_at_again_and_one_that_breaks_then_keeps_its_first_reading() -> None:
    rows = [StoredImage(name, "image/png", 8, 8) for name in "abcd"]
    pictures = [np.full((8, 8, 3), value, np.uint8) for value in (1, 1, 0, 1)]
    engine = Keen()
    done = read_window(engine, rows, pictures, Failures(Alone(), 100), again={"a", "c", "d"})  # type: ignore[arg-type]
    assert [(reading.image_id, len(reading.regions)) for reading in done.readings] == [("a", 2), ("b", 1), ("c", 1), ("d", 2)]
    assert engine.asked == [["a", "c", "d"], ["a"], ["c"], ["d"]]
    assert not done.broken
    engine.asked.clear()
    assert len(read_window(engine, rows, pictures, Failures(Alone(), 100)).readings) == 4  # type: ignore[arg-type]
    assert not engine.asked


def test_what_was_read_before_is_only_looked_at_again() -> None:
    rows = [StoredImage(name, "image/png", 8, 8) for name in "abc"]
    pictures = [np.full((8, 8, 3), value, np.uint8) for value in (1, 1, 0)]
    engine = Keen()
    before = {name: replace(engine.read([], [name])[0], run="first") for name in "acd"}
    done = read_window(engine, rows, pictures, Failures(Alone(), 100), "abc", before)  # type: ignore[arg-type]
    assert {item.image_id: (item.run, len(item.regions), item.revision) for item in done.readings} == {
        "a": ("first", 2, LOOKED_AGAIN), "b": ("r", 2, LOOKED_AGAIN),
        "c": ("first", 1, LOOKED_AGAIN)}  # which broke it, and is not tried for ever
    lost = read_window(engine, rows[:2], [pictures[0], "lost"], Failures(Alone(), 100), "ab",  # type: ignore[arg-type]
                       {"b": before["a"]})
    assert [item.image_id for item in lost.readings] == ["a"]
    assert lost.broken == {"b": "lost"}


def test_what_is_said_of_it_names_the_error() -> None:
    assert str(PartlyRead([], {"b": "Traceback …\nZeroDivisionError: dark\n"})) == \
        "1 of 1 images broke the engine: ZeroDivisionError: dark"


class Careless(Keen):
    """An engine of somebody's that gives one picture corners that are no numbers."""

    def read(self, images: list[Any], image_ids: list[str]) -> list[Reading]:
        corners = ((0, float("nan")), (8, 0), (8, 4), (0, 4))
        return [replace(found, regions=(replace(found.regions[0], polygon=corners),)) if found.image_id == "b" else found
                for found in super().read(images, image_ids)]


def test_a_reading_that_cannot_be_kept_costs_its_picture_alone() -> None:
    rows = [StoredImage(name, "image/png", 8, 8) for name in "abc"]
    pictures = [np.full((8, 8, 3), 1, np.uint8)] * 3
    done = read_window(Careless(), rows, pictures, Failures(Alone(), 100))  # type: ignore[arg-type]
    assert [reading.image_id for reading in done.readings] == ["a", "c"]
    assert list(done.broken) == ["b"]
