"""Decisions of a ledger that is in use become a list; what they destroyed is decoded again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from alembic import command
from sqlalchemy import text

from datastore.ledger import Ledger, arrivals, decisions, outcomes
from datastore.ledger.engine import _alembic
from datastore.ledger.submissions import submission_rows
from schemas.decision import Decision
from schemas.ids import submission_id
from schemas.submission import Outcome, Said, Submission, Verdict, sender_of
from tests.unit.datastore.ledger.test_decisions_random import Bench, picture, related
from workbench.bench import Workbench
from workbench.ingest import deciding
from workbench.ingest.settling import settle_ready

pytestmark = pytest.mark.slow
assert related  # a fixture
IDS = {name: submission_id("raw", f"demo/kim/{name}.jpg", "v") for name in "abcdef0"}
NAMES = {value: name for name, value in IDS.items()}
SUBMISSIONS = [  # its picture, outcome, image, duplicate of
    ("a", "accepted", "a", None), ("b", "duplicate", "a", "a"),  # found by ingest: its own picture is b
    ("c", "duplicate", "a", "a"),  # merged by hand: nothing says that its own picture was c
    ("d", "duplicate", "d", "d"),  # merged with itself
    ("e", "duplicate", "f", "e"), ("f", "duplicate", "f", "e"),  # e with f, then f with e
    ("0", "held", "0", None)]
DECISIONS = [("a", "*", "distinct"), ("c", "a" * 64, "duplicate"), ("d", "d" * 64, "duplicate"),
             ("e", "f" * 64, "duplicate"), ("f", "f" * 64, "duplicate")]


def test_what_was_decided_is_a_list_and_what_that_destroyed_is_decoded_again(tmp_path: Path, related: dict[Any, Verdict]) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.db'}")
    with ledger.write() as connection:
        script = _alembic()
        script.attributes["connection"] = connection
        command.upgrade(script, "0008")
        for name in "abcdef0":
            connection.execute(text(
                "insert into images (image_id, number, media_type, width, height, bytes, cluster_id, represents, encoder) "
                "values (:id, :number, 'image/jpeg', 80, 60, 9, :id, true, 'clean/1')"),
                {"id": name * 64, "number": int(name * 15, 16)})
        for number, (name, outcome, image, of) in enumerate(SUBMISSIONS):
            connection.execute(text(
                "insert into submissions (submission_id, bucket, key, version, size, sent_at, campaign, submitter, claims, "
                "outcome, detail, image_id, duplicate_of) values (:id, 'raw', :key, 'v', 1, :at, 'demo', 'kim', '{}', :outcome, "
                ":detail, :image, :of)"),
                {"id": IDS[name], "key": f"demo/kim/{name}.jpg", "at": f"2026-11-24 09:0{number}:00", "outcome": outcome,
                 "detail": "2 more look like it than are compared (SAEGIM_VERIFICATIONS)" if outcome == "held" else None,
                 "image": image * 64, "of": IDS[of] if of else None})
        connection.execute(text("insert into comparisons values (:b, :a, :key, 'duplicate', '{\"low\": 1}')"),
                           {"b": IDS["b"], "a": "a" * 64, "key": f"bb/{'b' * 64}.jpg"})
        for name, image, verdict in DECISIONS:
            connection.execute(text("insert into decisions values (:one, :image, :verdict)"),
                               {"one": IDS[name], "image": image, "verdict": verdict})
    assert ledger.migrate()
    with ledger.read() as connection:
        assert not connection.execute(text("pragma foreign_key_check")).all()
    rows = {NAMES[row.submission_id]: row for row in submission_rows(ledger)}
    assert {name: row.outcome for name, row in rows.items()} == {"a": "accepted", "b": "duplicate", "0": "held"}
    assert (rows["b"].own_image_id, rows["b"].found_image_id, rows["0"].uncompared) == ("b" * 64, "a" * 64, 2)
    assert {NAMES[told.submission_id] for told in outcomes.waiting(ledger)} == {"c", "d", "e", "f"}
    listed = decisions.decision_list(ledger)
    assert {(item.kind, NAMES[item.submission_id], NAMES.get(item.other_id)) for item in listed} == {
        (Said.SPLIT, "a", None), (Said.DUPLICATE, "c", "a"), (Said.DUPLICATE, "e", "f"), (Said.DUPLICATE, "f", "e")}
    # The next ingest finds the lost pictures again, and what was said of them holds: the one sent first stands.
    bench = cast(Workbench, Bench(ledger))
    arrivals.store(ledger, [Submission(raw, sender_of(raw.key), {}, Outcome.ACCEPTED, image=picture(raw.key[-5]))
                            for raw in arrivals.undecoded(ledger)], [])
    settle_ready(bench, lambda _count: None)
    found = {row.key[-5]: row for row in submission_rows(ledger)}
    assert {name: row.outcome for name, row in found.items()} == {
        "a": "accepted", "b": "duplicate", "c": "duplicate", "d": "accepted", "e": "accepted", "f": "duplicate", "0": "held"}
    assert found["f"].duplicate_of == found["e"].submission_id
    deciding.decide(bench, deciding.look_ahead(bench.ledger, Decision(0, Said.UNDO, undoes=next(
        item.number for item in listed if item.submission_id == IDS["c"]))))
    assert {row.key[-5]: row.outcome for row in submission_rows(ledger)}["c"] == "accepted"
