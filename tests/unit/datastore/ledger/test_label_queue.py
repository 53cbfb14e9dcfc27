"""What is labelled next: draws, order, the outbox, migration of old readings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datastore.ledger import Ledger, gold, label_queue, outbox, projects, published_configs
from schemas.errors import SettingError
from schemas.label_tasks import TaskRow
from schemas.labelling import PagesGiven, Share, Side
from tests.empty_ledger import empty_ledger
from tests.read_images import RUN, fill

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")


def test_the_outbox_remembers_the_first_post(ledger: Ledger) -> None:
    rows = [TaskRow("key", name, 1, name, "c", ("r1",), place=number) for number, name in enumerate(("b", "a"))]
    with ledger.write() as connection:
        assert outbox.plan_tasks(connection, rows) == 2
        assert outbox.plan_tasks(connection, [replace(rows[0], shown=("other",))]) == 0  # what was planned stays
    assert [(row.subject, row.shown, row.after_task) for row in outbox.unconfirmed(ledger, "key")] == [
        ("b", ("r1",), None), ("a", ("r1",), None)]
    with ledger.write() as connection:
        outbox.mark_posted(connection, "key", ["a"], 10, NOW)
        outbox.mark_posted(connection, "key", ["a", "b"], 20, NOW)  # again: what the first post made has an id above 10
        outbox.confirm(connection, "key", {"b": 21})
    [left] = outbox.unconfirmed(ledger, "key")
    assert (left.subject, left.after_task, left.posted_at) == ("a", 10, NOW)
    assert outbox.confirmed(ledger, "key") == {"b": 21}
    with ledger.write() as connection:
        outbox.forget(connection, "key", ["b"])
    assert {row.subject: row.after_task for row in outbox.unconfirmed(ledger, "key")} == {"a": 10, "b": None}


def test_places_in_the_queue_are_counted_over_what_was_ever_planned(ledger: Ledger) -> None:
    rows = [TaskRow("key", name, 1, name, "c", (), place=place) for name, place in (("c", 9), ("a", 2), ("b", 5))]
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [*rows, TaskRow("other", "d", 1, "d", "c", (), place=1)])
        outbox.drop(connection, "key", ["b"])
    assert outbox.queue_places(ledger, "key") == {"a": 1, "c": 2}


def test_how_pages_were_given_out(ledger: Ledger) -> None:
    for name in ("scene", "lines"):
        projects.plan_project(ledger, name, 1, Side.A, f"key {name}")
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [TaskRow("key scene", "a", 1, "a", "scene"), *(
            TaskRow("key lines", f"{image}/lines:{start}-{start + 8}", 1, image, taken_by, ("r",))
            for image, taken_by in (("b", "scene"), ("c", "scene"), ("d", "other")) for start in (0, 8))])
    assert label_queue.pages_given(ledger, "scene", "lines") == PagesGiven(images=1, pages=2, tasks=4)
    assert label_queue.pages_given(ledger, "none", "lines") == PagesGiven(0, 0, 0)


def test_a_published_version_never_changes(ledger: Ledger) -> None:
    published_configs.publish_config(ledger, "scene_text", 2, "<View/>", "line")
    published_configs.publish_config(ledger, "scene_text", 2, "<View/>", "line")
    with pytest.raises(SettingError, match="Set version to 3"):
        published_configs.publish_config(ledger, "scene_text", 2, "<View></View>", "line")
    with pytest.raises(SettingError, match="never changes"):
        published_configs.publish_config(ledger, "scene_text", 2, "<View/>", "word")


def test_who_waits_for_which_side(ledger: Ledger) -> None:
    ids = sorted(fill(ledger, "m", 4))
    main = projects.plan_project(ledger, "c", 1, Side.A, "key a")
    again = projects.plan_project(ledger, "c", 1, Side.A, "another key")
    assert again == main  # made once
    assert projects.confirm_project(ledger, main, 5).number == 5
    assert projects.confirm_project(ledger, main, 6).number == 5  # another run has noted one first
    assert label_queue.waiting_ids(ledger, main, RUN, Share()) == ids
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [TaskRow("key a", ids[0], 1, ids[0], "c")])
        gold.add_gold(connection, "c", [ids[1]])
    assert label_queue.waiting_ids(ledger, main, RUN, Share()) == ids[2:]  # gold waits for its truth
    second = projects.plan_project(ledger, "c", 1, Side.B, "key b")
    assert label_queue.waiting_ids(ledger, second, RUN, Share()) == ids[:1]
    assert label_queue.waiting_ids(ledger, main, "another run", Share()) == []
    assert label_queue.images_given(ledger, "c") == {ids[0]}
    assert [item.summary.regions for item in label_queue.described(ledger, RUN, [ids[3], ids[2], "nobody"])] == [15, 15]
