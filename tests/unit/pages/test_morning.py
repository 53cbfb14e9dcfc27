"""What the morning page says, in both languages, on all of its pages; and that docs/morning.md explains each trouble."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import typer
from rich.console import Console

import apps.cli
import saegim.cli
from apps.stack.morning import show_morning
from pages.morning_markdown import morning_markdown
from pages.morning_night import NAMES, WIDTH, night_picture
from pages.morning_words import KINDS, VERBS, headline, moment, outlook, promise, promised
from schemas.morning import Forecast, ForecastState, FreeDisk, Morning, MorningTrouble, TroubleKind
from schemas.runs import RunState, VerbRun
from stages.morning.limits import VERBS as SHOWN
from stages.morning.troubles import troubles
from tests.commands import joined_until_the_end
from tests.made_morning import NINE, all_well, well, with_verb
from tests.unit.stages.morning.test_troubles import CASES
from tests.unit.test_docs_commands import wrong_in
from workbench.settings import ROOT

PAGE = (ROOT / "docs" / "morning.md").read_text(encoding="utf-8")
ODD = MorningTrouble(TroubleKind.RUN_FAILED, "ingest", "It failed: a|b *c* <d> [e](f)", "`saegim run ingest`, then _look_")


def printed(morning: Morning) -> str:
    out = io.StringIO()
    show_morning(Console(file=out, width=80), morning)
    return out.getvalue()


@pytest.mark.parametrize("kind", TroubleKind)
def test_the_docs_explain_each_trouble_with_its_repair(kind: TroubleKind) -> None:
    [row] = re.findall(rf"^\| `{kind}` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert all(row)


def test_the_commands_of_each_repair_exist() -> None:
    with joined_until_the_end():
        apps.cli.register(saegim.cli.app)
        command = typer.main.get_command(saegim.cli.app)
        for _, _, morning, seen in CASES:
            for trouble in troubles(morning, seen):
                for line in trouble.repair.split("`")[1::2]:
                    assert not line.startswith("saegim") or wrong_in(command, line) is None, line


def test_each_kind_and_each_verb_has_words_in_both_languages() -> None:
    assert KINDS.keys() == set(TroubleKind)
    assert VERBS.keys() >= set(SHOWN)
    assert all(re.search("[가-힣]", words.ko) and words.en for words in (*KINDS.values(), *VERBS.values()))


@pytest.mark.parametrize(("count", "english", "korean"), [
    (0, "The night went well", "밤사이 아무 문제 없었습니다"), (1, "One thing needs you", "확인할 일이 1가지 있습니다"),
    (3, "3 things need you", "확인할 일이 3가지 있습니다")])
def test_the_first_line(count: int, english: str, korean: str) -> None:
    assert headline(well(troubles=(ODD,) * count)) == (english, korean)


def test_a_promise() -> None:
    """3,120 wait, 410 an hour: ready this afternoon, tomorrow at the latest."""
    way = Forecast(3120, ForecastState.READY, 410, NINE + timedelta(hours=5, minutes=41), NINE + timedelta(hours=26))
    morning = well(way=way, release_at=NINE + timedelta(days=3, hours=-5, minutes=-4))
    assert promise(morning) == (
        "3,120 tasks to label, 410 an hour: ready today 14:45, tomorrow 12:00 at the latest. "
        "The release after that is planned for Mon 30 Nov 04:00.",
        "라벨링할 작업 3,120건, 시간당 410건: 오늘 14:45 완료 예상, 늦어도 내일 12:00. "
        "그다음 릴리스는 11월 30일(월) 04:00 예정입니다.")
    assert "cannot be told" in promise(replace(morning, way=Forecast(9, ForecastState.NOBODY_WORKS))).en
    assert promise(well()).en == "Everything that was sent is labelled."


def test_what_is_held_is_told_and_hides_behind_no_good_word() -> None:
    morning = well(outcomes={"accepted": 900, "held": 5, "quarantined": 1}, doubtful=4)
    assert promise(morning).en == (
        "Everything that was taken in is labelled. 6 photographs wait for hands: held or in quarantine.")
    assert "보낸 사진은 모두" not in promise(morning).ko
    assert "Held photographs to decide: 4" in morning_markdown(morning) and "Held photographs" not in morning_markdown(well())


def test_moments_are_told_in_the_zone_and_promises_are_rounded_up() -> None:
    assert moment(NINE - timedelta(hours=10), NINE, "Asia/Seoul").en == "yesterday 23:04"
    assert moment(NINE, NINE, "Europe/London").en == "today 00:04"
    assert promised(NINE, NINE, "Asia/Seoul").en == "today 09:15"
    assert promised(NINE + timedelta(days=2), NINE, "Asia/Seoul").en == "Sun 29 Nov 10:00"
    assert outlook(Forecast(9, ForecastState.TOO_FAR, 1), NINE, "Asia/Seoul").en == "in more than 60 days"


def test_what_a_run_said_is_shown_as_it_is_and_makes_no_markup() -> None:
    morning = well(troubles=(ODD,), free=[FreeDisk("[red]host[/]", 3 * 10**9, NINE)])
    shown, page = morning_markdown(morning), printed(morning)
    assert r"It failed: a\|b \*c\* &lt;d&gt; \[e\](f)" in shown and "→ `saegim run ingest`, then \\_look\\_" in shown
    assert "It failed: a|b *c* <d> [e](f)" in page and "[red]host[/]" in page
    assert "repair: saegim run ingest, then _look_" in page


def test_a_bad_step_is_told_with_its_reason() -> None:
    failed = VerbRun("r", "prelabel", "sad-otter", NINE, state=RunState.FAILED, ended_at=NINE, error="Made to fail.")
    morning = with_verb("prelabel", last=failed, completed=None)
    assert "| **prelabel** read by the model | never | failed |" in morning_markdown(morning)
    assert re.search(r"prelabel +never +failed", printed(morning))
    assert troubles(morning, all_well())[0].what == "The last run of prelabel failed: Made to fail."


def test_bars_of_the_night_stay_in_the_picture_and_those_that_touch_are_one() -> None:
    def run(verb: str, minutes: int, state: RunState, long: int = 1) -> VerbRun:
        at = NINE - timedelta(minutes=minutes)
        return VerbRun(f"{verb}{minutes}", verb, "otter", at, state=state, counts={"read": 1},
                       ended_at=None if state is RunState.AT_WORK else at + timedelta(minutes=long))

    night = [run("collect", minutes, RunState.FAILED) for minutes in range(300, 100, -2)]
    night += [run("prelabel-batch", 5000, RunState.DEAD, 4990), run("ingest", 30, RunState.AT_WORK)]
    drawn = night_picture(well(night=night))
    assert [(bar.style, bar.runs) for bar in drawn.bars] == [("works", 1), ("failed", 1), ("failed", 100)]
    assert all(bar.x >= NAMES and bar.x + bar.width <= WIDTH for bar in drawn.bars)
    assert [mark.text for mark in drawn.hours] == ["18:00", "21:00", "00:00", "03:00", "06:00", "09:00"]
