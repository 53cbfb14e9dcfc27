"""Readings of an earlier version of an annotation config, in the words of the current one."""

from __future__ import annotations

import pytest

from schemas.reading import Reading, Region, Unit, regions_from_json
from stages.label.migrate import renamed


def test_old_words_are_renamed_and_counted() -> None:
    stored = Reading("i", "person:k", "c@1", 1, Unit.LINE, 10, 10, (Region("a", ((0, 0), (9, 0), (9, 9)), "가"),)).regions_json()
    old = stored.replace('"effects":[]', '"effects":["engraved","shiny"]').replace('"horizontal"', '"across"')
    with pytest.raises(ValueError, match=r"engraved|across"):
        regions_from_json(old)
    regions, counts = renamed(old, {"effects": {"engraved": "embossed", "shiny": ""}, "direction": {"across": "horizontal"}})
    assert [str(effect) for effect in regions[0].attributes.effects] == ["embossed"]
    assert regions[0].attributes.direction == "horizontal"
    assert counts == {"effects: engraved → embossed": 1, "effects: shiny → dropped": 1, "direction: across → horizontal": 1}
    with pytest.raises(ValueError, match="shiny"):
        renamed(old, {"effects": {"engraved": "embossed"}, "direction": {"across": "horizontal"}})
