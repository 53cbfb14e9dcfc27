"""What the ledger keeps of projects that are lost, and of a server that gives the same numbers again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.label_studio.projects import MARK, MARK_FIELD, mark_of
from datastore.ledger import Connection, Ledger, label_queue, label_status, outbox, projects, second_looks
from datastore.ledger.annotations import (
    add_annotations,
    answers_to,
    mark_taken_back,
    seen_annotations,
    standing_annotations,
)
from datastore.ledger.tables import submissions
from schemas.answers import AnnotationRow
from schemas.label_tasks import Project, TaskRow
from schemas.labelling import Share, Side
from stages.collect.new_states import TaskNow, taken_back
from tests.empty_ledger import empty_ledger
from tests.read_images import RUN, fill, made_reading


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")


def project(ledger: Ledger, key: str, number: int, side: Side = Side.A) -> Project:
    return projects.confirm_project(ledger, projects.plan_project(ledger, "c", 1, side, key), number)


def answered(ledger: Ledger, project: str, image: str, annotation: int, task: int, revision: int = 1, *, sound: bool = True,
             skipped: bool = False) -> None:
    reading = made_reading(image, 1)
    with ledger.write() as connection:
        add_annotations(connection, [AnnotationRow(
            annotation, revision, project, task, image, image, "person:kim", reading.reading_id if sound else None,
            skipped, 1.0, None if sound or skipped else "wrong", None)])


def planned(ledger: Ledger, project: str, images: list[str], reason: str | None = None) -> None:
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [TaskRow(project, name, 1, name, "c", reason=reason, place=place)
                                      for place, name in enumerate(images)])
        outbox.confirm(connection, project, {name: place + 100 for place, name in enumerate(images)})


def take_back(connection: Connection, project: str, task: TaskNow) -> set[str | None]:
    gone = taken_back(standing_annotations(connection, project, [task.task_id]), [task])
    mark_taken_back(connection, project, gone)
    return {item.image_id for item in gone}


def test_what_nobody_has_answered_goes_to_the_next_project_and_back(ledger: Ledger) -> None:
    done, skipped, waits, last = fill(ledger, "m", 4, regions=1)
    first = project(ledger, "first", 3)
    planned(ledger, "first", [last, done, waits, skipped])
    answered(ledger, "first", done, 1, 101)
    answered(ledger, "first", skipped, 2, 103, sound=False, skipped=True)
    with ledger.write() as connection:
        assert projects.replace_project(connection, first, "second")
        assert outbox.carry_over(connection, "first", "second") == 2
        assert not projects.replace_project(connection, first, "third")  # another run has
        assert outbox.carry_over(connection, "first", "second") == 0
    second = project(ledger, "second", 3)
    assert [row.subject for row in outbox.unconfirmed(ledger, "second")] == [last, waits]
    assert label_queue.waiting_ids(ledger, second, RUN, Share()) == []
    assert [row.key for row in projects.project_rows(ledger)] == ["second"]
    assert projects.lost_keys(ledger, second) == ["first"]
    [both] = label_status.queues(ledger, 0, 7)
    assert (both.tasks, both.open) == (0, 0)
    with ledger.write() as connection:
        assert projects.replace_project(connection, second, "first")
        assert outbox.carry_over(connection, "second", "first") == 0
    assert outbox.confirmed(ledger, "first").keys() == {done, skipped, waits, last}
    [again] = label_status.queues(ledger, 0, 7)
    assert (again.project_id, again.tasks, again.open) == (3, 4, 2)


def test_the_second_reader_follows_what_a_lost_project_was_answered(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=1)
    first = project(ledger, "first", 1)
    planned(ledger, "first", [image])
    answered(ledger, "first", image, 1, 100)
    with ledger.write() as connection:
        projects.replace_project(connection, first, "second")
        outbox.carry_over(connection, "first", "second")
    assert label_queue.waiting_ids(ledger, project(ledger, "second", 1), RUN, Share()) == []  # nobody reads it for side A again
    assert label_queue.waiting_ids(ledger, project(ledger, "b", 2, Side.B), RUN, Share()) == [image]


def test_a_second_look_that_settles_nothing_is_asked_again(ledger: Ledger) -> None:
    settled, unsettled = fill(ledger, "m", 2, regions=1)
    look = project(ledger, "look", 1, Side.SECOND_LOOK)
    planned(ledger, "look", [settled, unsettled], reason="look again")
    answered(ledger, "look", settled, 1, 100)
    answered(ledger, "look", unsettled, 2, 101, sound=False)
    assert [(look.project_id, look.task_id) for look in second_looks.stuck_second_looks(ledger, "c")] == [(1, 101)]
    with ledger.write() as connection:
        projects.replace_project(connection, look, "next")
        outbox.carry_over(connection, "look", "next")
    assert [row.subject for row in outbox.unconfirmed(ledger, "next")] == [unsettled]
    assert second_looks.stuck_second_looks(ledger, "c") == []  # nobody can open that task any more


def test_numbers_that_come_again_in_one_project(ledger: Ledger) -> None:
    before, after = fill(ledger, "m", 2, regions=1)
    project(ledger, "key", 1)
    planned(ledger, "key", [before, after])
    answered(ledger, "key", before, 7, 100, revision=1)
    answered(ledger, "key", after, 7, 100, revision=2)  # restored from a backup: the same numbers for another picture
    assert [item.revision for item in label_status.work(ledger)] == [1, 2]
    with ledger.write() as connection:
        given_to = answers_to(connection, "c", [before, after])
        assert {name: [item.revision for item in items] for name, items in given_to.items()} == {before: [1], after: [2]}
        assert take_back(connection, "key", TaskNow(100, after, frozenset())) == {after}
        assert answers_to(connection, "c", [before, after]).keys() == {before}
    answered(ledger, "key", before, 7, 100, revision=3)  # changed: the newest state of one and the same
    assert [item.revision for item in label_status.work(ledger)] == [3]


def test_numbers_that_come_again_on_another_server(ledger: Ledger) -> None:
    [image] = fill(ledger, "m", 1, regions=1)
    for key, side in (("a", Side.A), ("b", Side.B)):
        project(ledger, key, 1, side)
        planned(ledger, key, [image])
        answered(ledger, key, image, 7, 100, revision=5)
    with ledger.write() as connection:
        assert [item.side for item in answers_to(connection, "c", [image])[image]] == [Side.A, Side.B]
        take_back(connection, "a", TaskNow(100, image, frozenset()))
        assert [item.side for item in answers_to(connection, "c", [image])[image]] == [Side.B]
        assert seen_annotations(connection, "b", [(7, 5)]) == {(7, 5)}
        assert seen_annotations(connection, "c", [(7, 5)]) == set()


def test_whose_images_a_config_takes(ledger: Ledger) -> None:
    ids = sorted(fill(ledger, "m", 4, regions=1))
    with ledger.write() as connection:
        connection.execute(submissions.update().where(submissions.c.image_id == ids[0]).values(campaign="forms"))
        connection.execute(submissions.update().where(submissions.c.image_id == ids[1]).values(campaign=None))
    here = project(ledger, "key", 1)
    assert label_queue.waiting_ids(ledger, here, RUN, Share(frozenset({"forms"}), others=False)) == ids[:1]
    assert label_queue.waiting_ids(ledger, here, RUN, Share(frozenset({"forms"}))) == ids[1:]
    planned(ledger, "key", ids)
    answered(ledger, "key", ids[3], 1, 103)
    assert label_queue.moved(ledger, here, Share(frozenset({"forms"}), others=False)) == {ids[1]: 101, ids[2]: 102}
    assert label_queue.moved(ledger, here, Share()) == {}


@given(st.text(), st.text("0123456789abcdef", min_size=16, max_size=16), st.booleans())
def test_a_mark_is_read_as_it_was_written(description: str, key: str, old: bool) -> None:
    shown = {"description": f"{description} [{key}]"} if old else {"description": description, MARK_FIELD: MARK + key}
    assert mark_of(shown) == key


@given(st.none() | st.text(), st.none() | st.text())
def test_what_nobody_marked_is_nobodys(description: str | None, login: str | None) -> None:
    found = mark_of({"description": description, MARK_FIELD: login})
    assert found is None or found in f"{description} {login}"
