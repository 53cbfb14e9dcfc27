"""The gate's index in the ledger: which images have which words (``stages/ingest/gate.py``).

A word that many images have says nothing, so it is kept for the first ``FULL`` of them only: reading any word costs the
same at a thousand images and at a million, also where a tenth of them are documents of one template. An image is
indexed by its first words that are not full yet: those which tell it from the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from datastore.ledger.connection import Ledger, insert_or_ignore, is_among
from datastore.ledger.tables import gate_words

KEPT = 48
"""Words that an image is indexed by: about 1 KB a picture in SQLite. With all of a copy's words at hand, 3 of 48 are found
again in .999 of the edited copies of receipts and pages (crop 3 %, rotation 2°, perspective 3 %: the hardest)."""
LOOKED_UP = 96
"""Words looked up at first. The order of words is the same in all pictures, so that what an image keeps of its first 48 lies
among the first 96 of its copies."""
FULL = 16
LEAST_SHARED, LEAST_WEIGHT = 3, 1.0
"""A candidate shares so many words (2 are shared by chance by every seventh pair of documents, 3 by one in thirty), and they
are rare ones: each weighs 1 over how many images have it. What a million images share by chance weighs little."""

ROWS_A_READ = 200_000


class Gate:
    """The index as one settling worker sees it: what the ledger has, and what it has itself added since."""

    def __init__(self) -> None:
        self._images: defaultdict[int, list[int]] = defaultdict(list)
        self._read: set[int] = set()
        self._rows: list[dict[str, int]] = []

    def read(self, connection: Connection, pictures: Sequence[Sequence[int]]) -> None:
        """Reads what the ledger has of the words of some pictures, before ``candidates`` is asked for each of them."""
        self._look_up(connection, {word for words in pictures for word in words[:LOOKED_UP]})
        self._look_up(connection, {word for words in pictures if len(self._fresh(words[:LOOKED_UP])) < KEPT
                                   for word in words[LOOKED_UP:]})

    def candidates(self, words: Sequence[int], least_shared: int = LEAST_SHARED,
                   least_weight: float = LEAST_WEIGHT) -> list[tuple[int, float]]:
        """Numbers of the images that share ``least_shared`` words of ``least_weight`` or more, most telling first.

        Returns:
            (number, weight): the weight of a shared word is 1 over how many images have it.
        """
        shared: Counter[int] = Counter()
        weight: dict[int, float] = defaultdict(float)
        for having in filter(None, map(self._images.get, words)):
            for number in having:
                shared[number] += 1
                weight[number] += 1 / len(having)
        found = [(number, weight[number]) for number, count in shared.items()
                 if count >= least_shared and weight[number] >= least_weight]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    def add(self, number: int, words: Sequence[int]) -> None:
        """Indexes an image; ``flush`` writes it."""
        for word in self._fresh(words):
            self._images[word].append(number)
            self._rows.append({"word": word, "image": number})

    def flush(self, connection: Connection) -> None:
        """Writes what was added."""
        insert_or_ignore(connection, gate_words, sorted(self._rows, key=lambda row: row["word"]))
        self._rows.clear()

    def kept(self, words: Sequence[int]) -> list[int]:
        """Those of an image's words that it would be indexed by."""
        return self._fresh(words)

    def _fresh(self, words: Sequence[int]) -> list[int]:
        """The first ``KEPT`` words that not too many images have."""
        return list(islice((word for word in words if len(self._images.get(word, ())) < FULL), KEPT))

    def _look_up(self, connection: Connection, words: set[int]) -> None:
        unknown = words - self._read
        if unknown:
            self._read |= unknown
            query = select(gate_words.c.word, gate_words.c.image).where(is_among(connection, gate_words.c.word, sorted(unknown)))
            for word, image in connection.execute(query):
                self._images[word].append(image)


def alike(ledger: Ledger, numbers: NDArray[np.int64], sides: NDArray[np.int8], new: NDArray[np.bool_], least_shared: int,
          least_weight: float) -> list[tuple[int, int]]:
    """Pairs of images of two sides that share words, of which at least one is new.

    The whole index streams by in order of word, so that a million images need no more than some arrays.

    Args:
        ledger: where the index is.
        numbers: of the images that are looked at, rising; see ``numbered``.
        sides: where each of them stands, such as the number of its split.
        new: which of them are new.
        least_shared: words that a pair shares at least.
        least_weight: what they weigh together at least; a word weighs 1 over how many images have it.

    Returns:
        Pairs of places in ``numbers``, the smaller one first, rising.
    """
    found = _Shared()
    left: NDArray[np.int64] = np.empty((0, 2), np.int64)
    with ledger.read() as connection:
        query = select(gate_words.c.word, gate_words.c.image).order_by(gate_words.c.word)
        for rows in connection.execution_options(yield_per=ROWS_A_READ).execute(query).partitions():
            chunk = np.concatenate([left, np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)])
            whole = int(np.searchsorted(chunk[:, 0], chunk[-1, 0]))  # the last word may go on in the next chunk
            found.add(chunk[:whole], numbers, sides, new)
            left = chunk[whole:]
    found.add(left, numbers, sides, new)
    return found.pairs(least_shared, least_weight)


class _Shared:
    """How many words each pair of images shares, and what they weigh."""

    def __init__(self) -> None:
        self._keys: list[NDArray[np.int64]] = []
        self._weights: list[NDArray[np.float32]] = []

    def add(self, rows: NDArray[np.int64], numbers: NDArray[np.int64], sides: NDArray[np.int8], new: NDArray[np.bool_]) -> None:
        """Adds the images of whole words: N × (word, image), in order of word."""
        _, start, having = np.unique(rows[:, 0], return_index=True, return_counts=True)
        weight = np.repeat(1 / having, having).astype(np.float32)
        run = np.repeat(start, having)
        place = np.searchsorted(numbers, rows[:, 1])
        known = numbers[np.minimum(place, len(numbers) - 1)] == rows[:, 1] if len(numbers) else np.zeros(len(rows), bool)
        run, place, weight = run[known], place[known], weight[known]
        for step in range(1, FULL):
            same = np.flatnonzero(run[:-step] == run[step:])
            one, other = place[same], place[same + step]
            apart = (sides[one] != sides[other]) & (new[one] | new[other])
            one, other = one[apart], other[apart]
            self._keys.append(np.minimum(one, other) << 32 | np.maximum(one, other))
            self._weights.append(weight[same][apart])

    def pairs(self, least_shared: int, least_weight: float) -> list[tuple[int, int]]:
        """Pairs that share enough."""
        if not self._keys:
            return []
        keys, place, shared = np.unique(np.concatenate(self._keys), return_inverse=True, return_counts=True)
        weights = np.bincount(place, np.concatenate(self._weights), len(keys))
        enough = keys[(shared >= least_shared) & (weights >= least_weight)]
        return list(zip((enough >> 32).tolist(), (enough & 0xFFFFFFFF).tolist(), strict=True))


def numbered(image_id: str) -> int:
    """The number that stands for an image in the index: the first 60 bits of its id."""
    return int(image_id[:15], 16)
