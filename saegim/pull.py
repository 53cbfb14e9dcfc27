"""Brings a release to a folder: only what is missing, each file checked against its sha256."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from saegim.errors import ReleaseDamaged, ReleaseNotFound
from saegim.fetch import REQUESTS, Window
from saegim.folder import check_dataset, check_room, has_size, manifests, on_disk, sha256_of, write_whole
from saegim.locks import Stopped, locked, stands
from saegim.manifest import File, Manifest
from saegim.releases import Releases

TOLD_BYTES = 4 << 20
READ_BYTES = 1 << 20
TRIES = 2
"""A part that an earlier pull left may hold wrong bytes: the file is fetched once more before the bucket is called damaged."""

ELSEWHERE = frozenset({errno.ENOENT, errno.ESTALE, errno.EIO})
"""What a network's disk says of a file that another machine has just renamed or removed."""
ELSEWHERE_PAUSES = (0.2, 1.0, 3.0)
"""Seconds before another try: until the client has forgotten what it knew of the folder."""

Advance = Callable[[int], None]
"""Told how many bytes more are there, from several threads; fewer than none where bytes turned out wrong."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did.

    Attributes:
        manifest: of the release.
        folder: where it is now.
        fetched: bytes that came over the network.
        kept: bytes that were there already.
        taken_down: files of the release before its takedown that no release in the folder names any more.
    """

    manifest: Manifest
    folder: Path
    fetched: int
    kept: int
    taken_down: tuple[Path, ...] = ()

    @property
    def manifest_path(self) -> Path:
        """The manifest in the folder: it appears when all that was asked for is there."""
        return self.folder / self.manifest.folder / "manifest.json"


def pull(name: str, to: str | os.PathLike[str], releases: Releases | None = None, advance: Advance = lambda _bytes: None,
         splits: Sequence[str] | None = None, verify: bool = True) -> Pulled:
    """Pulls a release. Several releases may share a folder: images that they have in common are there once.

    Interrupted, it goes on where it was; a damaged file is fetched again. Several may pull into one folder at once.

    Example:
        >>> saegim.pull("scene-text@3", "data/scene-text", splits=["test"])  # doctest: +SKIP

    Args:
        name: such as ``scene-text@3``, or ``scene-text`` for the newest.
        to: folder; made where it is missing.
        releases: where from; the configured object storage where left out.
        advance: told how many bytes more are there.
        splits: only the images of these splits; labels are always whole.
        verify: whether files that are there are checked against their sha256, or by their size alone. What is fetched is
            always checked.

    Raises:
        ReleaseNotFound: no such release, or it has no such split.
        ReleaseDamaged: a file in the bucket is not what the manifest says.
        FolderRefused: the folder holds another dataset, or its disk cannot take the release.
        StorageUnavailable: the object storage does not answer.
    """
    source = releases or Releases()
    manifest = source.manifest(name)
    return bring(source, manifest, needed(manifest, splits), Path(to), advance, verify)


def needed(manifest: Manifest, splits: Sequence[str] | None = None) -> list[File]:
    """The files of a release that some splits need; all of them where none is named.

    Raises:
        ReleaseNotFound: it has no such split.
    """
    if unknown := sorted(set(splits or ()) - manifest.splits.keys()):
        raise ReleaseNotFound(f"{manifest.name} has no split {', '.join(map(repr, unknown))}: expected one of "
                              f"{', '.join(manifest.splits)}")
    return [file for file in manifest.files if splits is None or file.kind != "images" or file.split in splits]


def bring(source: Releases, manifest: Manifest, files: Sequence[File], folder: Path, advance: Advance, verify: bool) -> Pulled:
    """Brings some files of a release to a folder, and then its manifest. See ``pull``."""
    fetched = fetch(source, manifest, files, folder, advance, verify)
    with on_disk(folder):
        write_whole(folder / manifest.folder / "manifest.json", manifest.to_bytes())
    return Pulled(manifest, folder, fetched, sum(file.bytes for file in files) - fetched, _taken_down(folder, manifest))


