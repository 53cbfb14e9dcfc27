"""A ledger that is in use is brought up to date with all that is in it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text

from datastore.ledger import Ledger, label_queue, label_status, model_runs, outbox, projects, tables
from datastore.ledger.engine import _alembic
from datastore.ledger.submissions import known_images, submission_rows
from datastore.ledger.without_words import count_without_words, next_without_words, put_words
from schemas.ids import image_number
from schemas.reading import summarise
from tests.old_ledgers.filled import IMAGES, differences, filled, revisions
from tests.read_images import RUN, fill, made_reading


@pytest.mark.slow
def test_from_the_first_schema(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.db'}")
    image = "ab" * 32
    with ledger.write() as connection:
        script = _alembic()
        script.attributes["connection"] = connection
        command.upgrade(script, "0001")
        connection.execute(text(
            "insert into images (image_id, media_type, width, height, bytes, pixels_id, fingerprint, cluster_id, encoder) "
            "values (:id, 'image/jpeg', 8, 9, 10, 'p', 'f', :id, 'clean/1')"), {"id": image})
        connection.execute(text(
            "insert into submissions (submission_id, bucket, key, version, size, sent_at, claims, outcome, image_id) "
            "values ('s', 'raw', 'demo/kim/사진.jpg', 'v', 1, '2026-11-24 09:00:00', '{}', 'accepted', :id)"), {"id": image})
        for name in ("one", "other"):  # of the same run
            connection.execute(text("insert into models (name, reader, run, details) values (:name, 'model:m@1', 'r', "
                                    "'{\"provider\": \"cpu\"}')"), {"name": name})
        region = '[{"region_id":"a","polygon":[[0,0],[9,0],[9,9]],"text":"가","attributes":{},"score":0.5,"replaces":null}]'
        connection.execute(text(
            "insert into readings (reading_id, image_id, reader, run, revision, unit, width, height, regions, image_kind, "
            "conditions) values ('rd', :id, 'person:kim', 'scene_text@1', 1, 'line', 8, 9, :regions, 'scene', '[]')"),
            {"id": image, "regions": region})
        connection.execute(text("insert into accepted_readings values (:id, 'scene_text', 'rd')"), {"id": image})
        connection.execute(text("insert into tasks values (4, :id, 1, 17), (4, 'b', 1, null)"), {"id": image})
        connection.execute(text("insert into annotations values (5, 1, 4, 17, :id, 'rd', 0, 2.5, null)"), {"id": image})
    assert ledger.migrate()
    with ledger.read() as connection:
        [known] = known_images(connection, ids=[image])
        assert not connection.execute(text("pragma foreign_key_check")).all()
        assert connection.execute(text("pragma foreign_keys")).scalar() == 1
    assert (known.number, known.represents, known.submission_id) == (int(image[:15], 16), True, "s")
    [project] = projects.project_rows(ledger)
    assert (project.run, project.side, project.project_id) == ("scene_text@1", "a", 4)
    [unsure] = outbox.unconfirmed(ledger, "first-schema-4")
    assert (unsure.subject, unsure.after_task, unsure.taken_by) == ("b", 0, "scene_text")  # it may be there: ask first
    [answer] = label_status.work(ledger)
    assert (answer.reader, answer.side, answer.seconds, answer.effort) == ("person:kim", "a", 2.5, None)
    assert [row.key for row in submission_rows(ledger)] == ["demo/kim/사진.jpg"]
    with ledger.read() as connection:
        [details] = connection.scalars(select(tables.model_runs.c.details).where(
            tables.model_runs.c.run == model_runs.model_run(ledger, "other")))
    assert details == {"provider": "cpu"}


def test_images_of_earlier_words_wait_for_new_ones(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.db'}")
    filled(ledger, "0017")
    assert ledger.migrate()
    numbers = sorted(image_number(image) for image in IMAGES)
    assert next_without_words(ledger, -1, 9) == numbers
    assert (next_without_words(ledger, numbers[0], 9), count_without_words(ledger)) == (numbers[1:], 2)
    with ledger.write() as connection:
        put_words(connection, {numbers[0]: (7, 8), numbers[1] + 1: (9,)})
    with ledger.read() as connection:
        assert [tuple(row) for row in connection.execute(select(tables.gate_words))] == [(7, numbers[0]), (8, numbers[0])]
    assert next_without_words(ledger, -1, 9) == numbers[1:]


def test_one_person_who_was_two_is_one_after_the_migration(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.db'}")
    decomposed = unicodedata.normalize("NFD", "봄행사"), unicodedata.normalize("NFD", "김하늘")
    keys = ["봄행사/김하늘/1.jpg", f"{'/'.join(decomposed)}/2.jpg", "봄행사/lee/3.jpg", "봄행사//4.jpg"]
    with ledger.write() as connection:
        script = _alembic()
        script.attributes["connection"] = connection
        command.upgrade(script, "0005")
        for number, key in enumerate(keys):
            campaign, submitter = key.split("/")[:2]
            connection.execute(text(
                "insert into submissions (submission_id, bucket, key, version, size, sent_at, campaign, submitter, claims, "
                "outcome) values (:id, 'raw', :key, 'v', 1, '2026-11-24 09:00:00', :campaign, :submitter, '{}', 'rejected')"),
                {"id": str(number), "key": key, "campaign": campaign, "submitter": submitter})
    assert ledger.migrate()
    rows = submission_rows(ledger, decomposed[0])
    assert {(row.key, row.campaign, row.submitter) for row in rows} == {
        (keys[0], "봄행사", "김하늘"), (keys[1], "봄행사", "김하늘"), (keys[2], "봄행사", "lee"), (keys[3], "봄행사", "")}


def test_summaries_of_earlier_readings_know_the_height_of_their_lines_after_the_migration(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.db'}")
    ledger.migrate()
    [image] = fill(ledger, "m", 1, regions=3)
    with ledger.write() as connection:
        connection.execute(tables.readings.update().values(summary={"regions": 3, "uncertainty": 0.5, "slices": ["text"]}))
        script = _alembic()
        script.attributes["connection"] = connection
        command.downgrade(script, "0011")
    [before] = label_queue.described(ledger, RUN, [image])
    assert (before.summary.lines, before.summary.line_height) == (0, 0)
    assert ledger.migrate()
    [after] = label_queue.described(ledger, RUN, [image])
    made = summarise(made_reading(image, 3).regions)
    assert (after.summary.lines, after.summary.line_height) == (made.lines, made.line_height) == (3, 40)
    assert (after.width, after.height) == (made_reading(image, 3).width, made_reading(image, 3).height)


@pytest.mark.slow
@pytest.mark.parametrize("revision", revisions())
def test_every_row_of_every_earlier_schema_is_there_when_it_is_up_to_date(tmp_path: Path, revision: str) -> None:
    check_up_to_date(Ledger(f"sqlite:///{tmp_path / 'l.db'}"), revision)


def check_up_to_date(ledger: Ledger, revision: str) -> None:
    """Fills a ledger of an earlier schema, brings it up to date, and looks for every row."""
    before = filled(ledger, revision)
    assert ledger.migrate()
    ledger.check()
    with ledger.read() as connection:
        assert not differences(connection, before, revision)
        if connection.dialect.name == "sqlite":
            assert not connection.execute(text("pragma foreign_key_check")).all()
        owners = set(connection.scalars(select(tables.tasks.c.project))) | set(
            connection.scalars(select(tables.annotations.c.project)))
        cursor = set(connection.scalars(select(tables.cursors.c.name)))
        kinds = list(connection.scalars(select(tables.decisions.c.kind)))
    key = "first-schema-4" if revision < "0004" else "key0"
    assert owners == {key}
    assert cursor == {f"collect project {key if revision < '0008' else 4}"}
    assert kinds == (["split"] if revision >= "0002" else [])
