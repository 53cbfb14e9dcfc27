"""What a bucket holds: tests ask for all of it at once, the product goes page by page."""

from __future__ import annotations

from datastore.objects import ObjectStore
from schemas.submission import RawObject


def every_object(objects: ObjectStore, bucket: str, prefix: str = "") -> list[RawObject]:
    """All objects below a prefix, in order of time sent and key."""
    return sorted((raw for page in objects.pages(bucket, prefix) for raw in page), key=lambda raw: (raw.sent_at, raw.key))
