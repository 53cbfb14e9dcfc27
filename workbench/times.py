"""How long the images of a release took to come there."""

from __future__ import annotations

import io

import pyarrow.parquet as pq

from datastore.ledger import Ledger
from datastore.ledger.way import moments_of
from datastore.objects import ObjectStore
from datastore.releases import manifest_of
from saegim.manifest import Manifest, parse_name
from schemas.times import StageTime
from stages.export.times import stage_times


def time_to_dataset(ledger: Ledger, objects: ObjectStore, bucket: str, manifest: Manifest) -> tuple[StageTime, ...]:
    """Hours from sending to the release by stage, of the images that are new in it.

    Args:
        ledger: knows when images were sent, given out and answered.
        objects: the object storage, which knows when the manifest was written.
        bucket: of datasets.
        manifest: of the release.

    Returns:
        One record a stage, in their order; empty where the storage does not say when the release was published.
    """
    released_at = objects.written_at(bucket, f"{manifest.dataset}/{manifest.folder}/manifest.json")
    if released_at is None:
        return ()
    new = sorted(_images(objects, bucket, manifest) - _of_parent(objects, bucket, manifest))
    with ledger.read() as connection:
        return stage_times(moments_of(connection, new), released_at)


def _of_parent(objects: ObjectStore, bucket: str, manifest: Manifest) -> set[str]:
    """Images of the release that it was made from; none where that is gone."""
    if manifest.parent is None:
        return set()
    parent = parse_name(manifest.parent)
    found = manifest_of(objects, bucket, parent.dataset, parent.number or 1)
    return _images(objects, bucket, found) if found else set()


def _images(objects: ObjectStore, bucket: str, manifest: Manifest) -> set[str]:
    data = objects.get(bucket, f"{manifest.dataset}/{manifest.labels.path}")
    return set(pq.read_table(io.BytesIO(data), columns=["image_id"])["image_id"].to_pylist())
