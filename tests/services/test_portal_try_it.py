"""The demo page on the real services: strangers' files, a reader that is killed in the middle, one tap on, Chromium."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page
from sqlalchemy import select

from apps.demo.contact_sheet import hangul_font
from apps.demo.sending import SAMPLES
from datastore.ledger import trials
from datastore.ledger.tables import leases, submissions
from datastore.ledger.tables import trials as rows
from schemas.submission import Reason
from schemas.trial import Trial, TrialState
from tests.places import ROOT
from tests.portal import CAMPAIGN
from tests.services.conftest import PYTHON, World
from tests.services.served_portal import ServedPortal, served_to
from tests.trial_reading import REGIONS, told_reader

NAME = "김하늘"
SIGN = (SAMPLES / NAME / "서울대역.jpg").read_bytes()
"""Photograph of a sign with Hangul; it ships."""
ON_SCREEN = "item => { const m = item.getScreenCTM(); return [...item.points].map(p => [m.a * p.x + m.e, m.d * p.y + m.f]); }"
"""Corners of a polygon as they stand on the screen."""
WAIT = 240.0
"""Seconds for what takes three on a machine that is not busy."""


@pytest.fixture
def portal(world: World, tmp_path: Path) -> Iterator[ServedPortal]:
    """A portal with a campaign that somebody has joined."""
    with served_to(world, tmp_path, NAME) as found:
        yield found


@contextlib.contextmanager
def reader(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """A reader of a world; it is killed with the block where it still runs."""
    process = subprocess.Popen([PYTHON, "-m", "apps.portal.reader"], cwd=ROOT, env={**os.environ, **world.env})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(said: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + WAIT
    while not said():
        assert time.monotonic() < ends, f"not within {WAIT:.0f} s: {what}"
        time.sleep(0.05)


def post(browser: httpx.Client, data: bytes) -> str:
    """Sends a photograph as the page does; the id of its trial."""
    place = browser.post("/try/place", json={"name": "사진.jpg", "type": "image/jpeg", "size": max(1, len(data))}).json()
    done = httpx.post(place["url"], data=place["fields"], files={"file": ("사진.jpg", data)}, timeout=60)
    assert done.status_code < 300 or not data, done.text
    trial = str(place["trial"])
    assert browser.post(f"/try/{trial}/arrived").status_code == 200
    return trial


def found_trial(portal: ServedPortal, trial_id: str) -> Trial:
    with portal.bench.ledger.read() as connection:
        visitor = connection.scalar(select(rows.c.visitor).where(rows.c.trial_id == trial_id))
    found = trials.trial_of(portal.bench.ledger, trial_id, str(visitor))
    assert found
    return found


def bomb() -> bytes:
    """A PNG of 400 megapixels in 50 KB."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    side = 20_000
    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes((side // 8 + 1) * side))) \
        + chunk(b"IEND", b"")


def zip_behind(data: bytes) -> bytes:
    """A picture that is an archive too."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.sh", "echo harm")
    return data + out.getvalue()


def line_of_pixels() -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.zeros((65535, 1), np.uint8)).save(out, "PNG")
    return out.getvalue()


HOSTILE: dict[str, tuple[bytes, Reason | None]] = {
    "cut": (SIGN[:len(SIGN) // 2], Reason.BROKEN),
    "bomb": (bomb(), Reason.TOO_LARGE),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
    "html": (b"<!doctype html><script>alert(1)</script>", None),
    "empty": (b"", Reason.EMPTY),
    "line": (line_of_pixels(), Reason.TOO_SMALL),
    "pdf": (b"%PDF-1.7\n" + bytes(2000), None),
}


def test_a_reader_that_is_killed_loses_nothing_and_strangers_files_do_no_harm(world: World, portal: ServedPortal) -> None:
    bench = portal.bench
    with httpx.Client(base_url=portal.url, timeout=60) as browser:
        first = post(browser, SIGN)
        hostile = {name: post(browser, data) for name, (data, _) in HOSTILE.items()}
        polyglot = post(browser, zip_behind(SIGN))
        with reader(world) as killed:
            until(lambda: _claims(portal), "a reader takes the first photograph up")
            killed.kill()
        assert found_trial(portal, first).state is TrialState.WAITING
        with reader(world) as second:
            until(lambda: found_trial(portal, polyglot).answer, "the last photograph is answered")
            began = time.monotonic()
            second.send_signal(signal.SIGTERM)
            assert second.wait(30) == 0
            assert time.monotonic() - began < 15
        for name, (_, why) in HOSTILE.items():
            answer = found_trial(portal, hostile[name]).answer
            assert answer and answer.why, name
            assert why is None or Reason(answer.why) is why, name
        answer = found_trial(portal, first).answer
        assert answer and any("가" <= letter <= "힣" for region in answer.regions for letter in region.text)
        clean = found_trial(portal, polyglot).answer
        assert clean and clean.regions == answer.regions
        assert b"PK\x03\x04" not in bench.objects.get(bench.settings.bucket_demo, clean.picture_key)
        assert httpx.get(f"{portal.url}/try/{first}").status_code == 404  # without the cookie
        picture = browser.get(f"/try/{first}").text.split('<image href="')[1].split('"')[0].replace("&amp;", "&")
        assert httpx.get(picture).status_code == 200
        for name, cookie in portal.cookies(NAME).items():
            browser.cookies.set(name, cookie)
        assert "보냈습니다" in browser.post(f"/try/{first}/send", data={"to": CAMPAIGN}).text
    world.flow("ingest")
    with bench.ledger.read() as connection:
        [row] = connection.execute(select(submissions)).all()
    assert (row.outcome, row.submitter, row.claims.get("sent-by")) == ("accepted", NAME, "portal-demo")


def _claims(portal: ServedPortal) -> list[str]:
    with portal.bench.ledger.read() as connection:
        return list(connection.scalars(select(leases.c.key).where(leases.c.kind == "trial")))


def wide_sign() -> bytes:
    """A photograph of 1600 × 900 with a text."""
    image = Image.new("RGB", (1600, 900), "#e8e0d0")
    ImageDraw.Draw(image).text((200, 300), "서울역 방면", fill="black", font=hangul_font(160))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def test_what_is_dropped_is_drawn_at_its_place(portal: ServedPortal, page: Page, tmp_path: Path, pictures: Path) -> None:
    photograph = tmp_path / "서울역.jpg"
    photograph.write_bytes(wide_sign())
    told = told_reader(portal.bench, tmp_path)
    ends = threading.Event()

    def work() -> None:
        while not ends.is_set():
            told.read_next()
            time.sleep(0.2)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    problems: list[str] = []
    try:
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.set_viewport_size({"width": 360, "height": 740})
        page.set_extra_http_headers({"Accept-Language": "ko"})
        page.goto(f"{portal.url}/try?campaign={CAMPAIGN}")
        page.locator("#gallery").set_input_files(photograph)
        page.locator("svg.seen polygon").first.wait_for(timeout=WAIT * 1000)
    finally:
        ends.set()
        thread.join(20)
    page.wait_for_load_state("networkidle")
    drawn = page.locator("svg.seen image").bounding_box()
    assert drawn
    assert drawn["height"] == pytest.approx(drawn["width"] * 900 / 1600, rel=0.02)
    for number, region in enumerate(REGIONS, 1):
        corners = page.locator(f'polygon[data-line="{number}"]').evaluate(ON_SCREEN)
        wanted = [[drawn["x"] + x * drawn["width"] / 1600, drawn["y"] + y * drawn["width"] / 1600]
                  for x, y in region.polygon]
        assert np.allclose(corners, wanted, atol=1)
    page.locator('button.text[data-line="2"]').press("Enter")
    assert page.locator('polygon[data-line="2"]').evaluate("item => item.classList.contains('picked')")
    assert page.locator("#picked").inner_text() == "<b>세로</b>"
    page.locator('polygon[data-line="1"]').dispatch_event("click")
    assert page.locator('button.text[data-line="1"]').get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert "trial=" in page.url
    page.screenshot(path=pictures / "portal-try-360.png", full_page=True)
    assert problems == []
