"""What is labelled next: draws, order, the outbox, migration of old readings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datastore.ledger import Ledger, gold, label_queue, outbox, projects, published_configs
from datastore.ledger.label_queue import Share
from datastore.ledger.outbox import TaskRow
from schemas.errors import SettingError
from schemas.labelling import Side
from schemas.reading import Reading, Region, Summary, Unit, regions_from_json, summarise
from stages.label.draws import drawn, place
from stages.label.migrate import renamed
from stages.label.priority import Waiting, in_order
from tests.read_images import RUN, fill

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def waits(name: str, uncertainty: float = 0.1, slices: tuple[str, ...] = (), cluster: str = "",
          submitter: str = "kim") -> Waiting:
    return Waiting(name, Summary(3, uncertainty, slices), cluster or name, submitter)


def test_requested_slices_come_first_then_the_unsure() -> None:
    items = [waits("sure"), waits("unsure", 0.5), waits("written", 0.2, ("handwritten",)), waits("upright", 0.1, ("vertical",))]
    assert in_order(items, ["vertical", "handwritten"]) == ["upright", "written", "unsure", "sure"]
    assert in_order(items, []) == ["unsure", "written", "sure", "upright"]


def test_the_like_of_what_was_seen_comes_later() -> None:
    items = [waits("a1", cluster="a"), waits("a2", cluster="a"), waits("b", submitter="kim"), waits("c", submitter="lee")]
    assert in_order(items, []) == ["a1", "c", "b", "a2"]


@given(st.lists(st.builds(waits, st.text("abcdef0123", min_size=1, max_size=6), st.floats(0, 1),
                          st.sets(st.sampled_from(["vertical", "ko"])).map(tuple), st.sampled_from(["x", "y"])),
                unique_by=lambda item: item.image_id))
def test_every_image_keeps_a_place(items: list[Waiting]) -> None:
    ordered = in_order(items, ["vertical"])
    assert sorted(ordered) == sorted(item.image_id for item in items)
    assert ordered == in_order(reversed(items), ["vertical"])


@given(st.text(min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_keeps_who_was_drawn(subject: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert drawn(large, "gold", "c", subject) or not drawn(small, "gold", "c", subject)
    assert 0 <= place("gold", "c", subject) < 1
    assert not drawn(0, "gold", "c", subject)
    assert drawn(1, "gold", "c", subject)


def test_shares_are_about_what_they_say_and_independent() -> None:
    ids = [f"image {number}" for number in range(4000)]
    both = [drawn(0.1, "gold", "c", name) and drawn(0.1, "overlap", "c", name) for name in ids]
    assert sum(drawn(0.1, "gold", "c", name) for name in ids) == pytest.approx(400, abs=80)
    assert sum(both) == pytest.approx(40, abs=25)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    found = Ledger(f"sqlite:///{tmp_path / 'l.db'}")
    found.migrate()
    return found


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
    assert label_queue.waiting(ledger, main, RUN, Share()) == ids
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [TaskRow("key a", ids[0], 1, ids[0], "c")])
        gold.add_gold(connection, "c", [ids[1]])
    assert label_queue.waiting(ledger, main, RUN, Share()) == ids[2:]  # gold waits for its truth
    second = projects.plan_project(ledger, "c", 1, Side.B, "key b")
    assert label_queue.waiting(ledger, second, RUN, Share()) == ids[:1]
    assert label_queue.waiting(ledger, main, "another run", Share()) == []
    assert label_queue.images_given(ledger, "c") == {ids[0]}
    assert [item.summary.regions for item in label_queue.candidates(ledger, RUN, [ids[3], ids[2], "nobody"])] == [15, 15]


def test_a_summary_is_what_ordering_needs() -> None:
    region = Region("a", ((0, 0), (9, 0), (9, 9)), "가", score=0.75)
    assert summarise([region, replace(region, score=0.25)]) == Summary(2, 0.5, ("horizontal", "other", "printed", "text"))
    assert summarise([replace(region, score=None)]).uncertainty == 0
    assert summarise([]) == Summary(0, 0.0, ())


def test_old_words_are_renamed_and_counted() -> None:
    stored = Reading("i", "person:k", "c@1", 1, Unit.LINE, 10, 10, (Region("a", ((0, 0), (9, 0), (9, 9)), "가"),)).regions_json()
    old = stored.replace('"effects":[]', '"effects":["engraved","shiny"]').replace('"horizontal"', '"across"')
    with pytest.raises(ValueError, match=r"engraved|across"):
        regions_from_json(old)
    regions, counts = renamed(old, {"effects": {"engraved": "embossed", "shiny": ""}, "direction": {"across": "horizontal"}})
    assert [str(effect) for effect in regions[0].attributes.effects] == ["embossed"]
    assert regions[0].attributes.direction == "horizontal"
    assert counts == {"effects: engraved → embossed": 1, "effects: shiny → dropped": 1, "direction: across → horizontal": 1}
    with pytest.raises(ValueError, match="shiny"):
        renamed(old, {"effects": {"engraved": "embossed"}, "direction": {"across": "horizontal"}})
