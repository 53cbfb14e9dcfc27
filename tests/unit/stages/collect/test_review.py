"""Who decides about an image: one person, two who agree, or a third one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.answers import Answer
from schemas.config_version import ConfigVersion
from schemas.labelling import AgreementKind, Side
from schemas.reading import Attributes, Direction, Reading, Region, Unit
from schemas.recipes.annotation_config import Thresholds
from stages.collect.new_states import problems
from stages.collect.review import Case, Ruling, review

RUN = ConfigVersion("scene_text@2")
LIMITS = Thresholds(regions=0.9, cer=0.02, attributes=0.9)


def box(x: float, y: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + 100, y), (x + 100, y + 40), (x, y + 40))


A, B = Region("a", box(10, 10), "서울역"), Region("b", box(10, 100), "Exit 3")
PRELABEL = Reading("i" * 64, "model:m@1", "r", 0, Unit.LINE, 1000, 800, (A, B))


def given(side: Side, person: str, *regions: Region, at: int = 1, problem: str | None = None, skipped: bool = False) -> Answer:
    reading = None if skipped else Reading("i" * 64, f"person:{person}", RUN, at, Unit.LINE, 1000, 800, regions)
    return Answer(side, RUN, "i" * 64, "i" * 64, at, at, f"person:{person}", reading, skipped, problem)


def decide(*items: Answer, gold: bool = False, two: bool = False) -> Ruling:
    return review(Case(image_id="i" * 64, config=RUN, answers=items, shown=PRELABEL, gold=gold, on_side_b=two), LIMITS)


def reason(ruling: Ruling) -> str | None:
    return ruling.second_look.reason if ruling.second_look else None


def to_choose(ruling: Ruling) -> tuple[str, ...]:
    return ruling.second_look.shown if ruling.second_look else ()


def test_one_person_is_enough_where_nobody_else_was_asked() -> None:
    old, new = given(Side.A, "kim", A, at=1), given(Side.A, "kim", A, B, at=2)
    assert decide(old, new).accepted == new.reading
    assert reason(decide(new, old)) is None


def test_an_image_for_two_waits_for_both() -> None:
    one = given(Side.A, "kim", A, B)
    assert decide(one, two=True).accepted is None
    assert reason(decide(one, two=True)) is None


def test_two_who_agree_are_accepted_and_compared() -> None:
    one, other = given(Side.A, "kim", A, B), given(Side.B, "lee", A, B, at=2)
    ruling = decide(one, other, two=True)
    assert ruling.accepted is not None
    assert ruling.accepted.regions == (A, B)
    [compared] = ruling.agreements
    assert (compared.kind, compared.agreed, compared.figures.cer) == (AgreementKind.PAIR, True, 0)


def test_two_who_differ_go_to_a_third() -> None:
    one, other = given(Side.A, "kim", A, B), given(Side.B, "lee", replace(A, text="서울억"), B, at=2)
    ruling = decide(one, other, two=True)
    assert ruling.accepted is None
    assert one.reading and other.reading
    assert to_choose(ruling) == (one.reading.reading_id, other.reading.reading_id)
    why = reason(ruling)
    assert why is not None
    assert "서울역" in why and "서울억" in why
    assert "kim" not in why and "lee" not in why
    third = given(Side.SECOND_LOOK, "park", A, replace(B, attributes=Attributes(direction=Direction.VERTICAL)), at=3)
    assert decide(one, other, third, two=True).accepted == third.reading
    assert decide(third, one, other, two=True).agreements[0].agreed is False


def test_one_person_is_no_pair() -> None:
    one, again = given(Side.A, "kim", A, B), given(Side.B, "kim", A, at=2)
    ruling = decide(one, again, two=True)
    assert ruling.same_person
    assert not ruling.agreements
    assert ruling.accepted == again.reading
    other = given(Side.B, "lee", A, B, at=1)  # a second person has answered as well
    assert len(decide(one, again, other, two=True).agreements) == 1


def test_what_a_check_rejects_goes_to_a_third() -> None:
    empty = given(Side.A, "kim", replace(A, text=""), problem="region a has no text")
    assert problems(empty.reading) if empty.reading else False
    for unseen in ("\u200b", "\u3164 "):  # as readings from before one policy hold it
        assert problems(replace(PRELABEL, regions=(replace(A, text=unseen), B))) == problems(
            replace(PRELABEL, regions=(replace(A, text=""), B)))
    ruling = decide(empty)
    assert ruling.accepted is None
    assert reason(ruling) == ("검사에 걸렸습니다 · a check found: #1 (처음에는 · at first '서울역'): 글자가 없습니다. 쓰거나 "
                              "'읽을 수 없음'을 고르세요 · no text: type it, or mark it illegible")
    sound = given(Side.B, "lee", A, at=2)
    assert "a check found: 첫째 · first: #1 (" in str(reason(decide(empty, sound, two=True)))
    mended = given(Side.A, "kim", A, at=3)
    assert decide(mended).accepted == mended.reading


def test_one_reads_and_one_skips() -> None:
    one, other = given(Side.A, "kim", A), given(Side.B, "lee", skipped=True, at=2)
    assert one.reading
    assert to_choose(decide(one, other, two=True)) == (one.reading.reading_id,)
    assert reason(decide(replace(one, reading=None, skipped=True), other, two=True)) is None
    assert decide(replace(one, reading=None, skipped=True)).accepted is None


def test_gold_measures_people_and_is_never_theirs() -> None:
    truth = given(Side.SECOND_LOOK, "park", A, B)
    wrong, right = given(Side.A, "kim", A, at=2), given(Side.B, "lee", A, B, at=3)
    assert decide(wrong, gold=True).accepted is None
    ruling = decide(truth, wrong, right, gold=True)
    assert ruling.accepted == truth.reading
    assert wrong.reading and right.reading
    assert [(item.kind, item.other, item.agreed) for item in ruling.agreements] == [
        (AgreementKind.GOLD, wrong.reading.reading_id, False), (AgreementKind.GOLD, right.reading.reading_id, True)]
    own = given(Side.A, "park", A, B, at=4)  # who settled the truth is not measured with it
    assert not decide(truth, own, gold=True).agreements
    assert reason(ruling) is None


@pytest.mark.parametrize("two", [False, True])
def test_nothing_given_is_nothing_decided(two: bool) -> None:
    ruling = decide(two=two)
    assert (ruling.accepted, reason(ruling), ruling.agreements) == (None, None, ())


def test_a_second_look_opens_on_the_reading_with_the_fault() -> None:
    sound = given(Side.A, "kim", A, B)
    new = Region("new", box(10, 200), "")
    faulty = given(Side.B, "lee", A, new, B, at=2, problem="region 2 (new) has no text")
    assert sound.reading and faulty.reading
    ruling = decide(sound, faulty, two=True)
    assert to_choose(ruling) == (faulty.reading.reading_id, sound.reading.reading_id)
    assert str(reason(ruling)).splitlines() == [
        "검사에 걸렸습니다 · a check found: 첫째 · first: #2: 글자가 없습니다. 쓰거나 '읽을 수 없음'을 고르세요 · "
        "no text: type it, or mark it illegible"]
    assert "new" not in str(reason(ruling))  # an id that no list shows
    both = decide(replace(sound, reading=replace(sound.reading, regions=(A, replace(B, text=""))), problem="no text"), faulty,
                  two=True)
    assert to_choose(both) == (sound.reading.reading_id, faulty.reading.reading_id)
    first, second = str(reason(both)).splitlines()
    assert ": 첫째 · first: #2 (" in first and ": 둘째 · second: #2: " in second


def test_of_what_cannot_be_read_the_problem_is_told_and_the_other_reading_opens() -> None:
    unreadable = replace(given(Side.A, "kim", A, problem="2 texts: keep one"), reading=None)
    other = given(Side.B, "lee", A, B, at=2)
    assert other.reading
    ruling = decide(unreadable, other, two=True)
    assert to_choose(ruling) == (other.reading.reading_id,)
    assert reason(ruling) == "검사에 걸렸습니다 · a check found: 2 texts: keep one"


def test_no_id_is_told_of_what_cannot_be_read() -> None:
    other = given(Side.B, "lee", B, A, at=2)

    def told(problem: str, *others: Answer) -> str:
        unreadable = replace(given(Side.A, "kim", A, problem=problem), reading=None)
        return str(reason(decide(unreadable, *others, two=bool(others)))).removeprefix("검사에 걸렸습니다 · a check found: ")

    assert told("region b ('Exit 3') has 2 outlines") == "#2 ('Exit 3') has 2 outlines"  # the pre-label opens
    assert told("region b ('Exit 3') has 2 outlines", other) == "#1 ('Exit 3') has 2 outlines"  # lee's reading opens
    assert told("region Xy-1 ('새 줄'): kind is 'x'") == "a region ('새 줄'): kind is 'x'"
    assert told("region Xy-1: kind is 'x'") == "a region: kind is 'x'"
    assert told("the whole image: kind is 'x'") == "the whole image: kind is 'x'"


def test_where_two_differ_the_longer_reading_opens_and_is_the_first() -> None:
    short, long = given(Side.A, "kim", A), given(Side.B, "lee", replace(A, text="서울억"), B, at=2)
    assert short.reading and long.reading
    ruling = decide(short, long, two=True)
    assert to_choose(ruling) == (long.reading.reading_id, short.reading.reading_id)
    assert "첫째에만 있음 · only in the first: #2 'Exit 3'" in str(reason(ruling))
    assert "#1 '서울억' / '서울역'" in str(reason(ruling))
    [row] = ruling.agreements
    assert (row.one, row.other) == (short.reading.reading_id, long.reading.reading_id)  # still by side


def test_one_region_twice_is_named_by_its_numbers() -> None:
    twice = given(Side.A, "kim", A, B, replace(B, polygon=box(10, 300)), problem="region id b occurs twice")
    assert "a check found: #2, #3: " in str(reason(decide(twice)))
