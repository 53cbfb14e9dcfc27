"""The search for near duplicates across splits: the index joined with itself, and what edited copies do to it."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import insert

from datastore.ledger import Ledger
from datastore.ledger import gate as index
from datastore.ledger.connection import insert_or_ignore
from datastore.ledger.tables import gate_words
from stages.export.leaks import edited
from stages.ingest.align import compare, features, features_of
from stages.ingest.gate import small, words
from tests.accepted_images import drawn


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.db'}")
    ledger.migrate()
    return ledger


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 11)), max_size=120, unique=True), st.integers(1, 3),
       st.sampled_from([0.1, 0.5, 1.0]), st.sets(st.integers(0, 11)), st.sets(st.integers(0, 9)), st.integers(1, 50))
def test_the_join_is_what_counting_by_hand_is(ledger: Ledger, rows: list[tuple[int, int]], shared: int, weight: float,
                                              new: set[int], known: set[int], chunk: int) -> None:
    with ledger.write() as connection:
        connection.execute(gate_words.delete())
        insert_or_ignore(connection, gate_words, [{"word": word, "image": image} for word, image in rows])
    numbers = sorted(known)
    sides = {number: number % 3 for number in numbers}
    images: dict[int, set[int]] = defaultdict(set)
    for word, image in rows:
        images[word].add(image)
    count: Counter[tuple[int, int]] = Counter()
    weights: dict[tuple[int, int], float] = defaultdict(float)
    for having in images.values():
        for pair in combinations(sorted(having & known), 2):
            if sides[pair[0]] != sides[pair[1]] and new & set(pair):
                count[pair] += 1
                weights[pair] += 1 / len(having)
    expected = [pair for pair in sorted(count) if count[pair] >= shared and weights[pair] >= weight - 1e-6]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "ROWS_A_READ", chunk)
        found = index.alike(ledger, np.array(numbers, np.int64), np.array([sides[number] for number in numbers], np.int8),
                            np.array([number in new for number in numbers], bool), shared, weight - 1e-6)
    assert [(numbers[one], numbers[other]) for one, other in found] == expected


def test_an_index_without_words_has_no_pairs(ledger: Ledger) -> None:
    nothing = np.array([], np.int64)
    assert index.alike(ledger, nothing, nothing.astype(np.int8), nothing.astype(bool), 2, 0.5) == []
    with ledger.write() as connection:
        connection.execute(insert(gate_words).values(word=1, image=2))
    assert index.alike(ledger, nothing, nothing.astype(np.int8), nothing.astype(bool), 2, 0.5) == []


def test_edited_copies_are_copies() -> None:
    data = drawn(["서울특별시", "출입금지", "EXIT 3", "주차장"], 5)
    with Image.open(io.BytesIO(data)) as image:
        original = set(words(small(np.asarray(image.convert("L")))))
    copies = list(edited(data))
    assert len(copies) == 4
    for copy in copies:
        assert len(original & set(words(small(copy)))) >= 2
        seen = compare(features_of(copy), features(data))
        assert seen.inliers >= 100 and seen.overlap > 0.9
