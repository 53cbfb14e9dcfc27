"""What imported pictures are, and are not, for the rest of the workbench: labelling, groups of releases, campaigns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from datastore.ledger import arrivals, imported, label_queue, readings
from datastore.ledger.demands import accepted_of_sent_after
from datastore.ledger.images import unread_images
from datastore.ledger.imported import parts_of_sources
from datastore.ledger.releasable import photographs
from datastore.ledger.submissions import reject_textless
from pages.decision import Stakes, what_follows
from schemas.decision import Ending
from schemas.errors import SettingError
from schemas.label_tasks import Project
from schemas.labelling import Share, Side
from schemas.reading import Reading, Unit
from schemas.sample import Before, Photograph
from schemas.sources import PictureEnd
from schemas.submission import Outcome
from schemas.suspects import Suspect, Suspicion
from stages.export.groups import PART, group, links
from tests.imported_sets import SOURCE, ImportWorld, labelled_page, page, word
from workbench.campaigns import load_campaigns
from workbench.imports import ending
from workbench.ingest.listing import hold_strays, list_raw_objects
from workbench.label.doubts import doubt
from workbench.new_campaign import write_campaign


@pytest.fixture
def world(tmp_path: Path) -> ImportWorld:
    return ImportWorld(tmp_path)


def keys(world: ImportWorld, image_ids: list[str]) -> list[str]:
    """Last parts of the keys of the accepted submissions of images."""
    with world.bench.ledger.read() as connection:
        found = connection.exec_driver_sql("select image_id, key from submissions where outcome = 'accepted'").tuples().all()
    return sorted(key.rpartition("/")[2] for image, key in found if image in image_ids)


def imported_beside_collected(world: ImportWorld) -> None:
    """Two photographs of ours, one of which a data set has too; one picture with labels, one without."""
    world.put("demo/kim/ours.png", page(1))
    world.put("demo/kim/both.png", page(2))
    world.take_in()
    world.bring([labelled_page("same.png", page(2), word("글")), labelled_page("truth.png", page(3), word("글"))])
    no_truth = replace(world.request().form, is_truth=False)
    world.bring([labelled_page("plain.png", page(4))], world.request(source="public/pictures", form=no_truth))


def test_what_came_with_truth_is_not_read_by_models_unless_all_is_asked_for(world: ImportWorld) -> None:
    imported_beside_collected(world)
    assert keys(world, [item.image_id for item in unread_images(world.bench.ledger, "run")]) == [
        "both.png", "ours.png", "plain.png"]
    assert "truth.png" in keys(world, [item.image_id for item in unread_images(world.bench.ledger, "run", labelled=True)])


def test_what_came_with_truth_is_not_put_in_front_of_annotators(world: ImportWorld) -> None:
    imported_beside_collected(world)
    unread = unread_images(world.bench.ledger, "run", labelled=True)
    with world.bench.ledger.write() as connection:
        readings.add_readings(connection, [Reading(item.image_id, "model:m@1", "run", 0, Unit.WORD, item.width, item.height, ())
                                           for item in unread])
    waiting = label_queue.waiting_ids(world.bench.ledger, Project("scene_text", 1, Side.A, "p", 1, None), "run",
                                      Share(frozenset(), others=True))
    assert keys(world, waiting) == ["both.png", "ours.png", "plain.png"]


def test_a_model_that_finds_nothing_does_not_overrule_a_public_data_set(world: ImportWorld) -> None:
    imported_beside_collected(world)
    everything = [item.image_id for item in unread_images(world.bench.ledger, "run", labelled=True)]
    with world.bench.ledger.write(alone="images") as connection:
        assert reject_textless(connection, everything) == 2  # ours alone, and the picture without labels


def test_imported_pictures_are_of_no_burst_and_no_submitter(world: ImportWorld) -> None:
    imported_beside_collected(world)
    found = list(photographs(world.bench.ledger))
    assert {item.imported for item in found} == {True, False}
    for by_submitter in (False, True):
        groups = group(found, 60, by_submitter)
        assert len({groups.of(item.image_id) for item in found if item.imported}) == 2
        assert len({groups.of(item.image_id) for item in found if not item.imported}) == 1


def test_parts_of_one_thing_belong_together_and_say_why() -> None:
    found = [Photograph(name, name, "set", 0.0, by_camera=False, imported=True) for name in "abcd"]
    parts = [("b", "x/1"), ("c", "x/1"), ("d", "x/2")]
    groups = group(found, 10, False, parts=parts)
    assert [groups.of(name) for name in "abcd"] == ["a", "b", "b", "d"]
    assert [link.why for link in links(found, 10, False, parts=parts)] == [PART]


def test_pages_of_one_document_are_parts_also_where_one_is_ours(world: ImportWorld) -> None:
    world.put("demo/kim/ours.png", page(1))
    world.take_in()
    world.bring([labelled_page(f"{number}.png", page(number), word("글"), group="문서") for number in (1, 2)]
                + [labelled_page("3.png", page(3), word("글"))])
    found = list(parts_of_sources(world.bench.ledger))
    assert {part for _, part in found} == {f"{SOURCE}/문서"} and len(found) == 2
    groups = group(photographs(world.bench.ledger), 0, False, parts=found)
    assert len({groups.of(image) for image, _ in found}) == 1


@pytest.mark.parametrize(("split", "told"), [("test", True), ("train", False)])
def test_what_is_like_a_test_image_of_ours_is_told(world: ImportWorld, monkeypatch: pytest.MonkeyPatch, split: str,
                                                   told: bool) -> None:
    world.put("demo/kim/1.png", page(1, (640, 480)))
    world.take_in()
    [ours] = [item.image_id for item in unread_images(world.bench.ledger, "run")]
    world.settings.datasets.mkdir()
    (world.settings.datasets / "scene-text.yaml").touch()
    monkeypatch.setattr(ending, "newest", lambda *_: SimpleNamespace(name="scene-text@3"))
    monkeypatch.setattr(ending, "places", lambda *_: {ours: Before(split, "", ours, ours, True)})
    ended = world.bring([labelled_page("a.jpg", page(1, form="JPEG", quality=60), word("글")),
                         labelled_page("b.png", page(2), word("글"))])
    beware = [(item.name, item.why) for item in ended if item.end is PictureEnd.NEAR_TEST]
    assert beware == ([("a.jpg", "the same as an image of ours that scene-text@3 has in test")] if told else [])


def test_what_shows_the_same_as_a_test_image_of_ours_is_told(world: ImportWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.put("demo/kim/1.png", page(1))
    world.take_in()
    [ours] = [item.image_id for item in unread_images(world.bench.ledger, "run")]
    sent = world.send([labelled_page("a.png", page(2), word("글")), labelled_page("b.png", page(3), word("글"))])
    world.take_in()
    world.settle()
    [item, _] = imported.pictures_of_source(world.bench.ledger, world.settings.bucket_raw, SOURCE)
    with world.bench.ledger.write() as connection:  # as ingest, or a manager, puts two into one cluster
        connection.exec_driver_sql("update images set cluster_id = ? where image_id = ?", (ours, item.image_id))
    world.settings.datasets.mkdir()
    (world.settings.datasets / "scene-text.yaml").touch()
    monkeypatch.setattr(ending, "newest", lambda *_: SimpleNamespace(name="scene-text@3"))
    monkeypatch.setattr(ending, "places", lambda *_: {ours: Before("test", "", ours, ours, True)})
    beware = [one for one in ending.ended_pictures(world.bench, SOURCE, sent.keys) if one.end is PictureEnd.NEAR_TEST]
    assert [(one.name, one.why, one.detail) for one in beware] == [
        ("a.png", "a near-duplicate of an image of ours that scene-text@3 has in test", ours)]


def test_no_campaign_is_called_public(world: ImportWorld) -> None:
    world.settings.campaigns.mkdir()
    with pytest.raises(SettingError, match="name of public data sets"):
        write_campaign(world.settings, "public", date(2026, 11, 1))
    assert not list(world.settings.campaigns.iterdir())


def test_pictures_of_public_data_sets_are_no_strays(world: ImportWorld) -> None:
    world.send([labelled_page("a.png", page(1), word("글"))])
    world.put("nobody/kim/1.png", page(2))
    list_raw_objects(world.bench.ledger, world.bench.objects, world.settings.bucket_raw, None)
    todo = arrivals.undecoded(world.bench.ledger)
    left = hold_strays(world.bench.ledger, world.settings, load_campaigns(world.settings), todo)
    assert [raw.key for raw in left] == [f"{SOURCE}/a.png"]


def test_doubts_about_a_public_data_set_go_to_nobody_and_are_told(world: ImportWorld) -> None:
    world.bring([labelled_page("a.png", page(1), word("글"))])
    [item] = imported.pictures_of_source(world.bench.ledger, world.settings.bucket_raw, SOURCE)
    with world.bench.ledger.read() as connection:
        [reading] = readings.readings_by_id(connection, [item.reading_id or ""]).values()
    doubted = Suspect(reading.image_id, reading.regions[0].region_id, "글", "굴", None, 0.99, Suspicion.DIFFERS, 0.9)
    report = doubt(world.bench, [doubted])
    assert (report.looks, report.of_sources) == ([], [reading.image_id])
    assert "labels of public data sets" in report.lines(dry_run=False)[1]


def test_what_was_imported_is_no_answer_to_what_submitters_are_asked_for(world: ImportWorld) -> None:
    world.bring([labelled_page("a.png", page(1), word("글"))])
    assert not list(accepted_of_sent_after(world.bench.ledger, datetime(2020, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize(("key", "accepted", "repeats"), [
    (f"{SOURCE}/a.png", "the next ingest takes its labels", "its labels are not taken."),
    ("demo/kim/a.png", "the next prelabel reads it, and it counts for its sender", "earns no points.")])
def test_what_follows_from_a_decision_on_an_imported_picture(key: str, accepted: str, repeats: str) -> None:
    rows = {"one": SimpleNamespace(key=key, outcome=Outcome.HELD), "other": SimpleNamespace(key="demo/kim/b.png")}
    for end, expected in ((Ending(Outcome.ACCEPTED, "i"), accepted), (Ending(Outcome.DUPLICATE, "i", "other"), repeats)):
        seen: Any = SimpleNamespace(changed={"one": end}, about=SimpleNamespace(rows=rows), stops=[],
                                    after=SimpleNamespace(stood_on=[]))
        [line] = what_follows(seen, Stakes({}, {}, []), "")
        assert expected in line
