"""Objects of a bucket into a backup: only what it lacks is read and copied, each checked against the sha256 of its name."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from datastore.backup_place import BackupPlace
from datastore.objects import PARALLEL, ObjectStore
from datastore.raw_objects import RawBytes
from datastore.sliding_window import in_order
from saegim.folder import sha256_of
from schemas.backup import KeptObject
from schemas.errors import ObjectMissing
from schemas.submission import RawObject
from workbench.keeping.object_lists import KeptBefore

LARGE = 32 << 20
"""Bytes from which an object goes through a file, alone."""
BY_CONTENT = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})\.[a-z]+")
"""Names of canonical images: the sha256 of their bytes."""
Wanted = Callable[[str], bool]


@dataclass
class Copied:
    """What copying a bucket did.

    Attributes:
        objects: of the bucket.
        bytes: of them.
        new: objects that the backup lacked.
        new_bytes: of these.
        gone: keys of objects that went away while they were copied.
        damaged: keys of objects that are not what their names say.
    """

    objects: int = 0
    bytes: int = 0
    new: int = 0
    new_bytes: int = 0
    gone: int = 0
    damaged: list[str] = field(default_factory=list)


def copy_bucket(objects: ObjectStore, bucket: str, place: BackupPlace, before: KeptBefore, copied: Copied,
                wanted: Wanted = lambda _key: True) -> Iterator[KeptObject]:
    """Copies a bucket; gives its objects as the backup has them from then on.

    Args:
        objects: where the bucket is.
        bucket: its name.
        place: of the backups.
        before: what the backup before has of it.
        copied: is told what is done.
        wanted: whether an object of this name is taken.
    """
    with ThreadPoolExecutor(PARALLEL, "backup") as pool:
        for page in objects.pages(bucket):
            known: list[KeptObject] = []
            unknown: list[RawObject] = []
            for raw in page:
                if wanted(raw.key):
                    found = before.find(raw.key, raw.version, raw.size)
                    known.append(found) if found else unknown.append(raw)
            there = list(in_order(pool, lambda raw: _by_name(raw, place), unknown, 2 * PARALLEL))
            known += [item for item in there if item]
            missing = [raw for raw, item in zip(unknown, there, strict=True) if item is None]
            known += _copy(objects, place, pool, missing, copied)
            for item in known:
                copied.objects += 1
                copied.bytes += item.size
            yield from sorted(known, key=lambda item: item.key)


def list_bucket(objects: ObjectStore, bucket: str, copied: Copied) -> Iterator[KeptObject]:
    """The objects of a bucket by name, version and size; none is read."""
    for page in objects.pages(bucket):
        for raw in page:
            copied.objects += 1
            copied.bytes += raw.size
            yield KeptObject(raw.key, raw.version, raw.size, "", {})


def _by_name(raw: RawObject, place: BackupPlace) -> KeptObject | None:
    """A canonical image that a killed backup has copied already: its name is its sha256, nothing has to be read."""
    found = BY_CONTENT.fullmatch(raw.key)
    if not found or place.size_of(found[1]) != raw.size:
        return None
    return KeptObject(raw.key, raw.version, raw.size, found[1], {"Content-Type": mimetypes.guess_type(raw.key)[0] or ""})


def _copy(objects: ObjectStore, place: BackupPlace, pool: ThreadPoolExecutor, missing: list[RawObject],
          copied: Copied) -> Iterator[KeptObject]:
    def keep(found: RawBytes) -> tuple[KeptObject | None, bool]:
        if found.error:
            raise found.error
        if found.data is None:
            return None, False
        raw = found.raw
        sha256 = hashlib.sha256(found.data).hexdigest()
        return KeptObject(raw.key, raw.version, len(found.data), sha256, found.claims), place.put_blob(sha256, found.data)

    small = [raw for raw in missing if raw.size < LARGE]
    large = [raw for raw in missing if raw.size >= LARGE]
    for item, new in [*in_order(pool, keep, objects.get_raw(small), 2 * PARALLEL), *_large(objects, place, large)]:
        if item is None:
            copied.gone += 1
            continue
        copied.new += new
        copied.new_bytes += item.size if new else 0
        named = BY_CONTENT.fullmatch(item.key)
        if named and named[1] != item.sha256:
            copied.damaged.append(item.key)
        yield item


def _large(objects: ObjectStore, place: BackupPlace, large: Iterable[RawObject]) -> Iterator[tuple[KeptObject | None, bool]]:
    for raw in large:
        with TemporaryDirectory(prefix="saegim-backup-") as folder:
            path = Path(folder) / "object"
            try:
                objects.get_file(raw.bucket, raw.key, path)
            except ObjectMissing:
                yield None, False
                continue
            sha256 = sha256_of(path)
            yield KeptObject(raw.key, raw.version, path.stat().st_size, sha256, {}), place.put_blob(sha256, path)
