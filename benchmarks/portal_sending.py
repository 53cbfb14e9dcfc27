"""A hundred people send twenty photographs each at once, by the portal's own process and a real object storage."""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from apps.portal.visit import SESSION, Portal
from benchmarks.figures import Figure
from benchmarks.portal_process import portal_environment, wait_for_portal
from benchmarks.store import free_port, workbench
from datastore.ledger import accounts, participants
from datastore.ledger.submissions import submission_rows
from schemas.accounts import Account, Role
from workbench.bench import Workbench, open_workbench
from workbench.ingest.take_in import take_in

PEOPLE = 100
PHOTOGRAPHS = 20
AT_ONCE = 3
"""Photographs that a page sends at once (static/send.js)."""
ARRIVE_SECONDS = 10.0
"""Within which all open the page."""
PHOTOGRAPH_SECONDS = 2.0
"""At least: a phone's picture of 2.5 MB at 10 Mbit/s. So all 100 send at the same time, and the portal and not the
generator's loopback is measured."""
TOLD_SECONDS = 8.0
"""Between two words of a page to the portal of what has arrived."""
POLL_SECONDS = 8.0
"""Between two looks of a page at what became of its photographs."""
PAGE_MS = 300
"""Target of the 95th percentile."""
SECRET = "of the benchmark, thirty-two letters"
CAMPAIGN = """\
name: load
title: Load
first_day: 2026-01-01
last_day: 2099-12-31
bonus: {vertical: 5, handwritten: 5}
consent: {version: 1, text: Yes.}
"""


@dataclass
class Measured:
    """What a run of all people found.

    Attributes:
        seconds: of each kind of request to the portal.
        sent: keys of what the object storage took.
        again: requests that failed and were made again, by what they met.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: set[str] = field(default_factory=set)
    again: Counter[str] = field(default_factory=Counter)

    def p95(self, kind: str) -> float:
        """95th percentile of a kind of request, in milliseconds."""
        return statistics.quantiles(self.seconds[kind], n=20)[-1] * 1000


def run() -> list[Figure]:
    """With ingest beside it, and without."""
    return [*_figures(True), *_figures(False)]


def _figures(with_ingest: bool) -> list[Figure]:
    name = f"{PEOPLE} people × {PHOTOGRAPHS} photographs, ingest {'beside it' if with_ingest else 'off'}"
    load = os.getloadavg()[0]
    with workbench() as bench, _portal(bench) as (url, cookies), _ingest(with_ingest):
        started = time.perf_counter()
        measured = asyncio.run(_everybody(url, cookies))
        took = time.perf_counter() - started
        lost, double = _checked(bench, measured)
    pages = measured.p95("page")
    parts = ", ".join(f"{kind} {measured.p95(kind):.0f}" for kind in ("list", "places", "arrived"))
    return [
        Figure(f"{name}: lost, double", f"{lost}, {double}", peer=_words(measured.again), target="0, 0",
               met=not lost and not double),
        Figure(f"{name}: a page, p95", f"{pages:.0f} ms", peer=f"{parts} ms", target=f"< {PAGE_MS} ms", met=pages < PAGE_MS),
        Figure(f"{name}: all sent within", f"{took:.0f} s (load before: {load:.1f})"),
    ]


def _words(again: Counter[str]) -> str:
    return "made again: " + (", ".join(f"{count} {what}" for what, count in sorted(again.items())) or "none")


@contextmanager
def _portal(bench: Workbench) -> Iterator[tuple[str, list[str]]]:
    """The portal's process; its address, and the cookies of its people."""
    url = f"http://127.0.0.1:{free_port()}"
    folder = Path(bench.settings.ledger.removeprefix("sqlite:///")).parent
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "load.yaml").write_text(CAMPAIGN)
    os.environ.update(portal_environment(bench, url), SAEGIM_PORTAL_SECRET=SECRET, SAEGIM_CAMPAIGNS=str(folder / "campaigns"))
    signer = Portal(open_workbench())
    now = datetime.now(UTC)
    for number in range(PEOPLE):
        accounts.add_account(bench.ledger, Account(f"person-{number}", Role.SUBMITTER, None, now, now))
        participants.join(bench.ledger, "load", f"person-{number}", consent_version=1, at=now)
    cookies = [f"{SESSION}={signer.session(f'person-{number}', now)}" for number in range(PEOPLE)]
    server = subprocess.Popen([sys.executable, "-m", "apps.portal", "--port", url.rpartition(":")[2]])
    try:
        wait_for_portal(url)
        yield url, cookies
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def _ingest(wanted: bool) -> Iterator[None]:
    """Ingest, again and again, in a process of its own."""
    stop = multiprocessing.get_context("spawn").Event()
    process = multiprocessing.get_context("spawn").Process(target=_ingest_until, args=(stop,))
    if wanted:
        process.start()
    try:
        yield
    finally:
        stop.set()
        if wanted:
            process.join(300)


