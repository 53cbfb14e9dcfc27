"""A page of changed tasks, written to a ledger: what is new, what is taken back, what cannot be read, whom it waits for."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.label_studio.changes import Annotation, ChangedTask, UnreadableTask
from adapters.label_studio.codec import to_line_prediction, to_prediction
from adapters.label_studio.configs import load_annotation_config
from adapters.label_studio.lines import to_lines_prediction
from datastore.ledger import Ledger, cursors, label_status, leases, outbox, projects, readings, second_looks
from schemas.errors import LeaseLost
from schemas.label_tasks import SUBJECT, Project, TaskRow, line_subject, lines_subject
from schemas.labelling import Side
from schemas.recipes.annotation_config import AnnotationConfig
from tests.empty_ledger import empty_ledger
from tests.places import ROOT
from tests.read_images import fill, made_reading
from workbench.bench import Workbench
from workbench.collect.decide import decide_stranded, tell_stuck
from workbench.collect.page import Source, collect_page, cursor_of
from workbench.label.migrate import migrate

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHOLE = load_annotation_config(ROOT / "annotation_configs" / "scene_text").model_copy(update={"overlap": 0.0, "gold": 0.0})
LINES = load_annotation_config(ROOT / "annotation_configs" / "line_text")


@dataclass(frozen=True)
class Place:
    """A project whose tasks are in Label Studio, and the right to collect from it."""

    ledger: Ledger
    source: Source

    @property
    def project(self) -> Project:
        return self.source.project

    def counts(self, *changes: ChangedTask | UnreadableTask, in_order: bool = True) -> dict[str, int]:
        """What a page of changes came to, without what did not change."""
        report = collect_page(self.ledger, self.source, changes, in_order=in_order)
        return {said: count for said, count in report.counts.items() if count}

    def accepted(self, config: str, *image_ids: str) -> dict[str, str]:
        with self.ledger.read() as connection:
            return readings.accepted_ids(connection, config, image_ids)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a ledger that nothing was written to."""
    file = tmp_path_factory.mktemp("empty") / "l.db"
    empty_ledger(f"sqlite:///{file}")
    return file


@pytest.fixture
def ledger(empty: Path, tmp_path: Path) -> Ledger:
    file = tmp_path / "l.db"
    with closing(sqlite3.connect(empty)) as connection:
        connection.execute("vacuum into ?", (str(file),))
    return Ledger(f"sqlite:///{file}")


def place(ledger: Ledger, config: AnnotationConfig, rows: Mapping[str, str], side: Side = Side.A) -> Place:
    """A project with a task a subject; ``rows`` has the image of each."""
    project = projects.confirm_project(ledger, projects.plan_project(ledger, config.name, config.version, side, f"key {side}"), 1)
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [
            TaskRow(project.key, subject, config.version, image_id, WHOLE.name, (made_reading(image_id, 3).reading_id,))
            for subject, image_id in rows.items()])
        outbox.confirm(connection, project.key, {subject: number for number, subject in enumerate(rows, 1)})
    return Place(ledger, Source(config, project, leases.claim(ledger, "collect", [cursor_of(project)], 600), 600))


def changed(number: int, subject: str, *results: list[dict[str, Any]] | None, at: int = 1, who: str = "kim") -> ChangedTask:
    """A task with an annotation a result; None is a skipped one."""
    moment = START + timedelta(seconds=at)
    return ChangedTask(number, moment, {SUBJECT: subject}, [
        Annotation(10 * number + place, moment, who, 9.0, result is None, {"id": place, "result": result or []})
        for place, result in enumerate(results)])


def as_shown(image_id: str) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = to_prediction(made_reading(image_id, 3), WHOLE)["result"]
    return results


def without_text(image_id: str) -> list[dict[str, Any]]:
    return [result for result in as_shown(image_id) if result["type"] != "textarea"]


def several_lines(image_id: str, *texts: str) -> list[dict[str, Any]]:
    """Texts typed over the first lines that a task shows."""
    results: list[dict[str, Any]] = to_lines_prediction(made_reading(image_id, len(texts)).regions, name="m")["result"]
    return [{**result, "value": {"text": [text]}} for result, text in zip(results, texts, strict=True)]


def line(text: str) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = to_line_prediction(text, True, name="m")["result"]
    return results


