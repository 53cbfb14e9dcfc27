"""Pairs of images that share words, found in the whole word index at once: candidates for near duplicates across splits.

What is known of one shared word is one 64-bit integer, so that sorting these integers brings the words of each pair
together, at 8 bytes a word::

    63        34 33               4 3             0
    [ one: 30 ] [ other: 30 bits  ] [ having - 1: 4 ]

``one`` and ``other`` are places of two images, the smaller first; ``having`` is how many images have the word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Text, cast, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import gate_words
from datastore.ledger.word_index import FULL

WORDS_A_READ = 50_000
"""Words of the index that are in memory at once, each with up to ``FULL`` images."""
HELD = 4_000_000
"""Shared words in memory, 8 bytes each; a million photographs have about 60 million of them."""
PARTS = 64
"""Files that more of them go to."""
HAVING_BITS = (FULL - 1).bit_length()
"""Bits for how many images have a word, less 1; more than ``FULL`` count as ``FULL``."""
PLACE_BITS = 30
"""Bits for the place of an image: 29 of them are used at most, for the integers have a sign."""


class _Couples(NamedTuple):
    """Pairs of images that share a word, N each: the places of both, and the word's."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    word: NDArray[np.int64]


def alike(ledger: Ledger, numbers: NDArray[np.int64], sides: NDArray[np.int8], new: NDArray[np.bool_], least_shared: int,
          least_weight: float, advance: Callable[[int], None] = lambda _: None) -> NDArray[np.int64]:
    """Pairs of images of two sides that share words, of which at least one is new.

    The index streams by, word by word, and what it says of pairs goes to files where it is much: the memory that this
    takes does not grow with the index.

    Args:
        ledger: where the index is.
        numbers: of the images that are looked at, rising; see ``schemas.ids.image_number``.
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
        shared = _SharedWords(Path(folder), len(numbers))
        for words in connection.execution_options(yield_per=WORDS_A_READ).execute(query).partitions():
            having = np.array([count for count, _ in words], np.int64)
            those = np.fromstring(",".join(joined for _, joined in words), np.int64, sep=",")
            for couples in _couples(numbers, those, np.repeat(np.arange(len(having)), having)):
                wanted = (sides[couples.one] != sides[couples.other]) & (new[couples.one] | new[couples.other])
                shared.add(_packed(couples.one[wanted], couples.other[wanted], having[couples.word[wanted]]))
            advance(len(words))
        return shared.pairs(least_shared, least_weight)


def _couples(numbers: NDArray[np.int64], images: NDArray[np.int64],
             words: NDArray[np.int64]) -> Iterator[_Couples]:
    """Every two images of one word; those that are not in ``numbers`` are left out.

    Args:
        numbers: of the images that are looked at, rising.
        images: numbers of images, those of one word side by side.
        words: the word of each of ``images``.
    """
    places = np.searchsorted(numbers, images)
    known = np.flatnonzero(places < len(numbers))
    known = known[numbers[places[known]] == images[known]]
    places = places[known]
    words = words[known]
    step = 1  # images of one word lie side by side: each with the next, with the one after that, and so on
    while len(same := np.flatnonzero(words[:-step] == words[step:])):
        yield _Couples(places[same], places[same + step], words[same])
        step += 1


def _packed(one: NDArray[np.int64], other: NDArray[np.int64], having: NDArray[np.int64]) -> NDArray[np.int64]:
    """One integer a shared word: the places of two images in any order, and how many images have the word."""
    first = np.minimum(one, other)
    second = np.maximum(one, other)
    packed: NDArray[np.int64] = first << PLACE_BITS + HAVING_BITS | second << HAVING_BITS | np.minimum(having, FULL) - 1
    return packed


def _pair(shared: NDArray[np.int64]) -> NDArray[np.int64]:
    """What packed words say of the pair alone: equal for the words that one pair shares."""
    return shared >> HAVING_BITS


def _places(shared: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of both images of packed words, N × 2."""
    pair = _pair(shared)
    return np.stack([pair >> PLACE_BITS, pair & (1 << PLACE_BITS) - 1], axis=1)


def _weights(shared: NDArray[np.int64]) -> NDArray[np.float64]:
    """What packed words weigh: 1 over how many images have the word."""
    return np.asarray(1 / ((shared & (1 << HAVING_BITS) - 1) + 1), np.float64)


class _SharedWords:
    """The words that pairs of images share, packed; where they are many they wait in files, by the first image of the pair.

    Args:
        folder: where the files are; an empty one.
        images: how many images there are.
    """

    def __init__(self, folder: Path, images: int) -> None:
        self._folder = folder
        first = np.linspace(0, images, PARTS + 1)[1:-1].astype(np.int64)
        self._bounds = first << PLACE_BITS + HAVING_BITS
        self._held: list[NDArray[np.int64]] = []
        self._count = 0

    def add(self, shared: NDArray[np.int64]) -> None:
        """Adds words that two images share, as ``_packed`` makes them."""
        self._held.append(shared)
        self._count += len(shared)
        if self._count > HELD:
            self._spill()

    def pairs(self, least_shared: int, least_weight: float) -> NDArray[np.int64]:
        """Pairs that share enough, N × 2, rising."""
        self._spill()
        parts = (np.fromfile(path, np.int64) for path in sorted(self._folder.iterdir()))
        return np.concatenate([np.zeros((0, 2), np.int64), *(_enough(part, least_shared, least_weight) for part in parts)])

    def _spill(self) -> None:
        shared = np.sort(np.concatenate([*self._held, np.zeros(0, np.int64)]))
        self._held = []
        self._count = 0
        for number, part in enumerate(np.split(shared, np.searchsorted(shared, self._bounds))):
            if len(part):
                with (self._folder / f"{number:03}").open("ab") as file:
                    file.write(part.tobytes())


def _enough(shared: NDArray[np.int64], least_shared: int, least_weight: float) -> NDArray[np.int64]:
    """Pairs that share so many words of so much weight, N × 2 places, rising."""
    shared = np.sort(shared)  # the same order at any size of memory: weights add up to the same
    start = np.flatnonzero(np.diff(_pair(shared), prepend=-1))
    count = np.diff(start, append=len(shared))
    weight = np.add.reduceat(_weights(shared), start)
    return _places(shared[start][(count >= least_shared) & (weight >= least_weight)])
