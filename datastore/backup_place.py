"""Where backups lie: a folder or a prefix of a bucket. Bytes are named by their sha256, so a second backup copies what is new.

::

    blobs/3f/3f2a…                    bytes of any object of any backup
    backups/20261127T030000Z/…        lists of objects, the ledger, Label Studio
    backups/20261127T030000Z/manifest.json   put last: from then on the backup exists
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from datastore.object_errors import first_line, of_obstore, refused
from saegim.folder import sha256_of
from saegim.patience import ride_out
from saegim.settings import StorageSettings
from schemas.backup import BackupManifest, KeptFile, parse_backup
from schemas.errors import DiskFull, ObjectMissing, ServiceUnavailable, SettingError

T = TypeVar("T")
MANIFEST = "manifest.json"
FULL = ("No space left", "os error 28", "Disk quota")
"""What obstore says of a disk that is full."""


class BackupPlace:
    """A folder of this machine, or ``s3://BUCKET/PREFIX``.

    Args:
        address: as people write it.
        settings: of the object store, for an address that begins with ``s3://``.
        make: whether a folder that is not there is made.

    Raises:
        SettingError: the address is none, or the folder is not there or cannot be made.
    """

    def __init__(self, address: str, settings: StorageSettings, make: bool = True) -> None:
        self.address = address.rstrip("/")
        self._prefix = ""
        self._store: LocalStore | S3Store
        if found := re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]+)(?:/(.+))?", self.address):
            self._store = settings.bucket(found[1])
            self._prefix = f"{found[2]}/" if found[2] else ""
        elif "://" in self.address or not self.address:
            raise SettingError(f"{address!r} is no place for backups: expected a folder, or s3://BUCKET/PREFIX")
        else:
            self._store = _folder(Path(self.address).expanduser(), make)

    @property
    def is_open(self) -> bool:
        """Whether it is a folder that others on this machine may look into."""
        return isinstance(self._store, LocalStore) and bool(Path(self.address).expanduser().stat().st_mode & 0o077)

    def size_of(self, sha256: str) -> int | None:
        """How long some bytes are in the backup; None where it has them not."""
        return self._size(_blob(sha256))

    def blobs(self) -> Iterator[tuple[bytes, int]]:
        """Sha256, as 32 bytes, and size of all bytes that there are."""
        for page in obstore.list(self._store, f"{self._prefix}blobs/"):
            for item in page:
                name = item["path"].rpartition("/")[2]
                if re.fullmatch("[0-9a-f]{64}", name):
                    yield bytes.fromhex(name), item["size"]

    def put_blob(self, sha256: str, data: bytes | Path) -> bool:
        """Stores bytes under their sha256; False where as many are there."""
        if self.size_of(sha256) == (data.stat().st_size if isinstance(data, Path) else len(data)):
            return False
        self.put(_blob(sha256), data)
        return True

    def get_blob(self, sha256: str) -> bytes:
        """Bytes by their sha256.

        Raises:
            ObjectMissing: they are not there, or are others.
        """
        data = self.get(_blob(sha256))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise self._damaged(_blob(sha256))
        return data

    def get_blob_to(self, sha256: str, path: Path) -> None:
        """Brings bytes to a file; they are never in memory as a whole. See ``get_blob``."""
        self._get_to(_blob(sha256), path)
        if sha256_of(path) != sha256:
            raise self._damaged(_blob(sha256))

    def put_aside(self, sha256: str) -> None:
        """Takes damaged bytes from where backups look for them, so that the next backup brings them anew."""
        old, new = (f"{self._prefix}{key}" for key in (_blob(sha256), f"damaged/{sha256}"))
        self._asked(lambda: obstore.rename(self._store, old, new))

    def put_file(self, backup: str, name: str, path: Path) -> KeptFile:
        """Stores a file of a backup."""
        self.put(f"backups/{backup}/{name}", path)
        return KeptFile(name=name, sha256=sha256_of(path), bytes=path.stat().st_size)

    def get_file(self, backup: str, file: KeptFile, path: Path) -> None:
        """Brings a file of a backup here.

        Raises:
            ObjectMissing: it is not there, or damaged.
        """
        key = f"backups/{backup}/{file.name}"
        self._get_to(key, path)
        if sha256_of(path) != file.sha256:
            raise self._damaged(key)

    def publish(self, manifest: BackupManifest) -> None:
        """From now on the backup exists."""
        self.put(f"backups/{manifest.name}/{MANIFEST}", manifest.model_dump_json(indent=1).encode())

    def backups(self) -> list[str]:
        """Names of the backups that exist, the oldest first; one without a manifest was never finished."""
        return [name for name in self.begun() if self._exists(f"backups/{name}/{MANIFEST}")]

    def begun(self) -> list[str]:
        """Names of the backups that were begun, finished or not, the oldest first."""
        listed = self._asked(lambda: obstore.list_with_delimiter(self._store, f"{self._prefix}backups"))
        return sorted(prefix.rstrip("/").rpartition("/")[2] for prefix in listed["common_prefixes"])

    def manifest(self, name: str) -> BackupManifest:
        """One backup.

        Raises:
            SettingError: this version cannot read it.
            ObjectMissing: there is none of this name.
        """
        key = f"backups/{name}/{MANIFEST}"
        return parse_backup(self.get(key), f"{self.address}/{key}")

    def forget(self, name: str) -> None:
        """Removes a backup; its manifest goes first, and what others share with it stays."""
        folder = f"{self._prefix}backups/{name}/"
        keys = [item["path"] for page in obstore.list(self._store, folder) for item in page]
        for key in sorted(keys, key=lambda key: not key.endswith(MANIFEST)):
            self._asked(lambda key=key: obstore.delete(self._store, key))  # type: ignore[misc]

    def forget_blobs_but(self, kept: set[bytes]) -> int:
        """Removes bytes that no backup names. Returns how many objects that were.

        Args:
            kept: sha256 of what stays, 32 bytes each.
        """
        gone = 0
        for sha256, _ in self.blobs():
            if sha256 not in kept:
                path = self._prefix + _blob(sha256.hex())
                self._asked(lambda path=path: obstore.delete(self._store, path))  # type: ignore[misc]
                gone += 1
        return gone

    def put(self, key: str, data: bytes | Path) -> None:
        """Stores one object; it is there whole or not at all."""
        self._asked(lambda: obstore.put(self._store, self._prefix + key, data))

    def get(self, key: str) -> bytes:
        """One object's bytes."""
        return self._asked(lambda: bytes(obstore.get(self._store, self._prefix + key).bytes()))

    def _get_to(self, key: str, path: Path) -> None:
        def bring() -> None:
            with path.open("wb") as out:
                for chunk in obstore.get(self._store, self._prefix + key).stream(min_chunk_size=4 << 20):
                    out.write(chunk)

        self._asked(bring)

    def _exists(self, key: str) -> bool:
        return self._size(key) is not None

    def _size(self, key: str) -> int | None:
        try:
            return self._asked(lambda: obstore.head(self._store, self._prefix + key))["size"]
        except ObjectMissing:
            return None

    def _asked(self, call: Callable[[], T]) -> T:
        def once() -> T:
            try:
                return call()
            except (NotFoundError, FileNotFoundError) as error:
                raise ObjectMissing(f"not in the backup at {self.address}: {first_line(error)}") from error
            except (PermissionDeniedError, UnauthenticatedError) as error:
                raise refused(self.address, error) from error
            except (BaseError, OSError) as error:
                if any(said in str(error) for said in FULL):
                    raise DiskFull(f"{self.address} is full: make room, then run the same again; it goes on where it "
                                   "was") from error
                raise of_obstore(self.address, error) from error

        return ride_out(once, ServiceUnavailable, f"Backups at {self.address}")

    def _damaged(self, key: str) -> ObjectMissing:
        return ObjectMissing(f"{self.address}/{key} has other bytes than its sha256 says: the backup is damaged there. Restore "
                             "another one (saegim restore --list), or bring this object from a copy of the place")


def _folder(path: Path, make: bool) -> LocalStore:
    if not make and not path.is_dir():
        raise SettingError(f"There is no folder {path}: is its disk mounted? Nothing was made and nothing changed")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds people's photographs and addresses
    except OSError as error:
        raise SettingError(f"{path} cannot be made ({error.strerror}): name a folder that you may write") from error
    return LocalStore(path, automatic_cleanup=True)


def _blob(sha256: str) -> str:
    return f"blobs/{sha256[:2]}/{sha256}"
