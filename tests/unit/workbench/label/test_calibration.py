"""What the screen marks is noted before a task is pushed, and stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from adapters.label_studio.configs import load_annotation_config
from datastore.ledger import Ledger, leases, outbox, projects, readings
from datastore.ledger.annotations import add_annotations
from datastore.ledger.tables import images
from schemas.answers import AnnotationRow
from schemas.errors import LeaseLost
from schemas.ids import digest
from schemas.label_tasks import Project, TaskRow, line_subject, lines_subject
from schemas.labelling import Side
from schemas.reading import Reading
from stages.label.calibration import PAIRS_NEEDED
from tests.empty_ledger import empty_ledger
from tests.places import ROOT
from tests.read_images import made_reading
from workbench.label.calibration import mark_planned, newest_checked
from workbench.label.claims import claim_project

CONFIG = load_annotation_config(ROOT / "annotation_configs" / "scene_text")
LINES = 10
WRONG = (3, 7)
"""Lines of each page that the model scores low, and that people change."""


def read(image_id: str) -> Reading:
    made = made_reading(image_id, LINES)
    return replace(made, regions=tuple(
        replace(region, score=0.5 if place in WRONG else 0.95) for place, region in enumerate(made.regions)))


def mended(reading: Reading) -> Reading:
    return replace(reading, reader="person:kim", run=CONFIG.run, revision=1, regions=tuple(
        replace(region, score=None, text=region.text + ("!" if place in WRONG else "")) for place, region in enumerate(
            reading.regions)))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")


@pytest.fixture
def project(ledger: Ledger) -> Project:
    planned = projects.plan_project(ledger, CONFIG.name, CONFIG.version, Side.A, "key")
    return projects.confirm_project(ledger, planned, 1)


def answered(ledger: Ledger, project: Project, count: int, seed: str = "known") -> list[str]:
    """Images that a model has read, with the accepted readings that people made of them."""
    ids = [digest(seed, str(number)) for number in range(count)]
    with ledger.write() as connection:
        connection.execute(insert(images), [
            {"image_id": name, "number": int(name[:15], 16), "media_type": "image/jpeg", "width": 1600, "height": 1200,
             "bytes": 1, "pixels_id": name, "cluster_id": name, "represents": True, "encoder": "made"} for name in ids])
        readings.add_readings(connection, [item for name in ids for item in (read(name), mended(read(name)))])
        for number, name in enumerate(ids):
            readings.accept(connection, CONFIG.name, mended(read(name)))
            add_annotations(connection, [AnnotationRow(number, number, project.key, number, name, name, "person:kim",
                                                       mended(read(name)).reading_id, False, 1.0, None, None)])
    return ids


def planned(ledger: Ledger, project: Project, image_id: str, *subjects: str) -> None:
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [
            TaskRow(project.key, name, CONFIG.version, image_id, CONFIG.name, (read(image_id).reading_id,)) for name in subjects])


def marked(ledger: Ledger, project: Project) -> dict[str, object]:
    with ledger.read() as connection:
        rows = outbox.task_rows(connection, project.key, sorted(outbox.planned_subjects(ledger, project.key)))
    return {name: row.marked for name, row in rows.items()}


def test_lines_like_those_that_people_changed_are_marked_in_the_task_that_shows_them(ledger: Ledger, project: Project) -> None:
    ids = answered(ledger, project, PAIRS_NEEDED // LINES)
    page = ids[0]
    parts = [lines_subject(page, 0, 5), lines_subject(page, 5, 10)]
    single = line_subject(page, read(page).regions[3].region_id)
    planned(ledger, project, page, page, *parts, single)
    mark_planned(ledger, project, claim_project(ledger, project, 60), CONFIG)
    low, other = (read(page).regions[place].region_id for place in WRONG)
    found = marked(ledger, project)
    assert (found[page], found[parts[0]], found[parts[1]]) == ({low: 0.01, other: 0.01}, {low: 0.01}, {other: 0.01})
    assert found[single] is None  # its screen has no place for a mark


def test_with_too_few_accepted_lines_nothing_is_noted(ledger: Ledger, project: Project) -> None:
    [*_, last] = answered(ledger, project, PAIRS_NEEDED // LINES - 1)
    planned(ledger, project, last, last)
    mark_planned(ledger, project, claim_project(ledger, project, 60), CONFIG)
    assert marked(ledger, project) == {last: None}


def test_what_may_be_on_the_screen_keeps_its_marks(ledger: Ledger, project: Project) -> None:
    ids = answered(ledger, project, PAIRS_NEEDED // LINES)
    planned(ledger, project, ids[0], ids[0])
    with ledger.write() as connection:
        outbox.mark_posted(connection, project.key, ids[:1], 7, datetime.now(UTC))
    mark_planned(ledger, project, claim_project(ledger, project, 60), CONFIG)
    assert marked(ledger, project) == {ids[0]: None}


def test_a_run_that_lost_the_project_notes_nothing(ledger: Ledger, project: Project) -> None:
    ids = answered(ledger, project, PAIRS_NEEDED // LINES)
    planned(ledger, project, ids[0], ids[0])
    lease = claim_project(ledger, project, 60)
    leases.release(ledger, lease)
    claim_project(ledger, project, 60)  # another run's
    with pytest.raises(LeaseLost):
        mark_planned(ledger, project, lease, CONFIG)
    assert marked(ledger, project) == {ids[0]: None}


def test_the_newest_images_are_looked_at_first(ledger: Ledger, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = answered(ledger, project, 6)
    monkeypatch.setattr("workbench.label.calibration.IMAGES_AT_ONCE", 2)
    monkeypatch.setattr("workbench.label.calibration.PAIRS_USED", 3 * LINES)
    assert {item.accepted.image_id for item in newest_checked(ledger, CONFIG.name, read(ids[0]).run)} == set(ids[2:])
