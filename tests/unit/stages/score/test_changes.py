"""The list of changes comes to what everything is worth, by whatever way, and says why."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from schemas.points import PHOTOGRAPH, PointEntry, PointLine, PointReason, WrittenPoints
from stages.score.changes import NOTHING, changes, differing

NOW = datetime(2026, 11, 3, tzinfo=UTC)


class Entries:
    """The list as it grows."""

    def __init__(self) -> None:
        self.entries: list[PointEntry] = []

    @property
    def sums(self) -> dict[tuple[str, str], WrittenPoints]:
        """What it says of each submission and rule."""
        found: dict[tuple[str, str], WrittenPoints] = {}
        for entry in self.entries:
            place = (entry.submission_id, entry.rule)
            before = found.get(place, WrittenPoints(0, 0, 0))
            found[place] = WrittenPoints(before.provisional + entry.provisional, before.final + entry.final, entry.number)
        return found

    def count(self, lines: list[PointLine]) -> list[PointEntry]:
        """Adds what has to be added; returns it."""
        by_number = {entry.number: entry for entry in self.entries}
        new = changes("autumn", differing(lines, self.sums), by_number, len(self.entries), NOW)
        self.entries += new
        return new


def line(worth: int = 10, reason: PointReason = PointReason.ACCEPTED, rule: str = PHOTOGRAPH, submission: str = "1",
         final: int = 0, detail: str = "") -> PointLine:
    return PointLine(submission, "김하늘", rule, worth, final, reason, detail, 1)


def told(entries: list[PointEntry]) -> list[tuple[int, int, PointReason]]:
    return [(entry.provisional, entry.final, entry.reason) for entry in entries]


def test_an_entry_says_by_how_much_and_why() -> None:
    found = Entries()
    assert told(found.count([line()])) == [(10, 0, PointReason.ACCEPTED)]
    assert found.count([line()]) == []
    assert told(found.count([line(12)])) == [(2, 0, PointReason.CHANGED)]
    assert told(found.count([line(0, PointReason.CONFIRMED, final=12)])) == [(-12, 12, PointReason.CONFIRMED)]
    assert told(found.count([line(0, PointReason.DISQUALIFIED)])) == [(0, -12, PointReason.DISQUALIFIED)]
    assert told(found.count([line(0, PointReason.CONFIRMED, final=12)])) == [(0, 12, PointReason.REINSTATED)]
    assert told(found.count([])) == [(0, -12, PointReason.WITHDRAWN)]
    assert found.count([]) == []
    assert {entry.submitter for entry in found.entries} == {"김하늘"}
    assert [entry.number for entry in found.entries] == [*range(1, 7)]


def test_a_bonus_whose_line_is_gone_is_taken_back_with_the_reason_of_its_photograph() -> None:
    found = Entries()
    found.count([line(), line(5, PointReason.CLAIMED, "vertical")])
    assert told(found.count([line()])) == [(-5, 0, PointReason.CHANGED)]
    found.count([line(), line(5, PointReason.CLAIMED, "vertical")])
    assert told(found.count([line(0, PointReason.REJECTED)])) == [(-10, 0, PointReason.REJECTED), (-5, 0, PointReason.REJECTED)]


def test_a_bonus_of_nothing_is_not_told_and_a_photograph_of_nothing_once() -> None:
    found = Entries()
    lines = [line(0, PointReason.CAP_OF_DAY), line(0, PointReason.CLAIMED, "vertical", "2"), line(submission="2")]
    assert len(found.count(lines)) == 2 and found.count(lines) == []
    assert told(found.count([line(0, PointReason.DUPLICATE), *lines[1:]])) == [(0, 0, PointReason.DUPLICATE)]


def test_a_claim_that_people_denied_before_anybody_counted_it_is_told_once() -> None:
    found = Entries()
    lines = [line(final=10, worth=0, reason=PointReason.CONFIRMED), line(0, PointReason.DENIED, "vertical")]
    assert told(found.count(lines)) == [(0, 10, PointReason.CONFIRMED), (0, 0, PointReason.DENIED)]
    assert found.count(lines) == []


def test_another_reason_for_no_points_is_told_and_so_are_other_words_of_the_manager() -> None:
    found = Entries()
    for reason, detail in ((PointReason.FLAG_CONFIRMED, "화면"), (PointReason.FLAG_CONFIRMED, "남의 사진"),
                           (PointReason.HELD, ""), (PointReason.DISQUALIFIED, "화면"), (PointReason.DISQUALIFIED, "두 계정")):
        [entry] = found.count([line(0, reason, detail=detail)])
        assert (entry.provisional, entry.final, entry.reason, entry.detail) == (0, 0, reason, detail)
        assert found.count([line(0, reason, detail=detail)]) == []


def test_a_reason_that_holds_no_more_is_not_the_last_word_where_the_points_are_none_as_before() -> None:
    found = Entries()
    found.count([line(0, PointReason.HELD)])
    assert told(found.count([line(0)])) == [(0, 0, PointReason.ACCEPTED)]
    found.count([line(0, PointReason.DISQUALIFIED)])
    assert told(found.count([line(0)])) == [(0, 0, PointReason.REINSTATED)]
    assert found.count([line(0)]) == []


def test_a_bonus_that_was_denied_while_its_sender_was_out_says_so_when_they_are_back() -> None:
    found = Entries()
    found.count([line(), line(5, PointReason.CLAIMED, "vertical"), line(3, PointReason.CLAIMED, "curved")])
    found.count([line(0, PointReason.DISQUALIFIED)])
    back = [line(0, PointReason.CONFIRMED, final=10), line(0, PointReason.DENIED, "vertical")]
    assert told(found.count(back)) == [(0, 10, PointReason.REINSTATED), (0, 0, PointReason.DENIED), (0, 0, PointReason.CHANGED)]
    assert found.count(back) == []


RULES = st.sampled_from([PHOTOGRAPH, "vertical", "curved"])
REASONS = st.sampled_from([*PointReason])
DETAILS = st.sampled_from(["", "화면", "남의 사진"])
LINES = st.dictionaries(st.tuples(st.sampled_from("123"), RULES),
                        st.tuples(st.integers(0, 3), st.integers(0, 3), REASONS, DETAILS))


@given(st.lists(LINES, min_size=1, max_size=8))
def test_whatever_things_are_worth_the_sums_are_it_and_a_second_time_adds_nothing(times: list[dict[tuple[str, str], tuple[
        int, int, PointReason, str]]]) -> None:
    found = Entries()
    for worth in times:
        lines = [PointLine(submission, "kim", rule, *((0, 0) if reason in NOTHING - {PointReason.DUPLICATE} else (
                     provisional, final)), reason, detail, 1)
                 for (submission, rule), (provisional, final, reason, detail) in worth.items()]
        found.count(lines)
        expected = {(item.submission_id, item.rule): (item.provisional, item.final) for item in lines}
        sums = {place: (item.provisional, item.final) for place, item in found.sums.items()}
        assert {place: both for place, both in sums.items() if any(both)} == {
            place: both for place, both in expected.items() if any(both)}
        assert found.count(lines) == []
        last = {(entry.submission_id, entry.rule): entry for entry in found.entries}
        for item in lines:
            entry = last.get((item.submission_id, item.rule))
            if item.rule == PHOTOGRAPH and item.reason in NOTHING:
                assert entry and (entry.reason, entry.detail) == (item.reason, item.detail)
            if item.reason not in NOTHING and not (item.provisional or item.final):
                assert entry is None or entry.reason not in NOTHING
            assert entry or item.reason is not PointReason.DENIED
