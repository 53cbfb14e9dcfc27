"""Rows of ``portal`` about the board: a snapshot of very many people and entries, and the same sums counted in another way."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from more_itertools import chunked
from rich.progress import track
from sqlalchemy import insert

from benchmarks.figures import Figure
from datastore.ledger import Ledger
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import point_entries, submissions
from schemas.board import Board
from schemas.ids import digest
from schemas.points import PHOTOGRAPH, PointReason
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome
from workbench.bench import Workbench
from workbench.board import board_now, note_board
from workbench.settings import Settings

ENTRIES = int(os.environ.get("SAEGIM_BENCH_ENTRIES", "1000000"))
PEOPLE = ENTRIES // 100
PHOTOGRAPHS = ENTRIES * 2 // 5
SECONDS = 5
ROUNDS = 3
ROWS = 10_000
"""Entries that are written together."""
START = datetime(2026, 11, 1, tzinfo=UTC)
CAMPAIGN = Campaign.model_validate({"name": "가을", "title": "가을", "first_day": "2026-11-01", "last_day": "2026-11-30"})
WORTH = {PHOTOGRAPH: 10, "vertical": 5, "handwritten": 5, "curved": 3}
"""Points by rule."""


def rows() -> list[Figure]:
    """Fills a list of points as an event leaves it, then makes boards of it."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Workbench(Settings(ledger_url=f"sqlite:///{Path(folder) / 'ledger.db'}"))
        ledger = Ledger(bench.settings.ledger)
        ledger.migrate()
        plain = _fill(ledger)
        times = []
        for number in range(ROUNDS):
            started = time.perf_counter(), time.process_time()
            board = board_now(bench, CAMPAIGN, START + timedelta(days=number))
            note_board(bench, CAMPAIGN, board, on_demand=True)
            times.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    seconds, cpu = min(times)
    same = _is_board_of(board, plain)
    return [
        Figure(f"board of {PEOPLE:,} people, {ENTRIES:,} entries: a snapshot", f"{seconds:.1f} s", "", f"{cpu:.1f} s of CPU",
               f"≤ {SECONDS} s", seconds <= SECONDS),
        Figure("… each person's points, added up in Python from the entries", f"{len(board.people):,} people equal" if same else
               "NOT equal", f"{sum(points > 0 for points, _ in plain.values()):,} people", "", "equal", same)]


def _fill(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Writes the entries and their photographs; returns all points and the final ones by submitter, added up on the way."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    with ledger.write() as connection:
        for some in track(chunked(_entries(), ROWS), "entries", ENTRIES // ROWS, transient=True):
            connection.execute(insert(point_entries), some)
            insert_or_ignore(connection, submissions, [_submission(row) for row in some if row["provisional"] > 0])
            for row in some:
                sums[row["submitter"]][0] += row["provisional"] + row["final"]
                sums[row["submitter"]][1] += row["final"]
    return {name: (points, final) for name, (points, final) in sums.items()}


def _submission(entry: dict[str, Any]) -> dict[str, Any]:
    """The photograph of an entry; sent when its first entry was written."""
    return {"submission_id": entry["submission_id"], "bucket": "raw", "version": "1", "size": 1, "sent_at": entry["at"],
            "key": f"{entry['campaign']}/{entry['submitter']}/{entry['submission_id']}.jpg", "campaign": entry["campaign"],
            "submitter": entry["submitter"], "claims": {}, "outcome": Outcome.ACCEPTED}


def _entries() -> Iterator[dict[str, Any]]:
    """Photographs in order of time: provisional points, some of them made final or taken back later."""
    chance = random.Random(17)
    waiting: list[tuple[str, str, str]] = []
    photograph = 0
    for number in range(1, ENTRIES + 1):
        late = waiting and chance.random() < 0.4
        if late:
            place = chance.randrange(len(waiting))
            submitter, submission_id, rule = waiting[place]
            waiting[place] = waiting[-1]
            waiting.pop()
        else:
            photograph += chance.random() < PHOTOGRAPHS / (ENTRIES * 0.6)
            submitter = f"사람{photograph * 7919 % PEOPLE}"
            submission_id = digest("photograph", str(photograph), length=32)
            rule = chance.choice(list(WORTH))
            waiting.append((submitter, submission_id, rule))
        worth = WORTH[rule]
        final = worth if late and chance.random() < 0.9 else 0
        yield {"number": number, "campaign": CAMPAIGN.name, "submitter": submitter, "submission_id": submission_id, "rule": rule,
               "provisional": -worth if late else worth, "final": final, "detail": "", "version": 1,
               "reason": PointReason.CONFIRMED if late else PointReason.ACCEPTED, "at": START + timedelta(seconds=number)}


def _is_board_of(board: Board, plain: dict[str, tuple[int, int]]) -> bool:
    expected = {name: both for name, both in plain.items() if both[0] > 0}
    ordered = all(one.points >= other.points for one, other in zip(board.people, board.people[1:], strict=False))
    return ordered and {line.submitter: (line.points, line.final) for line in board.people} == expected
