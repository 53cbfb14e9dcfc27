"""Buckets in this process: an object storage without a service."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from obstore.store import MemoryStore

from datastore.objects import ObjectStore
from workbench.settings import Settings


class InMemory(ObjectStore):
    """The buckets, without a service."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._in_memory: dict[str, MemoryStore] = defaultdict(MemoryStore)

    def bucket(self, name: str) -> Any:
        return self._in_memory[name]
