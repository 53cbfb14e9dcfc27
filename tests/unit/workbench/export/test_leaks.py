"""The search for near duplicates across splits: the index joined with itself, the report, and what edited copies do to it."""

from __future__ import annotations

import io
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import insert

from benchmarks.edits import HELD_OUT, half_of
from datastore.ledger import Ledger, shared_words
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import gate_words
from datastore.ledger.word_index import FULL
from schemas.ids import sha256
from schemas.sample import Candidate, Planned
from schemas.submission import Said, Verdict, image_key
from stages.export.leaks import edited
from stages.ingest.align import compare
from stages.ingest.features import features, features_of
from stages.ingest.words import small, words
from tests import accepted_images as made
from tests.accepted_images import Made, drawn
from tests.decided import say
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from tests.places import REAL_DATA
from workbench.bench import Workbench
from workbench.export.leaks import find_leaks
from workbench.settings import Settings

pytestmark = pytest.mark.slow

RECEIPTS = REAL_DATA / "receipts"
IMAGES = [(number + 1) * 0x9E3779B97F4A7C1 % 2**60 for number in range(FULL)]
"""Numbers as long as those of real images."""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from(IMAGES), min_size=1), max_size=12), st.integers(1, 3),
       st.sampled_from([0.1, 0.5, 1.0]), st.sets(st.sampled_from(IMAGES)), st.sets(st.sampled_from(IMAGES), max_size=4),
       st.integers(1, 5), st.sampled_from([0, 5, 10_000]))
def test_the_join_is_what_counting_by_hand_is(ledger: Ledger, images: list[set[int]], shared: int, weight: float,
                                              new: set[int], strange: set[int], chunk: int, held: int) -> None:
    with ledger.write() as connection:
        connection.execute(gate_words.delete())
        insert_or_ignore(connection, gate_words, [
            {"word": word, "image": image} for word, having in enumerate(images) for image in having])
    known = set(IMAGES) - strange
    numbers = sorted(known)
    sides = {number: number % 3 for number in numbers}
    count: Counter[tuple[int, int]] = Counter()
    weights: dict[tuple[int, int], float] = defaultdict(float)
    for having in images:
        for pair in combinations(sorted(having & known), 2):
            if sides[pair[0]] != sides[pair[1]] and new & set(pair):
                count[pair] += 1
                weights[pair] += 1 / len(having)
    expected = [pair for pair in sorted(count) if count[pair] >= shared and weights[pair] >= weight - 1e-6]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_words, "WORDS_A_READ", chunk)
        patch.setattr(shared_words, "HELD", held)
        found = shared_words.alike(ledger, np.array(numbers, np.int64), np.array([sides[number] for number in numbers], np.int8),
                            np.array([number in new for number in numbers], bool), shared, weight - 1e-6)
    assert [(numbers[one], numbers[other]) for one, other in found.tolist()] == expected


def test_an_index_without_words_has_no_pairs(ledger: Ledger) -> None:
    some, sides = np.array([1, 2], np.int64), np.array([0, 1], np.int8)
    assert shared_words.alike(ledger, some, sides, sides == 1, 1, 0.1).tolist() == []
    with ledger.write() as connection:
        connection.execute(insert(gate_words).values([{"word": 1, "image": 1}, {"word": 1, "image": 2}]))
    assert shared_words.alike(ledger, some, sides, sides == 1, 1, 0.1).tolist() == [[0, 1]]
    assert shared_words.alike(ledger, some[:0], sides[:0], sides[:0] == 1, 1, 0.1).tolist() == []


@pytest.fixture
def bench(ledger: Ledger, tmp_path: Path) -> Workbench:
    bench = Workbench(Settings(ledger_url=f"sqlite:///{tmp_path / 'l.db'}"))
    bench.objects = InMemory(bench.settings)
    return bench


def planned(images: Sequence[Made], splits: Sequence[str]) -> list[Planned]:
    """A release of these images, each in a split."""
    candidate = Candidate("", "", "image/jpeg", 1, 1, "", "demo", "kim", "scene_text", "line", (), None)
    return sorted((Planned(replace(candidate, image_id=image.image_id), image.image_id, split)
                   for image, split in zip(images, splits, strict=True)), key=lambda item: item.image_id)


