"""A bonus is written into a campaign's file, and nothing else in it changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.demand import AcceptedBonus
from schemas.reading import ALL_SLICES
from schemas.recipes.bonus_edit import CannotEdit, with_bonus
from schemas.recipes.campaign import parse_campaign
from schemas.recipes.campaign_parts import Bonus
from tests.places import ROOT

MONDAY = date(2026, 11, 30)
NEW = AcceptedBonus("demo", 8, MONDAY, MONDAY + timedelta(days=6))
ITEM = "{points: 8, first_day: 2026-11-30, last_day: 2026-12-06}"
SLICES = sorted(set(ALL_SLICES) - {"illegible"})
COMMENT = st.sampled_from(["", "  # 왜 · why", "   # five: 5", " # {points: 1}"])
VALUE = st.sampled_from(["5", "[5, {points: 9, first_day: 2026-03-02, last_day: 2026-03-08}]", "{points: 3}",
                         "{points: 2, first_day: 2026-02-01, last_day: 2026-02-09}"])
HEAD = "name: demo\ntitle: 글자 # not a comment\nfirst_day: 2026-01-01\nlast_day: 2099-12-31\n"


@st.composite
def campaigns(draw: st.DrawFn) -> str:
    """Files as people write them: comments anywhere, bonus in a block, on one line or not there, before or behind others."""
    names = draw(st.lists(st.sampled_from(SLICES), unique=True, max_size=5))
    values = [draw(VALUE) for _ in names]
    indent = draw(st.sampled_from(["  ", "    "]))
    style = draw(st.sampled_from(["block", "flow", "none"]))
    if style == "none" or (style == "block" and not names):
        bonus = ""
    elif style == "flow":
        bonus = f"bonus: {{{', '.join(f'{name}: {value}' for name, value in zip(names, values, strict=True))}}}{draw(COMMENT)}\n"
    else:
        lines = [f"{indent}{name}: {value}{draw(COMMENT)}\n" + draw(st.sampled_from(["", "\n", f"{indent}# between\n"]))
                 for name, value in zip(names, values, strict=True)]
        bonus = f"bonus:{draw(COMMENT)}\n{''.join(lines)}"
    tail = draw(st.sampled_from(["", "points: 10   # each\n", "\n# the end\n", "prizes:\n  top: 3\n  drawn: 2\n"]))
    text = HEAD + bonus + tail
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text if draw(st.booleans()) else text.rstrip("\r\n")


@settings(deadline=None)
@given(campaigns(), st.sampled_from(SLICES))
def test_the_rest_stays_and_the_bonus_is_there(text: str, name: str) -> None:
    after = with_bonus(text, name, NEW)
    assert ITEM in after
    rest = iter(after)
    assert all(letter in rest for letter in text)  # nothing was taken away, nothing changed places
    was = parse_campaign(text, "before")
    is_now = parse_campaign(after, "after")
    before = was.bonus.get(name)
    others = () if before is None else (before.model_copy(update={"also": ()}), *before.also)
    added = Bonus(points=8, first_day=NEW.first_day, last_day=NEW.last_day)
    now = is_now.bonus[name]
    assert (now.model_copy(update={"also": ()}), *now.also) == (*others, added)
    assert was.model_copy(update={"bonus": {**was.bonus, name: now}}) == is_now


def test_the_demo_campaign() -> None:
    text = (ROOT / "recipes" / "campaigns" / "demo.yaml").read_text(encoding="utf-8")
    after = with_bonus(text, "vertical", NEW)
    assert set(after.splitlines()) - set(text.splitlines()) == {f"  vertical: [5, {ITEM}]"}
    campaign = parse_campaign(after, "demo")
    assert campaign.bonus["vertical"].points_on(MONDAY) == 8
    assert campaign.bonus["vertical"].points_on(MONDAY - timedelta(days=1)) == 5
    assert parse_campaign(with_bonus(after, "reflective", NEW), "demo").bonus["reflective"].points_on(MONDAY) == 8


@pytest.mark.parametrize("bonus", ["bonus:\n  vertical:\n    points: 5\n    first_day: 2026-02-01\n",
                                   "bonus:\n  vertical:\n    - 5\n    - points: 3\n",
                                   "bonus:\n  vertical: {points: 5,\n    last_day: 2026-02-01}\n"])
def test_a_bonus_over_several_lines_is_left_to_a_person(bonus: str) -> None:
    with pytest.raises(CannotEdit, match="by hand"):
        with_bonus(HEAD + bonus, "vertical", NEW)


def test_a_name_that_yaml_reads_as_something_else_stands_in_quotes() -> None:
    after = with_bonus(HEAD, "no", NEW)
    assert f'"no": {ITEM}' in after
    assert parse_campaign(after, "x", {"no"}).bonus["no"].points == 8
