"""URLs of canonical pictures for browsers: short-lived, and the same for a while, so that a page need not load them anew."""

from __future__ import annotations

import time
from dataclasses import dataclass

from datastore.objects import ObjectStore

LIFE = 900
"""Seconds for which a URL works."""
GIVEN = 600
"""Seconds for which the same one is given: whoever gets it last has the rest of its life."""
MOST = 20_000
"""URLs that are kept at once, of half a kilobyte each."""


@dataclass(frozen=True, slots=True)
class _Made:
    url: str
    until: float


class PictureLinks:
    """URLs of the pictures in one bucket."""

    def __init__(self, objects: ObjectStore, bucket: str) -> None:
        self._objects = objects
        self._bucket = bucket
        self._made: dict[str, _Made] = {}

    def of(self, key: str) -> str:
        """A URL of one picture."""
        now = time.monotonic()
        made = self._made.get(key)
        if made is None or made.until < now:
            if len(self._made) >= MOST:
                self._made.clear()
            made = _Made(self._objects.presigned_get(self._bucket, key, LIFE), now + GIVEN)
            self._made[key] = made
        return made.url
