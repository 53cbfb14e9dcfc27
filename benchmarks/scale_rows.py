"""A million images with readings in a PostgreSQL ledger: what prelabel, label, ingest and collect ask, beside ten thousand."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import psycopg
from rich.progress import track

from benchmarks.figures import Figure
from benchmarks.postgres import new_database, postgres
from benchmarks.questions import all_questions
from benchmarks.watched import peak_megabytes
from datastore.ledger import Ledger, arrivals
from datastore.ledger.word_index import KEPT
from schemas.ids import digest
from schemas.submission import CanonicalImage, Original, Outcome, RawObject, Submission, sender_of
from stages.ingest.words import BITS
from tests.filled_ledger import START, Made, fill
from workbench.bench import Workbench
from workbench.ingest.settling import settle_ready
from workbench.settings import Settings

FEW = 10_000
MANY = int(os.environ.get("SAEGIM_BENCH_MANY", "1000000"))
ROUNDS = int(os.environ.get("SAEGIM_BENCH_ROUNDS", "3"))
TARGET, MOST_MB = 1.5, 1500
NEW = 1000
"""Arrivals that are settled in a round."""
WORDS = 200
"""Of a picture."""
STEP = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a process that asked every question once, after a first time that filled the caches, took for each, and its peak.

    Attributes:
        seconds: by question.
        is_of_all: whether a question is about all images, by question; else it is about some hundred.
        peak: MB at most (VmHWM).
    """

    seconds: dict[str, float]
    is_of_all: dict[str, bool]
    peak: float


def run() -> list[Figure]:
    """Each question at both sizes in turn, by a process of its own each time."""
    with postgres() as server:
        urls = {count: _filled(server, count) for count in (FEW, MANY)}
        rounds: dict[int, list[Asked]] = defaultdict(list)
        for number in track(range(ROUNDS), "asking", transient=True):
            for count, url in urls.items():
                with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
                    rounds[count].append(alone.submit(ask, url, count, number).result())
    figures = [_figure(question, rounds) for question in rounds[FEW][0].seconds]
    peak, before = (max(item.peak for item in rounds[count]) for count in (MANY, FEW))
    return [*figures, Figure("memory at most of a process that asks all of it", f"{peak:,.0f} MB", f"{before:,.0f} MB", "",
                             f"≤ {MOST_MB:,} MB", peak <= MOST_MB)]


def ask(url: str, count: int, number: int) -> Asked:
    """Asks everything once, and settles arrivals that no other round has."""
    ledger, made = Ledger(url), [Made(place) for place in range(count)]
    bench = Workbench(Settings(_env_file=None, ledger_url=url))
    seconds: dict[str, float] = {}
    is_of_all: dict[str, bool] = {}
    for name, of_all, question in all_questions():
        if number == 0:
            question(ledger, made)
        began = time.perf_counter()
        question(ledger, made)
        seconds[name], is_of_all[name] = time.perf_counter() - began, of_all
    new = [*_sent(number)]
    for name, step in ((f"ingest: {NEW:,} arrivals registered", lambda: arrivals.register(ledger, [item.raw for item in new])),
                       (f"ingest: {NEW:,} decoded arrivals stored", lambda: arrivals.store(ledger, new, [])),
                       (f"ingest: {NEW:,} arrivals settled", lambda: settle_ready(bench, lambda _count: None))):
        began = time.perf_counter()
        step()
        seconds[name], is_of_all[name] = time.perf_counter() - began, False
    assert not arrivals.ready(ledger, 1), "some were not settled"
    return Asked(seconds, is_of_all, peak_megabytes())


def _figure(question: str, rounds: dict[int, list[Asked]]) -> Figure:
    many, few = (statistics.median(item.seconds[question] for item in rounds[count]) for count in (MANY, FEW))
    of_all = rounds[FEW][0].is_of_all[question]
    ratios = [one.seconds[question] / other.seconds[question] / (MANY / FEW if of_all else 1)
              for one, other in zip(rounds[MANY], rounds[FEW], strict=True)]
    ratio = statistics.median(ratios)
    return Figure(f"{question}: {MANY:,} images beside {FEW:,}", f"{many * 1e3:,.1f} ms", f"{few * 1e3:,.1f} ms",
                  f"{ratio:.2f} ({min(ratios):.2f}–{max(ratios):.2f}){' an image' if of_all else ''}", f"≤ {TARGET:g} ×",
                  ratio <= TARGET)


def _filled(server: str, count: int) -> str:
    """URL of a ledger with so many images: what a week leaves of each, and as many words of the gate as ingest keeps."""
    url = new_database(server, f"filled_{count}")
    ledger = Ledger(url)
    ledger.migrate()
    fill(ledger, count)
    chance = np.random.default_rng(count)
    words = np.sort(chance.integers(0, 2**(BITS + 1), count * KEPT))
    numbers = chance.integers(0, 2**60, len(words))
    with psycopg.connect(url, autocommit=True) as connection:
        for start in track(range(0, len(words), STEP), f"words of {count:,} images", transient=True):
            with connection.cursor().copy("copy gate_words (word, image) from stdin") as copy:
                for row in zip(words[start:start + STEP].tolist(), numbers[start:start + STEP].tolist(), strict=True):
                    copy.write_row(row)
        connection.execute("vacuum analyze")
    return url


def _sent(number: int) -> Iterator[Submission]:
    """Decoded pictures of a round, sent before all others, that share no word with any: comparing is a cost of pictures."""
    chance = np.random.default_rng(1000 + number)
    for place in range(NEW):
        key = f"spring/사람{place % 100}/{number}-{place:05}.jpg"
        raw = RawObject("raw", key, "1", 1, START - timedelta(days=1) + timedelta(seconds=place))
        image_id = digest("sent", str(number), str(place))
        words = tuple(chance.integers(0, 2**(BITS + 1), WORDS).tolist())
        image = CanonicalImage(image_id, 1, "image/jpeg", 1600, 1200, digest("pixels", image_id), words, "made",
                               Original("JPEG", 1600, 1200, None, None, False))
        yield Submission(raw, sender_of(key), {}, Outcome.ACCEPTED, digest("raw", image_id), image=image)
