"""Features of pictures from object storage; those used last are held, for neighbours are compared with the same ones."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from datastore.objects import ObjectStore
from stages.ingest.align import Features, features

HELD = 64
"""Pictures whose features are held: at most 0.7 MB each, for 800 × 800 grey values and 1,000 keypoints."""


class FeaturesHeld:
    """The features of the last ``HELD`` pictures that were asked for.

    Args:
        objects: where the pictures are.
        bucket: of canonical pictures.
    """

    def __init__(self, objects: ObjectStore, bucket: str) -> None:
        self._objects = objects
        self._bucket = bucket
        self._held: OrderedDict[str, Features] = OrderedDict()

    def of(self, keys: Mapping[str, str]) -> dict[str, Features]:
        """Features of some pictures by image id.

        Args:
            keys: object keys by image id.
        """
        missing = {image_id: key for image_id, key in keys.items() if image_id not in self._held}
        data = self._objects.get_many(self._bucket, list(missing.values()))
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            self._held.update(zip(missing, pool.map(features, data), strict=True))
        for image_id in keys:
            self._held.move_to_end(image_id)
        while len(self._held) > max(HELD, len(keys)):
            self._held.popitem(last=False)
        return {image_id: self._held[image_id] for image_id in keys}
