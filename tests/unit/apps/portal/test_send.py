"""The page Send: places for photographs, what the portal refuses, and what became of what was sent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from datastore.ledger import participants, uploads
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, InProcess, joined, log_in, open_portal

HOSTILE = ["../../../etc/passwd.jpg", "a\0b.jpg", "글" * 3000 + ".jpg", "\u202egpj.exe.jpg", "\u1112\u1161\u11ab.jpg",
           "<img src=x onerror=alert(1)>.jpg", "=cmd|' /C calc'!A0.jpg", "x\r\nx-amz-acl: public-read.jpg", "", "/.jpg"]
"""Names from shared/anchors/performance.md, section 8, and a few more."""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[InProcess]:
    found = open_portal(tmp_path)
    with found.client:
        yield found
    found.ledger.close()


def photograph(number: int = 0, **values: Any) -> dict[str, Any]:
    return {"client_id": f"photograph-{number}", "file_name": "한글 사진.jpg", "media_type": "image/jpeg", "size": 1000, **values}


def ask(portal: InProcess, *photographs: dict[str, Any]) -> list[dict[str, Any]]:
    answer = portal.client.post(f"/c/{CAMPAIGN}/send/places", json={"photographs": photographs})
    assert answer.status_code == 200, answer.text
    places: list[dict[str, Any]] = answer.json()["places"]
    return places


def put(portal: InProcess, place: dict[str, Any], data: bytes = b"picture") -> str:
    key: str = place["form"]["fields"]["key"]
    portal.bench.objects.put("raw", key, data, "image/jpeg")
    return key


def arrive(portal: InProcess, *client_ids: str) -> list[str]:
    found: list[str] = portal.client.post(f"/c/{CAMPAIGN}/send/arrived", json={"client_ids": client_ids}).json()["arrived"]
    return found


def test_a_place_has_a_key_of_the_portals_own_making(portal: InProcess) -> None:
    joined(portal, "kim")
    (place,) = ask(portal, photograph(file_name="../lee/other.jpg"))
    fields = place["form"]["fields"]
    campaign, submitter, name = fields["key"].split("/")
    assert (campaign, submitter) == (CAMPAIGN, "kim")
    assert name.endswith(".jpg") and len(name) == 36
    assert fields["Content-Type"] == "image/jpeg"
    assert fields["x-amz-meta-sent-by"] == "portal"


def test_asked_for_twice_a_photograph_has_one_place(portal: InProcess) -> None:
    joined(portal, "kim")
    first, second = ask(portal, photograph(), photograph(1))
    (again,) = ask(portal, photograph(size=9_999, media_type="image/png"))
    assert again["form"]["fields"]["key"] == first["form"]["fields"]["key"] != second["form"]["fields"]["key"]
    assert again["form"]["fields"]["Content-Type"] == "image/jpeg"


def test_one_that_the_bucket_has_is_not_sent_again(portal: InProcess) -> None:
    joined(portal, "kim")
    (place,) = ask(portal, photograph())
    put(portal, place)
    (again,) = ask(portal, photograph())
    assert again["there"] and "form" not in again


def test_two_people_with_the_same_name_of_a_photograph_have_two_places(portal: InProcess) -> None:
    joined(portal, "kim")
    (of_kim,) = ask(portal, photograph())
    joined(portal, "lee")
    (of_lee,) = ask(portal, photograph())
    assert of_kim["form"]["fields"]["key"] != of_lee["form"]["fields"]["key"]


def test_what_has_arrived_is_looked_up_and_not_believed(portal: InProcess) -> None:
    joined(portal, "kim")
    first, _second = ask(portal, photograph(), photograph(1))
    put(portal, first)
    assert arrive(portal, "photograph-0", "photograph-1", "photograph-99") == ["photograph-0"]


def test_a_photograph_that_is_not_taken_gets_no_place(portal: InProcess) -> None:
    joined(portal, "kim")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"size": 0}, "빈 파일"), ({"size": 10**12}, "너무 큽니다"), ({"media_type": "application/pdf"}, "받지 않는 형식"),
        ({"media_type": "image/svg+xml"}, "받지 않는 형식"), ({"media_type": "", "file_name": "a.exe"}, "받지 않는 형식")]
    *refused, taken = ask(portal, *(photograph(number, **values) for number, (values, _) in enumerate(wrong)), photograph(9))
    for place, (_, said) in zip(refused, wrong, strict=True):
        assert said in place["why"]
        assert place["then"] == "give up" and "form" not in place
    assert "form" in taken


def test_a_heic_is_known_by_its_name_where_the_browser_knows_no_type(portal: InProcess) -> None:
    joined(portal, "kim")
    (place,) = ask(portal, photograph(media_type="", file_name="IMG_0001.HEIC"))
    assert place["form"]["fields"]["Content-Type"] == "image/heic"


def test_hostile_names_are_data(portal: InProcess) -> None:
    joined(portal, "kim")
    places = ask(portal, *(photograph(number, file_name=name) for number, name in enumerate(HOSTILE)))
    for place, name in zip(places, HOSTILE, strict=True):
        stored = place["form"]["fields"]["x-amz-meta-file-name"]
        assert stored.isascii() and stored.isprintable() and len(stored) < 1300
        assert set("\r\n<>= \0").isdisjoint(stored)
        assert unquote(stored) == name[:100]
        key = put(portal, place)
        assert key.startswith(f"{CAMPAIGN}/kim/") and len(key.split("/")) == 3 and ".." not in key
    assert len(arrive(portal, *(f"photograph-{number}" for number in range(len(HOSTILE))))) == len(HOSTILE)
    page = portal.client.get(f"/c/{CAMPAIGN}/send")
    assert page.status_code == 200
    assert "한글" not in page.text and "글글글" in page.text
    assert "<img src=x" not in page.text


def test_half_a_surrogate_pair_is_no_name(portal: InProcess) -> None:
    joined(portal, "kim")
    body = json.dumps({"photographs": [photograph(file_name="\ud800.jpg")]})  # an escape, as a script would write it
    answer = portal.client.post(f"/c/{CAMPAIGN}/send/places", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_a_pages_name_of_a_photograph_is_of_letters_and_digits(portal: InProcess) -> None:
    joined(portal, "kim")
    for client_id in ("", "../../x", "a" * 65, "<script>", "x y z 1234"):
        answer = portal.client.post(f"/c/{CAMPAIGN}/send/places", json={"photographs": [photograph(client_id=client_id)]})
        assert answer.status_code == 422


def test_empty_places_are_so_many_at_once(portal: InProcess) -> None:
    joined(portal, "kim")
    places = ask(portal, *(photograph(number) for number in range(100)))
    assert all("form" in place for place in places)
    (more,) = ask(portal, photograph(100))
    assert more["then"] == "later"
    put(portal, places[0])
    arrive(portal, "photograph-0")
    (now,) = ask(portal, photograph(100))
    assert "form" in now


def test_nobody_sends_without_logging_in_or_joining(portal: InProcess) -> None:
    body = {"photographs": [photograph()]}
    assert portal.client.post(f"/c/{CAMPAIGN}/send/places", json=body).status_code == 401
    log_in(portal, "kim")
    assert portal.client.post(f"/c/{CAMPAIGN}/send/places", json=body).status_code == 403
    assert portal.client.get(f"/c/{CAMPAIGN}/send").status_code in (303, 403)


def test_nothing_is_taken_outside_the_days_of_a_campaign(tmp_path: Path) -> None:
    over = CAMPAIGN_FILE.replace("2099-12-31", "2026-01-02")
    portal = open_portal(tmp_path, {"autumn": over})
    joined(portal, "kim")
    (place,) = ask(portal, photograph())
    assert place["then"] == "stop" and "기간" in place["why"] and "form" not in place
    assert "사진을 받지 않는 기간" in portal.client.get(f"/c/{CAMPAIGN}/send").text


def test_a_new_consent_is_asked_for_before_anything_more_is_sent(tmp_path: Path) -> None:
    portal = open_portal(tmp_path, {"autumn": CAMPAIGN_FILE.replace("version: 1", "version: 2")})
    joined(portal, "kim")
    (place,) = ask(portal, photograph())
    assert place["then"] == "stop" and "동의" in place["why"]
    participants.join(portal.ledger, CAMPAIGN, "kim", consent_version=2, at=datetime.now(UTC))
    (place,) = ask(portal, photograph())
    assert "form" in place


def test_who_was_disqualified_sends_nothing(portal: InProcess) -> None:
    joined(portal, "kim")
    participants.disqualify(portal.ledger, CAMPAIGN, "kim", "남의 사진", datetime.now(UTC))
    (place,) = ask(portal, photograph())
    assert place["then"] == "stop"


def test_kinds_are_said_before_and_after_and_of_ones_own_only(portal: InProcess) -> None:
    joined(portal, "kim")
    (place,) = ask(portal, photograph())
    key = put(portal, place)
    said = {"client_ids": ["photograph-0"], "categories": ["handwritten", "vertical", "no such", "illegible"]}
    assert portal.client.post(f"/c/{CAMPAIGN}/send/categories", json=said).json() == {"noted": 1}
    assert uploads.claimed_categories(portal.ledger, CAMPAIGN) == {key: ("vertical", "handwritten")}
    joined(portal, "lee")
    assert portal.client.post(f"/c/{CAMPAIGN}/send/categories", json=said).json() == {"noted": 0}
    portal.client.post(f"/c/{CAMPAIGN}/send/kinds", data={"key": key, "categories": ["curved"]})
    assert uploads.claimed_categories(portal.ledger, CAMPAIGN) == {key: ("vertical", "handwritten")}
    assert key not in portal.client.get(f"/c/{CAMPAIGN}/send/kinds", params={"key": key}).text
    joined(portal, "kim")
    answer = portal.client.post(f"/c/{CAMPAIGN}/send/kinds", data={"key": key, "categories": ["curved"]})
    assert answer.headers["HX-Trigger"] == "sent"
    assert uploads.claimed_categories(portal.ledger, CAMPAIGN) == {key: ("curved",)}


@pytest.mark.parametrize("out", [False, True], ids=["after the end", "disqualified"])
def test_nothing_more_is_said_of_photographs(tmp_path: Path, out: bool) -> None:
    portal = open_portal(tmp_path)
    joined(portal, "kim")
    (place,) = ask(portal, photograph())
    key = put(portal, place)
    arrive(portal, "photograph-0")
    here = f"/c/{CAMPAIGN}/send"
    portal.client.post(f"{here}/kinds", data={"key": key, "categories": ["vertical"]})
    open_page = portal.client.get(here).text
    assert 'id="send-kinds"' in open_page and "종류 고르기" in open_page
    if out:
        participants.disqualify(portal.ledger, CAMPAIGN, "kim", "남의 사진", datetime.now(UTC))
    else:
        (portal.bench.settings.campaigns / "autumn.yaml").write_text(CAMPAIGN_FILE.replace("2099-12-31", "2026-01-02"))
    sentence = "종류를 더 바꿀 수 없습니다"
    told = portal.client.post(f"{here}/categories", json={"client_ids": ["photograph-0"], "categories": ["curved"]})
    assert told.status_code == 409 and sentence in told.json()["error"]
    assert sentence in portal.client.post(f"{here}/kinds", data={"key": key, "categories": ["curved"]}).text
    assert sentence in portal.client.get(f"{here}/kinds", params={"key": key}).text
    assert uploads.claimed_categories(portal.ledger, CAMPAIGN) == {key: ("vertical",)}
    seen = open_page.split("/photographs?seen=")[1].split('"')[0]
    for page in (portal.client.get(here), portal.client.get(f"{here}/photographs", params={"seen": seen})):
        assert page.status_code == 200 and "세로" in page.text
        assert 'id="send-kinds"' not in page.text and "종류 고르기" not in page.text


def test_the_list_is_told_again_only_where_something_changed(portal: InProcess) -> None:
    joined(portal, "kim")
    (place,) = ask(portal, photograph(file_name="<b>한글.jpg"))
    before = portal.client.get(f"/c/{CAMPAIGN}/send/photographs")
    again = before.text.split('hx-get="')[1].split('"')[0]
    assert portal.client.get(again).status_code == 204
    put(portal, place)
    arrive(portal, "photograph-0")
    after = portal.client.get(again)
    assert after.status_code == 200
    assert "확인 기다리는 중" in after.text and "&lt;b&gt;한글.jpg" in after.text


def test_another_sites_page_asks_for_no_place(portal: InProcess) -> None:
    joined(portal, "kim")
    answer = portal.client.post(f"/c/{CAMPAIGN}/send/places", json={"photographs": [photograph()]},
                                headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_first_load_of_the_page_is_light(portal: InProcess) -> None:
    joined(portal, "kim")
    page = portal.client.get(f"/c/{CAMPAIGN}/send")
    files = [part.split('"')[0] for part in page.text.split('"/static/')[1:]]
    sizes = {name: len(portal.client.get(f"/static/{name}").content) for name in files}
    assert len(page.content) + sum(sizes.values()) <= 150_000, sizes
