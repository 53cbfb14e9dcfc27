"""Which images become tasks, in what order, and what a task shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.labelling import GoldGiven, Side
from stages.label.choices import ByDensity, choose, for_second_readers, height_shown, is_dense, readings_shown, split_by_density
from tests.unit.stages.label.waiting_images import CONFIG, ids, image, some_images

NO_GOLD = GoldGiven(gold=0, tasks=0)


def test_side_a_goes_by_priority() -> None:
    waiting = [image("sure"), image("unsure", 0.6), image("upright", 0.1, "vertical")]
    assert ids(choose(CONFIG, Side.A, waiting, (), NO_GOLD, room=10)) == ["upright", "unsure", "sure"]
    assert ids(choose(CONFIG, Side.A, waiting, (), NO_GOLD, room=2)) == ["upright", "unsure"]


def test_side_b_is_shuffled_alike_every_time_and_says_nothing_of_priority() -> None:
    waiting = [image(f"image {number}", number / 50, *(["vertical"] if number % 2 else [])) for number in range(50)]
    chosen = ids(choose(CONFIG, Side.B, waiting, (), NO_GOLD, room=50))
    assert chosen == ids(choose(CONFIG, Side.B, waiting[::-1], (), NO_GOLD, room=50))
    assert sorted(chosen) == sorted(ids(waiting))
    assert chosen not in (ids(waiting), ids(choose(CONFIG, Side.A, waiting, (), NO_GOLD, room=50)))
    assert chosen[:10] == ids(choose(CONFIG, Side.B, waiting, (), NO_GOLD, room=10))


def test_gold_takes_the_place_of_other_tasks_and_lies_anywhere_among_them() -> None:
    waiting = some_images(100)
    gold = {f"image {number}" for number in range(40)}
    chosen = ids(choose(CONFIG, Side.A, waiting, gold, NO_GOLD, room=60))
    places = [place for place, name in enumerate(chosen) if name in gold]
    assert len(chosen) == 60 and len(places) == 6  # a tenth of 60
    assert places != list(range(6)) and places != list(range(54, 60))


def test_gold_that_was_given_counts() -> None:
    waiting, gold = some_images(100), {f"image {number}" for number in range(40)}
    chosen = choose(CONFIG, Side.B, waiting, gold, GoldGiven(gold=9, tasks=50), room=60)
    assert len([name for name in ids(chosen) if name in gold]) == 2  # a tenth of 50 + 60 are 11


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 40), st.integers(0, 400),
       st.sampled_from([Side.A, Side.B]))
def test_no_more_than_there_is_room_for_and_gold_in_a_tenth_at_most(
        count: int, of_gold: int, room: int, given_gold: int, given_rest: int, side: Side) -> None:
    waiting = some_images(count)
    gold = set(ids(waiting[:of_gold]))
    before = GoldGiven(given_gold, given_gold + given_rest)
    chosen = ids(choose(CONFIG, side, waiting, gold, before, room))
    hidden = [name for name in chosen if name in gold]
    rest = [item for item in waiting if item.image_id not in gold]
    assert len(set(chosen)) == len(chosen)
    assert len(chosen) <= max(room, len(hidden))
    assert len(chosen) - len(hidden) == min(len(rest), max(0, room - len(hidden)))  # nobody waits while there is room
    assert not hidden or given_gold + len(hidden) <= (before.tasks + min(room, len(rest))) / 10


def test_dense_pages_go_line_by_line_and_stay_there() -> None:
    sparse, dense, at_the_limit, given_out = (image(name, regions=regions) for name, regions in (
        ("sparse", 5), ("dense", 201), ("limit", 200), ("given", 300)))
    waiting = [sparse, dense, at_the_limit, given_out]
    assert split_by_density(CONFIG, waiting, {"given"}) == ByDensity([sparse, at_the_limit], [dense])
    whole = CONFIG.model_copy(update={"dense_config": ""})
    assert split_by_density(whole, waiting, ()) == ByDensity(waiting, [])


@pytest.mark.parametrize(("size", "line_height", "shown"), [
    ((1600, 800), 28, 17.15),  # as wide as a screen shows: 980 of 1600
    ((600, 4800), 60, 8.55),  # a tall receipt: 684 of 4800
    ((400, 300), 12, 12),  # nothing is shown larger than it is
])
def test_lines_are_as_high_as_a_screen_shows_them(size: tuple[int, int], line_height: float, shown: float) -> None:
    page = image("page", line_height=line_height, size=size)
    assert height_shown(CONFIG, page) == pytest.approx(shown)
    whole_width = CONFIG.model_copy(update={"xml": '<Image maxHeight="none"/>'})
    assert height_shown(whole_width, page) == pytest.approx(line_height * min(1, 980 / size[0]))


@pytest.mark.parametrize(("line_height", "regions", "lines", "dense"), [
    (24, 5, 5, True),  # 13.7 on the screen
    (25, 5, 5, False),  # 14.3
    (24, 2, 2, False),  # a small sign is no page
    (24, 8, 3, False),  # mostly downwards
    (24, 8, 4, True),
    (40, 201, 201, True),
    (40, 201, 90, False),
])
def test_small_lines_go_line_by_line_where_they_are_most_of_a_page(line_height: float, regions: int, lines: int,
                                                                   dense: bool) -> None:
    config = CONFIG.model_copy(update={"dense_height": 14})
    assert is_dense(config, image("page", regions=regions, lines=lines, line_height=line_height)) is dense
    assert not is_dense(CONFIG, image("page", line_height=line_height))  # 0: the height does not matter


def test_what_is_no_text_is_checked_on_the_picture() -> None:
    config = CONFIG.model_copy(update={"dense_height": 14})
    assert is_dense(config, image("page", 0.1, "text", line_height=9, regions=300))
    assert not is_dense(config, image("form", 0.1, "checkbox", "text", line_height=9, regions=300))


def test_second_readers_get_gold_and_what_is_drawn() -> None:
    names = ids(some_images(500))
    for_two = for_second_readers(CONFIG, names, {"image 7"})
    assert "image 7" in for_two
    assert for_two == [name for name in names if name in for_two]
    assert len(for_two) == pytest.approx(100, abs=30)  # a fifth
    assert for_second_readers(CONFIG.model_copy(update={"overlap": 0.0}), names, ()) == []


def test_a_share_of_tasks_shows_no_prelabel_another_one_on_each_side() -> None:
    images = some_images(500)
    blind = {side: {item.image_id for item in images if not readings_shown(CONFIG, side, item)} for side in (Side.A, Side.B)}
    assert all(len(found) == pytest.approx(50, abs=25) for found in blind.values())
    assert blind[Side.A] != blind[Side.B]
    assert readings_shown(CONFIG.model_copy(update={"without_prelabel": 0.0}), Side.A, images[0]) == ("reading of image 0",)
