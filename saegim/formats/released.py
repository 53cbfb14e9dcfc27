"""A pulled release, or a part of it, as labelled images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from saegim.formats.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.release import Release

ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}
"""Of the two types that canonical images have (design D1)."""


def labelled_set(release: Release) -> LabelledSet:
    """A release as what every format is written from; images come in the order of ``Release.images``."""
    manifest = release.manifest
    return LabelledSet(str(manifest.name), _images(release), len(release), manifest.licence, manifest.description, release)


def _images(release: Release) -> Iterator[LabelledImage]:
    for data, row in release.encoded_images():
        yield labelled_image(row, _giving(data))


def labelled_image(row: Mapping[str, Any], picture: Callable[[], bytes]) -> LabelledImage:
    """A label row as a labelled image."""
    return LabelledImage(
        name=row["image_id"] + ENDINGS.get(row["media_type"], ".jpg"), picture=picture, width=row["width"],
        height=row["height"], unit=row["unit"], regions=tuple(map(_region, row["regions"])), split=row["split"],
        group=row["group"], image_id=row["image_id"], image_kind=row["image_kind"], conditions=tuple(row["conditions"]),
        source=row.get("source") or "", licence=row.get("licence") or "")


def _region(item: Mapping[str, Any]) -> LabelledRegion:
    return LabelledRegion(
        polygon=tuple((float(x), float(y)) for x, y in item["polygon"]), text=item["text"], legible=item["legible"],
        direction=item["direction"], writing=item["writing"], effects=tuple(item["effects"] or ()), language=item["language"],
        kind=item["kind"], checked=item["checked"], region_id=item["region_id"])


def _giving(data: bytes) -> Callable[[], bytes]:
    return lambda: data
