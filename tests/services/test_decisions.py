"""What a manager says of pictures, through the command: shown first, asked for, listed, and taken back."""

from __future__ import annotations

import os
import pty
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from datastore.ledger.points import add_entries
from datastore.ledger.submissions import quarantine, reject_textless
from schemas.points import PHOTOGRAPH, PointEntry, PointReason
from schemas.submission import Verdict
from tests.empty_ledger import empty_ledger
from tests.services.conftest import SAEGIM, World
from tests.services.test_ingest import clusters, document, jpeg, put, rows
from tests.unit.datastore.ledger.test_decisions_random import Bench, play, related
from workbench.bench import Workbench

assert related  # a fixture

A, B, COPY = "demo/kim/a.jpg", "demo/lee/b.jpg", "demo/lee/copy of a.jpg"


@pytest.fixture
def sent(world: World, tmp_path: Path) -> World:
    """Two receipts, and one of them once more."""
    world.env["SAEGIM_HOME"] = world.env.get("SAEGIM_HOME", os.environ["SAEGIM_HOME"])
    put(world, A, jpeg(document(1)))
    world.flow("ingest")
    put(world, B, jpeg(document(9)))
    put(world, COPY, jpeg(document(1)))
    world.flow("ingest")
    return world


def test_random_sequences_on_postgresql(postgres_url: str, related: dict[frozenset[str], Verdict]) -> None:
    ledger = empty_ledger(postgres_url)
    done: Counter[str] = Counter()
    for seed in range(20):
        play(cast(Workbench, Bench(ledger)), related, seed, done)
    assert done["decide"] > 10


def outcomes(world: World) -> dict[str, tuple[str, str | None]]:
    """What became of each key, and of whom it is a duplicate."""
    found = rows(world)
    keys = {row.submission_id: key for key, row in found.items()}
    return {key: (row.outcome, keys.get(row.duplicate_of)) for key, row in found.items()}


def refused(world: World, *arguments: str) -> str:
    """What a command says that does nothing."""
    before = outcomes(world)
    done = world.run("ingest", *arguments, check=False)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert outcomes(world) == before
    return said


def test_decisions_are_shown_asked_for_listed_and_taken_back(sent: World) -> None:
    world, start = sent, outcomes(sent)
    assert start == {A: ("accepted", None), B: ("accepted", None), COPY: ("duplicate", A)}
    assert "Nobody has decided anything yet" in world.run("ingest", "decisions").stdout
    assert "no decision to take back" in refused(world, "undo", "--yes")
    # What makes no sense is refused with the reason.
    assert "are one submission" in refused(world, "merge", A, A, "--duplicate", "--yes")
    assert "same bytes or the same pixels" in refused(world, "merge", COPY, A, "--duplicate", "--yes")
    assert f"{COPY} has the same bytes or the same pixels as {A}" in refused(world, "split", COPY, "--yes")
    # Nobody is asked where nobody can answer.
    assert "--yes" in refused(world, "merge", A, B, "--duplicate")
    # The one sent first stays, whichever is named first; its cluster and its duplicates stay with it.
    b = rows(world)[B]
    assert add_entries(world.bench.ledger, 0, [PointEntry(1, datetime.now(UTC), "demo", "lee", b.submission_id, PHOTOGRAPH, 7, 0,
                                                          PointReason.ACCEPTED, "", 1)])
    said = world.run("ingest", "merge", A, b.submission_id[:12], "--duplicate", "--yes").stdout
    assert f"{B} becomes a duplicate of {A}: it is not labelled and earns no points. Its 7 points go with the next score." in said
    assert "620 × 900 pixels, sent " in said
    assert "by lee to demo, accepted" in said
    page = Path(said.split("Both pictures: ")[1].split("\n")[0])
    assert page.read_text(encoding="utf-8").count("<img") >= 2
    merged = outcomes(world)
    assert merged == {A: ("accepted", None), B: ("duplicate", A), COPY: ("duplicate", A)}
    assert f"{B} repeats {A}" in refused(world, "merge", B, A, "--duplicate", "--yes")  # there and back again lost both
    # A split of what was merged by hand, and back: all of it at once, without an ingest.
    world.run("ingest", "split", B, "--yes")
    assert outcomes(world) == start
    world.run("ingest", "undo", "--yes")
    assert outcomes(world) == merged
    assert "taken back already, by 3" in refused(world, "undo", "2", "--yes")
    listed = world.run("ingest", "decisions").stdout
    assert [line.count("in force") for line in listed.splitlines() if line.strip("│ ")[:1].isdigit()] == [1, 0, 1]
    # Undone out of order: what was said later is worked out without it.
    world.run("ingest", "merge", COPY, B, "--yes", check=False)
    world.run("ingest", "undo", "1", "--yes")
    assert outcomes(world) == start
    assert "nothing new" in world.run("run", "ingest").stdout
    assert outcomes(world) == start


