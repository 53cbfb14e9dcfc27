"""A draw goes one way: a secret before the end, a list after it, winners once; and each step is taken once, killed or not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from datastore.ledger import audit, boards, draws, flags, participants
from schemas.accounts import Act
from schemas.board import BoardState
from schemas.draw import Draw, Eligibility
from schemas.errors import NotToBeDecided
from schemas.flags import Flag, FlagKind
from schemas.recipes.campaign import Campaign
from stages.score.draw import code_of, commitment_to, list_hash_of, read_list
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, open_portal
from tests.sent_photographs import arrive, send
from tests.services.killed import kill_at
from workbench.bench import Workbench
from workbench.board import board_now, latest_board, note_board
from workbench.campaigns import load_campaigns
from workbench.draw import commit_secret, draw_winners, drawn, freeze_list, own_code, people_by_code, published_list
from workbench.draw_files import names_by_code, write_files

FILE = CAMPAIGN_FILE.replace("last_day: 2099-12-31", "last_day: 2026-11-22")
WHY = "사진이 많아 남은 것은 그대로 둡니다."


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return open_portal(tmp_path, {"autumn": FILE}).bench


@pytest.fixture
def campaign(bench: Workbench) -> Campaign:
    return load_campaigns(bench.settings).by_name[CAMPAIGN]


@pytest.fixture
def before(campaign: Campaign) -> datetime:
    return campaign.ends_at - timedelta(seconds=1)


@pytest.fixture
def after(campaign: Campaign) -> datetime:
    return campaign.ends_at + timedelta(hours=1)


def play(bench: Workbench, people: int = 9) -> None:
    """Each person sends one photograph more than the one before."""
    for person in range(people):
        for number in range(person + 1):
            send(bench.ledger, f"{number}.jpg", f"사람{person}")


def row_of(bench: Workbench) -> draws.DrawRow:
    with bench.ledger.read() as connection:
        row = draws.draw_row(connection, CAMPAIGN)
    assert row is not None
    return row


def test_a_secret_is_committed_to_once_and_shown_to_nobody(bench: Workbench, campaign: Campaign, before: datetime) -> None:
    first = commit_secret(bench, campaign, now=before)
    secret = row_of(bench).secret
    assert first.commitment == commitment_to(secret) and first.awaited == "drand quicknet"
    assert commit_secret(bench, campaign, now=before) == first
    told = f"{first!r} {row_of(bench)!r} {audit.deeds(bench.ledger)!r} {drawn(bench.ledger, CAMPAIGN)!r}"
    assert first.secret is None and secret not in told and row_of(bench).code_key not in told
    assert [deed.act for deed in audit.deeds(bench.ledger)] == [Act.COMMITTED]


def test_after_the_end_it_is_too_late_for_a_secret(bench: Workbench, campaign: Campaign) -> None:
    with pytest.raises(NotToBeDecided, match="knows the board already"):
        commit_secret(bench, campaign, now=campaign.ends_at)
    assert drawn(bench.ledger, CAMPAIGN) is None


def test_a_file_that_names_no_public_value_is_told(bench: Workbench, campaign: Campaign, before: datetime) -> None:
    silent = campaign.model_copy(update={"prizes": campaign.prizes.model_copy(update={"public_value": " "})})
    with pytest.raises(NotToBeDecided, match=r"prizes\.public_value"):
        commit_secret(bench, silent, now=before)


def test_a_list_is_frozen_after_the_end_and_when_nothing_is_undecided(bench: Workbench, campaign: Campaign, before: datetime,
                                                                     after: datetime) -> None:
    commit_secret(bench, campaign, now=before)
    submission = send(bench.ledger, "1.jpg")
    arrive(bench.ledger, "waits.jpg")
    flags.add_flags(bench.ledger, [Flag(submission, FlagKind.STOCK, CAMPAIGN, "seen", before)])
    with pytest.raises(NotToBeDecided, match="close it after that"):
        freeze_list(bench, campaign, WHY, now=before)
    with pytest.raises(NotToBeDecided, match=r"1 photographs wait for ingest.*1 flags are open.*10 points are provisional"):
        freeze_list(bench, campaign, now=after)
    assert published_list(bench.ledger, CAMPAIGN) is None
    frozen = freeze_list(bench, campaign, WHY, now=after)
    assert frozen.frozen_because == WHY and frozen.secret is None
    assert frozen.list_hash == list_hash_of(published_list(bench.ledger, CAMPAIGN) or "")


def test_the_list_has_everybody_and_the_board_is_final(bench: Workbench, campaign: Campaign, before: datetime,
                                                       after: datetime) -> None:
    commit_secret(bench, campaign, now=before)
    play(bench)
    participants.join(bench.ledger, CAMPAIGN, "sent nothing", 1, before)
    participants.disqualify(bench.ledger, CAMPAIGN, "사람4", "화면을 찍었습니다", before)
    freeze_list(bench, campaign, WHY, now=after)
    found = read_list(published_list(bench.ledger, CAMPAIGN) or "")
    by_code = {line.code: line.eligibility for line in found.lines}
    assert by_code[own_code(bench.ledger, CAMPAIGN, "사람8") or ""] is Eligibility.BY_RANK
    assert by_code[own_code(bench.ledger, CAMPAIGN, "사람0") or ""] is Eligibility.ELIGIBLE
    assert by_code[own_code(bench.ledger, CAMPAIGN, "사람4") or ""] is Eligibility.DISQUALIFIED
    assert by_code[own_code(bench.ledger, CAMPAIGN, "sent nothing") or ""] is Eligibility.NO_POINTS
    assert "사람" not in (published_list(bench.ledger, CAMPAIGN) or "") and len(found.eligible) == 5
    board = boards.newest_board(bench.ledger, CAMPAIGN)
    assert board is not None and board.state is BoardState.FINAL and board.next_at is None and len(board.people) == 9


def test_winners_are_drawn_once_and_the_same_value_gives_the_same(bench: Workbench, campaign: Campaign, before: datetime,
                                                                 after: datetime) -> None:
    with pytest.raises(NotToBeDecided, match="committed to a secret"):
        draw_winners(bench, campaign, "8f3a", now=after)
    commit_secret(bench, campaign, now=before)
    play(bench)
    with pytest.raises(NotToBeDecided, match="no frozen list"):
        draw_winners(bench, campaign, "8f3a", now=after)
    freeze_list(bench, campaign, WHY, now=after)
    with pytest.raises(NotToBeDecided, match="empty"):
        draw_winners(bench, campaign, "  ", now=after)
    made = draw_winners(bench, campaign, " 8f3a\n", now=after)
    assert made.secret and commitment_to(made.secret) == made.commitment and made.public_value == "8f3a"
    assert len(made.winners) == 2 and made.winners == made.order[:2] and len(made.order) == 6
    assert draw_winners(bench, campaign, "8f3a", now=after + timedelta(days=1)) == made
    with pytest.raises(NotToBeDecided, match="made once"):
        draw_winners(bench, campaign, "another", now=after)
    assert [deed.act for deed in audit.deeds(bench.ledger)] == [Act.DREW, Act.CLOSED, Act.COMMITTED]


def played(bench: Workbench, campaign: Campaign, before: datetime, after: datetime) -> Draw:
    commit_secret(bench, campaign, now=before)
    play(bench)
    freeze_list(bench, campaign, WHY, now=after)
    return draw_winners(bench, campaign, "8f3a", now=after)


def test_a_frozen_list_is_not_frozen_anew_and_a_later_disqualification_passes_the_prize_on(
        bench: Workbench, campaign: Campaign, before: datetime, after: datetime) -> None:
    made = played(bench, campaign, before, after)
    names = names_by_code(bench, campaign)
    participants.disqualify(bench.ledger, CAMPAIGN, names[made.order[0]], "late", after)
    assert freeze_list(bench, campaign, "another list", now=after).list_hash == made.list_hash
    now = drawn(bench.ledger, CAMPAIGN)
    assert now is not None and now.order == made.order and now.passed_over == made.order[:1]
    assert now.winners == made.order[1:3]


def test_without_a_secret_a_campaign_is_closed_and_nothing_is_drawn(bench: Workbench, campaign: Campaign,
                                                                    after: datetime) -> None:
    play(bench, 3)
    with pytest.raises(NotToBeDecided, match="nobody committed to a secret before the end"):
        freeze_list(bench, campaign, now=after)
    freeze_list(bench, campaign, WHY, now=after)
    assert read_list(published_list(bench.ledger, CAMPAIGN) or "").drawn == 0
    with pytest.raises(NotToBeDecided, match="no prize is drawn"):
        draw_winners(bench, campaign, "8f3a", now=after)


def test_managers_find_who_a_code_is(bench: Workbench, campaign: Campaign, before: datetime) -> None:
    assert own_code(bench.ledger, CAMPAIGN, "kim") is None and people_by_code(bench.ledger, CAMPAIGN, {"kim"}) == {}
    commit_secret(bench, campaign, now=before)
    code = code_of(row_of(bench).code_key, "kim")
    assert own_code(bench.ledger, CAMPAIGN, "kim") == code and people_by_code(bench.ledger, CAMPAIGN, {"kim"}) == {code: "kim"}


def test_the_files_are_what_was_hashed(bench: Workbench, campaign: Campaign, before: datetime, after: datetime,
                                       tmp_path: Path) -> None:
    commit_secret(bench, campaign, now=before)
    with pytest.raises(NotToBeDecided, match="no frozen list"):
        write_files(bench, campaign, tmp_path / "out")
    made = played(bench, campaign, before, after)
    written = write_files(bench, campaign, tmp_path / "out")
    assert sorted(path.name for path in written) == ["draw.json", "list.txt", "recompute_draw.py"]
    assert list_hash_of((tmp_path / "out" / "list.txt").read_bytes().decode()) == made.list_hash


class NoObjects:
    """An empty object store without threads, which a forked process would wait for."""

    def get_or_none(self, bucket: str, key: str) -> None:
        return None


def killed(bench: Workbench, target: str, when: str, work: Callable[[Workbench], object]) -> None:
    """Does some work in a process that is killed at a call."""
    child = os.fork()
    if child == 0:
        kill_at(target, when)
        other = Workbench(bench.settings)
        other.objects = NoObjects()  # type: ignore[assignment]
        work(other)
        os._exit(7)  # it was not killed
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_killed_is_done_again(bench: Workbench, campaign: Campaign, before: datetime, after: datetime,
                                       when: str) -> None:
    write = "workbench.draw:audit.write_deed"
    killed(bench, write, when, lambda other: commit_secret(other, campaign, now=before))
    assert drawn(bench.ledger, CAMPAIGN) is None
    commit_secret(bench, campaign, now=before)
    play(bench)
    killed(bench, write, when, lambda other: freeze_list(other, campaign, WHY, now=after))
    assert published_list(bench.ledger, CAMPAIGN) is None
    assert boards.newest_board(bench.ledger, CAMPAIGN, [BoardState.FINAL]) is None
    freeze_list(bench, campaign, WHY, now=after)
    killed(bench, write, when, lambda other: draw_winners(other, campaign, "8f3a", now=after))
    now = drawn(bench.ledger, CAMPAIGN)
    assert now is not None and now.order == () and now.secret is None
    made = draw_winners(bench, campaign, "8f3a", now=after)
    assert len(made.winners) == 2 and [deed.act for deed in audit.deeds(bench.ledger)] == [Act.DREW, Act.CLOSED, Act.COMMITTED]


def test_a_score_that_comes_late_puts_no_board_after_the_final_one(bench: Workbench, campaign: Campaign, before: datetime,
                                                                   after: datetime) -> None:
    play(bench)
    commit_secret(bench, campaign, now=before)
    late = board_now(bench, campaign, after)  # a run of score has counted, and writes its board after the list was frozen
    freeze_list(bench, campaign, WHY, now=after)
    assert not note_board(bench, campaign, late)
    newest = latest_board(bench, campaign)
    assert newest
    assert newest.state is BoardState.FINAL
