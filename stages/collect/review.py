"""What people read: is it sound, which of it is accepted, and where its regions came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from schemas.reading import Kind, Reading

SAME = 0.5
"""IoU from which a redrawn region stands for the one that vanished."""


def problems(reading: Reading) -> list[str]:
    """What keeps a reading from being accepted; nothing where it is sound."""
    found = []
    for region in reading.regions:
        attributes = region.attributes
        if attributes.kind is Kind.TEXT and attributes.legible and not region.text:
            found.append(f"region {region.region_id} has no text: type it, or mark it illegible")
    ids = [region.region_id for region in reading.regions]
    found += [f"region id {item} occurs twice" for item in sorted({item for item in ids if ids.count(item) > 1})]
    return found


def accept(readings: Sequence[Reading]) -> Reading | None:
    """The accepted reading of an image: the newest that is sound. None where there is none."""
    sound = [reading for reading in readings if not problems(reading)]
    return max(sound, key=lambda reading: (reading.revision, reading.reader), default=None)


def shown_to(reading: Reading, by_models: Sequence[Reading]) -> Reading | None:
    """The pre-label that a person started from: the one with the most regions in common. None where nothing was kept."""
    kept = {region.region_id for region in reading.regions}
    shared = [(sum(region.region_id in kept for region in candidate.regions), candidate.run, candidate)
              for candidate in by_models]
    return max((item for item in shared if item[0]), key=lambda item: item[:2], default=(0, "", None))[2]


def with_origins(reading: Reading, shown: Reading | None) -> Reading:
    """Notes for each new region which vanished region of the pre-label it was redrawn from, by overlap (design D2).

    Args:
        reading: what a person submitted.
        shown: the pre-label that the person saw.
    """
    if shown is None:
        return reading
    kept = {region.region_id for region in reading.regions}
    gone = {region.region_id: shapely.Polygon(region.polygon) for region in shown.regions if region.region_id not in kept}
    before = {region.region_id for region in shown.regions}
    regions = []
    for region in reading.regions:
        if region.region_id not in before and gone:
            shape = shapely.Polygon(region.polygon)
            overlaps = {name: shape.intersection(other).area / shape.union(other).area for name, other in gone.items()}
            best = max(overlaps, key=lambda name: (overlaps[name], name))
            if overlaps[best] >= SAME:
                del gone[best]
                regions.append(replace(region, replaces=best))
                continue
        regions.append(region)
    return replace(reading, regions=tuple(regions))
