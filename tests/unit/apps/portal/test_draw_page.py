"""The draw's page, before and after: what it shows when, and that its ten lines come to the same winners."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from datastore.ledger import draws
from schemas.board import Standing
from stages.score.draw import code_of, commitment_to, draw_order, final_list, list_hash_of, write_list
from tests.made_board import add_people, person
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, InProcess, joined, open_portal

DRAW = f"/c/{CAMPAIGN}/draw"
SECRET = "5e" * 32
KEY = "c0de" * 16
WHEN = datetime(2026, 11, 20, tzinfo=UTC)
VALUE = "round 123: 8f3a"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    opened = open_portal(tmp_path)
    opened.client.cookies.set("saegim_language", "ko")
    return opened


def commit(portal: InProcess) -> None:
    with portal.ledger.write() as connection:
        draws.add_commitment(connection, CAMPAIGN, commitment_to(SECRET), SECRET, "drand quicknet", KEY, WHEN)


def people(count: int) -> list[Standing]:
    return [person(rank, f"p{rank}", 1000 - rank) for rank in range(1, count + 1)]


def freeze(portal: InProcess, count: int = 30) -> str:
    text = write_list(final_list(CAMPAIGN, 3, 2, people(count), ["nobody"], KEY))
    with portal.ledger.write() as connection:
        draws.add_final_list(connection, CAMPAIGN, text, list_hash_of(text), "", WHEN + timedelta(days=1))
    return text


def draw(portal: InProcess, text: str, count: int = 30) -> tuple[str, ...]:
    eligible = final_list(CAMPAIGN, 3, 2, people(count), ["nobody"], KEY).eligible
    order = draw_order(SECRET, list_hash_of(text), VALUE, eligible, 12)
    with portal.ledger.write() as connection:
        draws.add_winners(connection, CAMPAIGN, VALUE, order, WHEN + timedelta(days=2))
    return order


def test_before_the_commitment_it_says_how_it_will_go(portal: InProcess) -> None:
    text = portal.client.get(DRAW).text
    assert "drand quicknet" in text
    assert "아직이에요" in text
    assert portal.client.get(f"{DRAW}/list.txt").status_code == 404
    assert portal.client.get(f"{DRAW}/draw.json").status_code == 404


def test_an_event_without_drawn_prizes_says_so(tmp_path: Path) -> None:
    portal = open_portal(tmp_path, {"autumn": CAMPAIGN_FILE.replace("drawn: 2", "drawn: 0")})
    assert "추첨 상품이 없어요" in portal.client.get(DRAW, headers={"accept-language": "ko"}).text


def test_the_secret_is_not_shown_before_the_draw(portal: InProcess) -> None:
    commit(portal)
    assert commitment_to(SECRET) in portal.client.get(DRAW).text
    freeze(portal)
    text = portal.client.get(DRAW).text
    assert SECRET not in text
    assert KEY not in text
    assert portal.client.get(f"{DRAW}/draw.json").status_code == 404
    assert portal.client.get(f"{DRAW}/list.txt").status_code == 200


def test_everybody_finds_their_own_line_and_nobody_elses_name(portal: InProcess) -> None:
    commit(portal)
    assert code_of(KEY, "p7") not in portal.client.get(DRAW).text
    joined(portal, "p7", nickname="억새")
    assert code_of(KEY, "p7") in portal.client.get(DRAW).text
    freeze(portal, 250)
    text = portal.client.get(DRAW).text
    assert "7위" in text
    assert text.count('tr class="own"') == 1
    assert "p8" not in text
    code = code_of(KEY, "p200")
    assert code not in text, "on the second page"
    assert code in portal.client.get(f"{DRAW}?find={code.lower()}").text
    assert code in portal.client.get(f"{DRAW}?find=200").text


def test_winners_are_named_to_those_who_take_part_unless_they_hide(portal: InProcess) -> None:
    commit(portal)
    order = draw(portal, freeze(portal))
    names = {code_of(KEY, f"p{rank}"): f"p{rank}" for rank in range(1, 31)}
    add_people(portal.ledger, [(names[order[0]], "첫째당첨", False), (names[order[1]], "숨은당첨", True)])
    stranger = portal.client.get(DRAW).text
    assert order[0] in stranger
    assert "첫째당첨" not in stranger
    joined(portal, "someone")
    text = portal.client.get(DRAW).text
    assert "첫째당첨" in text
    assert "숨은당첨" not in text
    assert SECRET in text
    assert VALUE in text


@pytest.mark.slow
def test_the_ten_lines_of_the_page_make_the_same_draw_from_the_published_files(portal: InProcess, tmp_path: Path) -> None:
    commit(portal)
    order = draw(portal, freeze(portal))
    folder = tmp_path / "downloaded"
    folder.mkdir()
    for name in ("list.txt", "draw.json"):
        (folder / name).write_bytes(portal.client.get(f"{DRAW}/{name}").content)
    program = portal.client.get("/static/recompute_draw.py").text
    shown = portal.client.get(DRAW).text
    assert all(line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;").replace('"', "&#34;")
               in shown for line in program.splitlines())
    said = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True).stdout.split()
    assert said == ["True", "True", *order]
    assert json.loads((folder / "draw.json").read_text(encoding="utf-8"))["winners"] == list(order[:2])
