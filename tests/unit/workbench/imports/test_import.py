"""Public data sets become submissions and accepted readings, and every picture and region is told."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from datastore.ledger import imported, readings, sources, tables
from pages.import_table import import_lines, import_table
from saegim.errors import FormatWrong
from saegim.formats import FORMATS, READ, WRITTEN
from saegim.labels.findings import Findings
from schemas.accounts import Role
from schemas.errors import SettingError
from schemas.reading import Direction, Language, Reading
from schemas.sources import PictureEnd, Use
from tests.imported_sets import SOURCE, ImportWorld, labelled_page, page, word
from tests.made_labels import hard_set, written
from workbench.accounts import Actor
from workbench.imports.ending import WITHDRAWN
from workbench.imports.keys import SourceKeys
from workbench.imports.sending import OTHER_PICTURE, send_from
from workbench.imports.source_row import source_called, uses_called
from workbench.withdrawal import withdraw_named


@pytest.fixture
def world(tmp_path: Path) -> ImportWorld:
    return ImportWorld(tmp_path)


def everything(world: ImportWorld) -> dict[str, list[str]]:
    """All rows that an import may change, without the moments at which they were written and what the store made of these."""
    with world.bench.ledger.read() as connection:
        found: dict[str, list[str]] = {}
        for table in (tables.submissions, tables.images, tables.readings, tables.accepted_readings, tables.imported,
                      tables.sources):
            left = [column for column in table.c if not column.name.endswith("_at")
                    and column.name not in ("version", "submission_id", "claims", "duplicate_of")]
            found[table.name] = sorted(map(repr, connection.execute(select(*left)).all()))
        return found


def accepted(world: ImportWorld, source: str = SOURCE) -> dict[str, Reading]:
    """Accepted readings of a source by image id."""
    with world.bench.ledger.read() as connection:
        ids = dict(connection.execute(select(tables.accepted_readings.c.image_id, tables.accepted_readings.c.reading_id).where(
            tables.accepted_readings.c.annotation_config == source)).tuples().all())
        found = readings.readings_by_id(connection, ids.values())
    return {image: found[name] for image, name in ids.items()}


def test_labels_become_accepted_readings_of_their_source(world: ImportWorld) -> None:
    ended = world.bring([labelled_page("간판/한글.png", page(1), word("서울역", direction="vertical"), word("", legible=False))])
    assert [(item.end, item.regions) for item in ended] == [(PictureEnd.ACCEPTED, 2)]
    [reading] = accepted(world).values()
    assert (reading.reader, reading.run, reading.revision, reading.unit) == (f"source:{SOURCE}", SOURCE, 0, "word")
    first, second = reading.regions
    assert (first.text, first.attributes.direction, first.attributes.language) == ("서울역", Direction.VERTICAL, Language.KO)
    assert first.attributes.legible and not second.attributes.legible
    assert first.region_id != second.region_id  # they have one outline
    [source] = sources.all_sources(world.bench.ledger)
    assert (source.source, source.licence, source.allows, source.is_truth) == (SOURCE, "CC-BY-4.0", tuple(Use), True)
    [item] = imported.pictures_of_source(world.bench.ledger, world.settings.bucket_raw, SOURCE)
    assert item.key == f"{SOURCE}/간판/한글.png" and item.reading_id == reading.reading_id


def test_the_same_again_changes_nothing(world: ImportWorld) -> None:
    images = [labelled_page(f"{number}.png", page(number), word(f"글자{number}")) for number in range(3)]
    world.bring(images)
    before = everything(world)
    sent = world.send(images)
    world.take_in()
    done = world.settle()
    assert (sent.pictures, sent.labels, sent.told, done.readings, done.problems) == (0, 0, [], 0, 0)
    assert everything(world) == before
    assert len(sent.keys) == 3


def test_other_labels_are_a_new_revision_and_regions_keep_their_ids(world: ImportWorld) -> None:
    image = labelled_page("a.png", page(1), word("틀린글"))
    world.bring([image])
    [old] = accepted(world).values()
    world.bring([replace(image, regions=(word("맞는글"),))])
    [new] = accepted(world).values()
    assert (old.revision, new.revision) == (0, 1)
    assert [region.text for region in new.regions] == ["맞는글"]
    assert old.regions[0].region_id == new.regions[0].region_id
    with world.bench.ledger.read() as connection:
        assert len(readings.readings_by_id(connection, [old.reading_id, new.reading_id])) == 2  # superseded readings stay


@pytest.mark.slow
def test_killed_anywhere_and_run_again_it_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = [labelled_page(f"{number}.png", page(number), word(f"글자{number}")) for number in range(5)]
    (tmp_path / "whole").mkdir()
    whole = ImportWorld(tmp_path / "whole")
    whole.bring(images)
    for place, (module, name, calls) in enumerate((
            ("workbench.imports.sending.sha256", "sha256", 2), ("datastore.ledger.imported.put_labels", "put_labels", 0),
            ("workbench.imports.settling._accept", "_accept", 3),
            ("datastore.ledger.imported.settle_labels", "settle_labels", 1))):
        folder = tmp_path / f"{name}{place}"
        folder.mkdir()
        world = ImportWorld(folder)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(module, dies_after(module, calls))
            world.bring(images)
        world.bring(images)
        assert everything(world) == everything(whole), name


def dies_after(path: str, calls: int) -> object:
    """A function that does its work so many times, and is killed at the next one."""
    module, _, name = path.rpartition(".")
    real = getattr(__import__(module, fromlist=[name]), name)
    seen = Counter[str]()

    def killed(*args: object, **kwargs: object) -> object:
        seen["calls"] += 1
        if seen["calls"] > calls:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    return killed


def test_labels_wait_for_a_picture_that_ingest_has_not_seen(world: ImportWorld) -> None:
    world.send([labelled_page("a.png", page(1), word("글"))])
    assert world.settle().readings == 0
    world.take_in()
    assert world.settle().readings == 1
    assert world.settle().readings == 0


def test_labels_of_exactly_a_picture_of_ours_stand_beside_ours(world: ImportWorld) -> None:
    world.put("demo/kim/1.png", page(1))
    world.take_in()
    [ended] = world.bring([labelled_page("a.png", page(1), word("글"))])
    assert (ended.end, ended.detail) == (PictureEnd.ACCEPTED, "demo/kim/1.png")
    [image] = accepted(world)
    with world.bench.ledger.read() as connection:
        outcomes = dict(connection.execute(select(tables.submissions.c.key, tables.submissions.c.outcome).where(
            tables.submissions.c.image_id == image)).tuples().all())
    assert outcomes == {"demo/kim/1.png": "accepted", f"{SOURCE}/a.png": "duplicate"}


def test_labels_of_an_edited_copy_are_not_taken_and_told(world: ImportWorld) -> None:
    world.put("demo/kim/1.png", page(1, (640, 480)))
    world.take_in()
    [ended] = world.bring([labelled_page("a.jpg", page(1, form="JPEG", quality=60), word("글"))])
    assert (ended.end, ended.why, ended.detail) == (
        PictureEnd.NOT_TAKEN, "its picture is an edited copy of another one", "demo/kim/1.png")
    assert not accepted(world)


def test_a_picture_that_a_data_set_has_twice_has_one_reading(world: ImportWorld) -> None:
    ended = world.bring([labelled_page("test/a.png", page(1), word("하나")), labelled_page("train/a.png", page(1), word("둘"))])
    assert sorted(item.end for item in ended) == [PictureEnd.ACCEPTED, PictureEnd.NOT_TAKEN]
    assert len(accepted(world)) == 1


def test_a_picture_that_ingest_refuses_is_listed_with_the_reason(world: ImportWorld) -> None:
    ended = world.bring([labelled_page("tiny.png", page(1, (8, 6)), word("글"))])
    assert [(item.end, item.why) for item in ended] == [(PictureEnd.NOT_TAKEN, "its picture was not taken: too_small")]


def test_labels_of_another_size_are_not_taken(world: ImportWorld) -> None:
    [ended] = world.bring([replace(labelled_page("a.png", page(1), word("글")), width=160, height=120)])
    assert (ended.end, ended.why) == (PictureEnd.NOT_TAKEN, "its labels are those of a picture of another size")


def test_another_picture_under_the_same_name_never_replaces_the_first(world: ImportWorld) -> None:
    world.bring([labelled_page("img_1.png", page(1), word("훈련"))])
    before = everything(world)
    world.bring([labelled_page("img_1.png", page(2), word("시험"))])
    assert [remark.reason for remark in world.findings.remarks] == [OTHER_PICTURE]
    assert everything(world) == before
    world.bring([labelled_page("img_1.png", page(2), word("시험"))], world.request(split="test"))
    assert sorted(reading.regions[0].text for reading in accepted(world).values()) == ["시험", "훈련"]


def test_every_region_is_there_or_told(world: ImportWorld) -> None:
    bow_tie = word("나비", polygon=((10, 10), (70, 30), (70, 10), (10, 30)))
    world.bring([labelled_page("a.png", page(1), word("글\u200b자 "), word("밖", left=900), bow_tie,
                               word("값", direction="diagonal"))])
    assert (world.findings.images_out, world.findings.regions_in, world.findings.regions_out) == (1, 4, 3)
    told = {(remark.handling, remark.region) for remark in world.findings.remarks}
    assert told == {("changed", 0), ("left out", 1), ("changed", 3)}
    [reading] = accepted(world).values()
    assert [region.text for region in reading.regions] == ["글자", "나비", "값"]


def test_a_picture_that_cannot_be_read_is_left_out_with_its_regions(world: ImportWorld) -> None:
    def broken() -> bytes:
        raise FormatWrong("set.zip: a.png cannot be read")

    good = labelled_page("b.png", page(2), word("글"))
    world.bring([replace(good, name="a.png", picture=broken), good])
    [remark] = world.findings.remarks
    assert (remark.image, remark.regions, world.findings.images_out) == ("a.png", 1, 1)


def test_pictures_without_labels_are_submissions_that_wait_for_annotators(world: ImportWorld) -> None:
    request = world.request(form=replace(world.request().form, is_truth=False))
    ended = world.bring([labelled_page("a.png", page(1)), labelled_page("b.png", page(2), word("글"))], request)
    assert [item.end for item in ended] == [PictureEnd.UNLABELLED, PictureEnd.READ]
    assert not accepted(world)


def test_people_s_labels_and_a_program_s_are_two_sources(world: ImportWorld) -> None:
    world.bring([labelled_page("a.png", page(1), word("글"))])
    with pytest.raises(SettingError, match="import it as another one"):
        world.send([labelled_page("b.png", page(2))], world.request(form=replace(world.request().form, is_truth=False)))


def test_a_changed_licence_is_said_and_counts(world: ImportWorld) -> None:
    images = [labelled_page("a.png", page(1), word("글"), licence="CC-BY-SA-4.0")]
    world.bring(images)
    sent = world.send(images, world.request(licence="research only", allows=[Use.TRAIN]))
    assert [text.split(",")[0] for text in sent.told] == [
        f"The licence of {SOURCE} was CC-BY-4.0 and is research only now", f"{SOURCE} allowed train"]
    [source] = sources.all_sources(world.bench.ledger)
    assert (source.licence, source.allows) == ("research only", (Use.TRAIN,))
    with world.bench.ledger.read() as connection:
        [labels] = imported.labels_by_key(connection, [f"{SOURCE}/a.png"]).values()
    assert labels.licence == "CC-BY-SA-4.0"  # this picture's own


def test_one_table_says_all(world: ImportWorld) -> None:
    world.put("demo/kim/1.png", page(1, (640, 480)))
    world.take_in()
    ended = world.bring([labelled_page("a.jpg", page(1, form="JPEG", quality=60), word("글")),
                         labelled_page("b.png", page(2), word("글"), word("밖", left=900))])
    assert import_table(world.findings, ended).rows == (
        ("in", "", "2", "3"), ("out", "", "2", "2"), ("left out", "its outline encloses nothing inside the picture", "", "1"),
        ("accepted", "", "1", "1"), ("not taken", "its picture is an edited copy of another one", "1", "1"))
    assert len(import_lines(world.findings, ended).splitlines()) == 2


@pytest.mark.parametrize("name", ["a b.png", unicodedata.normalize("NFD", "한글.png"), "../../up.png", "tab\there.png",
                                  "x" * 2000, "back\\slash.png", "//", "a/./b.png"])
def test_every_name_has_a_key_that_tools_can_name(name: str) -> None:
    key = SourceKeys(SOURCE).key_of(name)
    assert key.startswith(f"{SOURCE}/") and key == SourceKeys(SOURCE).key_of(name)
    assert len(key.encode()) <= 1024 and not {"", ".", ".."} & set(key.split("/"))
    assert not any(unicodedata.category(char) == "Cc" for char in key)


def test_two_names_never_have_one_key() -> None:
    keys = SourceKeys(SOURCE)
    names = ["한글.png", unicodedata.normalize("NFD", "한글.png"), "a\tb.png", "a_b.png", "a\nb.png", "x/../a_b.png"]
    assert len({keys.key_of(name) for name in names}) == len(names)


@pytest.mark.parametrize("name", ["public", "public/", "icdar", "public/A", "public/a/b", "Public/a", "public/" + "a" * 50])
def test_what_names_no_source(name: str) -> None:
    with pytest.raises(SettingError, match="public/NAME"):
        source_called(name)


def test_what_a_licence_allows_is_known_or_asked() -> None:
    assert uses_called("cc-by-4.0", "") == tuple(Use)
    assert uses_called("AI-Hub terms", "evaluate, train") == (Use.TRAIN, Use.EVALUATE)
    assert uses_called("CC-BY-4.0", "none") == ()
    for licence, said in (("CC-BY-NC-4.0", ""), ("", "train"), ("x", "trian")):
        with pytest.raises(SettingError):
            uses_called(licence, said)


@pytest.mark.parametrize("name", sorted(set(WRITTEN) & set(READ)))
def test_what_came_in_is_accounted_for_in_each_format(world: ImportWorld, tmp_path: Path, name: str) -> None:
    written(FORMATS[name], hard_set(FORMATS[name].unit), tmp_path / "set")
    findings = Findings()
    sent = send_from(world.bench, tmp_path / "set", world.request(form=FORMATS[name]), findings)
    assert (findings.unaccounted(), findings.images_out) == (0, len(sent.keys))
    assert findings.regions_out == sum(sent.keys.values()) > 0


def test_a_picture_that_was_withdrawn_is_told_and_stays_away(world: ImportWorld) -> None:
    images = [labelled_page("a.png", page(1), word("글")), labelled_page("b.png", page(2), word("자"))]
    world.bring(images)
    withdraw_named(world.bench, f"{SOURCE}/a.png", Actor("kim", Role.MANAGER), "its owner asked")
    for again in (images, [replace(image, regions=(word("다른"),)) for image in images]):
        ended = {item.name: (item.end, item.why) for item in world.bring(again)}
        assert ended == {"a.png": (PictureEnd.NOT_TAKEN, WITHDRAWN), "b.png": (PictureEnd.ACCEPTED, "")}
        assert not [found for found in world.bench.objects.pages(world.settings.bucket_raw, f"{SOURCE}/a.png") if found]


def test_a_data_set_of_which_nothing_can_be_read_is_no_source(world: ImportWorld) -> None:
    assert not world.send([]).keys
    assert not sources.all_sources(world.bench.ledger)
