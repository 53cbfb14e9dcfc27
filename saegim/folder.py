"""A folder of pulled releases: what it holds, and how a file gets into it while others do the same."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from saegim.errors import FolderRefused, ReleaseDamaged
from saegim.manifest import File, Manifest, as_size, parse_manifest


def manifests(folder: Path) -> list[Manifest]:
    """The releases that a folder holds, oldest first. A manifest that cannot be read is none: pulling mends it."""
    found = []
    for path in folder.glob("v*/manifest.json"):
        try:
            found.append(parse_manifest(path.read_bytes(), str(path)))
        except (ReleaseDamaged, OSError):
            continue
    return sorted(found, key=lambda manifest: (manifest.number, manifest.revision))


def check_dataset(folder: Path, dataset: str) -> None:
    """Refuses a folder that another dataset's releases are in.

    Raises:
        FolderRefused: it is one.
    """
    for path in sorted(folder.glob("v*/manifest.json")):
        try:
            other = json.loads(path.read_bytes())["dataset"]
        except (OSError, ValueError, LookupError, TypeError):
            continue
        if other != dataset:
            raise FolderRefused(f"{folder} holds releases of {other} ({path.relative_to(folder)}): expected a folder for "
                                f"{dataset}; name another one")


def has_all(folder: Path, files: Iterable[File]) -> bool:
    """Whether the files are there, by their sizes: a file gets its name when its sha256 was found right."""
    return all(has_size(folder / file.place, file.bytes) for file in files)


def has_size(path: Path, size: int) -> bool:
    """Whether a file is there and so long."""
    return path.is_file() and path.stat().st_size == size


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def check_room(folder: Path, needed: int) -> None:
    """Refuses at once what the disk has no room for.

    Raises:
        FolderRefused: ``needed`` bytes are more than are free.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        disk = shutil.disk_usage(there)
    except OSError:  # some network disks do not say, others say 0 of 0
        return
    if disk.total and needed > disk.free:
        raise FolderRefused(f"The disk of {folder} has {as_size(disk.free)} free and {as_size(needed)} are missing: make room, "
                            "or name a folder on another disk")


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Turns the disk's errors into ours.

    Raises:
        FolderRefused: with what to do about it.
    """
    try:
        yield
    except OSError as error:
        named = error.filename or path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"The disk of {path} is full: make room, then run the same again; it goes on where it was"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            message = f"No permission to write {named}: name a folder of your own"
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            message = f"{named} is a file: expected a folder; name another one, or move it away"
        elif error.errno in (errno.EISDIR, errno.ENOTEMPTY):
            message = f"{named} is a folder: expected a file; move it away"
        else:
            message = f"Cannot write {named} ({error.strerror or error}): name another folder"
        raise FolderRefused(message) from error


def write_whole(path: Path, data: bytes) -> None:
    """Writes a small file such that it is there whole or not at all; one that is there already stays untouched."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")  # another machine has the same process ids
    beside.write_bytes(data)
    beside.replace(path)