def test_each_state_is_written_once_and_the_cursor_follows(ledger: Ledger) -> None:
    done, skipped, wrong = fill(ledger, "m", 3, regions=3)
    here = place(ledger, WHOLE, {name: name for name in (done, skipped, wrong)})
    page = (changed(1, done, as_shown(done)), changed(2, skipped, None, at=2), changed(3, wrong, without_text(wrong), at=3))
    assert here.counts(*page) == {"readings": 2, "accepted": 1, "skipped": 1, "with a problem": 1, "to a second look": 1}
    assert cursors.get_cursor(ledger, cursor_of(here.project)) == START + timedelta(seconds=3)
    assert here.accepted(WHOLE.name, done, skipped, wrong).keys() == {done}
    assert here.counts(*page) == {}


def test_a_change_is_a_new_state(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    here = place(ledger, WHOLE, {image: image})
    assert here.counts(changed(1, image, without_text(image))) == {"readings": 1, "with a problem": 1, "to a second look": 1}
    assert here.counts(changed(1, image, as_shown(image), at=5)) == {"readings": 1, "accepted": 1}
    assert here.counts(changed(1, image, None, at=6)) == {"skipped": 1, "no longer accepted": 1}


def test_an_annotation_that_is_gone_takes_its_acceptance_along(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    here = place(ledger, WHOLE, {image: image})
    here.counts(changed(1, image, as_shown(image)))
    assert here.counts(changed(1, image, at=2)) == {"taken back": 1, "no longer accepted": 1}
    assert here.accepted(WHOLE.name, image) == {}
    assert here.counts(changed(1, image, at=3)) == {}  # it is gone once


def test_a_task_of_somebody_else_is_no_image_of_ours(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    here = place(ledger, WHOLE, {image: image})
    assert here.counts(changed(9, "", as_shown(image))) == {"with a problem": 1}


def test_tasks_that_cannot_be_read_stop_nobody_elses_and_are_asked_again(ledger: Ledger) -> None:
    read, broken = fill(ledger, "m", 2, regions=3)
    here = place(ledger, WHOLE, {read: read, broken: broken})
    at = START + timedelta(seconds=7)
    assert here.counts(changed(1, read, as_shown(read)), UnreadableTask(2, at)) == {"readings": 1, "accepted": 1}
    assert outbox.unreadable(ledger, here.project.key) == {2: at}
    assert cursors.get_cursor(ledger, cursor_of(here.project)) == at  # nobody waits for it
    assert here.counts(changed(2, broken, as_shown(broken), at=5), in_order=False) == {"readings": 1, "accepted": 1}
    assert outbox.unreadable(ledger, here.project.key) == {}
    assert cursors.get_cursor(ledger, cursor_of(here.project)) == at  # what was mended is not the next change


def test_a_page_of_unreadable_tasks_alone_moves_the_cursor(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    here = place(ledger, WHOLE, {image: image})
    assert here.counts(UnreadableTask(1, START)) == {}
    assert cursors.get_cursor(ledger, cursor_of(here.project)) == START


def test_whoever_lost_the_lease_writes_nothing(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    here = place(ledger, WHOLE, {image: image})
    leases.release(ledger, here.source.lease)
    with pytest.raises(LeaseLost):
        here.counts(changed(1, image, as_shown(image)))
    assert cursors.get_cursor(ledger, cursor_of(here.project)) is None
    assert here.accepted(WHOLE.name, image) == {}


def test_images_that_waited_for_a_second_reader_are_decided_when_the_overlap_is_lowered(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    for_two = WHOLE.model_copy(update={"overlap": 1.0})
    here = place(ledger, for_two, {image: image})
    assert here.counts(changed(1, image, as_shown(image))) == {"readings": 1}
    assert not any(decide_stranded(ledger, for_two).counts.values())
    assert decide_stranded(ledger, WHOLE).accepted == 1
    assert here.accepted(WHOLE.name, image).keys() == {image}
    assert not any(decide_stranded(ledger, WHOLE).counts.values())


def test_two_sides_that_differ_go_to_a_second_look(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    for_two = WHOLE.model_copy(update={"overlap": 1.0})
    first, second = (place(ledger, for_two, {image: image}, side) for side in (Side.A, Side.B))
    first.counts(changed(1, image, as_shown(image)))
    other = [{**result, "value": {**result["value"], "text": ["전혀 다른 글자"]}} if result["type"] == "textarea" else result
             for result in as_shown(image)]
    assert second.counts(changed(1, image, other, who="lee")) == {"readings": 1, "to a second look": 1}
    [look] = second_looks.second_looks_without_task(ledger, WHOLE.name)
    assert (look.image_id, len(look.shown)) == (image, 2)
    assert second.counts(changed(1, image, as_shown(image), at=2, who="lee")) == {"readings": 1, "accepted": 1, "agreed": 1}


def test_second_looks_that_settle_nothing_are_named(ledger: Ledger) -> None:
    ids = fill(ledger, "m", 7, regions=3)
    here = place(ledger, WHOLE, {name: name for name in ids}, Side.SECOND_LOOK)
    here.counts(*(changed(number, name, None) for number, name in enumerate(ids, 1)))
    notes = tell_stuck(ledger, WHOLE.name, "http://labels")
    assert notes[0] == "http://labels/projects/1/data?task=1 settles nothing yet: it was skipped"
    assert notes[5:] == ["… and 2 more second looks that settle nothing."]


def test_a_page_is_accepted_with_its_last_line_and_taken_back_with_any(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    subjects = [line_subject(image, region.region_id) for region in made_reading(image, 3).regions]
    here = place(ledger, LINES, dict.fromkeys(subjects, image))
    assert here.counts(*(changed(number, subject, line(f"line {number}")) for number, subject in enumerate(subjects[:2], 1))) == {
        "readings": 1}
    assert here.accepted(WHOLE.name, image) == {}
    # Without text it is noted and kept as illegible: the page waits for nobody. What is typed later wins.
    assert here.counts(changed(3, subjects[2], line(""), at=2)) == {"readings": 1, "with a problem": 1, "accepted": 1}
    assert here.counts(changed(3, subjects[2], line("line 3"), at=3)) == {"readings": 1, "accepted": 1}
    [reading_id] = here.accepted(WHOLE.name, image).values()
    with ledger.read() as connection:
        [page] = readings.readings_by_id(connection, [reading_id]).values()
    assert [region.text for region in page.regions] == ["line 1", "line 2", "line 3"]
    assert here.counts(changed(1, subjects[0], at=4)) == {"taken back": 1, "no longer accepted": 1}


def test_a_page_of_several_tasks_is_accepted_with_its_last_task_and_no_line_loses_another(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=3)
    here = place(ledger, LINES, {lines_subject(image, 0, 2): image, lines_subject(image, 2, 3): image})
    first = changed(1, lines_subject(image, 0, 2), several_lines(image, "⌿첫째", ""))
    assert here.counts(first) == {"readings": 1, "with a problem": 1}
    assert here.accepted(WHOLE.name, image) == {}
    assert here.counts(changed(2, lines_subject(image, 2, 3), several_lines(image, "✎셋째"), at=2, who="lee")) == {
        "readings": 1, "accepted": 1}
    [reading_id] = here.accepted(WHOLE.name, image).values()
    with ledger.read() as connection:
        page = readings.readings_by_id(connection, [reading_id])[reading_id]
    assert [region.text for region in page.regions] == ["첫째", "", "셋째"]
    assert [region.attributes.legible for region in page.regions] == [True, False, True]
    assert [region.attributes.writing for region in page.regions][2] == "handwritten"
    assert [region.region_id for region in page.regions] == [region.region_id for region in made_reading(image, 3).regions]
    [one, other] = label_status.work(ledger)
    assert (one.effort and one.effort.shown, other.effort and other.effort.shown) == (2, 1)
    assert one.problem and "line 2" in one.problem
    assert here.counts(changed(1, lines_subject(image, 0, 2), at=3)) == {"taken back": 1, "no longer accepted": 1}


def test_lines_that_are_corrected_after_a_migration_of_their_page_still_count(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=2)
    here = place(ledger, LINES, {lines_subject(image, 0, 2): image})
    assert here.counts(changed(1, lines_subject(image, 0, 2), several_lines(image, "하나", "둘")))["accepted"] == 1
    newer = WHOLE.model_copy(update={"version": WHOLE.version + 1, "renames": {LINES.version: {"kind": {"text": "stamp"}}}})
    bench = cast(Workbench, SimpleNamespace(ledger=ledger))
    assert not migrate(bench, newer, dry_run=False).readings  # the page is under the config of lines
    assert here.counts(changed(1, lines_subject(image, 0, 2), several_lines(image, "하나", "두울"), at=5)) == {
        "readings": 1, "accepted": 1}
