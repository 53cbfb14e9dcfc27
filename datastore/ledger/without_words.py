"""Images that an upgrade took out of the word index: their words are of an earlier kind, and are made anew bit by bit.

Until then they are found again by the same bytes or the same pixels alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, func, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, is_among
from datastore.ledger.tables import without_words
from datastore.ledger.word_index import WordIndex


def count_without_words(ledger: Ledger) -> int:
    """How many images wait for their words, without those whose pictures are missing."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(without_words).where(~without_words.c.missing)) or 0


def count_waiting_among(ledger: Ledger, numbers: Iterable[int]) -> int:
    """How many of these images wait for their words."""
    with ledger.read() as connection:
        return sum(connection.scalar(select(func.count()).select_from(without_words).where(
            is_among(connection, without_words.c.number, chunk), ~without_words.c.missing)) or 0
            for chunk in in_chunks(sorted(numbers)))


def next_without_words(ledger: Ledger, after: int, limit: int) -> list[int]:
    """Numbers of some images that wait for their words, rising from after a number (-1 for the first ones)."""
    query = select(without_words.c.number).where(without_words.c.number > after, ~without_words.c.missing).order_by(
        without_words.c.number).limit(limit)
    with ledger.read() as connection:
        return list(connection.scalars(query))


def put_words(connection: Connection, found: Mapping[int, Sequence[int]]) -> None:
    """Indexes images that waited for it.

    Args:
        connection: in a transaction that writes, alone among those that change images.
        found: words of each by its number.
    """
    waiting = set(connection.scalars(select(without_words.c.number).where(
        is_among(connection, without_words.c.number, sorted(found)))))
    index = WordIndex()
    index.read(connection, [found[number] for number in sorted(waiting)])
    for number in sorted(waiting):  # another worker may have been faster
        index.add(number, found[number])
    index.flush(connection)
    connection.execute(delete(without_words).where(is_among(connection, without_words.c.number, sorted(found))))


def note_missing(connection: Connection, numbers: Collection[int]) -> None:
    """Notes that the bucket has no pictures of these images: they wait no longer."""
    connection.execute(update(without_words).where(
        is_among(connection, without_words.c.number, sorted(numbers))).values(missing=True))


def look_for_missing(ledger: Ledger) -> None:
    """Lets those wait again whose pictures were missing: a bucket that was restored may have them."""
    with ledger.write() as connection:
        connection.execute(update(without_words).where(without_words.c.missing).values(missing=False))
