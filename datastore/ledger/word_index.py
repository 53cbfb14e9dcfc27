"""The gate's index in the ledger: which images have which words (``stages/ingest/words.py``).

A word that many images have says nothing, so it is kept for the first ``FULL`` of them only: reading any word costs the
same at a thousand images and at a million, also where a tenth of them are documents of one template. An image is
indexed by its first words that are not full yet: those which tell it from the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, cast, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import insert_or_ignore, is_among
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

WORDS_A_READ = 50_000
HELD = 4_000_000
"""Pairs that share a word in memory, 8 bytes each; a million photographs have about 60 million of them."""
PARTS = 64
"""Files that more of them go to."""
OTHER = (FULL - 1).bit_length()
ONE = OTHER + 30
"""A word that two images share is one integer: how many images have it, less 1, and from these bits on the two places."""


class Gate:
    """The index as one settling worker sees it: what the ledger has, and what it has itself added since."""

    def __init__(self) -> None:
        self._images: defaultdict[int, list[int]] = defaultdict(list)
        self._read: set[int] = set()
        self._rows: list[dict[str, int]] = []

    def read(self, connection: Connection, pictures: Sequence[Sequence[int]]) -> None:
        """Reads what the ledger has of the words of some pictures, before ``candidates`` is asked for each of them."""
        self._look_up(connection, {word for words in pictures for word in words[:LOOKED_UP]})
        self._look_up(connection, {word for words in pictures if len(self.kept(words[:LOOKED_UP])) < KEPT
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
        for word in self.kept(words):
            self._images[word].append(number)
            self._rows.append({"word": word, "image": number})

    def flush(self, connection: Connection) -> None:
        """Writes what was added."""
        insert_or_ignore(connection, gate_words, sorted(self._rows, key=lambda row: row["word"]))
        self._rows.clear()

    def kept(self, words: Sequence[int]) -> list[int]:
        """Words that an image is indexed by: its first ``KEPT`` that not too many images have."""
        return list(islice((word for word in words if len(self._images.get(word, ())) < FULL), KEPT))

    def _look_up(self, connection: Connection, words: set[int]) -> None:
        unknown = words - self._read
        if unknown:
            self._read |= unknown
            query = select(gate_words.c.word, gate_words.c.image).where(is_among(connection, gate_words.c.word, sorted(unknown)))
            for word, image in connection.execute(query):
                self._images[word].append(image)


def alike(ledger: Ledger, numbers: NDArray[np.int64], sides: NDArray[np.int8], new: NDArray[np.bool_], least_shared: int,
          least_weight: float, advance: Callable[[int], None] = lambda _: None) -> NDArray[np.int64]:
    """Pairs of images of two sides that share words, of which at least one is new.

    The index streams by, word by word, and what it says of pairs goes to files where it is much: the memory that this
    takes does not grow with the index.

    Args:
        ledger: where the index is.
        numbers: of the images that are looked at, rising; see ``numbered``.
        sides: where each of them stands, such as the number of its split.
        new: which of them are new.
        least_shared: words that a pair shares at least.
        least_weight: what they weigh together at least; a word weighs 1 over how many images have it.
        advance: told how many more words that several images have were looked at.

    Returns:
        N × 2 places in ``numbers``, the smaller one first, rising.
    """
    if not new.any():
        return np.zeros((0, 2), np.int64)
    images = func.aggregate_strings(cast(gate_words.c.image, Text), ",")
    query = select(func.count(), images).group_by(gate_words.c.word).having(func.count() > 1)
    with TemporaryDirectory(prefix="saegim-pairs-") as folder, ledger.read() as connection:
        shared = _Shared(Path(folder), len(numbers))
        for words in connection.execution_options(yield_per=WORDS_A_READ).execute(query).partitions():
            having = np.array([count for count, _ in words], np.int64)
            those = np.fromstring(",".join(joined for _, joined in words), np.int64, sep=",")
            for one, other, word in _couples(numbers, those, np.repeat(np.arange(len(having)), having)):
                wanted = (sides[one] != sides[other]) & (new[one] | new[other])
                shared.add(one[wanted], other[wanted], having[word[wanted]])
            advance(len(words))
        return shared.pairs(least_shared, least_weight)


def _couples(numbers: NDArray[np.int64], images: NDArray[np.int64],
             words: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Every two images of one word, as places in ``numbers``, with the word; those that are not in ``numbers`` are left out."""
    places = np.searchsorted(numbers, images)
    known = np.flatnonzero(places < len(numbers))
    known = known[numbers[places[known]] == images[known]]
    places, words = places[known], words[known]
    step = 1  # images of one word lie side by side: each with the next, with the one after that, and so on
    while len(same := np.flatnonzero(words[:-step] == words[step:])):
        yield places[same], places[same + step], words[same]
        step += 1


class _Shared:
    """The words that pairs of images share. Where they are many they wait in files, one for the pairs of some first images."""

    def __init__(self, folder: Path, images: int) -> None:
        self._folder = folder
        self._bounds = np.linspace(0, images, PARTS + 1)[1:-1].astype(np.int64) << ONE
        self._held: list[NDArray[np.int64]] = []
        self._count = 0

    def add(self, one: NDArray[np.int64], other: NDArray[np.int64], having: NDArray[np.int64]) -> None:
        """Adds pairs of places, each with how many images have the word that it shares."""
        self._held.append(np.minimum(one, other) << ONE | np.maximum(one, other) << OTHER | np.minimum(having, FULL) - 1)
        self._count += len(one)
        if self._count > HELD:
            self._spill()

    def pairs(self, least_shared: int, least_weight: float) -> NDArray[np.int64]:
        """Pairs that share enough, N × 2, rising."""
        self._spill()
        parts = (np.fromfile(path, np.int64) for path in sorted(self._folder.iterdir()))
        return np.concatenate([np.zeros((0, 2), np.int64), *(_enough(part, least_shared, least_weight) for part in parts)])

    def _spill(self) -> None:
        shared = np.sort(np.concatenate([*self._held, np.zeros(0, np.int64)]))
        self._held, self._count = [], 0
        for number, part in enumerate(np.split(shared, np.searchsorted(shared, self._bounds))):
            if len(part):
                with (self._folder / f"{number:03}").open("ab") as file:
                    file.write(part.tobytes())


def _enough(shared: NDArray[np.int64], least_shared: int, least_weight: float) -> NDArray[np.int64]:
    shared = np.sort(shared)  # the same order at any size of memory: weights add up to the same
    start = np.flatnonzero(np.diff(shared >> OTHER, prepend=-1))
    count = np.diff(start, append=len(shared))
    weight = np.add.reduceat(1 / ((shared & (1 << OTHER) - 1) + 1), start)
    found = shared[start][(count >= least_shared) & (weight >= least_weight)]
    return np.stack([found >> ONE, found >> OTHER & (1 << ONE - OTHER) - 1], axis=1)


def numbered(image_id: str) -> int:
    """The number that stands for an image in the index: the first 60 bits of its id."""
    return int(image_id[:15], 16)
