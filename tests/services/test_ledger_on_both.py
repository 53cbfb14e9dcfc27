"""The same ledger on SQLite and on PostgreSQL."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, update

from apps.demo.annotator import NOTHING_KNOWN, answer_open
from datastore.ledger import Ledger, arrivals, holds, leases, outbox, outcomes, points, readings, submissions, tables
from datastore.ledger.annotations import add_annotations
from datastore.ledger.checked_prelabels import checked_prelabels, recently_accepted
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import annotations, gate_words, metadata
from schemas.answers import AnnotationRow
from schemas.errors import LeaseLost, SettingError
from schemas.labelling import Side
from schemas.points import PointLine, PointReason
from schemas.submission import CanonicalImage, Original, Outcome, RawObject, Reason, Rejection, Submission, sender_of
from stages.ingest.settle import settle
from stages.score.changes import changes, differing
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import CONFIG, KIM, PROJECTS, RUN, fill
from tests.ledger_questions import postgres_scans, questions
from tests.read_images import made_reading
from tests.services.conftest import World, new_world, with_shares
from tests.services.test_killed_and_run_again import ingested, send
from workbench.label.projects import project_of
from workbench.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'l.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def test_migrations_make_what_the_tables_say(url: str) -> None:
    ledger = Ledger(url)
    with pytest.raises(SettingError, match="saegim ledger upgrade"):
        ledger.check()
    assert ledger.migrate()
    assert not ledger.migrate()
    with ledger.read() as connection:
        differences: Any = compare_metadata(MigrationContext.configure(connection), metadata)
    assert not differences


def test_two_workers_never_hold_the_same_work(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = empty_ledger(url)
    keys = [f"사진 {number}" for number in range(200)]
    names = iter(f"elsewhere:1:1.0:{number}" for number in range(8))
    monkeypatch.setattr(leases, "own_holder", lambda: next(names))
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda _: leases.claim(ledger, "ingest", keys, 300).keys, range(4)))
    assert sorted(key for some in got for key in some) == sorted(keys)


def test_a_late_worker_cannot_write(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = empty_ledger(url)
    monkeypatch.setattr(leases, "own_holder", lambda: "elsewhere:1:1.0:slow")
    late = leases.claim(ledger, "ingest", ["a"], -1)
    monkeypatch.setattr(leases, "own_holder", lambda: "elsewhere:2:1.0:other")
    assert leases.claim(ledger, "ingest", ["a"], 300).keys == ["a"]
    with pytest.raises(LeaseLost), ledger.write() as connection:
        leases.fence(connection, late)


def test_ingest_leaves_the_same_on_both(stack: Settings, tmp_path: Path, postgres_url: str) -> None:
    here, there = new_world(stack, f"sqlite:///{tmp_path / 'l.db'}"), new_world(stack, postgres_url)
    for world in (here, there):
        send(world, 400)
        world.flow("ingest")
    assert ingested(here) == ingested(there)
    assert "nothing new" in there.run("run", "ingest").stdout


def test_every_report_says_the_same_on_both(stack: Settings, tmp_path: Path, postgres_url: str) -> None:
    """Counts and sentences of all verbs, of what is new and of what is not, and of a few rows at once and many."""
    told = []
    for number, url in enumerate((f"sqlite:///{tmp_path / 'l.db'}", postgres_url)):
        world = new_world(stack, url)
        world.env["SAEGIM_MODEL"] = "ppocr-v6-small"
        with_shares(world, tmp_path / str(number))
        send(world, 500)
        told.append([*_told(world)])
    assert told[0] == told[1]
    counts = {verb: found for verb, found, _ in told[0][::2]}
    assert counts["ingest"] == {"accepted": 4, "duplicate": 1, "rejected": 1}
    assert counts["prelabel"] == {"read": 4}
    assert (counts["label"], counts["collect"]) == ({"pushed": 4}, {"readings": 4, "accepted": 4})
    assert [counts[verb] for verb in ("export", "evaluate", "score")] == [
        {"samples in a new release": 4}, {"evaluated": 1}, {"new versions of rules": 1, "changes of points": 6, "new boards": 1}]
    assert not any(found for _, found, _ in told[0][1::2])  # each verb again: nothing is new


def _told(world: World) -> Iterator[tuple[str, dict[str, int], list[str]]]:
    """What each verb reports, run twice: its counts that are not 0, and its sentences without what no run says twice."""
    for verb in ("ingest", "prelabel", "label", "collect", "export", "evaluate", "score"):
        if verb == "collect":
            bench = world.bench
            answer_open(bench, project_of(bench, bench.annotation_config), NOTHING_KNOWN, lambda _count: None)
        for _ in range(2):
            report = world.flow(verb)
            yield verb, {name: count for name, count in report.counts.items() if count}, [
                re.sub(r"/projects/\d+|[\d.]+ images/s", "…", note) for note in report.notes]


def test_no_question_goes_through_a_table_for_each_row_of_another_on_postgresql(postgres_url: str) -> None:
    ledger = empty_ledger(postgres_url)
    made = fill(ledger, 1000)
    with ledger.write() as connection:
        connection.exec_driver_sql("analyze")
    asked = questions(ledger, made)
    with ledger.read() as connection:
        wrong = [line for question in asked for line in postgres_scans(connection, question)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_an_insert_counts_what_is_new(url: str) -> None:
    ledger = empty_ledger(url)
    words = [{"word": number, "image": number % 7} for number in range(25_000)]  # more than one statement holds
    for rows, new in ((words[:10], 10), (words, 24_990), (words, 0), ([], 0)):
        with ledger.write() as connection:
            assert insert_or_ignore(connection, gate_words, rows) == new


STRANGE = "널\0 반쪽 \ud83d 이모지 \U0001f600 \u202e"


def test_what_a_stranger_wrote_is_kept_alike(url: str) -> None:
    """U+0000 and half a surrogate pair in an error's words, a picture's EXIF, a check's finding; names longer than 255."""
    ledger = empty_ledger(url)
    made = fill(ledger, 2)
    at, long = datetime(2026, 3, 2, 9, tzinfo=UTC), "v" * 1000
    raws = [RawObject("raw", f"demo/kim/{number}.jpg", long, 2**40, at) for number in range(2)]
    rejected = Submission(raws[0], sender_of(raws[0].key), {"note": STRANGE}, Outcome.REJECTED, "d" * 64,
                          Rejection(Reason.BROKEN, STRANGE))
    original = Original("JPEG", 9, 9, STRANGE, STRANGE, False)
    picture = CanonicalImage("f" * 64, 1, "image/jpeg", 9, 9, "e" * 64, (1, 2**33), "made", original)
    taken = settle(Submission(raws[1], sender_of(raws[1].key), {}, Outcome.ACCEPTED, "c" * 64, image=picture), [], 0)
    arrivals.register(ledger, raws)
    arrivals.store(ledger, [rejected, taken], [])
    assert {item.submission.outcome for item in arrivals.ready(ledger, 10)} == {Outcome.REJECTED, Outcome.ACCEPTED}
    reader = f"person:{'k' * 242}@example.org"  # an address of 254 letters, as long as any
    with ledger.write() as connection:
        submissions.record(connection, [rejected, taken])
        readings.add_readings(connection, [replace(made_reading(made[0].image_id, 2), reader=reader)])
        add_annotations(connection, [
            AnnotationRow(1, 2**42, "key-a", 1, "s", "i", reader, None, False, 1.0, STRANGE, None)])
    holds.hold(ledger, made[0].image_id, STRANGE)
    kept = STRANGE.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    with ledger.read() as connection:
        rows = {row.key: row for row in connection.execute(select(tables.submissions))}
        found = connection.scalar(select(annotations.c.problem).where(
            annotations.c.annotation_id == 1, annotations.c.reader == reader))
    assert (rows[raws[0].key].detail, rows[raws[0].key].claims, rows[raws[0].key].size) == (kept, {"note": STRANGE}, 2**40)
    assert rows[raws[1].key].original["camera"] == STRANGE
    assert {row.sent_at.tzinfo for row in rows.values()} == {UTC}
    assert (found, holds.held(ledger)[0].reason) == (kept, kept)


