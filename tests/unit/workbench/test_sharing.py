"""How much is claimed at once, how runs share what waits, and for how long one waits for others."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datastore.ledger import arrivals, leases, tables, unclaimed
from schemas.errors import LeaseLost
from schemas.submission import RawObject
from tests.empty_ledger import empty_ledger
from workbench import sharing
from workbench.bench import Workbench
from workbench.ingest.take_in import arrivals_of
from workbench.run import Alone
from workbench.settings import Settings
from workbench.sharing import AHEAD, LARGEST, SMALLEST, WORTH_SHARING, Backlog, BatchRuns, ClaimedPiece, Held, claimed, piece_size

START = datetime(2026, 3, 2, tzinfo=UTC)


class Known(Alone):
    """A run that a server knows of: it has so many helpers, and maybe a newer run."""

    def __init__(self, helpers: int = 0) -> None:
        self.helpers = helpers
        self.asked: list[tuple[str, int | None]] = []
        self.later: str | None = None

    def newer(self) -> str | None:
        return self.later

    def share(self, deployment: str, parameters: Mapping[str, str | list[str]], most: int | None) -> int:
        self.asked.append((deployment, most))
        return self.helpers


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    url = f"sqlite:///{tmp_path / 'l.db'}"
    empty_ledger(url)
    return Workbench(Settings(_env_file=None, ledger_url=url), Known())


def listed(bench: Workbench, count: int) -> list[RawObject]:
    """So many arrivals, ten at each moment."""
    sent = [RawObject("raw", f"demo/kim/{number:05}.jpg", "1", 9, START + timedelta(seconds=number // 10))
            for number in range(count)]
    arrivals.register(bench.ledger, sent[::-1])
    return sent


@given(st.integers(0, AHEAD), st.integers(1, 600), st.integers(1, 64))
def test_a_piece_is_small_enough_for_all_and_large_enough_to_be_worth_a_claim(left: int, workers: int, least: int) -> None:
    size = piece_size(left, workers, least)
    assert least <= size <= max(LARGEST, least)
    assert size == least or size * workers * 4 <= left


@given(st.integers(1, 5000), st.integers(1, 16))
def test_pieces_end_together(count: int, workers: int) -> None:
    """Workers of one speed that take pieces in turn: the last ones have no more to do than a quarter of a share, or a piece."""
    done = [0] * workers
    left = count
    while left:
        size = min(left, piece_size(min(left, AHEAD), workers))
        done[done.index(min(done))] += size
        left -= size
    assert max(done) - min(done) <= max(SMALLEST, count / workers / 4)


def test_a_run_alone_takes_all_in_order_and_starts_nobody(bench: Workbench) -> None:
    sent = listed(bench, 300)
    backlog = arrivals_of(bench)
    pieces = list(backlog.batch())
    assert [raw for piece in pieces for raw in piece.items] == sent
    assert [len(piece.items) for piece in pieces][:3] == [75, 56, 42]
    assert not backlog.left()
    assert isinstance(bench.run, Known) and not bench.run.asked


def test_two_runs_take_what_the_other_has_not(bench: Workbench) -> None:
    sent = listed(bench, 400)
    first, second = arrivals_of(bench).batch(), arrivals_of(bench).batch()
    taken: list[RawObject] = []
    for backlog in (first, second) * 40:
        if piece := next(backlog, None):
            taken += piece.items
    assert sorted(taken, key=lambda raw: (raw.sent_at, raw.key)) == sent


def test_a_batch_ends_where_it_has_enough(bench: Workbench) -> None:
    bench.settings = bench.settings.model_copy(update={"batch_size": 100})
    listed(bench, 1000)
    backlog = arrivals_of(bench)
    assert [sum(len(piece.items) for piece in backlog.batch()) for _ in range(3)] == [100, 100, 100]


def lasting(bench: Workbench, holder: str, keys: list[str]) -> None:
    """Another worker has these."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(leases, "own_holder", lambda: holder)
        leases.claim(bench.ledger, "ingest", keys, 300)


