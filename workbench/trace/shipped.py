"""Releases that hold an image, or that say why they do not."""

from __future__ import annotations

from collections.abc import Iterator

from datastore.parts_of_objects import rows_of_image
from datastore.releases import manifest_of, newest
from saegim.manifest import Manifest
from schemas.trace import LifeRelease
from workbench.bench import Workbench

MOST = 30
"""Releases of a dataset that are looked into, the newest ones: each costs a few requests."""


def releases_of(bench: Workbench, image_id: str) -> list[LifeRelease]:
    """What every dataset's releases say of an image, the oldest first."""
    objects, bucket = bench.objects, bench.settings.bucket_datasets
    return [told for dataset in sorted(objects.folders(bucket, "")) for manifest in _manifests(bench, dataset)
            for told in _told(bench, manifest, image_id)]


def _manifests(bench: Workbench, dataset: str) -> list[Manifest]:
    objects, bucket = bench.objects, bench.settings.bucket_datasets
    last = newest(objects, bucket, dataset)
    if last is None:
        return []
    earlier = (manifest_of(objects, bucket, dataset, number) for number in range(max(1, last.number - MOST + 1), last.number))
    return [*(manifest for manifest in earlier if manifest), last]


def _told(bench: Workbench, manifest: Manifest, image_id: str) -> Iterator[LifeRelease]:
    objects, bucket = bench.objects, bench.settings.bucket_datasets
    at = objects.written_at(bucket, f"{manifest.dataset}/{manifest.folder}/manifest.json")
    for kind, columns in (("labels", ["image_id", "split", "reader"]), ("left_out", ["image_id", "reason"])):
        for file in manifest.of_kind(kind):
            rows = rows_of_image(objects, bucket, f"{manifest.dataset}/{file.path}", image_id, columns)
            for row in rows.to_pylist():
                yield LifeRelease(str(manifest.name), at, str(row.get("split") or ""), str(row.get("reason") or ""),
                                  str(row.get("reader") or ""))
