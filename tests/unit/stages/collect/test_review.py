"""Who decides about an image: one person, two who agree, or a third one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.labelling import Kind, Side
from schemas.reading import Attributes, Direction, Reading, Region, Unit
from schemas.recipes.annotation_config import Thresholds
from stages.collect.review import Given, problems, review

LIMITS = Thresholds(regions=0.9, cer=0.02, attributes=0.9)


def box(x: float, y: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + 100, y), (x + 100, y + 40), (x, y + 40))


A, B = Region("a", box(10, 10), "서울역"), Region("b", box(10, 100), "Exit 3")
PRELABEL = Reading("i" * 64, "model:m@1", "r", 0, Unit.LINE, 1000, 800, (A, B))


def given(side: Side, person: str, *regions: Region, at: int = 1, problem: str | None = None, skipped: bool = False) -> Given:
    reading = None if skipped else Reading("i" * 64, f"person:{person}", "scene_text@2", at, Unit.LINE, 1000, 800, regions)
    return Given(side, f"person:{person}", at, reading, problem, skipped)


def decide(*items: Given, gold: bool = False, two: bool = False):
    return review(items, gold=gold, two=two, limits=LIMITS, shown=PRELABEL)


def test_one_person_is_enough_where_nobody_else_was_asked() -> None:
    old, new = given(Side.A, "kim", A, at=1), given(Side.A, "kim", A, B, at=2)
    assert decide(old, new).accepted == new.reading
    assert decide(new, old).reason is None


def test_an_image_for_two_waits_for_both() -> None:
    one = given(Side.A, "kim", A, B)
    assert decide(one, two=True).accepted is None
    assert decide(one, two=True).reason is None


def test_two_who_agree_are_accepted_and_compared() -> None:
    one, other = given(Side.A, "kim", A, B), given(Side.B, "lee", A, B, at=2)
    verdict = decide(one, other, two=True)
    assert verdict.accepted is not None
    assert verdict.accepted.regions == (A, B)
    [compared] = verdict.comparisons
    assert (compared.kind, compared.agreed, compared.figures.cer) == (Kind.PAIR, True, 0)


def test_two_who_differ_go_to_a_third() -> None:
    one, other = given(Side.A, "kim", A, B), given(Side.B, "lee", replace(A, text="서울억"), B, at=2)
    verdict = decide(one, other, two=True)
    assert verdict.accepted is None
    assert verdict.to_choose == (one.reading, other.reading)
    assert verdict.reason is not None
    assert "서울역" in verdict.reason and "서울억" in verdict.reason
    assert "kim" not in verdict.reason and "lee" not in verdict.reason
    third = given(Side.SECOND_LOOK, "park", A, replace(B, attributes=Attributes(direction=Direction.VERTICAL)), at=3)
    assert decide(one, other, third, two=True).accepted == third.reading
    assert decide(third, one, other, two=True).comparisons[0].agreed is False


def test_one_person_is_no_pair() -> None:
    one, again = given(Side.A, "kim", A, B), given(Side.B, "kim", A, at=2)
    verdict = decide(one, again, two=True)
    assert verdict.same_person
    assert not verdict.comparisons
    assert verdict.accepted == again.reading
    other = given(Side.B, "lee", A, B, at=1)  # a second person has answered as well
    assert len(decide(one, again, other, two=True).comparisons) == 1


def test_what_a_check_rejects_goes_to_a_third() -> None:
    empty = given(Side.A, "kim", replace(A, text=""), problem="region a has no text")
    assert problems(empty.reading) if empty.reading else False
    for unseen in ("\u200b", "\u3164 "):  # as readings from before one policy hold it
        assert problems(replace(PRELABEL, regions=(replace(A, text=unseen), B))) == problems(
            replace(PRELABEL, regions=(replace(A, text=""), B)))
    verdict = decide(empty)
    assert verdict.accepted is None
    assert verdict.reason is not None and "region a has no text" in verdict.reason
    sound = given(Side.B, "lee", A, at=2)
    assert "region a has no text" in str(decide(empty, sound, two=True).reason)
    mended = given(Side.A, "kim", A, at=3)
    assert decide(mended).accepted == mended.reading


def test_one_reads_and_one_skips() -> None:
    one, other = given(Side.A, "kim", A), given(Side.B, "lee", skipped=True, at=2)
    assert decide(one, other, two=True).to_choose == (one.reading,)
    assert decide(replace(one, reading=None, skipped=True), other, two=True).reason is None
    assert decide(replace(one, reading=None, skipped=True)).accepted is None


def test_gold_measures_people_and_is_never_theirs() -> None:
    truth = given(Side.SECOND_LOOK, "park", A, B)
    wrong, right = given(Side.A, "kim", A, at=2), given(Side.B, "lee", A, B, at=3)
    assert decide(wrong, gold=True).accepted is None
    verdict = decide(truth, wrong, right, gold=True)
    assert verdict.accepted == truth.reading
    assert [(item.kind, item.other.reader, item.agreed) for item in verdict.comparisons] == [
        (Kind.GOLD, "person:kim", False), (Kind.GOLD, "person:lee", True)]
    own = given(Side.A, "park", A, B, at=4)  # who settled the truth is not measured with it
    assert not decide(truth, own, gold=True).comparisons
    assert verdict.reason is None


@pytest.mark.parametrize("two", [False, True])
def test_nothing_given_is_nothing_decided(two: bool) -> None:
    verdict = decide(two=two)
    assert (verdict.accepted, verdict.reason, verdict.comparisons) == (None, None, ())