def copied(data: bytes, quality: int = 80, share: float = 1.0) -> bytes:
    """The picture again, or so much of its upper part, without 6 pixels at each side."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.crop((6, 6, image.width - 6, int(share * image.height) - 6)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def found(bench: Workbench, release: Sequence[Planned], new: Collection[str]) -> set[frozenset[str]]:
    return {frozenset((pair.one, pair.other)) for pair in find_leaks(bench, release, frozenset(new)).pairs}


def test_the_report_names_a_copy_in_another_split_where_one_of_the_two_is_new(bench: Workbench) -> None:
    images = [made.put(bench, seed) for seed in range(5)]
    copy = made.put(bench, 50, data=copied(images[0].data))
    everything = {image.image_id for image in (*images, copy)}
    release = planned([*images, copy], ["train"] * 5 + ["test"])
    report = find_leaks(bench, release, everything)
    [pair] = report.pairs
    where = {pair.one: pair.split_one, pair.other: pair.split_other}
    assert where == {images[0].image_id: "train", copy.image_id: "test"}
    assert pair.verdict == "duplicate" and pair.figures["weakest"] >= 0.9
    assert report.candidates >= 1 and report.tried == 6 * 6 and report.recall and report.recall > 0.9
    both = frozenset(where)
    assert found(bench, release, {copy.image_id}) == found(bench, release, {images[0].image_id}) == {both}
    assert found(bench, release, {images[1].image_id}) == found(bench, release, ()) == set()
    assert found(bench, planned([*images, copy], ["train"] * 6), everything) == set()
    assert found(bench, planned(images, ["train", "test", "val", "train", "test"]), everything) == set()


@pytest.mark.parametrize("part_comes_first", [True, False])
def test_a_part_of_a_picture_is_a_leak_whichever_of_the_two_is_looked_at_first(bench: Workbench, part_comes_first: bool) -> None:
    whole = made.put(bench, 0, words=["서울특별시", "출입금지", "EXIT 3", "주차장"])
    parts = (copied(whole.data, quality, 0.71) for quality in range(70, 96))
    part = made.put(bench, 1, data=next(data for data in parts if (sha256(data) < whole.image_id) is part_comes_first))
    assert compare(features(whole.data), features(part.data)).verdict is Verdict.CLUSTER  # the whole shows much more than it
    assert len(found(bench, planned([whole, part], ["train", "test"]), {part.image_id})) == 1


def test_what_a_manager_told_apart_is_no_leak_and_a_lost_picture_breaks_nothing(bench: Workbench) -> None:
    image = made.put(bench, 0)
    copy = made.put(bench, 50, data=copied(image.data))
    other = made.put(bench, 51, data=copied(image.data, 60))
    release = planned([image, copy, other], ["train", "val", "test"])
    everything = {item.image_id for item in release}
    assert len(found(bench, release, everything)) == 3
    say(bench, Said.SPLIT, other.image_id)
    assert found(bench, release, everything) == {frozenset((image.image_id, copy.image_id))}
    bench.objects.delete(bench.settings.bucket_images, image_key(copy.image_id, "image/jpeg"))
    report = find_leaks(bench, release, everything)
    assert report.pairs == () and report.candidates == 3 and report.tried == 6 * 2


def test_an_index_that_finds_nothing_is_said_to_find_nothing(bench: Workbench) -> None:
    images = [made.put(bench, seed) for seed in range(2)]
    with bench.ledger.write() as connection:
        connection.execute(gate_words.delete())
    report = find_leaks(bench, planned(images, ["train", "test"]), {image.image_id for image in images})
    assert (report.recall, report.tried, report.candidates) == (0.0, 12, 0)
    nothing = find_leaks(bench, [], set())
    assert (nothing.recall, nothing.tried, nothing.candidates, nothing.pairs) == (None, 0, 0, ())


@pytest.mark.skipif(not RECEIPTS.is_dir(), reason="the test pictures receipts/ are not here")
def test_scanned_receipts_of_one_template_are_none_and_a_second_scan_is(bench: Workbench) -> None:
    templates = json.loads((RECEIPTS / "same_template_pairs.json").read_text(encoding="utf-8"))[:12]
    scans = json.loads((RECEIPTS / "duplicate_pairs.json").read_text(encoding="utf-8"))
    same = {frozenset((row["a"], row["b"])) for row in scans}
    names = sorted({name for row in (*templates, *scans) for name in (row["a"], row["b"])})
    bytes_of = {name: next(RECEIPTS.rglob(f"{name}.jpg")).read_bytes() for name in names}
    images = {name: made.put(bench, seed, data=bytes_of[name]) for seed, name in enumerate(names) if bytes_of[name] not in (
        bytes_of[other] for other in names[:seed])}
    images["copy"] = made.put(bench, 100, data=copied(bytes_of["032"], 70))
    called = {image.image_id: name for name, image in images.items()}
    release = planned(list(images.values()), [f"s{number}" for number in range(len(images))])  # every pair is across splits
    report = find_leaks(bench, release, called.keys())
    pairs = {frozenset((called[pair.one], called[pair.other])) for pair in report.pairs}
    assert pairs - same == {frozenset(("032", "copy"))}
    assert report.candidates > len(pairs) and report.recall and report.recall > 0.95


@pytest.mark.skipif(not RECEIPTS.is_dir(), reason="the test pictures receipts/ and korean_pages/ are not here")
@pytest.mark.parametrize(("share", "least"), [(0.8, 0.9), (0.6, 0.8)])
def test_the_upper_part_of_a_document_in_test_of_one_in_train_is_a_leak(bench: Workbench, share: float, least: float) -> None:
    """Of receipts and pages that set no threshold."""
    files = [path for folder, every in ((RECEIPTS, 8), (REAL_DATA / "korean_pages", 4)) for path in [
        path for path in sorted(folder.rglob("*.jpg")) if half_of(path.stem) == HELD_OUT][::every]]
    wholes, parts = [], []
    for seed, path in enumerate(files):
        wholes.append(made.put(bench, seed, data=path.read_bytes()))
        parts.append(made.put(bench, 100 + seed, data=copied(path.read_bytes(), 80, share)))
    expected = {frozenset((whole.image_id, part.image_id)) for whole, part in zip(wholes, parts, strict=True)}
    release = planned([*wholes, *parts], ["train"] * len(wholes) + ["test"] * len(parts))
    report = find_leaks(bench, release, {part.image_id for part in parts})
    pairs = {frozenset((pair.one, pair.other)) for pair in report.pairs}
    assert pairs <= expected and len(pairs) >= least * len(expected)
    assert report.candidates >= len(pairs)


def test_edited_copies_are_copies() -> None:
    data = drawn(["서울특별시", "출입금지", "EXIT 3", "주차장"], 5)
    with Image.open(io.BytesIO(data)) as image:
        original = set(words(small(np.asarray(image.convert("L")))))
    copies = list(edited(data))
    assert len(copies) == 6
    for copy in copies:
        assert len(original & set(words(small(copy)))) >= 2
        seen = compare(features_of(copy), features(data))
        assert seen.inliers >= 100 and seen.overlap > 0.9
