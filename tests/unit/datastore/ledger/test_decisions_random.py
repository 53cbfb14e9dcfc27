"""Whatever is sent, decided, withdrawn and tried again: nothing vanishes, all of it agrees, undoing all gives the start."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
from PIL import Image
from sqlalchemy import Connection, delete, select, update

from datastore.ledger import Ledger, arrivals, decisions, duplicates, outcomes
from datastore.ledger.duplicates import Doubt
from datastore.ledger.submissions import quarantine, reject_textless, submission_rows
from datastore.ledger.tables import arrivals as arrivals_table
from datastore.ledger.tables import comparisons, gate_words, images, metadata, submissions
from datastore.ledger.tables import decisions as decisions_table
from datastore.ledger.withdrawals import withdraw_key
from schemas.decision import Decision
from schemas.errors import NotToBeDecided
from schemas.submission import (
    CanonicalImage,
    Compared,
    Original,
    Outcome,
    RawObject,
    Reason,
    Rejection,
    Said,
    Submission,
    Verdict,
    sender_of,
)
from stages.ingest.known import lookalike
from stages.ingest.settle import Lookalike
from workbench.bench import Workbench
from workbench.ingest import deciding
from workbench.ingest.settling import Settling, settle_ready
from workbench.settings import Settings

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
WORDS = (1, 2, 3, 4, 5)
"""All pictures share them: the word index proposes every picture to every other one."""
PICTURES = "abcdef01"
SEQUENCES, STEPS, PARTS = 300, 5, 3
"""A sequence takes an eighth of a second; each day plays others, and a failure names its sequence."""
STANDS = (Outcome.ACCEPTED, Outcome.HELD)
SAID = [Said.DUPLICATE, Said.DUPLICATE, Said.CLUSTER, Said.SPLIT]


class OneConnection(Ledger):
    """A ledger in memory whose transactions are one: a third of the time is the beginning and ending of them."""

    def __init__(self) -> None:
        super().__init__("sqlite://")
        self._only = self._engine.connect()
        metadata.create_all(self._only)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self._only

    @contextmanager
    def write(self, alone: str | None = None, foreign_keys: bool = True) -> Iterator[Connection]:
        yield self._only


class OnePicture:
    """An object store that has the same picture under every name."""

    def __init__(self) -> None:
        out = io.BytesIO()
        Image.new("RGB", (8, 8)).save(out, "JPEG")
        self._data = out.getvalue()

    def get(self, _bucket: str, _key: str) -> bytes:
        return self._data


@dataclass
class Bench:
    """A workbench without services: a ledger, and one picture for all."""

    ledger: Ledger
    settings: Settings = field(default_factory=lambda: Settings(_env_file=None))
    objects: Any = field(default_factory=OnePicture)


@pytest.fixture(scope="module")
def bench() -> Workbench:
    ledger = OneConnection()
    return cast(Workbench, Bench(ledger))


@dataclass
class World:
    """One sequence: what was sent, how pictures are related, and the ledger."""

    bench: Workbench
    random: Random
    decoded: dict[str, Submission] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger:
        return self.bench.ledger

    def send(self) -> None:
        """A new object: a picture that is sent again or not, one that is refused at once, or one that kills its decoder."""
        number = len(self.decoded)
        raw = RawObject("raw", f"demo/{self.random.choice('kl')}/{number}.jpg", "v", 1,
                        START + timedelta(minutes=self.random.randrange(60)))
        name = self.random.choice(PICTURES)
        kind = self.random.randrange(12)
        item = Submission(raw, sender_of(raw.key), {}, Outcome.ACCEPTED, self.random.choice([name, f"{name}{number}"]) * 8,
                          image=picture(name))
        if kind == 0:
            item = Submission(raw, sender_of(raw.key), {}, Outcome.REJECTED, "r" * 64, Rejection(Reason.TOO_SMALL, "2 × 2"))
        elif kind == 1:
            item = Submission(raw, sender_of(raw.key), {}, Outcome.QUARANTINED, "q" * 64, trace="killed")
        self.decoded[raw.submission_id] = item
        arrivals.register(self.ledger, [raw])
        if self.random.random() < 0.2:
            self.ingest()

    def send_picture(self, name: str, minutes: int) -> str:
        """A certain picture; returns the id of the submission."""
        raw = RawObject("raw", f"demo/k/{name}.jpg", "v", 1, START + timedelta(minutes=minutes))
        self.decoded[raw.submission_id] = Submission(raw, sender_of(raw.key), {}, Outcome.ACCEPTED, name * 8, image=picture(name))
        arrivals.register(self.ledger, [raw])
        return raw.submission_id

    def ingest(self) -> bool:
        """What waits is decoded and settled; False where nothing waits."""
        if todo := arrivals.undecoded(self.ledger):
            arrivals.store(self.ledger, [self.decoded[raw.submission_id] for raw in todo], [])
            settle_ready(self.bench, lambda _: None)
        return bool(todo)

    def decide(self) -> bool:
        """Says something at random; False where it makes no sense."""
        rows = submission_rows(self.ledger)
        for _ in range(3 if rows else 0):
            one, other = self.random.choice(rows), self.random.choice(rows)
            kind = self.random.choice(SAID)
            if self.take(Decision(0, kind, one.submission_id, "" if kind is Said.SPLIT else other.submission_id)):
                return True
        return False

    def undo(self) -> bool:
        listed = decisions.decision_list(self.ledger)
        number = self.random.choice([deciding.last_in_force(self.ledger), self.random.randint(1, len(listed) + 1)])
        return self.take(Decision(0, Said.UNDO, undoes=number))

    def take(self, decision: Decision) -> bool:
        try:
            seen = deciding.look_ahead(self.ledger, decision)
        except NotToBeDecided:
            return False
        foreseen = seen.changed
        if self.random.random() < 0.1:
            assert all(deciding.tell(self.bench, seen))
        deciding.decide(self.bench, seen)
        rows = {row.submission_id: row for row in submission_rows(self.ledger)}
        for name, place in foreseen.items():  # what was shown is what happened
            assert (rows[name].outcome, rows[name].duplicate_of) == (place.outcome, place.duplicate_of)
        if decision.kind is not Said.UNDO:
            self.holds(decision, rows[decision.submission_id], rows.get(decision.other_id))
        return True

    def holds(self, decision: Decision, one: Any, other: Any) -> None:
        """What was just said is so."""
        with self.ledger.read() as connection:
            cluster = {row.image_id: row.cluster_id for row in connection.execute(
                select(images.c.image_id, images.c.cluster_id).join(submissions, submissions.c.image_id == images.c.image_id)
                .where(submissions.c.outcome.in_(STANDS)))}
        if decision.kind is Said.SPLIT:
            assert one.image_id == one.own_image_id
            assert one.outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE)  # of the very same picture, sent before
            assert list(cluster.values()).count(cluster[one.image_id]) == 1
        elif decision.kind is Said.DUPLICATE:
            assert one.image_id == other.image_id
        else:
            assert one.image_id != other.image_id
            assert cluster[one.image_id] == cluster[other.image_id]

    def read(self) -> None:
        """prelabel: finds no text on a picture, or fails on it."""
        standing = [row.image_id for row in submission_rows(self.ledger) if row.outcome in STANDS and row.image_id]
        if standing:
            image = self.random.choice(standing)
            with self.ledger.write(alone="images") as connection:
                if self.random.random() < 0.5:
                    reject_textless(connection, [image])
                else:
                    quarantine(connection, image, "Traceback\nValueError: no")

    def retry(self) -> None:
        outcome, reason = self.random.choice([(Outcome.QUARANTINED, None), (Outcome.REJECTED, Reason.NO_TEXT),
                                              (Outcome.REJECTED, Reason.TOO_SMALL)])
        duplicates.retry(self.ledger, outcome, reason)

    def withdraw(self) -> None:
        """Somebody takes back what they sent, whether an ingest has seen it or not."""
        self.withdraw_one(self.random.choice(sorted(self.decoded)))

    def withdraw_one(self, name: str) -> int | None:
        raw = self.decoded[name].raw
        with self.ledger.write(alone="images") as connection:
            return withdraw_key(connection, raw.bucket, raw.key, [raw], "asked for")

    def compare_texts(self) -> None:
        """What ingest does with held pictures that were read: their texts tell some of them apart."""
        with self.ledger.read() as connection:
            rows = connection.execute(select(comparisons, submissions.c.own_image_id).join(
                submissions, submissions.c.submission_id == comparisons.c.submission_id)
                .where(comparisons.c.verdict == Verdict.REVIEW)).all()
        if rows:
            row = self.random.choice(rows)
            doubt = Doubt(row.submission_id, row.own_image_id, "", row.image_id, "", {})
            with self.ledger.write(alone="images") as connection:
                duplicates.resolve(connection, [(doubt, Compared(row.image_id, Verdict.DISTINCT, {"lines": 1}))])

    def state(self) -> dict[str, Any]:
        """All that follows from decisions."""
        with self.ledger.read() as connection:
            rows = connection.execute(select(submissions)).all()
            pictures = {row.image_id: row for row in connection.execute(select(images))}
        found: dict[str, Any] = {row.submission_id: (row.outcome, row.image_id, row.duplicate_of, row.reason, row.detail)
                                 for row in rows}
        stood_on = {row.image_id for row in rows if row.outcome in STANDS and row.image_id}
        return found | {image: (pictures[image].cluster_id, pictures[image].represents) for image in stood_on}

    def check(self) -> None:
        """Everything that is true after each step."""
        rows = {row.submission_id: row for row in submission_rows(self.ledger)}
        waiting = {row.submission_id for row in outcomes.waiting(self.ledger)}
        assert not rows.keys() & waiting
        assert rows.keys() | waiting == self.decoded.keys()  # I1: every raw object is somewhere, once
        with self.ledger.read() as connection:
            pictures = {row.image_id: row for row in connection.execute(select(images))}
        stands = Counter(row.image_id for row in rows.values() if row.outcome in STANDS and row.image_id)
        assert not [image for image, count in stands.items() if count > 1]
        by_image: dict[str, list[Any]] = {}
        for row in rows.values():
            assert row.outcome is not Outcome.WITHDRAWN or not row.image_id
            assert (row.outcome == Outcome.DUPLICATE) == (row.duplicate_of is not None)
            if row.duplicate_of:
                original = rows[row.duplicate_of]
                assert original.outcome in STANDS
                assert original.image_id == row.image_id
            if row.image_id:
                by_image.setdefault(row.image_id, []).append(row)
            if row.outcome in (Outcome.REJECTED, Outcome.QUARANTINED) and row.image_id:
                assert pictures[row.image_id].refused == row.outcome
        for image, sent in by_image.items():
            if image in stands:  # the one sent first is the original
                assert min(sent, key=lambda row: (row.sent_at, row.key)).outcome in STANDS
                name = pictures[image].cluster_id
                assert name in stands
                assert pictures[name].represents
                assert pictures[name].cluster_id == name

    def check_from_scratch(self) -> None:
        """Worked out anew from everything, it is the same."""
        before = self.state()
        with self.ledger.write() as connection:
            decisions.settle_anew(connection, connection.scalars(select(images.c.image_id)).all())
        assert self.state() == before

    def undo_all(self) -> None:
        while (number := deciding.last_in_force(self.ledger)) is not None:
            assert self.take(Decision(0, Said.UNDO, undoes=number))


def picture(name: str) -> CanonicalImage:
    return CanonicalImage(name * 64, 100, "image/jpeg", 80, 60, name * 64 if name in "abc" else None, WORDS, "clean/1",
                          Original("JPEG", 80, 60, None, None, False))


def empty(bench: Workbench) -> None:
    with bench.ledger.write() as connection:
        connection.execute(update(submissions).values(duplicate_of=None))
        for table in (decisions_table, comparisons, arrivals_table, gate_words, submissions, images):
            connection.execute(delete(table))


@pytest.fixture
def related(monkeypatch: pytest.MonkeyPatch) -> dict[frozenset[str], Verdict]:
    """How pictures are related, by two ids; what is not in it is distinct."""
    found: dict[frozenset[str], Verdict] = {}

    def compare(_self: Settling, image: CanonicalImage, others: Sequence[Any]) -> list[Lookalike]:
        verdicts = [found.get(frozenset({image.image_id, known.image_id}), Verdict.DISTINCT) for known in others]
        return [lookalike(known, Compared(known.image_id, verdict, {"median": 0.5}))
                for known, verdict in zip(others, verdicts, strict=True)]

    monkeypatch.setattr(Settling, "compare", compare)
    monkeypatch.setattr(deciding, "words_of_file", lambda _data: WORDS)
    monkeypatch.setattr(deciding, "released_images", lambda _objects, _settings, _seen: iter(()))
    return found


def relate(random: Random, related: dict[frozenset[str], Verdict]) -> None:
    related.clear()
    for one in PICTURES:
        for other in PICTURES:
            if one < other:
                related[frozenset({one * 64, other * 64})] = random.choice(
                    [Verdict.DISTINCT] * 4 + [Verdict.DUPLICATE, Verdict.CLUSTER, Verdict.REVIEW])


def play(bench: Workbench, related: dict[frozenset[str], Verdict], seed: int, done: Counter[str]) -> None:
    """One sequence; ``done`` counts the steps that did something."""
    random = Random(seed)
    relate(random, related)
    empty(bench)
    world = World(bench, random)
    for _ in range(random.randint(2, 4)):
        world.send()
    world.ingest()
    world.check()
    # Nothing but decisions since the start: undoing all of them gives the start.
    start, only_decisions = world.state(), seed % 2 == 0
    steps: list[Callable[[], bool | None]] = [world.decide, world.decide, world.undo, world.ingest]
    if not only_decisions:
        steps += [world.send, world.send, world.read, world.retry, world.compare_texts, world.withdraw]
    for _ in range(STEPS):
        step = random.choice(steps)
        took = step()
        done[step.__name__] += took is not False
        if took is not False:
            world.check()
    world.ingest()
    if thorough := seed % 8 < 2:
        world.check_from_scratch()
    end, said = world.state(), len(decisions.decision_list(bench.ledger))
    world.undo_all()
    world.check()
    if only_decisions:
        assert world.state() == start
    if thorough:  # undone too, everything is as it was before
        for number in range(len(decisions.decision_list(bench.ledger)), said, -1):
            assert world.take(Decision(0, Said.UNDO, undoes=number))
        assert world.state() == end
        world.ingest()
        world.check_from_scratch()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_said_in_whatever_order(bench: Workbench, related: dict[frozenset[str], Verdict], part: int) -> None:
    done: Counter[str] = Counter()
    today = date.today().toordinal() * SEQUENCES
    for seed in range(today + part, today + SEQUENCES, PARTS):
        try:
            play(bench, related, seed, done)
        except Exception as error:
            error.add_note(f"sequence {seed}")
            raise
    assert min(done.values()) > SEQUENCES / PARTS / 40, done


def test_a_decision_while_an_ingest_compares(bench: Workbench, related: dict[frozenset[str], Verdict],
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    """What an ingest takes for the original has become a duplicate by the time it writes."""
    related[frozenset({"a" * 64, "c" * 64})] = Verdict.DUPLICATE
    empty(bench)
    world = World(bench, Random(1))
    ids = {name: world.send_picture(name, number) for number, name in enumerate("ba")}
    world.ingest()
    arrived = world.send_picture("c", 9)
    compare = Settling.compare

    def and_meanwhile(self: Settling, image: CanonicalImage, others: Sequence[Any]) -> list[Lookalike]:
        found = compare(self, image, others)
        if deciding.last_in_force(bench.ledger) is None:
            assert world.take(Decision(0, Said.DUPLICATE, ids["a"], ids["b"]))
        return found

    monkeypatch.setattr(Settling, "compare", and_meanwhile)
    world.ingest()
    world.check()
    assert {row.submission_id: row.duplicate_of for row in submission_rows(bench.ledger)} == {
        ids["b"]: None, ids["a"]: ids["b"], arrived: ids["b"]}
