"""The draw is fair, is made again by ten lines of Python, and its list is one text whoever writes it."""

from __future__ import annotations

import json
import string
import subprocess
import sys
import unicodedata
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.board import Standing
from schemas.draw import Eligibility, FinalList, ListLine
from stages.score.draw import (
    NUMBERS,
    code_of,
    commitment_to,
    draw_order,
    final_list,
    list_hash_of,
    number_below,
    read_list,
    write_list,
)
from tests.places import ROOT

SECRET, KEY = "5e" * 32, "c0de" * 16
DRAWS = 10_000
CHI_SQUARE_39 = 72.05
"""Above it lies one in a thousand of fair counts of 40 people (39 degrees of freedom)."""
TEN_LINES = ROOT / "apps" / "portal" / "static" / "recompute_draw.py"

names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text))
codes = st.text(string.ascii_uppercase + string.digits + "-", min_size=1, max_size=19)
list_lines = st.builds(ListLine, st.integers(0, 10**6), codes, st.integers(0, 10**9), st.sampled_from(Eligibility))


def standing(rank: int, name: str, points: int, disqualified: bool = False) -> Standing:
    return Standing(rank, name, points, points, 1, 0, 0, disqualified)


@given(st.builds(FinalList, names, st.integers(0, 99), st.integers(0, 99), st.lists(list_lines, max_size=20).map(tuple)))
def test_a_list_is_read_as_it_was_written(found: FinalList) -> None:
    text = write_list(found)
    assert read_list(text) == found
    assert unicodedata.normalize("NFC", text) == text and "\r" not in text and text.endswith("\n")


@pytest.mark.parametrize(("text", "says"), [
    ("", "line 1"), ("# campaign a\n# prizes by rank 3\n", "line 3"),
    ("# campaign a\n# prizes by rank 3\n# prizes drawn 2\n#\n1\tA\t3\n", "line 5"),
    ("# campaign a\n# prizes by rank 3\n# prizes drawn 2\n#\n1\tA\t3\tperhaps\n", "line 5"),
    ("# campaign a\n# prizes by rank 3\n# prizes drawn 2\n#\n1\tA\t3\teligible", "line 5"),
])
def test_what_is_no_list_is_told_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_list(text)


def test_the_same_people_in_any_order_are_one_list() -> None:
    people = [standing(1, "김하늘", 50), standing(2, "lee", 40), standing(2, "park", 40), standing(4, "choi", 30)]
    one = write_list(final_list("가을", 1, 2, people, ["nobody", "noone"], KEY))
    other = write_list(final_list(unicodedata.normalize("NFD", "가을"), 1, 2, reversed(people), ["noone", "nobody"], KEY))
    assert one == other


def test_who_wins_by_rank_has_no_points_or_is_disqualified_is_not_drawn() -> None:
    people = [standing(1, "a", 50), standing(2, "b", 40), standing(2, "c", 40), standing(4, "d", 30), standing(5, "e", 0),
              standing(0, "f", 90, disqualified=True)]
    found = final_list("x", 3, 2, people, ["g"], KEY)
    by_code = {line.code: line.eligibility for line in found.lines}
    assert [by_code[code_of(KEY, name)] for name in "abcdefg"] == [
        Eligibility.BY_RANK, Eligibility.BY_RANK, Eligibility.BY_RANK, Eligibility.ELIGIBLE, Eligibility.NO_POINTS,
        Eligibility.DISQUALIFIED, Eligibility.NO_POINTS]
    assert found.eligible == (code_of(KEY, "d"),)
    assert [line.rank for line in found.lines] == [1, 2, 2, 4, 5, 0, 0]


@pytest.mark.parametrize("top", range(9))
def test_no_more_than_there_are_prizes_win_by_rank_however_many_share_one(top: int) -> None:
    people = [standing(0, "first of all", 99, disqualified=True), standing(1, "a", 50)]
    people += [standing(2, name, 40) for name in "bcdefg"]
    found = final_list("x", top, 2, people, [], KEY)
    winners = [line.code for line in found.lines if line.eligibility is Eligibility.BY_RANK]
    shared = sorted(code_of(KEY, name) for name in "bcdefg")
    assert winners == [code_of(KEY, "a"), *shared][:top]
    assert set(found.eligible) == {code_of(KEY, name) for name in "abcdefg"} - set(winners)
    assert "of one rank stand by their codes" in write_list(found)


