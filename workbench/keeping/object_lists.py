"""Lists of the objects of a bucket, a line an object: what a backup knows of it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from schemas.backup import KeptObject


def write_objects(path: Path, objects: Iterable[KeptObject]) -> None:
    """Writes a list, compressed; the same bytes for the same objects."""
    with path.open("wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed:
        for item in objects:
            packed.write(json.dumps(item, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")


def read_objects(path: Path) -> Iterator[KeptObject]:
    """The objects of a list, in its order."""
    with gzip.open(path, "rb") as packed:
        for line in packed:
            yield KeptObject(*json.loads(line))


class KeptBefore:
    """What an earlier backup holds of a bucket, by name, version and size: 200 bytes an object in memory."""

    def __init__(self, objects: Iterable[KeptObject] = (), there: Mapping[bytes, int] | None = None) -> None:
        self._there = there
        self._sha256 = {_key(item.key, item.version, item.size): (bytes.fromhex(item.sha256), _packed(item))
                        for item in objects if item.sha256}

    def find(self, key: str, version: str, size: int) -> KeptObject | None:
        """The object as the earlier backup has it; None where it is new or changed, or where its bytes are gone or cut."""
        found = self._sha256.get(_key(key, version, size))
        if found and self._there is not None and self._there.get(found[0]) != size:
            return None
        return KeptObject(key, version, size, found[0].hex(), json.loads(found[1])) if found else None


_ATTRIBUTES: dict[str, str] = {}


def _packed(item: KeptObject) -> str:
    """Attributes as JSON, each text once: most objects of a bucket have the same ones."""
    text = json.dumps(item.attributes, sort_keys=True)
    return _ATTRIBUTES.setdefault(text, text) if len(_ATTRIBUTES) < 1000 else text


def _key(key: str, version: str, size: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{key}\0{version}\0{size}".encode(), digest_size=8).digest(), "big")
