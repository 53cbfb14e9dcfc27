"""Images that an upgrade took out of the index: all come back that have a picture, and those that have none stop waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from datastore.ledger import Ledger, leases
from datastore.ledger.tables import gate_words, without_words
from datastore.ledger.without_words import count_waiting_among, count_without_words, look_for_missing
from schemas.ids import image_number
from schemas.sample import Candidate, Planned
from schemas.submission import Said, image_key
from tests import accepted_images as made
from tests.accepted_images import Made
from tests.decided import say
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from workbench.bench import Workbench
from workbench.export.leaks import find_leaks
from workbench.ingest.wording import LEASE_KEYS, LEASE_KIND, make_words_anew
from workbench.settings import Settings


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    empty_ledger(url := f"sqlite:///{tmp_path / 'l.db'}")
    bench = Workbench(Settings(ledger_url=url))
    bench.objects = InMemory(bench.settings)
    return bench


def take_out(ledger: Ledger, images: Sequence[Made]) -> dict[int, int]:
    """Takes all out of the index, as the upgrade does; returns how many words each had."""
    before = words_of(ledger)
    with ledger.write() as connection:
        connection.execute(gate_words.delete())
        connection.execute(insert(without_words), [
            {"number": image_number(image.image_id), "missing": False} for image in images])
    return before


def words_of(ledger: Ledger) -> dict[int, int]:
    with ledger.read() as connection:
        return {row.image: row.words for row in connection.execute(
            select(gate_words.c.image, func.count().label("words")).group_by(gate_words.c.image))}


def test_an_image_that_nobody_stands_on_now_comes_back_too(bench: Workbench) -> None:
    images = [made.put(bench, seed) for seed in range(3)]
    say(bench, Said.DUPLICATE, images[2].image_id, images[0].image_id)
    before = take_out(bench.ledger, images)
    assert make_words_anew(bench, 60).done == 3
    assert words_of(bench.ledger) == before


def test_an_image_without_a_picture_is_named_and_waits_no_longer(bench: Workbench) -> None:
    images = [made.put(bench, seed) for seed in range(3)]
    before = take_out(bench.ledger, images)
    key = image_key(images[1].image_id, "image/jpeg")
    lost = bench.objects.get(bench.settings.bucket_images, key)
    bench.objects.delete(bench.settings.bucket_images, key)
    found = make_words_anew(bench, 60)
    assert (found.done, found.left, found.missing) == (2, 0, 1)
    assert "The bucket of images has no picture of 1 images" in found.notes[1]
    assert count_without_words(bench.ledger) == 0 and make_words_anew(bench, 60).notes == []
    bench.objects.put(bench.settings.bucket_images, key, lost, "image/jpeg")
    look_for_missing(bench.ledger)
    assert make_words_anew(bench, 60).done == 1
    assert words_of(bench.ledger) == before


def test_a_second_process_does_nothing_and_says_who_does(bench: Workbench) -> None:
    take_out(bench.ledger, [made.put(bench, 1)])
    assert leases.claim(bench.ledger, LEASE_KIND, LEASE_KEYS, 60).tokens
    found = make_words_anew(bench, 60)
    assert found.elsewhere and found.left == 1 and "Another process brings them back now." in found.notes[0]


def test_a_leak_report_counts_what_is_not_in_the_index(bench: Workbench) -> None:
    images = [made.put(bench, seed) for seed in range(3)]
    take_out(bench.ledger, images[:2])
    numbers = [image_number(image.image_id) for image in images]
    assert count_waiting_among(bench.ledger, numbers[1:]) == 1
    candidate = Candidate("", "", "image/jpeg", 1, 1, "", "demo", "kim", "scene_text", "line", (), None)
    release = [Planned(replace(candidate, image_id=image.image_id), image.image_id, "train") for image in images]
    assert find_leaks(bench, release, set(), sampled=0).waiting == 2
