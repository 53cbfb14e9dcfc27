"""Labels that are perhaps wrong: what speaks against one, and what does not."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.planted_labels import plant
from schemas.outcomes import Fate, outcomes_of_rows
from schemas.reading import Region
from schemas.suspects import Suspicion
from stages.evaluate.outcomes import outcomes_of
from stages.evaluate.slips import SlipKind, slips_between
from stages.evaluate.suspects import LIKELY, suspects, without_suspects
from tests.made_outcomes import box, image

LINES = ("서울특별시 중구", "출입금지 구역", "주차장 입구", "합계 12,000원", "영업시간 안내", "김밥천국 본점", "TOTAL AMOUNT",
         "THANK YOU", "CASH 20.00", "CHANGE 8.00", "RECEIPT NO 4471", "JALAN AMPANG")


Row = dict[str, Any]


def row(image: int, region: int, truth: str | None, read: str | None, score: float | None = 0.98, **others: Any) -> Row:
    fate = Fate.MATCHED if truth is not None and read is not None else Fate.EXTRA if truth is None else Fate.MISSED
    language = "ko" if any("가" <= letter <= "힣" for letter in truth or read or "") else "en"
    return {"image_id": f"image{image:03}", "region_id": f"r{region}", "outcome": fate, "kind": "text", "language": language,
            "truth": truth, "read": read, "score": score} | others


def right(images: int = 40) -> list[Row]:
    """A model that is right about everything."""
    return [row(image, place, f"{text} {image}", f"{text} {image}")
            for image in range(images) for place, text in enumerate(LINES)]


def table(rows: list[Row]) -> pa.Table:
    return outcomes_of_rows(rows, []).regions


def test_one_letter_in_a_long_text_that_the_model_reads_as_a_rule_is_the_first_suspect() -> None:
    rows = right()
    rows[3] |= {"truth": "합게 12,000원 0"}
    [found] = suspects(table(rows))
    assert (found.image_id, found.region_id, found.truth, found.read) == ("image000", "r3", "합게 12,000원 0", "합계 12,000원 0")
    assert found.why is Suspicion.DIFFERS
    assert found.chance > 0.9


def test_what_the_model_confuses_as_a_rule_is_no_suspect_and_a_rare_letter_is() -> None:
    rows = right()
    for item in rows[6::12]:
        item["read"] = item["truth"].replace("O", "0")  # TOTAL AM0UNT, on every image
    rows[7] |= {"truth": "THANK YUU 0"}
    found = suspects(table(rows))
    assert (found[0].image_id, found[0].region_id) == ("image000", "r7")
    assert all(item.chance < 0.1 for item in found[1:])


def test_a_model_that_never_says_spaces_and_writes_small_letters_accuses_nobody() -> None:
    rows = right()
    for item in rows:
        item["read"] = item["read"].replace(" ", "").lower()
    assert suspects(table(rows)) == ()


def test_a_score_that_tells_nothing_does_not_count_and_one_that_does_counts() -> None:
    draws = random.Random(1)
    said: dict[bool, float] = {}
    for honest in (True, False):
        rows = right(80)
        for item in rows[8::12]:  # one line in twelve is read badly, each time otherwise
            item["read"] = "".join(draws.choice("abdefg") if draws.random() < 0.3 else letter for letter in item["truth"])
            item["score"] = 0.4 if honest else 0.98
        rows[9] |= {"truth": "CHANGA 8.00 0", "score": 0.98}
        said[honest] = next(item.chance for item in suspects(table(rows))
                            if (item.image_id, item.region_id) == ("image000", "r9"))
    assert said[True] > said[False]


def test_a_second_model_that_reads_the_same_speaks_against_the_label_and_one_that_reads_the_label_for_it() -> None:
    rows = right()
    rows[6] |= {"truth": "TOTEL AMOUNT 0"}
    alone = suspects(table(rows))[0]
    agrees = right()
    agrees[6] |= {"truth": "TOTEL AMOUNT 0"}
    both = suspects(table(rows), table(agrees))[0]
    assert (both.why, both.other_read) == (Suspicion.TWO_AGREE, "TOTAL AMOUNT 0")
    assert both.chance > alone.chance
    takes_sides = right()
    takes_sides[6] |= {"truth": "TOTEL AMOUNT 0", "read": "TOTEL AMOUNT 0"}
    assert suspects(table(rows), table(takes_sides))[0].chance < alone.chance


def test_the_text_of_another_region_is_told_so() -> None:
    rows = right()
    rows[0] |= {"truth": "THANK YOU 0"}
    found = suspects(table(rows))[0]
    assert (found.region_id, found.why) == ("r0", Suspicion.NEIGHBOUR)
    assert found.chance > 0.9


def test_regions_that_only_one_of_the_two_has() -> None:
    rows = [*right(), row(5, 90, None, "비상구 안내문", 0.99), row(6, 91, "없는 글자", None, None),
            row(7, 92, None, "TOTAL AM", 0.99)]
    found = {item.region_id: item for item in suspects(table(rows))}
    assert found["r90"].why is Suspicion.NOT_LABELLED
    assert found["r91"].why is Suspicion.NOT_FOUND
    assert "r92" not in found  # part of a label that is there: its outline differs
    finds_it = [*right(), row(5, 90, None, "비상구 안내문", 0.99), row(6, 91, "없는 글자", "없는 글자")]
    again = {item.region_id: item for item in suspects(table(rows), table(finds_it))}
    assert again["r90"].chance > found["r90"].chance
    assert again["r91"].chance < 0.1 * found["r91"].chance


@pytest.mark.parametrize("rows", [[], [row(1, 1, "a", None, None)], [row(1, 1, None, "a")], [row(1, 1, "가", "나", None)],
                                  [row(1, 1, "가", "나", float("nan")), row(1, 2, "", "x"), row(1, 3, "x", "")],
                                  [row(1, 1, "a", "b", kind="checkbox")]])
def test_small_and_odd_tables(rows: list[Row]) -> None:
    assert all(0 < item.chance < 1 for item in suspects(table(rows), table(rows)))


def test_the_order_of_rows_is_no_matter_for_what_is_found() -> None:
    planted = plant(table(right()), 40, 3).outcomes
    shuffled = planted.take(random.Random(2).sample(range(len(planted)), len(planted)))
    one = {(item.image_id, item.region_id): round(item.chance, 9) for item in suspects(planted)}
    assert one == {(item.image_id, item.region_id): round(item.chance, 9) for item in suspects(shuffled)}
    assert suspects(planted) == suspects(planted)


def test_planted_mistakes_come_first_where_the_model_is_good() -> None:
    planted = plant(table(right()), 48, 5)
    first = [(item.image_id, item.region_id) for item in suspects(planted.outcomes)[:72]]
    assert sum(name in planted.kinds for name in first) >= 0.9 * 48


def test_figures_without_suspects_leave_out_what_is_likely_wrong_alone() -> None:
    planted = plant(table(right()), 10, 1).outcomes
    found = suspects(planted)
    rest = without_suspects(planted, found)
    assert len(rest) == len(planted) - sum(item.chance >= LIKELY for item in found)


def test_slips() -> None:
    assert [slip.kind for slip in slips_between("JALAN", "JLAAN")] == [SlipKind.SWAP]
    assert [(slip.truth, slip.read) for slip in slips_between("합게", "합계")] == [("게", "계")]
    [run] = slips_between("TOTAL", "TOTAL RM")
    assert (run.kind, run.read, run.at_edge) == (SlipKind.RUN, " RM", True)
    assert slips_between("같음", "같음") == []
    for truth, read in (("EXCLUDING GST", "EXCLUIDNG GST:"), ("가나다라", "나다라마"), ("", "abc"), ("abc", "")):
        text = truth
        for slip in reversed(slips_between(truth, read)):
            text = slip.applied(text)
        assert text == read


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_two_models_may_be_asked(data: st.DataObject) -> None:
    """Whatever they read, alike or not, usual or not."""
    wrong = st.sampled_from(["", "꽥", "서울역", "서울역꽥", "서 울역", "울서역", "서울억"])
    texts = ["서울역", "나가는 곳", "3번 출구"]
    tables = []
    for _ in range(2):
        reads = [data.draw(st.one_of(st.just(text), wrong)) for _ in range(8) for text in texts]
        lines = [Region(f"r{place}", box(10, 10 + 50 * place), text) for place, text in enumerate(texts * 8)]
        tables.append(outcomes_of([image(1, lines, [replace(line, text=read, score=0.9)
                                                    for line, read in zip(lines, reads, strict=True)])]).regions)
    for found in (suspects(*tables), suspects(tables[0], tables[0])):
        assert all(0 < item.chance < 1 for item in found)
