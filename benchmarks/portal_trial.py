"""How long somebody waits for the answer of the demo page: by the portal's own door, with the reader warm."""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from PIL import Image

from apps.demo.sending import SAMPLES
from benchmarks.figures import Figure
from benchmarks.portal_process import portal_environment, wait_for_portal
from benchmarks.store import free_port, workbench
from workbench.bench import Workbench

PHOTOGRAPHS = ("jlee/exit.jpg", "jlee/bus stop.jpg", "jlee/guitar sign.jpg", "jlee/all year round.jpg", "jlee/poster.jpg",
               "김하늘/메이크업존 간판.jpg", "김하늘/서울대역.jpg", "park.minsu/도로 표지판.jpg", "jlee/KakaoTalk_photo.jpg")
"""Photographs of signs, of 2 to 13 texts."""
DENSE = "김하늘/짜글이 뒷면.jpg"
"""The back of a packet, with some thirty lines."""
PIXELS = 2_000_000
ROUNDS = 2
POLL_SECONDS = 0.4
"""Between two looks of the page (templates/portal/try_answer_part.html.jinja)."""
MOST_SECONDS = 3.0
AT_ONCE = 6
"""Photographs that come together, for the place in the queue."""
WARM_SECONDS = 600


def run() -> list[Figure]:
    """Photographs one after the other, then some at once."""
    load = os.getloadavg()[0]
    with workbench() as bench, _served(bench) as (url, reader), httpx.Client(base_url=url, timeout=60) as browser:
        pictures = [_photograph(name) for name in PHOTOGRAPHS]
        _answered(browser, pictures[0], WARM_SECONDS)  # the model is opened meanwhile
        before = reader.cpu_times()
        seconds = [_answered(browser, picture) for _ in range(ROUNDS) for picture in pictures]
        after = reader.cpu_times()
        cpu = (after.user + after.system - before.user - before.system) / len(seconds)
        dense = _answered(browser, _photograph(DENSE))
        told = _queue_told(browser, pictures)
        memory = reader.memory_info().rss / 1e6
        threads = reader.num_threads()
    median = statistics.median(seconds)
    busy = f"load before {load:.1f}, after {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return [
        Figure(f"demo answer, {PIXELS / 1e6:g} MP, {len(seconds)} signs, warm: median", f"{median:.2f} s",
               peer=f"{min(seconds):.2f} to {max(seconds):.2f} s; {busy}", target=f"≤ {MOST_SECONDS:g} s",
               met=median <= MOST_SECONDS),
        Figure("CPU of the reader for one of them", f"{cpu:.2f} s"),
        Figure("the same for the back of a packet of some thirty lines", f"{dense:.2f} s"),
        Figure(f"{AT_ONCE} at once: the last is told its place", "yes" if told else "no", target="yes", met=told),
        Figure("memory and threads of the reader", f"{memory:.0f} MB, {threads}"),
    ]


@contextmanager
def _served(bench: Workbench) -> Iterator[tuple[str, psutil.Process]]:
    """The portal's process and the reader's; the address of the one, and the other."""
    url = f"http://127.0.0.1:{free_port()}"
    settings = bench.settings
    bench.objects.ensure_buckets((settings.bucket_demo, settings.bucket_models))
    programs = [subprocess.Popen([sys.executable, "-m", *program], env={**os.environ, **portal_environment(bench, url)})
                for program in (("apps.portal", "--port", url.rpartition(":")[2]), ("apps.portal.reader",))]
    try:
        wait_for_portal(url)
        yield url, psutil.Process(programs[1].pid)
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(60)


def _photograph(name: str) -> bytes:
    """A sample at two megapixels."""
    picture = Image.open(Path(SAMPLES) / name).convert("RGB")
    scale = (PIXELS / (picture.width * picture.height)) ** 0.5
    out = io.BytesIO()
    picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS).save(
        out, "JPEG", quality=90)
    return out.getvalue()


def _sent(browser: httpx.Client, data: bytes) -> str:
    """Sends a photograph as the page does; where its answer is asked for."""
    place = browser.post("/try/place", json={"name": "sign.jpg", "type": "image/jpeg", "size": len(data)})
    while place.status_code == 429:  # so often nobody tries by hand
        time.sleep(2)
        place = browser.post("/try/place", json={"name": "sign.jpg", "type": "image/jpeg", "size": len(data)})
    said = place.raise_for_status().json()
    httpx.post(said["url"], data=said["fields"], files={"file": ("sign.jpg", data)}).raise_for_status()
    browser.post(f"/try/{said['trial']}/arrived").raise_for_status()
    return f"/try/{said['trial']}"


def _answered(browser: httpx.Client, data: bytes, most: float = 120) -> float:
    """Seconds from the choice of a photograph to its answer on the page."""
    started = time.perf_counter()
    where = _sent(browser, data)
    while "hx-get" in (page := browser.get(where).raise_for_status().text):
        if time.perf_counter() - started > most:
            sys.exit("the reader does not answer")
        time.sleep(POLL_SECONDS)
    assert "<polygon" in page, page
    return time.perf_counter() - started


def _queue_told(browser: httpx.Client, pictures: list[bytes]) -> bool:
    """Whether the last of some photographs that come together is told how many are before it."""
    places = [_sent(browser, picture) for picture in pictures[:AT_ONCE]]
    return "before it" in browser.get(places[-1], headers={"Accept-Language": "en"}).text
