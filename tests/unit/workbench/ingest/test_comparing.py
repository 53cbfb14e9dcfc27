"""Whoever compares, when and how much of it: the ledger is the one that a single worker leaves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from datastore.ledger import arrivals, leases
from datastore.ledger.tables import arrivals as arrivals_table
from datastore.ledger.tables import comparisons, gate_words, images, submissions
from schemas.ids import sha256
from schemas.submission import CanonicalImage, Original, Outcome, RawObject, Submission, Verdict, sender_of
from tests.unit.datastore.ledger.test_decisions_random import OneConnection
from workbench.bench import Workbench
from workbench.ingest import comparing, settling
from workbench.ingest.features_held import FeaturesHeld
from workbench.ingest.settling import settle_ready
from workbench.settings import Settings

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
SENT = 24
VERDICTS = [Verdict.DISTINCT] * 3 + [Verdict.DUPLICATE, Verdict.CLUSTER, Verdict.CLUSTER, Verdict.REVIEW]


@pytest.fixture
def bench() -> Workbench:
    """A workbench with a ledger in memory, that compares a picture with at most three others."""
    bench = Workbench(Settings(_env_file=None, ledger_url="sqlite://", verifications=3))
    bench.__dict__["ledger"] = OneConnection()
    return bench


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """How often each pair was compared; pictures are their ids, and how two are related is drawn by these."""
    counts: Counter[tuple[str, str]] = Counter()

    def compare(later: str, earlier: str) -> Any:
        counts[later, earlier] += 1
        drawn = hashlib.sha256(f"{later} {earlier}".encode()).digest()
        return SimpleNamespace(verdict=VERDICTS[drawn[0] % len(VERDICTS)], figures={"median": round(drawn[1] / 255, 3)})

    def of(_self: FeaturesHeld, keys: Mapping[str, str]) -> dict[str, str]:
        return {name: name for name in keys}

    monkeypatch.setattr(comparing, "compare", compare)
    monkeypatch.setattr(FeaturesHeld, "of", of)
    return counts


def sent(random: Random) -> list[Submission]:
    """Pictures of which some share words, some are the same in bytes or pixels, and some are none."""
    groups = [tuple(range(10 * number, 10 * number + 5)) for number in range(4)]
    made: list[Submission] = []
    for number in range(SENT):
        raw = RawObject("raw", f"demo/kim/{random.random()}.jpg", "1", 1, START + timedelta(seconds=random.randrange(SENT // 2)))
        earlier = random.choice(made).image if made and random.random() < 0.2 else None
        name = sha256(f"{number} {random.random()}".encode())
        words = tuple(word for group in random.sample(groups, random.randint(1, 2)) for word in group)
        image = CanonicalImage(name, 1, "image/jpeg", 80, 60, earlier.pixels_id if earlier else sha256(name.encode()),
                               (*words, 1000 + number), "made", Original("JPEG", 80, 60, None, None, False))
        if random.random() < 0.1:
            made.append(Submission(raw, sender_of(raw.key), {}, Outcome.QUARANTINED, trace="broken"))
        else:
            made.append(Submission(raw, sender_of(raw.key), {}, Outcome.ACCEPTED, sha256(f"raw {name}".encode()), image=image))
    return made


def state(bench: Workbench) -> dict[str, list[Any]]:
    """Everything that settling writes."""
    with bench.ledger.read() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in (
            submissions, images, comparisons, gate_words, arrivals_table)}


def empty(bench: Workbench) -> None:
    with bench.ledger.write() as connection:
        connection.execute(update(submissions).values(duplicate_of=None))
        for table in (comparisons, arrivals_table, gate_words, submissions, images):
            connection.execute(delete(table))


def settle_by_one(bench: Workbench, items: list[Submission]) -> None:
    arrivals.register(bench.ledger, [item.raw for item in items])
    arrivals.store(bench.ledger, items, [])
    settle_ready(bench, lambda _count: None)


def settle_by_many(bench: Workbench, items: list[Submission], random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoded in any order, compared ahead by whoever comes, now and then settled as far as it goes."""
    arrivals.register(bench.ledger, [item.raw for item in items])
    undecoded = random.sample(items, len(items))
    features = FeaturesHeld(bench.objects, bench.settings.bucket_images)

    def decode() -> None:
        some = [undecoded.pop() for _ in range(min(len(undecoded), random.randint(1, 6)))]
        arrivals.store(bench.ledger, some, [])

    def compare() -> None:
        monkeypatch.setattr(comparing, "PIECE", random.randint(1, 6))
        monkeypatch.setattr(comparing, "LOOKED_BACK", random.randint(0, 9))
        comparing.compare_ahead(bench, features)

    def settle() -> None:
        monkeypatch.setattr(settling, "LONGEST", random.choice([-1.0, 2.0]))
        monkeypatch.setattr(settling, "CHUNK", random.randint(1, 9))
        monkeypatch.setattr(settling, "LEAST", random.randint(1, 4))
        # Another worker is comparing some of them; nothing is settled past these.
        lease = leases.claim(bench.ledger, arrivals.COMPARE, arrivals.uncompared(bench.ledger, 9)[random.randint(0, 9):], 60)
        settle_ready(bench, lambda _count: None, wait=False)
        leases.release(bench.ledger, lease)

    steps: list[Callable[[], None]] = [decode, compare, compare, settle]
    while undecoded or arrivals.ready(bench.ledger, 1):
        random.choice(steps)()


@pytest.mark.slow
def test_the_ledger_is_the_same_whoever_compares(
        bench: Workbench, compared: Counter[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: Counter[str] = Counter()
    alone = together = 0
    for seed in range(12):
        items = sent(Random(seed))
        settle_by_one(bench, items)
        expected = state(bench)
        needed = set(compared)
        alone += compared.total()
        assert compared.total() == len(needed)
        compared.clear()
        empty(bench)
        settle_by_many(bench, items, Random(seed), monkeypatch)
        assert state(bench) == expected, f"seed {seed}"
        assert needed <= set(compared)
        together += compared.total()
        with bench.ledger.read() as connection:
            outcomes.update(connection.scalars(select(submissions.c.outcome)))
        compared.clear()
        empty(bench)
    assert {"accepted", "duplicate", "held", "quarantined"} <= outcomes.keys()
    assert together < 1.5 * alone  # comparing ahead repeats little and does little that nobody needs
