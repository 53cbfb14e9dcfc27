"""Doubted labels go to a second look once, and what is accepted stays until a third person has decided."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from datastore.ledger import readings, second_looks
from schemas.answers import SecondLook
from schemas.reading import Reading
from schemas.suspects import Suspect, Suspicion
from tests.empty_ledger import empty_ledger
from tests.read_images import fill, made_reading
from workbench.label.doubts import doubt


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    return SimpleNamespace(ledger=ledger)


def accepted(bench: Any, count: int) -> list[Reading]:
    ids = fill(bench.ledger, "m", count, regions=3)
    found = [replace(made_reading(name, 3), reader="person:kim", run="scene_text@1", revision=1) for name in ids]
    with bench.ledger.write() as connection:
        readings.add_readings(connection, found)
        for item in found:
            readings.accept(connection, "scene_text", item)
    return found


def suspect(reading: Reading, place: int, why: Suspicion = Suspicion.DIFFERS) -> Suspect:
    region = reading.regions[place]
    return Suspect(reading.image_id, region.region_id, region.text, "읽은 글", None, 0.99, why, 0.9)


def test_doubted_images_go_to_one_second_look_each_however_often_it_is_said(bench: Any) -> None:
    one, other, _ = accepted(bench, 3)
    doubted = [suspect(one, 1), suspect(other, 0), suspect(one, 2, Suspicion.NOT_FOUND),
               Suspect(one.image_id, "m1", "", "빠진\u202e 글", None, 0.99, Suspicion.NOT_LABELLED, 0.8)]
    dry = doubt(bench, doubted, dry_run=True)
    assert second_looks.second_looks_without_task(bench.ledger, "scene_text") == []
    report = doubt(bench, doubted)
    assert (dry.looks, report.regions, report.looked_at, report.mended) == (report.looks, 4, [], 0)
    looks = {look.image_id: look for look in second_looks.second_looks_without_task(bench.ledger, "scene_text")}
    assert looks.keys() == {one.image_id, other.image_id}
    assert looks[one.image_id].shown == (one.reading_id,)
    assert looks[one.image_id].reason.splitlines() == [
        f"라벨 확인 · check the label: #2 '{one.regions[1].text}' / 모델 · model '읽은 글'",
        f"글이 없을 수 있음 · perhaps no text there: #3 '{one.regions[2].text}'",
        "라벨이 빠졌을 수 있음 · perhaps not labelled: 모델 · model '빠진⟨U+202E⟩ 글'"]
    again = doubt(bench, doubted)
    assert (again.looks, set(again.looked_at)) == ([], {one.image_id, other.image_id})
    assert len(second_looks.second_looks_without_task(bench.ledger, "scene_text")) == 2


def test_a_doubted_image_keeps_its_reading_and_its_second_look_is_not_needless(bench: Any) -> None:
    one, other = accepted(bench, 2)
    doubt(bench, [suspect(one, 0)])
    with bench.ledger.write() as connection:
        second_looks.want_second_look(connection, SecondLook(other.image_id, "scene_text", "why", ()))
    assert second_looks.needless_second_looks(bench.ledger, "scene_text") == [other.image_id]
    with bench.ledger.read() as connection:
        assert readings.accepted_ids(connection, "scene_text", [one.image_id]) == {one.image_id: one.reading_id}


def test_what_was_mended_or_looked_at_or_taken_back_meanwhile_is_left_alone(bench: Any) -> None:
    mended, looked_at, gone = accepted(bench, 3)
    doubted = [suspect(item, 0) for item in (mended, looked_at, gone)]
    with bench.ledger.write() as connection:
        first = replace(mended.regions[0], text="고친 글")
        better = replace(mended, revision=2, regions=(first, *mended.regions[1:]))
        readings.add_readings(connection, [better])
        readings.accept(connection, "scene_text", better)
        second_looks.want_second_look(connection, SecondLook(looked_at.image_id, "scene_text", "why", ()))
        readings.unaccept(connection, "scene_text", gone.image_id)
    report = doubt(bench, doubted)
    assert (report.looks, report.looked_at, report.mended) == ([], [looked_at.image_id], 2)
    assert "1 images have a second look already" in report.lines(dry_run=False)[1]


def test_a_label_under_several_configs_is_doubted_where_it_still_stands(bench: Any) -> None:
    [one] = accepted(bench, 1)
    with bench.ledger.write() as connection:
        first = replace(one.regions[0], text="다른 글")
        other = replace(one, run="document@1", regions=(first, *one.regions[1:]))
        readings.add_readings(connection, [other])
        readings.accept(connection, "document", other)
    assert [look.annotation_config for look in doubt(bench, [suspect(one, 0)]).looks] == ["scene_text"]
