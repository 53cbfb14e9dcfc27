"""Buckets in this process: an object storage without a service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from obstore.store import MemoryStore

from datastore.objects import ObjectStore
from datastore.raw_objects import version_of
from schemas.submission import RawObject
from workbench.settings import Settings


class InMemory(ObjectStore):
    """The buckets, without a service."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._in_memory: dict[str, MemoryStore] = defaultdict(MemoryStore)

    def bucket(self, name: str) -> Any:
        return self._in_memory[name]

    def pages(self, bucket: str, prefix: str = "") -> Iterator[list[RawObject]]:
        # Not by obstore's own prefix, which takes whole parts of a key alone.
        found = (item for page in self.bucket(bucket).list() for item in page)
        yield [RawObject(bucket, item["path"], version_of(item["e_tag"], item["last_modified"]), item["size"],
                         item["last_modified"])
               for item in sorted(found, key=lambda item: item["path"]) if item["path"].startswith(prefix)]
