"""Clusters: different photographs of the same thing."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import images


def cluster_mates(connection: Connection, image_ids: Iterable[str]) -> dict[str, set[str]]:
    """The images of the cluster of each image, itself among them; unknown images are left out."""
    mates = images.alias("mates")
    found: dict[str, set[str]] = {}
    for some in in_chunks(sorted(set(image_ids))):
        rows = connection.execute(select(images.c.image_id, mates.c.image_id.label("mate")).join(
            mates, mates.c.cluster_id == images.c.cluster_id).where(images.c.image_id.in_(some)))
        for row in rows:
            found.setdefault(row.image_id, set()).add(row.mate)
    return found