def test_a_list_from_before_it_said_how_shared_ranks_are_parted_is_read() -> None:
    found = final_list("x", 1, 2, [standing(1, "a", 50), standing(2, "b", 40)], [], KEY)
    text = write_list(found)
    older = "".join(line for line in text.splitlines(keepends=True) if "A to Z" not in line)
    assert older != text and read_list(older) == found


def test_a_code_says_nothing_of_a_name_and_is_one_however_it_is_typed() -> None:
    assert code_of(KEY, "김하늘") == code_of(KEY, unicodedata.normalize("NFD", "김하늘")) != code_of("another", "김하늘")
    assert len({code_of(KEY, f"person {number}") for number in range(5000)}) == 5000


def test_numbers_of_the_last_round_are_passed_over() -> None:
    first_too_large = NUMBERS - NUMBERS % 7
    assert number_below(7, iter([first_too_large, NUMBERS - 1, 15])) == 1
    assert number_below(7, iter([first_too_large - 1])) == 6


def test_ten_thousand_draws_favour_nobody() -> None:
    people = [f"person {number}" for number in range(40)]
    drawn = [draw_order(SECRET, "ab" * 32, str(value), people, 3) for value in range(DRAWS)]
    assert all(len(set(order)) == 3 for order in drawn)
    for orders in (((order[0],) for order in drawn), ((order[2],) for order in drawn), drawn):
        chosen = list(chain.from_iterable(orders))
        counts = np.array([chosen.count(name) for name in people])
        expected = len(chosen) / len(people)
        assert ((counts - expected) ** 2 / expected).sum() < CHI_SQUARE_39


def test_the_same_gives_the_same_and_anything_else_something_else() -> None:
    people = [f"person {number}" for number in range(1000)]
    order = draw_order(SECRET, "ab" * 32, "value", people, 5)
    assert order == draw_order(SECRET, "ab" * 32, "value", people, 5)
    others = [draw_order(SECRET, "ab" * 32, "valve", people, 5), draw_order(SECRET, "ac" * 32, "value", people, 5),
              draw_order("5f" * 32, "ab" * 32, "value", people, 5)]
    assert order not in others
    assert sorted(draw_order(SECRET, "ab" * 32, "value", people[:3], 5)) == people[:3]
    assert draw_order(SECRET, "ab" * 32, "value", [], 5) == ()


def recomputed(folder: Path, *options: str) -> str:
    """What the ten lines print in a folder, with nothing but the standard library."""
    done = subprocess.run([sys.executable, "-I", "-S", *options, str(TEN_LINES)], cwd=folder, capture_output=True, text=True,
                          check=True)
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("eligible", [0, 1, 3, 500])
def test_ten_lines_make_the_draw_again(tmp_path: Path, eligible: int) -> None:
    assert len(TEN_LINES.read_text(encoding="utf-8").splitlines()) <= 10
    people = [standing(rank, f"사람 {rank}", 1000 - rank) for rank in range(1, eligible + 4)]
    found = final_list("가을", 3, 2, people, ["nobody"], KEY)
    text = write_list(found)
    value = "라운드 1234: 8f3a"
    order = draw_order(SECRET, list_hash_of(text), value, found.eligible, 12)
    assert len(order) == min(12, eligible)
    (tmp_path / "list.txt").write_bytes(text.encode())
    known = {"secret": SECRET, "commitment": commitment_to(SECRET), "public_value": value, "order": order}
    (tmp_path / "draw.json").write_text(json.dumps(known), encoding="utf-8")
    assert recomputed(tmp_path).split() == ["True", "True", *order]


@pytest.mark.slow
def test_ten_lines_tell_another_list_and_another_secret(tmp_path: Path) -> None:
    people = [standing(rank, f"p{rank}", 1000 - rank) for rank in range(1, 40)]
    found = final_list("x", 3, 2, people, [], KEY)
    text = write_list(found)
    order = draw_order(SECRET, list_hash_of(text), "value", found.eligible, 12)
    known = {"secret": SECRET, "commitment": commitment_to("another"), "public_value": "value", "order": order}
    (tmp_path / "draw.json").write_text(json.dumps(known), encoding="utf-8")
    (tmp_path / "list.txt").write_bytes(text.replace("\t996\t", "\t997\t").encode())
    assert recomputed(tmp_path).split()[:2] == ["False", "False"]
