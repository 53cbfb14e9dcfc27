"""What a reading says of itself."""

from __future__ import annotations

from dataclasses import replace

from schemas.reading import Region, Summary, summarise


def test_a_summary_is_what_ordering_needs() -> None:
    region = Region("a", ((0, 0), (9, 0), (9, 9)), "가", score=0.75)
    assert summarise([region, replace(region, score=0.25)]) == Summary(2, 0.5, ("horizontal", "other", "printed", "text"))
    assert summarise([replace(region, score=None)]).uncertainty == 0
    assert summarise([]) == Summary(0, 0.0, ())