def _ingest_until(stop: Any) -> None:
    bench = open_workbench()
    while not stop.is_set():
        take_in(bench)
        time.sleep(0.5)


async def _everybody(url: str, cookies: list[str]) -> Measured:
    measured = Measured()
    pictures = _pictures()
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=400)
    async with httpx.AsyncClient(limits=limits, timeout=120) as client:
        await asyncio.gather(*(_Person(client, url, cookie, number, measured, pictures).sends()
                               for number, cookie in enumerate(cookies)))
    return measured


@dataclass
class _Person:
    client: httpx.AsyncClient
    url: str
    cookie: str
    number: int
    measured: Measured
    pictures: list[bytes]
    done: bool = False
    told: int = 0
    arrived: list[str] = field(default_factory=list)

    async def sends(self) -> None:
        rng = random.Random(self.number)
        await asyncio.sleep(rng.uniform(0, ARRIVE_SECONDS))
        await self.asks("page", "GET", "")
        photographs = [{"client_id": f"{self.number:04}-{item:04}", "file_name": f"사진 {item}.jpg", "media_type": "image/jpeg",
                        "size": len(self.photograph(item))} for item in range(PHOTOGRAPHS)]
        places = (await self.asks("places", "POST", "/places", {"photographs": photographs})).json()["places"]
        queue = iter(list(enumerate(places)))
        others = [asyncio.create_task(self.tells()), asyncio.create_task(self.polls())]
        await asyncio.gather(*(self.posts(queue) for _ in range(AT_ONCE)))
        self.done = True
        await asyncio.gather(*others)
        await self.asks("page", "GET", "")

    def photograph(self, item: int) -> bytes:
        return self.pictures[self.number * PHOTOGRAPHS + item]

    async def posts(self, queue: Iterator[tuple[int, Any]]) -> None:
        for item, place in queue:
            began = time.perf_counter()
            form = place["form"]
            while not await self.post(form, self.photograph(item)):
                await asyncio.sleep(1)  # the page tries again too (static/send.js)
            self.measured.sent.add(form["fields"]["key"])
            self.arrived.append(place["client_id"])
            await asyncio.sleep(max(0.0, PHOTOGRAPH_SECONDS - (time.perf_counter() - began)))

    async def post(self, form: Any, data: bytes) -> bool:
        try:
            answer = await self.client.post(form["url"], data=form["fields"], files={"file": ("photograph", data, "image/jpeg")})
        except httpx.TransportError as error:
            self.measured.again[f"storage {type(error).__name__}"] += 1
            return False
        if not answer.is_success:
            self.measured.again[f"storage {answer.status_code}"] += 1
        return answer.is_success

    async def tells(self) -> None:
        while self.told < PHOTOGRAPHS:
            await asyncio.sleep(0.4 if self.done else TOLD_SECONDS)
            new = self.arrived[self.told:]
            if new:
                self.told += len(new)
                await self.asks("arrived", "POST", "/arrived", {"client_ids": new})
                if self.done:
                    await self.asks("list", "GET", "/photographs")

    async def polls(self) -> None:
        while not self.done:
            await asyncio.sleep(POLL_SECONDS)
            await self.asks("list", "GET", "/photographs")

    async def asks(self, kind: str, method: str, path: str, body: Any = None) -> httpx.Response:
        while True:
            began = time.perf_counter()
            try:
                answer = await self.client.request(method, f"{self.url}/c/load/send{path}", json=body,
                                                   headers={"Cookie": self.cookie})
                told = "" if answer.is_success else f"{kind} {answer.status_code}"
            except httpx.TransportError as error:
                told = f"{kind} {type(error).__name__}"
            self.measured.seconds[kind].append(time.perf_counter() - began)
            if not told:
                return answer
            self.measured.again[told] += 1
            await asyncio.sleep(1)


def _pictures() -> list[bytes]:
    """Pictures of which no two are alike, of about 60 kB."""
    rng = np.random.default_rng(17)
    found = []
    for _ in range(PEOPLE * PHOTOGRAPHS):
        small = Image.fromarray(rng.integers(0, 256, (60, 80), np.uint8))
        out = io.BytesIO()
        small.resize((640, 480), Image.Resampling.NEAREST).convert("RGB").save(out, "JPEG", quality=85)
        found.append(out.getvalue())
    return found


def _checked(bench: Workbench, measured: Measured) -> tuple[int, int]:
    """How many photographs are lost and how many are there twice, once ingest has taken all."""
    take_in(bench)
    rows = Counter(row.key for row in submission_rows(bench.ledger, "load"))
    lost = PEOPLE * PHOTOGRAPHS - len(rows.keys() & measured.sent)
    return lost, sum(count - 1 for count in rows.values())


if __name__ == "__main__":
    for found in run():
        print(found)
