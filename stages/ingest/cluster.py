"""Clusters: pictures that may show the same thing. All are kept, always in one split."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NEAR = 6
"""Bits that fingerprints of one cluster may differ. Same-template documents come this near without being the same,
which costs nothing here: they only share a split."""


def assign_clusters(representatives: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Finds each new image's cluster. Members are compared with the founder only, so clusters do not chain.

    Args:
        representatives: fingerprint of each cluster's founding image, by cluster id.
        new: fingerprint by image id, in order of arrival.

    Returns:
        Cluster id by image id: the nearest founder's within ``NEAR`` bits, or the image's own id.
    """
    ids = list(representatives)
    hashes = np.empty(len(ids) + len(new), dtype=np.uint64)
    hashes[:len(ids)] = [int(value, 16) for value in representatives.values()]
    found: dict[str, str] = {}
    for image_id, value in new.items():
        own = np.uint64(int(value, 16))
        distances = np.bitwise_count(hashes[:len(ids)] ^ own)
        nearest = int(distances.argmin()) if len(ids) else -1
        if nearest >= 0 and distances[nearest] <= NEAR:
            found[image_id] = ids[nearest]
            continue
        hashes[len(ids)] = own
        ids.append(image_id)
        found[image_id] = image_id
    return found
