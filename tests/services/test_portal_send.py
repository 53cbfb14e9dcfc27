"""The page Send on real object storage: a phone whose network goes and whose page is closed, and forms that somebody edited."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from apps.demo.sending import SAMPLES
from datastore.ledger import uploads
from schemas.upload import PostForm
from tests.portal import CAMPAIGN
from tests.services.conftest import World
from tests.services.served_portal import ServedPortal, served_to

NOTHING: Mapping[str, str | None] = {}
NAME = "kim"
SENT = ("김하늘/서울대역.jpg", "김하늘/메이크업존 간판.jpg", "김하늘/짜글이 뒷면.jpg", "park.minsu/도로 표지판.jpg",
        "park.minsu/떡볶이 조리법.jpg", "jlee/exit.jpg", "jlee/poster.jpg")


@pytest.fixture
def portal(world: World, tmp_path: Path) -> Iterator[ServedPortal]:
    """A portal with a campaign that somebody has joined."""
    with served_to(world, tmp_path, NAME) as found:
        yield found


@pytest.fixture
def phone(page: Page, portal: ServedPortal) -> Iterator[BrowserContext]:
    """A phone whose owner is logged in."""
    assert page.context.browser
    context = page.context.browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True,
                                               locale="ko-KR")
    context.add_cookies([{"name": name, "value": value, "url": portal.url} for name, value in portal.cookies(NAME).items()])
    yield context
    context.close()


@pytest.fixture
def chosen(tmp_path: Path) -> list[Path]:
    """Photographs with Korean names, and one that is none."""
    folder = tmp_path / "phone"
    folder.mkdir()
    for name in SENT:
        (folder / Path(name).name).write_bytes((SAMPLES / name).read_bytes())
    (folder / "깨진 사진.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    return sorted(folder.iterdir())


def objects(portal: ServedPortal) -> dict[str, bytes]:
    """What the bucket of submissions holds, by key."""
    bench = portal.bench
    keys = [raw.key for page in bench.objects.pages(bench.settings.bucket_raw) for raw in page]
    return dict(zip(keys, bench.objects.get_many(bench.settings.bucket_raw, keys), strict=True))


def test_a_phone_goes_on_where_it_was_cut_off_and_sends_nothing_twice(
        world: World, portal: ServedPortal, phone: BrowserContext, chosen: list[Path], pictures: Path) -> None:
    posts: list[str] = []

    def three_then_nothing(route: Route) -> None:
        if route.request.method == "POST":
            posts.append(route.request.url)
        if route.request.method == "POST" and len(posts) > 3:
            route.abort("connectionreset")
        else:
            route.continue_()

    storage = f"{portal.bench.settings.s3_endpoint}/**"
    phone.route(storage, three_then_nothing)
    page = phone.new_page()
    page.goto(f"{portal.url}/c/{CAMPAIGN}/send")
    page.locator("#send-gallery").set_input_files(chosen)
    expect(page.locator("#send-tiles li")).to_have_count(len(chosen))
    expect(page.locator("#send-count")).to_have_text(f"{len(chosen)}장 가운데 3장을 보냈습니다.", timeout=30_000)
    expect(page.locator("#send-tiles img")).to_have_count(len(SENT), timeout=30_000)  # the broken one keeps its neutral tile
    page.get_by_label("손글씨").first.check()
    phone.set_offline(True)
    expect(page.locator("#send-offline")).to_be_visible()
    page.screenshot(path=pictures / "portal-send-offline.png", full_page=True)
    page.close()

    phone.set_offline(False)
    phone.unroute(storage)
    page = phone.new_page()
    page.goto(f"{portal.url}/c/{CAMPAIGN}/send")
    expect(page.locator("#send-count")).to_contain_text("모두 보냈습니다", timeout=60_000)
    expect(page.locator("#photographs .card")).to_have_count(len(chosen), timeout=30_000)
    page.screenshot(path=pictures / "portal-send-sent.png", full_page=True)
    there = objects(portal)
    assert Counter(there.values()) == Counter(path.read_bytes() for path in chosen)
    assert all(key.startswith(f"{CAMPAIGN}/{NAME}/") for key in there)
    deadline = time.monotonic() + 90
    while len(uploads.claimed_categories(portal.bench.ledger, CAMPAIGN)) < len(chosen) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert set(uploads.claimed_categories(portal.bench.ledger, CAMPAIGN)) == there.keys()

    page.reload()
    expect(page.locator("#send-queue")).to_be_hidden()  # nothing waits on the device any more
    world.flow("ingest")
    page.reload()
    broken = page.locator("#photographs .card", has_text="깨진 사진.jpg")
    expect(broken).to_contain_text("받지 못함")
    expect(page.locator("#photographs [data-state=accepted] img").first).to_have_js_property("complete", True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=pictures / "portal-send-told.png", full_page=True)


def test_what_is_said_without_a_network_is_told_when_the_page_is_opened_again(
        portal: ServedPortal, phone: BrowserContext, chosen: list[Path]) -> None:
    page = phone.new_page()
    page.goto(f"{portal.url}/c/{CAMPAIGN}/send")
    page.locator("#send-gallery").set_input_files(chosen[0])
    expect(page.locator("#photographs .card")).to_have_count(1, timeout=30_000)  # told, and forgotten on the phone
    phone.set_offline(True)
    page.get_by_label("손글씨").first.check()
    expect(page.locator("#send-offline")).to_be_visible()
    page.close()
    assert uploads.claimed_categories(portal.bench.ledger, CAMPAIGN) == {}

    phone.set_offline(False)
    page = phone.new_page()
    page.goto(f"{portal.url}/c/{CAMPAIGN}/send")
    deadline = time.monotonic() + 30
    while not uploads.claimed_categories(portal.bench.ledger, CAMPAIGN) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert list(uploads.claimed_categories(portal.bench.ledger, CAMPAIGN)) == list(objects(portal))
    page.reload()
    expect(page.locator("#send-queue")).to_be_hidden()


def test_sending_goes_on_after_a_new_log_in_and_what_is_not_taken_stays_told(
        portal: ServedPortal, phone: BrowserContext, chosen: list[Path], tmp_path: Path) -> None:
    minutes = tmp_path / "회의록.pdf"
    minutes.write_bytes(b"%PDF-1.7")
    page = phone.new_page()
    page.goto(f"{portal.url}/c/{CAMPAIGN}/send")
    cookies = phone.cookies()
    phone.clear_cookies()
    page.locator("#send-gallery").set_input_files([chosen[0], minutes])
    expect(page.locator("#send-stopped")).to_contain_text("로그인")
    phone.add_cookies([{"name": item["name"], "value": item["value"], "url": portal.url} for item in cookies])  # in another tab
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#send-count")).to_contain_text("모두 보냈습니다", timeout=30_000)
    expect(page.locator("#send-stopped")).to_be_hidden()

    expect(page.locator("#photographs .card")).to_have_count(1, timeout=30_000)
    page.reload()
    refused = page.locator("#send-tiles li")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("회의록.pdf")
    expect(refused).to_contain_text("받지 않는 형식")
    refused.get_by_role("button", name="빼기").click()
    page.reload()
    expect(page.locator("#send-queue")).to_be_hidden()


def post(form: PostForm, data: bytes = b"x" * 500, changes: Mapping[str, str | None] = NOTHING) -> httpx.Response:
    """Posts a file by a form, with other fields than it has; None leaves one out."""
    fields = {**form.fields, **changes}
    return httpx.post(form.url, data={name: value for name, value in fields.items() if value is not None},
                      files={"file": ("photograph", data, "image/jpeg")}, timeout=30)


def test_a_form_takes_one_photograph_and_nothing_else(world: World) -> None:
    bench = world.bench
    raw = bench.settings.bucket_raw
    key = f"{CAMPAIGN}/{NAME}/0123456789abcdef.jpg"
    form = bench.objects.presigned_post(raw, key, "image/jpeg", 1000, {"sent-by": "portal"})
    expired = bench.objects.presigned_post(raw, key, "image/jpeg", 1000, {"sent-by": "portal"}, seconds=-60)
    edits: dict[str, dict[str, str | None]] = {
        "another key": {"key": "other/lee/x.jpg"}, "another type": {"Content-Type": "text/html"},
        "another origin": {"x-amz-meta-sent-by": "me"}, "more metadata": {"x-amz-meta-categories": "all"},
        "no policy": {"policy": None}, "no signature": {"x-amz-signature": None},
        "a policy of another form": {"policy": expired.fields["policy"]},
    }
    refused = {name: post(form, changes=changes) for name, changes in edits.items()}
    refused |= {"too big": post(form, b"x" * 1001), "empty": post(form, b""), "expired": post(expired)}
    assert {name: answer.status_code for name, answer in refused.items() if answer.status_code not in (400, 403)} == {}
    assert bench.objects.get_or_none(raw, key) is None

    assert post(form).status_code in (200, 201, 204)
    # The same form again, with other bytes, before it expires: another submission of the same person under the same key.
    assert post(form, b"y" * 500, {"acl": "public-read"}).status_code in (200, 201, 204, 400, 403)
    assert len([item for page in bench.objects.pages(raw) for item in page]) == 1
    assert httpx.get(f"{form.url.rstrip('/')}/{key}").status_code == 403


def test_who_runs_out_of_time_is_asked_nothing_twice(portal: ServedPortal) -> None:
    """A place that was filled after its page had gone is found filled."""
    cookies = portal.cookies(NAME)
    wanted = {"photographs": [{"client_id": "0123456789", "file_name": "한글.jpg", "media_type": "image/jpeg", "size": 500}]}
    with httpx.Client(base_url=portal.url, cookies=cookies, timeout=30) as client:
        form = client.post(f"/c/{CAMPAIGN}/send/places", json=wanted).json()["places"][0]["form"]
        assert post(PostForm(form["url"], form["fields"])).is_success
        assert client.post(f"/c/{CAMPAIGN}/send/places", json=wanted).json()["places"][0]["there"] is True
