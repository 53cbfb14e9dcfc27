"""Brings a release to a folder: only what is missing, each file checked against its sha256."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.exceptions import NotFoundError

from saegim.errors import ReleaseDamaged, SettingMissing
from saegim.manifest import File, Manifest, parse_manifest
from saegim.releases import Releases, _named

PARALLEL = 8
CHUNK = 4 << 20
TRIES = 2


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did. ``fetched`` and ``kept`` are bytes."""

    manifest: Manifest
    folder: Path
    fetched: int
    kept: int

    @property
    def manifest_path(self) -> Path:
        """The manifest in the folder: it appears when everything it names is there."""
        return self.folder / self.manifest.folder / "manifest.json"


def pull(name: str, to: str | os.PathLike[str], releases: Releases | None = None,
         advance: Callable[[int], None] = lambda _bytes: None) -> Pulled:
    """Pulls a release. Several releases may share a folder: images that they have in common are there once.

    Interrupted, it goes on where it was; a damaged file is fetched again.

    Args:
        name: such as ``scene-text@3``, or ``scene-text`` for the newest.
        to: folder; made where it is missing.
        releases: where from; the configured object storage where left out.
        advance: told how many bytes more are there.

    Raises:
        ReleaseNotFound: no such release.
        ReleaseDamaged: a file is not what the manifest says.
        StorageUnavailable: the object storage does not answer.
    """
    source = releases or Releases()
    manifest = source.manifest(name)
    folder = Path(to)
    _same_dataset(folder, manifest)

    def one(file: File) -> int:
        target = folder / file.path
        if _is(target, file):
            advance(file.bytes)
            return 0
        for attempt in range(TRIES):
            if fetch_file(source, manifest.dataset, file, target):
                advance(file.bytes)
                return file.bytes
            if attempt + 1 == TRIES:
                raise ReleaseDamaged(f"{manifest.dataset}/{file.path} in the bucket has another sha256 than "
                                     f"{manifest.name} states; tell the data manager")
        return 0

    with ThreadPoolExecutor(PARALLEL) as pool:
        fetched = sum(pool.map(one, manifest.files))
    pulled = Pulled(manifest, folder, fetched, sum(file.bytes for file in manifest.files) - fetched)
    _write(pulled.manifest_path, manifest.to_bytes())
    return pulled


@_named
def fetch_file(releases: Releases, dataset: str, file: File, target: Path) -> bool:
    """Fetches one file beside its place, checks it, and renames it; False where its sha256 is wrong."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    digest = hashlib.sha256()
    try:
        with beside.open("wb") as out:
            for chunk in obstore.get(releases.bucket, f"{dataset}/{file.path}").stream(min_chunk_size=CHUNK):
                digest.update(chunk)
                out.write(chunk)
        if digest.hexdigest() != file.sha256:
            return False
        beside.replace(target)
        return True
    except (NotFoundError, FileNotFoundError) as error:
        raise ReleaseDamaged(f"{dataset}/{file.path} is not in the bucket any more: it may have been taken down; "
                             "run the same again") from error
    finally:
        beside.unlink(missing_ok=True)


def _same_dataset(folder: Path, manifest: Manifest) -> None:
    there = folder / manifest.folder / "manifest.json"
    if there.is_file():
        other = parse_manifest(there.read_bytes(), str(there))
        if other.dataset != manifest.dataset:
            raise SettingMissing(f"{folder} holds releases of {other.dataset}: expected a folder for {manifest.dataset}")


def _is(path: Path, file: File) -> bool:
    if not path.is_file() or path.stat().st_size != file.bytes:
        return False
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    beside.write_bytes(data)
    beside.replace(path)
