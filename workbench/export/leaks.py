"""The leak report: ingest's gate, loosened, across the splits of a release; each candidate is laid over the other picture."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from datastore.ledger.duplicates import told_apart
from datastore.ledger.shared_words import alike
from datastore.ledger.without_words import count_waiting_among
from datastore.ledger.word_index import WordIndex
from schemas.ids import image_number
from schemas.sample import Planned
from schemas.submission import Verdict, image_key
from stages.export.bridges import Bridge
from stages.export.gates import BROKEN
from stages.export.leaks import LeakPair, LeakReport, edited
from stages.ingest.align import LEAST_INLIERS, Alignment, compare
from stages.ingest.features import Features, features
from stages.ingest.words import small, words
from workbench.bench import Workbench
from workbench.run import progress

LEAST_SHARED = 2
"""Words that two images have to share to be compared."""
LEAST_WEIGHT = 0.5
"""Weight that they have to have together. Both are looser than ingest, which asks for 3 words of weight 1. Of receipts and
pages among 563 pictures (``benchmarks/edits.py``, held out) this proposes the upper 60 % to its whole in 1.000 of cases, the
upper 40 % in .947, a photograph of the photograph in .920; ingest's limits propose .907, .813, .693. Strangers: .9 candidates
an image, .2 with ingest's limits. One word of that weight would propose .960 of the upper 40 % for 2.4 candidates an image.
Measured with words that were chosen a little otherwise (``stages/ingest/words.py``)."""
SAMPLED = 48
"""Images whose edited copies measure the gate."""
FEATURES_HELD = 256
LEAKS = (Verdict.DUPLICATE, Verdict.CLUSTER)
COPY = -1
"""Stands for an image that is not in the ledger."""


def find_leaks(bench: Workbench, planned: Sequence[Planned], new: AbstractSet[str], bridges: Sequence[Bridge] = (),
               sampled: int = SAMPLED) -> LeakReport:
    """Looks for near duplicates in two splits of which at least one image is new.

    Args:
        bench: whose ledger has the word index, and whose bucket has the pictures.
        planned: the release, in order of image id.
        new: ids of the images that were not compared with all others for an earlier release.
        bridges: groups that stand in two splits.
        sampled: images whose edited copies measure the gate.
    """
    splits = {name: number for number, name in enumerate(sorted({item.split for item in planned}))}
    numbers = np.array([image_number(item.image_id) for item in planned], np.int64)
    with progress(bench.run, "leaks, words shared", 0) as advance:
        pairs = alike(bench.ledger, numbers, np.array([splits[item.split] for item in planned], np.int8),
                      np.array([item.image_id in new for item in planned], bool), LEAST_SHARED, LEAST_WEIGHT, advance)
    found = []
    with progress(bench.run, "leaks, candidates", len(pairs)) as advance:
        for (one, other), seen in zip(pairs, _Pictures(bench, planned).compared(map(tuple, pairs)), strict=True):
            advance(1)
            if seen and seen.verdict in LEAKS:
                a = planned[one]
                b = planned[other]
                found.append(LeakPair(a.image_id, b.image_id, a.split, b.split, seen.verdict, seen.figures))
    apart = told_apart(bench.ledger, [(pair.one, pair.other) for pair in found])
    recall, tried = _recall(bench, planned[:sampled])
    groups = len({item.group for item in planned if item.group != item.image_id})
    return LeakReport(len(pairs), tuple(pair for pair in found if (pair.one, pair.other) not in apart), recall, tried,
                      len(apart), groups, tuple(bridges), count_waiting_among(bench.ledger, numbers.tolist()))


class _Pictures:
    """Pictures of a release, compared; what one is compared by is kept for the next pair."""

    def __init__(self, bench: Workbench, planned: Sequence[Planned]) -> None:
        self._bench = bench
        self._planned = planned
        self._features = functools.lru_cache(FEATURES_HELD)(self._features_of)

    def compared(self, pairs: Iterable[tuple[int, int]]) -> Iterator[Alignment | None]:
        """Each pair's comparison, in order; None where a picture is not to be had."""
        return self._bench.objects.in_order(self._compare, pairs)

    def _compare(self, pair: tuple[int, int]) -> Alignment | None:
        one, other = map(self._features, pair)
        if one is None or other is None:
            return None
        seen = compare(one, other)
        # A picture may show all of another one and more: which of the two came first says nothing here.
        return seen if seen.verdict in LEAKS or seen.inliers < LEAST_INLIERS else compare(other, one)

    def _features_of(self, number: int) -> Features | None:
        data = _picture(self._bench, self._planned[number])
        try:
            return features(data) if data else None
        except BROKEN:
            return None  # the gate for undecodable images says so


def _picture(bench: Workbench, item: Planned) -> bytes | None:
    return bench.objects.get_or_none(bench.settings.bucket_images, image_key(item.image_id, item.candidate.media_type))


def _recall(bench: Workbench, planned: Sequence[Planned]) -> tuple[float | None, int]:
    """Of edited copies of these images, the share that the gate would propose, and how many copies there were."""
    hits: list[bool] = []
    with progress(bench.run, "leaks, edited copies", len(planned)) as advance:
        for item, data in zip(planned, bench.objects.in_order(functools.partial(_picture, bench), planned), strict=True):
            hits += _found_again(bench, image_number(item.image_id), data)
            advance(1)
    return (sum(hits) / len(hits) if hits else None), len(hits)


def _found_again(bench: Workbench, number: int, data: bytes | None) -> list[bool]:
    try:
        return [_proposed(bench, number, words(small(copy))) for copy in edited(data)] if data else []
    except BROKEN:
        return []


def _proposed(bench: Workbench, original: int, copy: Sequence[int]) -> bool:
    """Whether an image with these words, were it in the index, would make a pair with its original."""
    index = WordIndex()
    with bench.ledger.read() as connection:
        index.read(connection, [copy])
    kept = index.kept(copy)
    index.add(COPY, copy)
    return any(number == original for number, _ in index.candidates(kept, LEAST_SHARED, LEAST_WEIGHT))
