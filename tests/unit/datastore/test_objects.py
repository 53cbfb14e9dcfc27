"""Object storage's client goes when nobody holds it any more: a server that opens one for each question would fill the memory."""

from __future__ import annotations

import gc
import weakref

from datastore.objects import ObjectStore
from saegim.settings import StorageSettings


def test_a_store_that_nobody_holds_is_gone() -> None:
    store = ObjectStore(StorageSettings(_env_file=None, s3_endpoint="http://127.0.0.1:9"))
    assert store.bucket("images") is store.bucket("images")
    assert store._boto is store._boto
    assert list(store.in_order(len, ["a", "bc"])) == [1, 2]
    held = weakref.ref(store)
    del store
    gc.collect()
    assert held() is None
