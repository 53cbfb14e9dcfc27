"""Features of pictures from object storage; those used last are held, for neighbours are compared with the same ones."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from datastore.objects import ObjectStore
from stages.ingest.features import Features, features

HELD = 64
"""Pictures whose features are held: at most 0.7 MB each, for 800 × 800 grey values and 1,000 keypoints."""


class FeaturesHeld:
    """The features of the last ``HELD`` pictures that were asked for.

    Args:
        objects: where the pictures are.
        bucket: of canonical pictures.
        lost: keys of pictures that the store should have and has not are added to it.
    """

    def __init__(self, objects: ObjectStore, bucket: str, lost: set[str] | None = None) -> None:
        self._objects = objects
        self._bucket = bucket
        self._held: OrderedDict[str, Features] = OrderedDict()
        self._lost = set[str]() if lost is None else lost

    def of(self, keys: Mapping[str, str]) -> dict[str, Features]:
        """Features of some pictures by image id, without those of pictures that the store has lost.

        Args:
            keys: object keys by image id.
        """
        missing = {image_id: key for image_id, key in keys.items() if image_id not in self._held}
        data = self._objects.in_order(lambda key: self._objects.get_or_none(self._bucket, key), missing.values())
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            made = pool.map(lambda picture: None if picture is None else features(picture), data)
            for (image_id, key), found in zip(missing.items(), made, strict=True):
                if found is None:
                    self._lost.add(key)
                else:
                    self._held[image_id] = found
        there = [image_id for image_id in keys if image_id in self._held]
        for image_id in there:
            self._held.move_to_end(image_id)
        while len(self._held) > max(HELD, len(keys)):
            self._held.popitem(last=False)
        return {image_id: self._held[image_id] for image_id in there}