def test_what_a_dead_worker_left_is_taken_in_the_next_round(bench: Workbench) -> None:
    sent = listed(bench, 40)
    machine, pid, _started, rest = leases.own_holder().split(":")
    lasting(bench, f"{machine}:{pid}:1.00:{rest}", [raw.submission_id for raw in sent[:5]])
    assert len(unclaimed.undecoded_after(bench.ledger, "ingest", None, 100)) == 40
    backlog = arrivals_of(bench)
    assert sum(len(piece.items) for piece in backlog.batch()) == 40


def test_a_run_waits_for_batch_runs_as_long_as_they_get_something_done(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = listed(bench, WORTH_SHARING)
    bench.run = run = Known(helpers=2)
    backlog = arrivals_of(bench, BatchRuns("ingest-batch", {}))
    lasting(bench, "elsewhere:1:1.00:a", [raw.submission_id for raw in sent[:9]])
    mine = [piece for _ in range(9) for piece in backlog.batch()]
    assert run.asked == []  # 191 are too few to be shared
    backlog.helpers = 2
    assert sum(len(piece.items) for piece in mine) == WORTH_SHARING - 9
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += 50

    monkeypatch.setattr(time, "sleep", sleep)
    assert not backlog.begin_anew()
    assert (backlog.silent, len(waits)) == (9, 3)

    def gone(seconds: float) -> None:
        sleep(seconds)
        with bench.ledger.write() as connection:
            connection.execute(tables.leases.delete().where(tables.leases.c.holder == "elsewhere:1:1.00:a"))

    monkeypatch.setattr(time, "sleep", gone)
    assert backlog.begin_anew()  # what they gave back undone is for this run
    assert backlog.left() == 9


def test_much_is_shared_at_once_and_a_newer_run_ends_the_batch(bench: Workbench) -> None:
    listed(bench, 3 * WORTH_SHARING)
    bench.run = run = Known(helpers=3)
    backlog = arrivals_of(bench, BatchRuns("ingest-batch", {}))
    first = next(backlog.batch())
    assert run.asked == [("ingest-batch", None)]
    assert (backlog.helpers, len(first.items)) == (3, 3 * WORTH_SHARING // 16)
    late = arrivals_of(bench, BatchRuns("ingest-batch", {}))
    run.later = "brave-otter"
    assert list(late.batch()) == []
    assert (late.newer, late.left()) == ("brave-otter", 0)
    assert not late.begin_anew()


def test_pieces_are_given_back_when_done_and_all_of_them_in_the_end(bench: Workbench) -> None:
    sent = listed(bench, 2 * LARGEST)

    def ids(raw: RawObject) -> str:
        return raw.submission_id

    def free() -> int:
        return len(unclaimed.undecoded_after(bench.ledger, "ingest", None, AHEAD))

    with Held[RawObject](bench.ledger, 300) as held:
        pieces: Iterator[ClaimedPiece[RawObject]] = held.take(claimed(bench.ledger, "ingest", sent, ids, 300))
        one, _other = next(pieces), next(pieces)
        assert free() == 0
        assert not held.done([ids(raw) for raw in one.items[1:]])
        assert held.done([ids(one.items[0])])
        assert free() == LARGEST
    assert free() == 2 * LARGEST


def test_a_piece_is_kept_alive_while_its_worker_is_busy_with_one_thing(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = listed(bench, 1)

    def taken_over() -> bool:
        return bool(leases.claim(bench.ledger, "ingest", [sent[0].submission_id], 300).tokens)

    with Held[RawObject](bench.ledger, 1) as held:
        next(held.take(claimed(bench.ledger, "ingest", sent, lambda raw: raw.submission_id, 1)))
        with held.kept_alive():
            time.sleep(2)
            assert not taken_over()
        monkeypatch.setattr(sharing, "LONGEST", 0)  # as one that hangs
        with pytest.raises(LeaseLost), held.kept_alive():
            time.sleep(1.5)
            assert taken_over()
            monkeypatch.setattr(held, "_renewed", 0)
            held.renew()


def test_a_backlog_of_numbers_is_asked_after_the_last_one(bench: Workbench) -> None:
    def ask(after: int | None, limit: int) -> list[int]:
        return list(range((after or 0) + 1, 31))[:limit]

    backlog = Backlog(bench, "numbers", ask, str)
    assert [number for piece in backlog.batch() for number in piece.items] == list(range(1, 31))