def test_points_that_are_the_same_are_the_same_however_the_database_sorts(url: str) -> None:
    ledger = empty_ledger(url)
    [made] = fill(ledger, 1)
    lines = [PointLine(made.submission_id, "kim", rule, 1, 0, PointReason.CLAIMED, "", 1)
             for rule in ("dot_matrix", "dotted", "Accepted", "accepted", "세로", "_")]
    seen = points.last_entry(ledger)
    new = changes("c", differing(lines, {}), {}, seen, datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert len(new) == 6
    assert points.add_entries(ledger, seen, new)
    assert not points.add_entries(ledger, seen, new)  # somebody was faster
    assert not differing(reversed(lines), points.written_sums(ledger, "c"))


def test_submissions_are_listed_in_the_same_order(url: str) -> None:
    ledger = empty_ledger(url)
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    keys = ["demo/kim/a_b.jpg", "demo/kim/a-b.jpg", "demo/kim/B.jpg", "demo/kim/ab.jpg", "demo/kim/가.jpg", "demo/kim/a b.jpg"]
    with ledger.write() as connection:
        submissions.record(connection, [
            Submission(raw, sender_of(raw.key), {}, Outcome.REJECTED, None, Rejection(Reason.BROKEN, ""))
            for key in keys for raw in [RawObject("raw", key, "1", 1, at)]])
    first = list(outcomes.outcomes(ledger, "demo", limit=2))
    rest = list(outcomes.outcomes(ledger, "demo", after=first[-1]))
    assert [item.key for item in first + rest] == sorted(keys)
    assert outcomes.count_behind(ledger, "demo", first[-1]) == len(rest) == 4


def test_what_was_marked_is_found_beside_what_was_accepted(url: str) -> None:
    ledger = empty_ledger(url)
    made = [item for item in fill(ledger, 300) if item.is_one_of(10)]  # those with an accepted reading
    assert recently_accepted(ledger, CONFIG, 4) == [item.image_id for item in reversed(made[-4:])]
    first, other = made[:2]
    with ledger.write() as connection:
        connection.execute(update(tables.tasks).values(task_id=None))  # as before their post
        outbox.note_marked(connection, PROJECTS[Side.A], {first.image_id: {"a": 0.25}, other.image_id: {}})
    rest = {row.subject for row in outbox.unmarked(ledger, PROJECTS[Side.A])}
    assert rest and not rest & {first.image_id, other.image_id}
    with ledger.read() as connection:
        assert outbox.task_rows(connection, PROJECTS[Side.A], [first.image_id])[first.image_id].marked == {"a": 0.25}
    found = checked_prelabels(ledger, CONFIG, RUN, [item.image_id for item in made])
    marks = {item.by_model.image_id: item.marked for item in found}
    assert marks == {item.image_id: None for item in made} | {first.image_id: frozenset("a"), other.image_id: frozenset()}
    assert {(item.accepted.reader, item.by_model.run) for item in found} == {(KIM, RUN)}
    assert not checked_prelabels(ledger, CONFIG, "another run", [first.image_id])
