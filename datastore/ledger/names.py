"""Names that the ledger knows: what a person may have meant by one that it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import accepted_readings, images, submissions
from saegim.names import did_you_mean
from schemas.errors import NoSuchImage
from schemas.submission import sender_of

ID = re.compile("[0-9a-f]{6,64}")
FEW = 3
SHORT = 6
"""So many characters of an id stand for it, at least."""


def campaigns(ledger: Ledger) -> list[str]:
    """Campaigns that something was sent to, sorted."""
    return _values(ledger, submissions.c.campaign)


def annotation_configs(ledger: Ledger) -> list[str]:
    """Annotation configs under which a reading was accepted, sorted."""
    with ledger.read() as connection:
        return list(connection.scalars(select(accepted_readings.c.annotation_config).distinct().order_by(
            accepted_readings.c.annotation_config)))


def image_ids(ledger: Ledger, beginning: str) -> list[str]:
    """Ids of images that begin so, at most three."""
    with ledger.read() as connection:
        return list(connection.scalars(select(images.c.image_id).where(
            images.c.image_id >= beginning, images.c.image_id < beginning + "g").order_by(images.c.image_id).limit(FEW)))


def image_named(ledger: Ledger, name: str) -> str:
    """The id of the image whose id is this, or alone begins so (6 digits or more).

    Raises:
        NoSuchImage: there is none, or there are several.
    """
    found = image_ids(ledger, name) if ID.fullmatch(name) else []
    if len(found) != 1:
        raise NoSuchImage(f"{_what_is_wrong(name, found)}. `saegim ledger submissions` and `saegim datasets plan` tell ids")
    return found[0]


def where_a_key_goes_wrong(ledger: Ledger, key: str) -> str:
    """The end of a sentence that says that no submission has a key: its campaign, submitter or name, and the nearest ones."""
    sender = sender_of(key)
    if sender is None:
        return ""
    if sender.campaign not in (known := campaigns(ledger)):
        return f": nothing was sent to a campaign {sender.campaign!r}{did_you_mean(sender.campaign, known)}"
    of_campaign = submissions.c.campaign == sender.campaign
    with ledger.read() as connection:
        people = [name for name in connection.scalars(select(submissions.c.submitter).where(of_campaign).distinct()) if name]
        keys = list(connection.scalars(select(submissions.c.key).where(of_campaign, submissions.c.submitter == sender.submitter)))
    if sender.submitter not in people:
        return f": {sender.submitter!r} sent nothing to {sender.campaign}{did_you_mean(sender.submitter, people)}"
    return did_you_mean(key, keys)


def _what_is_wrong(name: str, found: Sequence[str]) -> str:
    if found:
        return f"{name!r} begins the ids of several images: {', '.join(found)}: give more digits"
    return f"{name!r} is no image's id, nor the beginning of one" + (
        "" if ID.fullmatch(name) else f": expected {SHORT} to 64 digits of 0 to 9 and a to f")


def _values(ledger: Ledger, column: Column[Any]) -> list[str]:
    """Distinct values of an indexed column: one look into the index for each, however many rows there are."""
    found: list[str] = []
    with ledger.read() as connection:
        value = connection.scalar(select(func.min(column)))
        while value is not None:
            found.append(value)
            value = connection.scalar(select(func.min(column)).where(column > value))
    return found
