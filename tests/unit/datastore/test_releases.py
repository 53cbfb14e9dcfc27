"""The newest release is the same for whoever publishes and whoever pulls."""

from __future__ import annotations

from typing import Any

import obstore
from obstore.store import MemoryStore

from datastore.objects import ObjectStore
from datastore.releases import manifest_of, newest
from saegim.releases import Releases
from saegim.settings import StorageSettings
from tests.made_release import Dataset, images_of

NAME = "scene-text"


class OneBucket(ObjectStore):
    """A single bucket in memory, under any name."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(StorageSettings())
        self._store = store

    def bucket(self, name: str) -> Any:
        return self._store


def test_the_publisher_and_the_client_know_the_same_newest_release() -> None:
    store = MemoryStore()
    objects = OneBucket(store)
    client = Releases(StorageSettings(), store)
    made = Dataset(store)
    assert newest(objects, "datasets", NAME) is None
    first = made.publish(images_of())
    assert newest(objects, "datasets", NAME) == client.manifest(NAME) == first
    second = made.publish(images_of(), first)
    obstore.put(store, f"{NAME}/v3/labels-begun.parquet", b"its manifest was never put")
    assert newest(objects, "datasets", NAME) == client.manifest(NAME) == second
    revised = made.take_down(second, images_of()[1:])
    assert newest(objects, "datasets", NAME) == client.manifest(NAME) == client.manifest(f"{NAME}@2") == revised
    assert manifest_of(objects, "datasets", NAME, 2) == revised
    assert manifest_of(objects, "datasets", NAME, 1) == first
    assert manifest_of(objects, "datasets", NAME, 3) is None


def test_a_release_between_two_that_somebody_deleted_is_passed_over() -> None:
    store = MemoryStore()
    objects = OneBucket(store)
    made = Dataset(store)
    first = made.publish(images_of())
    second = made.publish(images_of(), first)
    obstore.delete(store, f"{NAME}/v2/manifest.json")
    assert newest(objects, "datasets", NAME) == Releases(StorageSettings(), store).manifest(NAME) == first
    third = made.publish(images_of(), second)
    assert newest(objects, "datasets", NAME) == Releases(StorageSettings(), store).manifest(NAME) == third
