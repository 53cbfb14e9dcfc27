"""How labelling goes: what people did, with and without pre-labels."""

from __future__ import annotations

import pytest

from schemas.labelling import Side
from stages.label.ratios import Ratio, gap
from stages.label.scores import FEW
from stages.label.status import sum_up
from stages.label.work_time import LONGEST_TASK
from tests.made_work import QUEUES, SOME_PAIRS, SOME_WORK, work


def test_the_status_counts_what_people_did() -> None:
    told = sum_up(SOME_WORK, SOME_PAIRS, QUEUES)
    kim, lee, boss = told.people
    assert [(person.name, person.side) for person in told.people] == [
        ("kim", Side.A), ("lee", Side.B), ("boss", Side.SECOND_LOOK)]
    assert (kim.tasks, kim.skipped, kim.time.capped) == (5, 1, 1)
    assert kim.time.hours == pytest.approx((60 + 120 + LONGEST_TASK + 20 + 60) / 3600)
    assert kim.time.tasks_an_hour == pytest.approx(4 / ((60 + 120 + LONGEST_TASK + 60) / 3600))
    assert kim.mending.edits_a_region == 4 / 11
    assert kim.mending.accepted == Ratio(32, 40)
    assert kim.pairs.agreed == Ratio(1, 3)
    assert kim.pairs.cer == pytest.approx(0.1)
    assert (kim.gold.agreed, kim.gold.cer) == (Ratio(0, 1), 0.03)
    assert (lee.problems, lee.pairs.agreed, lee.gold.agreed) == (1, Ratio(1, 3), Ratio(1, 1))
    assert (boss.pairs.agreed.value, boss.gold.cer) == (None, None)
    [model] = told.models
    assert (model.name, model.mending.tasks, model.mending.saved) == ("m@1", 5, Ratio(375, 500))
    assert told.pairs.agreed == Ratio(1, 3)
    assert [(queue.side, queue.days_left) for queue in told.queues] == [
        (Side.A, 0), (Side.B, 3), (Side.SECOND_LOOK, None)]


def test_anchoring_compares_tasks_with_a_prelabel_and_without_and_says_when_they_are_few() -> None:
    [small] = sum_up(SOME_WORK, SOME_PAIRS, []).anchoring
    assert (small.prelabelled.tasks, small.without.tasks, small.few) == (5, 1, True)  # second looks do not count
    assert small.without.time.seconds_a_region == 60 / 5
    assert (small.prelabelled.pairs.agreed, small.without.pairs.agreed) == (Ratio(1, 2), Ratio(0, 1))
    assert (small.prelabelled.gold.agreed, small.without.gold.agreed) == (Ratio(1, 1), Ratio(0, 1))
    [enough] = sum_up([work(seconds=55)] * FEW + [work(model=None, seconds=50)] * FEW, [], []).anchoring
    assert not enough.few
    assert enough.faster == pytest.approx((55 / 11) / (50 / 5) - 1)
    assert enough.gold is None


def test_three_out_of_three_are_no_certainty() -> None:
    small, large = gap(Ratio(3, 3), Ratio(1, 3)), gap(Ratio(300, 300), Ratio(100, 300))
    assert small is not None and large is not None
    assert small.value == large.value == pytest.approx(2 / 3)
    # Agresti and Caffo by hand: 4/5 and 2/5, of 5 each.
    assert small.margin == pytest.approx(1.96 * (0.8 * 0.2 / 5 + 0.4 * 0.6 / 5) ** 0.5)
    assert large.margin < 0.07
