"""The word index: which images have which words (``stages/ingest/words.py``).

A word that many images have says nothing, so it is kept for the first ``FULL`` of them only: reading any word costs the
same at a thousand images and at a million, also where a tenth of them are documents of one template. An image is
indexed by its first words that are not full yet: those which tell it from the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice

from sqlalchemy import Connection, select

from datastore.ledger.sql import insert_or_ignore, is_among
from datastore.ledger.tables import gate_words

KEPT = 64
"""Words that an image is indexed by: about 1.3 KB a picture in SQLite. ``benchmarks/duplicates.py`` prints in how many edited
copies ``LEAST_SHARED`` of them are found again; with 48 it is .1 less of the photographs of a photograph."""
LOOKED_UP = 96
"""Words looked up at first. The order of words is the same in all pictures, so that what an image keeps of its first 64 lies
among the first 96 of its copies: with all of them looked up no more copies are found, and a third more of others."""
FULL = 16
"""Images that a word is kept for."""
LEAST_SHARED = 3
"""Words that a candidate shares at least: 2 are shared by chance by every seventh pair of documents, 3 by one in thirty."""
LEAST_WEIGHT = 1.0
"""What these weigh together at least, a word 1 over how many images have it: what a million images share by chance weighs
little."""


class WordIndex:
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
        """The images that share ``least_shared`` words of ``least_weight`` together or more, the heaviest first.

        Returns:
            (the image's number, what the shared words weigh): a word weighs 1 over how many images have it.
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
