"""What went worst: regions, images, texts that were read as something else altogether."""

from __future__ import annotations

from dataclasses import replace

from schemas.evaluation import Garbled
from schemas.reading import Region
from stages.evaluate.outcomes import outcomes_of
from stages.evaluate.worst import WRONG, garbled, worst_images, worst_regions
from tests.made_outcomes import box, image

LINES = [Region(f"r{place}", box(10, 10 + 50 * place), text) for place, text in enumerate(["서울역 앞", "나가는 곳", "ABCDEF"])]


def test_the_worst_come_first_and_one_image_does_not_fill_the_list() -> None:
    half = [LINES[0], replace(LINES[1], text="나가는 꽃"), LINES[2]]
    lost = [replace(line, text="") for line in LINES]
    regions = outcomes_of([image(1, LINES, half), image(2, LINES, lost), image(3, LINES, LINES)]).regions
    assert [(row["image_id"][-1], row["region_id"], row[WRONG]) for row in worst_regions(regions, 10, 2)] == [
        ("2", "r2", 6), ("2", "r0", 4), ("1", "r1", 1)]
    assert [name[-1] for name in worst_images(regions, 10)] == ["2", "1"]


def test_what_is_missed_or_made_up_counts_its_letters() -> None:
    ghost = Region("g", box(10, 600), "없는 글")
    regions = outcomes_of([image(1, LINES[:1], [ghost])]).regions
    assert sorted((row["region_id"], row[WRONG]) for row in worst_regions(regions, 10, 9)) == [("g", 4), ("r0", 5)]


def test_texts_that_are_more_than_half_wrong_are_told() -> None:
    found = [replace(LINES[0], text="새울억 뒤"), replace(LINES[1], text="나가는 꽃"), replace(LINES[2], text="ABCxyz")]
    regions = outcomes_of([image(1, LINES, found), image(2, LINES, LINES)]).regions
    assert garbled(regions) == Garbled(1, 6, 1)
