"""Gold is at most a tenth of a project, and is drawn on side A alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.labelling import GoldGiven, Side
from stages.label.gold import GOLD_SHARE, draw_gold, gold_room
from tests.unit.stages.label.waiting_images import CONFIG, ids, some_images

NOT_AT_ALL = CONFIG.model_copy(update={"gold": 0.0})
ALL = CONFIG.model_copy(update={"gold": 1.0})


def test_one_task_in_ten_may_be_gold() -> None:
    assert gold_room(GoldGiven(gold=0, tasks=0), new=9) == 0
    assert gold_room(GoldGiven(gold=0, tasks=0), new=10) == 1
    assert gold_room(GoldGiven(gold=3, tasks=95), new=20) == 8
    assert gold_room(GoldGiven(gold=30, tasks=100), new=20) == 0  # somebody added much by hand


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_no_top_up_brings_gold_above_its_share(gold: int, rest: int, new: int) -> None:
    before = GoldGiven(gold, gold + rest)
    more = gold_room(before, new)
    assert more == 0 or gold + more <= (before.tasks + new) * GOLD_SHARE


def test_what_is_drawn_becomes_gold_once_and_on_side_a_alone() -> None:
    images = some_images(20)
    assert draw_gold(ALL, Side.A, images, {"image 3"}) == [item for item in images if item.image_id != "image 3"]
    assert draw_gold(ALL, Side.B, images, ()) == []
    assert draw_gold(NOT_AT_ALL, Side.A, images, ()) == []


def test_a_share_of_all_images_is_drawn_whatever_is_topped_up_together() -> None:
    images = some_images(400)
    at_once = ids(draw_gold(CONFIG, Side.A, images, ()))
    one_by_one = [name for item in images for name in ids(draw_gold(CONFIG, Side.A, [item], ()))]
    assert at_once == one_by_one
    assert 15 <= len(at_once) <= 65  # a tenth of 400