def test_at_a_terminal_it_asks(sent: World) -> None:
    for answer, outcome in (("n", "accepted"), ("y", "duplicate")):
        ours, theirs = pty.openpty()
        os.write(ours, f"{answer}\n".encode())
        done = subprocess.run([SAEGIM, "ingest", "merge", B, A, "--duplicate"], env=sent._env, stdin=theirs, capture_output=True,
                              text=True, timeout=120, check=False)
        os.close(theirs)
        os.close(ours)
        assert "Do it? [y/N]" in done.stdout + done.stderr
        assert outcomes(sent)[B][0] == outcome


def test_what_is_tried_again_does_not_vanish_and_nothing_is_said_of_it(sent: World) -> None:
    world = sent
    with world.bench.ledger.write(alone="images") as connection:
        assert reject_textless(connection, [rows(world)[A].image_id]) == 1
        quarantine(connection, rows(world)[B].image_id, "Traceback\nValueError: no")
    assert outcomes(world) == {A: ("rejected", None), B: ("quarantined", None), COPY: ("rejected", None)}  # nothing repeats it
    assert "saegim ingest retry --reason no_text" in refused(world, "merge", A, B, "--duplicate", "--yes")
    assert "is quarantined" in refused(world, "split", B, "--yes")
    assert "2 go through" in world.run("ingest", "retry", "--reason", "no_text").stdout
    world.run("ingest", "retry")
    table = world.run("ledger", "submissions").stdout
    assert "Waiting for the next ingest" in table
    assert all(key.split("/", 2)[-1].split()[0] in table for key in (A, B, COPY))
    assert "waits for the next ingest" in refused(world, "split", A, "--yes")
    world.flow("ingest")
    assert outcomes(world) == {A: ("accepted", None), B: ("accepted", None), COPY: ("duplicate", A)}


def test_an_edited_copy_becomes_a_picture_of_its_own_at_once_and_a_chain_holds(sent: World) -> None:
    world, small = sent, "demo/lee/small.jpg"
    put(world, small, jpeg(document(1).resize((310, 450)), 60))
    world.flow("ingest")
    start = outcomes(world)
    assert start[small] == ("duplicate", A)
    said = world.run("ingest", "split", small, "--yes").stdout
    assert f"{small} is accepted" in said
    assert outcomes(world)[small] == ("accepted", None)  # no ingest in between
    # Its own words are in the index: a copy of it is found.
    again = "demo/kim/small again.jpg"
    put(world, again, jpeg(document(1).resize((310, 450)), 59))
    world.flow("ingest")
    assert outcomes(world)[again][0] in ("duplicate", "held")
    # A chain: into a duplicate is into its original, and undoing the first link leaves the second.
    world.run("ingest", "merge", small, B, "--duplicate", "--yes")
    assert outcomes(world)[small] == ("duplicate", B)
    world.run("ingest", "merge", B, A, "--duplicate", "--yes")
    assert {outcomes(world)[key] for key in (B, small)} == {("duplicate", A)}
    world.run("ingest", "undo", "2", "--yes")
    assert outcomes(world)[B] == ("duplicate", A)
    assert outcomes(world)[small] == ("accepted", None)
    world.run("ingest", "merge", small, A, "--yes")  # another photograph of the same thing
    assert len({clusters(world)[key] for key in (A, small)}) == 1
    for _ in range(3):
        world.run("ingest", "undo", "--yes")
    found = outcomes(world)
    assert {key: found[key] for key in start} == start
