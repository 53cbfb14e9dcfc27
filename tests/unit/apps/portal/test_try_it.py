"""The demo page by its requests: whose a photograph is, what is drawn, who may send it on."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from apps.portal.visit import VISITOR
from datastore.ledger import trials
from datastore.ledger.tables import trials as rows
from tests.made_pictures import readable
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, InProcess, joined, log_in, open_portal
from tests.trial_reading import Told, told_reader

ASK = {"name": "간판.jpg", "type": "image/jpeg", "size": 5000}


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return open_portal(tmp_path, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))


def place(portal: InProcess, **asked: Any) -> Any:
    return portal.client.post("/try/place", json=ASK | asked)


def sent(portal: InProcess, data: bytes | None = None) -> str:
    """A photograph of this client, posted; the id of the trial."""
    trial = str(place(portal).json()["trial"])
    out = io.BytesIO()
    readable(1)["a sample of a font"]().resize((300, 90)).save(out, "JPEG")
    portal.bench.objects.put("demo", f"{trial}/sent", out.getvalue() if data is None else data, "image/jpeg")
    assert portal.client.post(f"/try/{trial}/arrived").status_code == 200
    return trial


def answered(portal: InProcess, folder: Path, engine: Told | None = None) -> str:
    trial = sent(portal)
    assert told_reader(portal.bench, folder, engine).read_next()
    return trial


def test_a_place_is_a_form_for_one_object(portal: InProcess) -> None:
    said = place(portal).json()
    assert said["fields"]["key"] == f"{said['trial']}/sent"
    assert said["fields"]["Content-Type"] == "image/jpeg"
    assert VISITOR in portal.client.cookies
    page = portal.client.get("/try")
    assert page.status_code == 200
    assert 'capture="environment"' in page.text


@pytest.mark.parametrize(("asked", "words"), [
    ({"type": "text/html", "name": "x.jpg"}, "받지 않는 형식"), ({"size": 0}, "빈 파일"), ({"size": 10**9}, "너무 큽니다")])
def test_what_is_not_taken_is_said(portal: InProcess, asked: dict[str, Any], words: str) -> None:
    answer = place(portal, **asked)
    assert answer.status_code == 409
    assert words in answer.json()["error"]


def test_polygons_texts_marks_and_bonus_are_drawn(portal: InProcess, tmp_path: Path) -> None:
    trial = answered(portal, tmp_path)
    plain = portal.client.get(f"/try/{trial}").text
    assert 'viewBox="0 0 300 90"' in plain
    assert 'points="10,10 90,10 90,30 10,30"' in plain
    assert "안녕하세요" in plain
    assert "&lt;b&gt;세로&lt;/b&gt;" in plain
    assert "<b>세로" not in plain
    assert plain.count("모델이 자신 없어 하는 곳입니다: 보너스 가능성") >= 1
    assert "hx-get" not in plain
    assert "+5" not in plain
    within = portal.client.get(f"/try/{trial}", params={"campaign": CAMPAIGN}).text
    assert re.search(r"세로글\s*\+5점", within)
    english = portal.client.get(f"/try/{trial}", params={"campaign": CAMPAIGN}, headers={"Accept-Language": "en"}).text
    assert "the model is unsure here: bonus likely" in english
    whole = portal.client.get("/try", params={"trial": trial, "campaign": CAMPAIGN}).text
    assert "안녕하세요" in whole
    assert "style=" not in whole


def test_another_visitors_trial_is_nowhere(portal: InProcess, tmp_path: Path) -> None:
    trial = answered(portal, tmp_path)
    cookies = dict(portal.client.cookies)
    portal.client.cookies.clear()
    for method, path in (("GET", f"/try/{trial}"), ("POST", f"/try/{trial}/arrived"), ("GET", "/try/" + "0" * 32)):
        assert portal.client.request(method, path).status_code == 404
    joined(portal, "김하늘")
    assert portal.client.post(f"/try/{trial}/send", data={"to": CAMPAIGN}).status_code == 404
    assert "안녕하세요" not in portal.client.get("/try", params={"trial": trial}).text
    for cookie, status in ((cookies[VISITOR][:-2] + "xx", 404), (cookies[VISITOR], 200)):
        portal.client.cookies.clear()
        portal.client.cookies.set(VISITOR, cookie)
        assert portal.client.get(f"/try/{trial}").status_code == status


def test_the_place_in_the_queue_is_shown_and_that_nobody_reads(portal: InProcess) -> None:
    now = datetime.now(UTC)
    first, second = sent(portal), sent(portal)
    assert "앞에 1장" in portal.client.get(f"/try/{second}").text
    assert "hx-get" in portal.client.get(f"/try/{first}").text
    assert "평소보다 오래" not in portal.client.get(f"/try/{first}").text
    with portal.ledger.write() as connection:
        connection.execute(update(rows).where(rows.c.trial_id == first).values(sent_at=now - timedelta(minutes=2)))
    assert "평소보다 오래" in portal.client.get(f"/try/{first}").text


def test_an_hour_later_nothing_is_shown(portal: InProcess, tmp_path: Path) -> None:
    trial = answered(portal, tmp_path)
    with portal.ledger.write() as connection:
        connection.execute(update(rows).values(sent_at=datetime.now(UTC) - timedelta(minutes=61)))
    assert portal.client.get(f"/try/{trial}").status_code == 404
    assert "지워졌습니다" in portal.client.get("/try", params={"trial": trial}).text


def test_why_it_was_refused_is_said(portal: InProcess, tmp_path: Path) -> None:
    trial = sent(portal, b"<html>")
    assert told_reader(portal.bench, tmp_path).read_next()
    assert "사진이 아닙니다" in portal.client.get(f"/try/{trial}").text
    empty = answered(portal, tmp_path, Told(regions=()))
    assert "글자를 찾지 못했습니다" in portal.client.get(f"/try/{empty}").text


def test_only_who_has_joined_sends_it_on_and_once(portal: InProcess, tmp_path: Path) -> None:
    trial = answered(portal, tmp_path)
    anonymous = portal.client.get(f"/try/{trial}", params={"campaign": CAMPAIGN}).text
    assert "/send" not in anonymous.split("onward")[1]
    assert "/join" in anonymous
    assert portal.client.post(f"/try/{trial}/send", data={"to": CAMPAIGN}).status_code == 401
    log_in(portal, "이손님")
    assert portal.client.post(f"/try/{trial}/send", data={"to": CAMPAIGN}).status_code == 403
    joined(portal, "김하늘")
    assert "‘가을 글자 모으기’에 보내기" in portal.client.get(f"/try/{trial}", params={"campaign": CAMPAIGN}).text
    assert not list(_raw(portal))
    for _ in range(2):
        done = portal.client.post(f"/try/{trial}/send", data={"to": CAMPAIGN})
        assert "캠페인에 보냈습니다" in done.text
    assert len(list(_raw(portal))) == 1
    assert portal.client.post(f"/try/{trial}/send", data={"to": "없는 것"}).status_code == 404


def test_a_full_day_says_when_there_are_places_again(tmp_path: Path) -> None:
    portal = open_portal(tmp_path, {"autumn": CAMPAIGN_FILE + "demo_quota: 0\n"}, s3_access_key=SecretStr("key"),
                         s3_secret_key=SecretStr("secret"))
    joined(portal, "김하늘")
    trial = answered(portal, tmp_path)
    said = portal.client.post(f"/try/{trial}/send", data={"to": CAMPAIGN}).text
    assert "자정이 지나면" in said
    assert not list(_raw(portal))


def test_a_campaign_that_is_over_offers_no_way_to_join(tmp_path: Path) -> None:
    over = CAMPAIGN_FILE.replace("last_day: 2099-12-31", "last_day: 2026-01-02")
    portal = open_portal(tmp_path, {"autumn": over}, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))
    joined(portal, "김하늘")
    shown = portal.client.get(f"/try/{answered(portal, tmp_path)}", params={"campaign": CAMPAIGN}).text
    assert "지금은 사진을 받지 않는 기간입니다" in shown
    assert "참가하기" not in shown


def test_nobody_is_named_in_a_trial(portal: InProcess, tmp_path: Path) -> None:
    joined(portal, "김하늘")
    trial = answered(portal, tmp_path)
    [row] = [item for item in [trials.trial_of(portal.ledger, trial, _visitor(portal))] if item]
    assert "김하늘" not in json.dumps([row.visitor, row.key, row.sent_as])


def test_another_sites_page_changes_nothing(portal: InProcess) -> None:
    answer = portal.client.post("/try/place", json=ASK, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def _raw(portal: InProcess) -> list[str]:
    return [raw.key for page in portal.bench.objects.pages("raw") for raw in page]


def _visitor(portal: InProcess) -> str:
    kept: Any = portal.client.app.state.portal  # type: ignore[attr-defined]
    return str(kept.visitors.loads(portal.client.cookies[VISITOR]))
