"""Objects of a backup into buckets: what is missing is put there; what is there stays, unless its name says it is damaged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from datastore.backup_place import BackupPlace
from datastore.objects import PARALLEL, ObjectStore
from datastore.sliding_window import in_order
from saegim.folder import sha256_of
from saegim.manifest import parse_manifest
from schemas.backup import KeptObject
from schemas.errors import ObjectMissing
from workbench.keeping.copying import BY_CONTENT, LARGE
from workbench.keeping.places import MANIFEST

CONTENT_TYPE = "Content-Type"


@dataclass
class Back:
    """What putting a bucket's objects back did.

    Attributes:
        there: objects that were there.
        put: objects that were put there.
        bytes: of these.
        other: keys of objects that are there with another content than the backup's, and stay so.
        damaged: keys of objects whose bytes the backup has damaged or not at all; they were left out.
        moved: keys of raw objects that this store would name by another version; they were taken out again.
    """

    there: int = 0
    put: int = 0
    bytes: int = 0
    other: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)


def put_bucket_back(objects: ObjectStore, bucket: str, place: BackupPlace, kept: Iterable[KeptObject],
                    as_before: bool = False) -> Back:
    """Puts what is missing in a bucket there; manifests of releases come last.

    Args:
        objects: where the bucket is.
        bucket: its name.
        place: of the backups.
        kept: the objects.
        as_before: each object must have the version of then, for the ledger knows it by that.
    """
    done = Back()
    sizes = {raw.key: (raw.size, raw.version) for page in objects.pages(bucket) for raw in page}
    last: list[KeptObject] = []

    def missing() -> Iterator[KeptObject]:
        for item in kept:
            there = sizes.get(item.key)
            if there and (there[1] == item.version or (there[0] == item.size and _is_same(objects, bucket, item))):
                done.there += 1
            elif there and not BY_CONTENT.fullmatch(item.key):
                done.other.append(item.key)
            elif MANIFEST.fullmatch(item.key):
                last.append(item)
            else:
                yield item

    _put(objects, bucket, place, missing(), done, as_before)
    _put(objects, bucket, place, last, done, as_before)
    return done


def _is_same(objects: ObjectStore, bucket: str, item: KeptObject) -> bool:
    """Whether an object of the same size and another ETag has the backup's bytes: one that was sent in parts has."""
    if item.size < LARGE:
        return hashlib.sha256(objects.get_or_none(bucket, item.key) or b"").hexdigest() == item.sha256
    with TemporaryDirectory(prefix="saegim-restore-") as folder:
        path = Path(folder) / "object"
        objects.get_file(bucket, item.key, path)
        return sha256_of(path) == item.sha256


def _put(objects: ObjectStore, bucket: str, place: BackupPlace, items: Iterable[KeptObject], done: Back, as_before: bool) -> None:
    def one(item: KeptObject) -> KeptObject | None:
        rest = dict(item.attributes)
        media_type = rest.pop(CONTENT_TYPE, "") or "application/octet-stream"
        if item.size < LARGE:
            try:
                data = place.get_blob(item.sha256)
            except ObjectMissing:
                return None
            objects.put(bucket, item.key, data, media_type, rest)
            return item
        with TemporaryDirectory(prefix="saegim-restore-") as folder:
            path = Path(folder) / "object"
            try:
                place.get_blob_to(item.sha256, path)
            except ObjectMissing:
                return None
            objects.put_file(bucket, item.key, path)
            return item

    with ThreadPoolExecutor(PARALLEL, "restore") as pool:
        stream = iter(items)
        while some := list(islice(stream, 1000)):
            tried = list(in_order(pool, one, some, 2 * PARALLEL))
            put = [item for item in tried if item]
            done.damaged += [item.key for item, result in zip(some, tried, strict=True) if result is None]
            done.put += len(put)
            done.bytes += sum(item.size for item in put)
            if as_before:
                done.moved += _taken_out(objects, bucket, put)


def _taken_out(objects: ObjectStore, bucket: str, items: Sequence[KeptObject]) -> list[str]:
    """Takes out what got another version here: ingest would take it for another photograph. Returns its keys."""
    gone = []
    for item in items:
        now = next((raw for page in objects.pages(bucket, item.key) for raw in page if raw.key == item.key), None)
        if now is not None and now.version != item.version:
            objects.delete(bucket, item.key)
            gone.append(item.key)
    return gone


def check_releases(objects: ObjectStore, bucket: str, kept: Iterable[KeptObject]) -> tuple[int, list[str]]:
    """Looks whether each release of a backup is whole in its bucket (invariant I3).

    Files that are named by manifests were checked against their sha256 when they were put there; here their sizes are.

    Returns:
        How many releases are whole, and a sentence about each that is not.
    """
    sizes = {raw.key: raw.size for page in objects.pages(bucket) for raw in page}
    count, broken = 0, []
    for item in kept:
        if not MANIFEST.fullmatch(item.key):
            continue
        if item.key not in sizes:
            broken.append(f"{item.key} of bucket {bucket} is missing: that release is not there.")
            continue
        manifest = parse_manifest(objects.get(bucket, item.key), item.key)
        wrong = [file.path for file in manifest.files if sizes.get(f"{manifest.dataset}/{file.path}") != file.bytes]
        if wrong and manifest.superseded_by is None:
            broken.append(f"{manifest.name} in bucket {bucket} names {len(wrong)} files that are not there or have another "
                          f"size, such as {wrong[0]}. Delete the damaged one and run the same again: it puts back what is "
                          "missing.")
            continue
        count += 1
    return count, broken