def fetch(source: Releases, manifest: Manifest, files: Sequence[File], folder: Path, advance: Advance = lambda _bytes: None,
          verify: bool = True) -> int:
    """Brings files to a folder; returns how many bytes came over the network. See ``pull``."""
    with on_disk(folder):
        check_dataset(folder, manifest.dataset)
        check_room(folder, sum(_missing(folder, file) for file in files))
        folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    with Window(source, stop) as window, ThreadPoolExecutor(REQUESTS, "saegim-file") as pool:
        errand = _Errand(manifest, folder, window, advance, verify, stop)
        running = [pool.submit(errand.bring, file) for file in files]
        try:
            return sum(done.result() for done in as_completed(running))
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@dataclass(frozen=True, slots=True)
class _Errand:
    """What bringing each file of one pull needs."""

    manifest: Manifest
    folder: Path
    window: Window
    advance: Advance
    verify: bool
    stop: threading.Event

    def bring(self, file: File) -> int:
        """Brings one file to its place, where it is not there; returns how many bytes were fetched for it."""
        target = self.folder / file.place
        with on_disk(target):
            for pause in ELSEWHERE_PAUSES:
                told: list[int] = []
                try:
                    return replace(self, advance=partial(_tell, self.advance, told))._bring(target, file)
                except OSError as error:
                    if error.errno not in ELSEWHERE:
                        raise
                self.advance(-sum(told))
                if self.stop.wait(pause):
                    raise Stopped
            return self._bring(target, file)

    def _bring(self, target: Path, file: File) -> int:
        if self._is_there(target, file):
            return 0
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        return self._bring_alone(target, file)

    def _bring_alone(self, target: Path, file: File) -> int:
        part = _part(target)
        fetched = 0
        with locked(part, self.stop) as opened:
            if self._is_there(target, file):  # another process has brought it meanwhile
                part.unlink(missing_ok=True)
                return 0
            for _ in range(TRIES):
                count, right = self._fill(opened, file)
                fetched += count
                if not stands(part, opened):  # another had the lock as well, and has brought it
                    break
                if right:
                    part.replace(target)
                    return fetched
                os.ftruncate(opened, 0)
                self.advance(-file.bytes)
            else:
                part.unlink()
                raise ReleaseDamaged(f"{self.manifest.dataset}/{file.path} in the bucket has another sha256 than "
                                     f"{self.manifest.name} states; tell the data manager")
        self.advance(-file.bytes)
        return fetched + self._bring_alone(target, file)

    def _fill(self, opened: int, file: File) -> tuple[int, bool]:
        """Goes on with a part until it is whole; returns how many bytes were fetched, and whether the sha256 is right."""
        digest = hashlib.sha256()
        if os.fstat(opened).st_size > file.bytes:
            os.ftruncate(opened, 0)
        start = os.lseek(opened, 0, os.SEEK_SET)
        while data := os.read(opened, READ_BYTES):
            digest.update(data)
            start += len(data)
        self.advance(start)
        untold = 0
        for chunk in self.window.read(f"{self.manifest.dataset}/{file.path}", start, file.bytes):
            if self.stop.is_set():
                raise Stopped
            digest.update(chunk)
            _write(opened, memoryview(chunk))
            untold += len(chunk)
            if untold >= TOLD_BYTES:
                self.advance(untold)
                untold = 0
        self.advance(untold)
        return file.bytes - start, digest.hexdigest() == file.sha256

    def _is_there(self, target: Path, file: File) -> bool:
        there = has_size(target, file.bytes) and (not self.verify or sha256_of(target) == file.sha256)
        if there:
            self.advance(file.bytes)
        return there


def _tell(advance: Advance, told: list[int], count: int) -> None:
    told.append(count)
    advance(count)


def _write(opened: int, data: memoryview) -> None:
    while data:
        data = data[os.write(opened, data):]


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


def _missing(folder: Path, file: File) -> int:
    """How many bytes the disk has to take for a file."""
    target = folder / file.place
    if has_size(target, file.bytes):
        return 0
    part = _part(target)
    return max(0, file.bytes - (part.stat().st_size if part.is_file() else 0))


def _taken_down(folder: Path, manifest: Manifest) -> tuple[Path, ...]:
    """What the folder still holds of a release before its takedown, and no other release in it names."""
    here = manifests(folder)
    before = [other for other in here if other.number == manifest.number and other.revision < manifest.revision]
    gone = _places(folder, before) - _places(folder, (other for other in here if other not in before))
    return tuple(sorted(path for path in gone if path.is_file()))


def _places(folder: Path, releases: Iterable[Manifest]) -> set[Path]:
    return {folder / file.place for release in releases for file in release.files}
