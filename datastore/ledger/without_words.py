"""Images that an upgrade took out of the word index: their words are of an earlier kind, and are made anew bit by bit.

Until then they are found again by the same bytes or the same pixels alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import is_among
from datastore.ledger.tables import without_words
from datastore.ledger.word_index import WordIndex


def count_without_words(ledger: Ledger) -> int:
    """How many images wait for their words."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(without_words)) or 0


def next_without_words(ledger: Ledger, after: int, limit: int) -> list[int]:
    """Numbers of some images that wait for their words, rising from after a number (-1 for the first ones)."""
    query = select(without_words.c.number).where(without_words.c.number > after).order_by(without_words.c.number).limit(limit)
    with ledger.read() as connection:
        return list(connection.scalars(query))


def put_words(connection: Connection, found: Mapping[int, Sequence[int]]) -> None:
    """Indexes images that waited for it.

    Args:
        connection: in a transaction that writes, alone among those that change images.
        found: words of each by its number; empty where it is not to be indexed.
    """
    waiting = set(connection.scalars(select(without_words.c.number).where(
        is_among(connection, without_words.c.number, sorted(found)))))
    index = WordIndex()
    index.read(connection, [found[number] for number in sorted(waiting)])
    for number in sorted(waiting):  # another worker may have been faster
        index.add(number, found[number])
    index.flush(connection)
    connection.execute(delete(without_words).where(is_among(connection, without_words.c.number, sorted(found))))
