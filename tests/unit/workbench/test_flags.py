"""Flags are raised once, decided by a manager, and never again raised; nothing is dropped."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from datastore.ledger import audit, flags
from datastore.ledger.tables import screen_likeness, submissions
from schemas.accounts import Act
from schemas.errors import NotToBeDecided, SettingError
from schemas.flags import FlagDecision, FlagKind
from schemas.ids import digest
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome, image_key
from tests.made_screens import photograph_of, text_page
from tests.portal import CAMPAIGN, open_portal
from tests.sent_photographs import send
from workbench.accounts import Actor
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.flags import decide_flag, find_flags
from workbench.score import count_points


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    (tmp_path / "stock.txt").write_text(f"{digest('sent', CAMPAIGN, 'kim', 'wallpaper.jpg')} 배경 화면\n", encoding="utf-8")
    return open_portal(tmp_path, stock_pictures=tmp_path / "stock.txt").bench


@pytest.fixture
def campaign(bench: Workbench) -> Campaign:
    return load_campaigns(bench.settings).by_name[CAMPAIGN]


def outcomes(bench: Workbench) -> set[str]:
    with bench.ledger.read() as connection:
        return set(connection.scalars(select(submissions.c.outcome)))


def test_a_known_picture_and_an_old_one_are_flagged_once_and_stay_accepted(bench: Workbench, campaign: Campaign) -> None:
    known = send(bench.ledger, "wallpaper.jpg", "kim")
    old = send(bench.ledger, "old.jpg", "kim", original={"captured_at": "2019:05:05 10:00:00"})
    send(bench.ledger, "new.jpg", "kim", original={"captured_at": None})
    assert find_flags(bench, campaign) == 2 and find_flags(bench, campaign) == 0
    found = flags.flags_of(bench.ledger, CAMPAIGN)
    assert {(item.submission_id, item.kind) for item in found} == {(known, FlagKind.STOCK), (old, FlagKind.CAPTURE_DATE)}
    assert outcomes(bench) == {Outcome.ACCEPTED}


def test_a_decided_flag_is_in_the_audit_log_and_not_raised_again(bench: Workbench, campaign: Campaign) -> None:
    known = send(bench.ledger, "wallpaper.jpg", "kim")
    find_flags(bench, campaign)
    with pytest.raises(NotToBeDecided, match="with a reason"):
        decide_flag(bench, known, FlagKind.STOCK, FlagDecision.CONFIRMED, " ", Actor("lee"))
    with pytest.raises(NotToBeDecided, match="no flag screen"):
        decide_flag(bench, known, FlagKind.SCREEN, FlagDecision.CLEARED, "", Actor("lee"))
    decide_flag(bench, known, FlagKind.STOCK, FlagDecision.CONFIRMED, "직접 찍은 사진이 아닙니다.", Actor("lee"))
    assert find_flags(bench, campaign) == 0 and flags.flags_of(bench.ledger, CAMPAIGN, open_only=True) == []
    [flag] = flags.flags_of_submissions(bench.ledger, [known, "none"])[known]
    assert (flag.decision, flag.decided_by, flag.because) == (FlagDecision.CONFIRMED, "lee", "직접 찍은 사진이 아닙니다.")
    [deed] = audit.deeds(bench.ledger)
    assert (deed.act, deed.campaign, deed.subject, deed.who) == (Act.FLAG_DECIDED, CAMPAIGN, known, "lee")
    assert "직접 찍은" in deed.detail


@pytest.mark.slow
def test_a_photograph_of_a_screen_is_flagged_and_looked_at_once(bench: Workbench, campaign: Campaign) -> None:
    generator = np.random.default_rng(7)
    page = text_page(generator, 300, 250)
    for name, is_screen in (("screen.png", True), ("paper.png", False)):
        send(bench.ledger, name, "kim")
        out = io.BytesIO()
        Image.fromarray(photograph_of(generator, page, 4.2, 0.05, 0.6, is_screen)).save(out, "PNG")
        bench.objects.put("images", image_key(digest("sent", CAMPAIGN, "kim", name), "image/png"), out.getvalue())
    assert find_flags(bench, campaign) == 1
    [flag] = flags.flags_of(bench.ledger, CAMPAIGN)
    assert flag.kind is FlagKind.SCREEN and flag.submission_id == digest("sent", CAMPAIGN, "kim", "screen.png")[:32]
    with bench.ledger.read() as connection:
        before = connection.execute(select(screen_likeness)).all()
    assert len(before) == 2
    bench.objects = None  # type: ignore[assignment]
    assert find_flags(bench, campaign) == 0


def test_a_wrong_file_of_known_pictures_is_told_and_stops_no_points(bench: Workbench, campaign: Campaign) -> None:
    send(bench.ledger, "one.jpg", "kim")
    bench.settings.stock_pictures.write_text("oops\n", encoding="utf-8")
    with pytest.raises(SettingError, match=r"stock\.txt, line 1"):
        find_flags(bench, campaign)
    report = count_points(bench)
    assert [person.points for person in report.standings[CAMPAIGN].people] == [10]
    assert "line 1" in str(report.failed[0]) and len(report.failed) == 1
    bench.settings.stock_pictures.unlink()
    assert find_flags(bench, campaign) == 0


def test_score_raises_flags(bench: Workbench) -> None:
    send(bench.ledger, "wallpaper.jpg", "kim")
    assert count_points(bench).flags == 1 and count_points(bench).flags == 0
