"""Taking a photograph back: by whoever sent it, with one question before, and by a manager who is asked to."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from datastore.ledger import arrivals, audit, uploads
from datastore.ledger.submissions import submission_rows
from schemas.accounts import Act, Role
from schemas.errors import NoSuchSubmission
from schemas.submission import Outcome, RawObject
from schemas.upload import PhotographState, Upload
from tests.portal import CAMPAIGN, InProcess, joined, open_portal
from tests.unit.apps.portal.test_sent_list import settle, told
from workbench.accounts import Actor
from workbench.ingest.listing import list_raw_objects
from workbench.withdrawal import withdraw_named, withdraw_own

PAGE = f"/c/{quote(CAMPAIGN)}/withdraw"
KEY = f"{CAMPAIGN}/kim/1.jpg"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[InProcess]:
    found = open_portal(tmp_path)
    yield found
    found.ledger.close()


def sent(portal: InProcess, key: str = KEY) -> RawObject:
    """An object in the bucket of submissions, as the listing shows it."""
    bench = portal.bench
    bench.objects.put(bench.settings.bucket_raw, key, b"a photograph")
    [raw] = [raw for page in bench.objects.pages(bench.settings.bucket_raw, key) for raw in page]
    return raw


def lies_there(portal: InProcess, key: str = KEY) -> bool:
    return portal.bench.objects.exists(portal.bench.settings.bucket_raw, key)


def outcomes(portal: InProcess) -> dict[str, Outcome]:
    return {row.key: row.outcome for row in submission_rows(portal.ledger)}


def ask(portal: InProcess, key: str = KEY) -> int:
    return portal.client.get(PAGE, params={"key": key}).status_code


def take_back(portal: InProcess, key: str = KEY) -> int:
    return portal.client.post(PAGE, data={"key": key}, headers={"Sec-Fetch-Site": "same-origin"}).status_code


def test_from_the_list_by_one_question_to_the_end(portal: InProcess) -> None:
    joined(portal, "kim")
    settle(portal, 1, Outcome.ACCEPTED, version=sent(portal).version)
    assert f"{PAGE}?key={quote(KEY)}" in portal.client.get(f"/c/{quote(CAMPAIGN)}/send").text
    page = portal.client.get(PAGE, params={"key": KEY})
    assert "이미 만들어진 데이터셋에는 남아 있을 수 있어요." in page.text and "사진 1.jpg" in page.text
    assert "<script>" not in page.text and "onclick" not in page.text
    assert lies_there(portal)  # looking at the question does nothing
    answer = portal.client.post(PAGE, data={"key": KEY}, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/{quote(CAMPAIGN)}/send#sent-title")
    assert told(portal)["사진 1.jpg"] == (PhotographState.WITHDRAWN, "보내신 것을 거두셨습니다. 쓰이지 않습니다.")
    assert not lies_there(portal)
    listed = portal.client.get(f"/c/{quote(CAMPAIGN)}/send").text
    assert "거둠" in listed and PAGE not in listed and "<img" not in listed.partition('class="sent"')[2]


def test_twice_is_once_and_is_said_once(portal: InProcess) -> None:
    joined(portal, "kim")
    settle(portal, 1, Outcome.ACCEPTED)
    assert [take_back(portal), take_back(portal)] == [303, 303]
    assert "이미 거두신 사진이에요" in portal.client.get(PAGE, params={"key": KEY}).text
    [deed] = audit.deeds(portal.ledger)
    assert (deed.who, deed.role, deed.act, deed.campaign, deed.subject) == ("kim", Role.SUBMITTER, Act.WITHDREW, CAMPAIGN, KEY)


@pytest.mark.parametrize("key", [f"{CAMPAIGN}/lee/1.jpg", f"{CAMPAIGN}/kim/none.jpg", "summer/kim/1.jpg", "1.jpg", "a/b/\x00",
                                 ""])
def test_what_the_reader_did_not_send_is_not_there(portal: InProcess, key: str) -> None:
    settle(portal, 1, Outcome.ACCEPTED, submitter="lee")
    sent(portal, f"{CAMPAIGN}/lee/1.jpg")
    joined(portal, "kim")
    assert {ask(portal, key), take_back(portal, key)} <= {404, 422}
    assert outcomes(portal) == {f"{CAMPAIGN}/lee/1.jpg": Outcome.ACCEPTED}
    assert lies_there(portal, f"{CAMPAIGN}/lee/1.jpg") and not audit.deeds(portal.ledger)


def test_other_sites_pages_take_nothing_back(portal: InProcess) -> None:
    joined(portal, "kim")
    settle(portal, 1, Outcome.ACCEPTED)
    answer = portal.client.post(PAGE, data={"key": KEY}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and outcomes(portal) == {KEY: Outcome.ACCEPTED}


def test_what_waits_for_ingest_never_comes_in(portal: InProcess) -> None:
    joined(portal, "kim")
    raw = sent(portal)
    with portal.ledger.write() as connection:
        uploads.add(connection, [Upload(KEY, CAMPAIGN, "kim", "client-id", "사진.jpg", "image/jpeg", 9, (), False, raw.sent_at,
                                        raw.sent_at)])
    assert ask(portal) == 200 and take_back(portal) == 303
    assert told(portal) == {"사진.jpg": (PhotographState.WITHDRAWN, "보내신 것을 거두셨습니다. 쓰이지 않습니다.")}
    bench = portal.bench
    list_raw_objects(bench.ledger, bench.objects, bench.settings.bucket_raw, None)
    assert not arrivals.undecoded(portal.ledger) and not lies_there(portal)


def test_killed_before_the_file_is_deleted_the_next_ingest_does_it(portal: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(portal, 1, Outcome.ACCEPTED)
    raw = sent(portal)

    def killed(_bucket: str, _key: str) -> None:
        raise KeyboardInterrupt

    bench = portal.bench
    with monkeypatch.context() as only, pytest.raises(KeyboardInterrupt):
        only.setattr(bench.objects, "delete", killed)
        withdraw_own(bench, CAMPAIGN, "kim", KEY)
    assert lies_there(portal) and set(outcomes(portal).values()) == {Outcome.WITHDRAWN}
    found = list_raw_objects(bench.ledger, bench.objects, bench.settings.bucket_raw, None)
    assert (found.listed, found.new) == (1, 0) and not lies_there(portal)
    assert raw.submission_id not in {item.submission_id for item in arrivals.undecoded(portal.ledger)}


def test_a_manager_who_is_asked_to_names_it_by_key_or_id(portal: InProcess) -> None:
    by_id = settle(portal, 1, Outcome.HELD)
    waits = sent(portal, f"{CAMPAIGN}/kim/2.jpg")
    settle(portal, 3, Outcome.ACCEPTED)
    for name in (by_id[:12], waits.key, f"{CAMPAIGN}/kim/3.jpg"):
        assert withdraw_named(portal.bench, name, Actor(), "asked by e-mail")
    assert set(outcomes(portal).values()) == {Outcome.WITHDRAWN} and len(outcomes(portal)) == 3
    assert {(deed.who, deed.detail) for deed in audit.deeds(portal.ledger)} == {("command line", "asked by e-mail")}
    for name in (f"{CAMPAIGN}/kim/9.jpg", "no-such-id"):
        with pytest.raises(NoSuchSubmission):
            withdraw_named(portal.bench, name, Actor(), "asked by e-mail")
