"""What tasks are about, as one text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.label_tasks import TaskRow, image_of, line_subject, lines_subject, text_ids
from schemas.reading import Attributes, Kind, Reading, Region, Unit

IMAGE = "i" * 64
BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def reading_of(kinds: list[Kind]) -> Reading:
    return Reading(IMAGE, "model:m@1", "r", 0, Unit.LINE, 10, 10, tuple(
        Region(f"r{place}", BOX, "", Attributes(kind=kind)) for place, kind in enumerate(kinds)))


def row(subject: str) -> TaskRow:
    return TaskRow("key", subject, 1, IMAGE, "scene_text", ("shown",))


@given(st.lists(st.sampled_from(Kind), max_size=40), st.integers(1, 16))
def test_lines_of_consecutive_tasks_are_the_texts_of_the_reading_each_once(kinds: list[Kind], size: int) -> None:
    shown = reading_of(kinds)
    names = text_ids(shown)
    rows = [row(lines_subject(IMAGE, start, min(start + size, len(names)))) for start in range(0, len(names), size)]
    assert tuple(name for one in rows for name in one.region_ids(shown)) == names
    assert all(one.shows_lines and image_of(one.subject) == IMAGE for one in rows)


def test_a_subject_says_image_line_or_lines() -> None:
    shown = reading_of([Kind.TEXT, Kind.STAMP, Kind.TEXT])
    assert row(IMAGE).region_ids(shown) == () and not row(IMAGE).shows_lines
    one = row(line_subject(IMAGE, "r2"))
    assert one.region_ids(shown) == ("r2",) and not one.shows_lines
    assert image_of(one.subject) == IMAGE
    assert row(f"{IMAGE}/lines:1-2").region_ids(shown) == ("r2",)
