"""What a reading says of itself."""

from __future__ import annotations

from dataclasses import replace

from schemas.reading import Attributes, Direction, Kind, Region, Summary, summarise


def test_a_summary_is_what_ordering_needs() -> None:
    region = Region("a", ((0, 0), (9, 0), (9, 9)), "가", score=0.75)
    assert summarise([region, replace(region, score=0.25)]) == Summary(
        2, 0.5, ("horizontal", "other", "printed", "text"), 2, 9.0)
    assert summarise([replace(region, score=None)]).uncertainty == 0
    assert summarise([]) == Summary(0, 0.0, ())


def test_lines_are_texts_that_run_across_and_their_height_is_their_short_side() -> None:
    turned = Region("a", ((0, 0), (30, 40), (22, 46), (-8, 6)), "기운 줄")  # 50 long and 10 high
    curved = replace(turned, polygon=((0, 0), (50, 20), (100, 0), (100, 20), (50, 40), (0, 20)))
    down = replace(turned, attributes=Attributes(direction=Direction.VERTICAL))
    stamp = replace(turned, attributes=Attributes(kind=Kind.STAMP))
    found = summarise([turned, curved, down, stamp])
    assert (found.regions, found.lines, found.line_height) == (4, 2, 25.0)  # the median of 10 and 40
