"""Pulling onto disks without flock: one brings it, whoever is killed is followed, and two at once do no harm."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import obstore
import pyarrow.parquet as pq
import pytest
from obstore.store import LocalStore

import saegim.locks
from saegim.formats import hf
from saegim.load import load
from saegim.locks import NO_FLOCK, Stopped, locked
from saegim.manifest import Manifest
from saegim.pull import Pulled, pull
from saegim.releases import Releases
from saegim.settings import StorageSettings
from tests.made_release import Dataset, images_of
from tests.places import ROOT

pytestmark = pytest.mark.slow

SETTINGS = StorageSettings(_env_file=None)
PULLER = """
import errno, fcntl, json, os, sys, time
import obstore
from obstore.store import LocalStore
from saegim.pull import pull
from saegim.releases import Releases
from saegim.settings import StorageSettings

bucket, to, code, stands_still = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

def no_flock(*_):
    raise OSError(code, os.strerror(code))

fcntl.flock = no_flock
real = obstore.get

class Slow:
    def __init__(self, answer):
        self.meta, self._answer = answer.meta, answer

    def stream(self, **_):
        data = b"".join(map(bytes, self._answer.stream()))
        for start in range(0, len(data), 200):
            yield data[start:start + 200]
            if stands_still == "yes" and start >= 400:
                print("standing still", flush=True)
                time.sleep(600)
            time.sleep(0.002)

obstore.get = lambda store, key, *, options=None: Slow(real(store, key, options=options)) if options else real(store, key)
done = pull("scene-text@1", to, Releases(StorageSettings(_env_file=None), LocalStore(bucket)))
print(json.dumps([done.fetched, done.kept]))
"""


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    return tmp_path / "bucket"


@pytest.fixture
def manifest(bucket: Path) -> Manifest:
    return Dataset(LocalStore(bucket, mkdir=True)).publish(images_of())


@pytest.fixture
def no_flock(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Lustre: OSError at each call; and owners that are quick to say that they live."""
    monkeypatch.setattr(saegim.locks, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(saegim.locks, "DEAD_SECONDS", 1.0)
    refuse_flock(monkeypatch, errno.ENOSYS)


def refuse_flock(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)


def pulled(bucket: Path, to: Path) -> Pulled:
    return pull("scene-text@1", to, Releases(SETTINGS, LocalStore(bucket)))


def puller(bucket: Path, to: Path, code: int = errno.ENOTSUP, *, stands_still: bool = False) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PULLER, str(bucket), str(to), str(code), "yes" if stands_still else "no"],
                            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def whole(bucket: Path, manifest: Manifest, to: Path) -> bool:
    """All files are right, and nothing else is there."""
    there = {str(path.relative_to(to)): path.read_bytes() for path in to.rglob("*") if path.is_file()}
    there.pop("v1/manifest.json")
    return there == {file.place: (bucket / "scene-text" / file.path).read_bytes() for file in manifest.files}


@pytest.mark.parametrize("code", sorted(NO_FLOCK), ids=errno.errorcode.__getitem__)
def test_a_disk_without_flock_takes_a_release(bucket: Path, manifest: Manifest, tmp_path: Path, code: int,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_flock(monkeypatch, code)
    to = tmp_path / "out"
    release = load("scene-text@1", folder=to, releases=Releases(SETTINGS, LocalStore(bucket)))
    assert whole(bucket, manifest, to) and len(list(release.images())) == 12
    assert pulled(bucket, to).fetched == 0
    hf.write(release, tmp_path / "hf")
    assert (tmp_path / "hf" / ".saegim-hf").exists() and not list((tmp_path / "hf").glob("*.lock*"))
    hf.write(release, tmp_path / "hf")


def test_three_processes_at_once_bring_it_once(bucket: Path, manifest: Manifest, tmp_path: Path) -> None:
    running = [puller(bucket, tmp_path / "out", code) for code in (errno.ENOSYS, errno.ENOLCK, errno.EINVAL)]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    total = sum(file.bytes for file in manifest.files)
    found = [json.loads(out) for out, _ in said]
    assert all(fetched + kept == total for fetched, kept in found) and sum(fetched for fetched, _ in found) == total
    assert whole(bucket, manifest, tmp_path / "out")


@pytest.fixture
def killed(bucket: Path, manifest: Manifest, tmp_path: Path) -> Iterator[Path]:
    """A folder in which a process was killed while it pulled: locks and parts are left."""
    to = tmp_path / "out"
    process = puller(bucket, to, stands_still=True)
    assert process.stdout and process.stdout.readline().startswith("standing still")
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert list(to.rglob(".*.part.lock")) and any(path.stat().st_size for path in to.rglob(".*.part"))
    yield to


@pytest.mark.usefixtures("no_flock")
def test_who_is_killed_is_followed_at_once_and_its_part_goes_on(bucket: Path, manifest: Manifest, killed: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saegim.locks, "DEAD_SECONDS", 600.0)
    there = sum(path.stat().st_size for path in killed.rglob(".*.part")) + sum(
        (killed / file.place).stat().st_size for file in manifest.files if (killed / file.place).is_file())
    assert there > 0 and pulled(bucket, killed).fetched == sum(file.bytes for file in manifest.files) - there
    assert whole(bucket, manifest, killed)


@pytest.mark.usefixtures("no_flock")
@pytest.mark.parametrize("owner", [b"", b"another-boot/pid:[1] 1 1 ab", b"\xff\0 not ours"])
def test_who_was_killed_on_another_machine_is_followed_after_a_while(bucket: Path, manifest: Manifest, killed: Path,
                                                                     owner: bytes) -> None:
    for path in killed.rglob(".*.part.lock"):
        path.write_bytes(owner)
    began = time.monotonic()
    pulled(bucket, killed)
    assert 1.0 < time.monotonic() - began < 30 and whole(bucket, manifest, killed)


@pytest.mark.usefixtures("no_flock")
def test_who_lives_is_waited_for(tmp_path: Path) -> None:
    path, order, never = tmp_path / "file", [], threading.Event()

    def other() -> None:
        with locked(path, never):
            order.append("other")

    with locked(path, never):
        lock = path.with_name("file.lock")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(3)
        assert thread.is_alive() and lock.exists()
        stop = threading.Event()
        stop.set()
        with pytest.raises(Stopped), locked(path, stop):
            pass
        order.append("first")
    thread.join(10)
    assert order == ["first", "other"] and not lock.exists()


@pytest.mark.parametrize(("owner", "dead"), [
    ("{machine} {pid} {started} x", False), ("{machine} {pid} 1 x", True), ("{machine} {pid} - x", False),
    ("{machine} 99999999 1 x", True), ("elsewhere 99999999 1 x", False), ("{machine} 1 1", False), ("", False),
    ("{machine} 999999999999999999999999 1 x", False),
])
def test_the_dead_of_this_machine_are_known(owner: str, dead: bool) -> None:
    pid = os.getpid()
    machine = saegim.locks._machine()
    assert saegim.locks._is_dead(owner.format(machine=machine, pid=pid, started=saegim.locks._started(pid)).encode()) is dead


def test_nobody_removes_the_lock_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lock"
    path.write_bytes(b"mine")
    saegim.locks._remove(path, b"yours")
    assert path.read_bytes() == b"mine"
    real = Path.rename

    def overtaken(self: Path, target: Path) -> Path:  # between looking and renaming another has made its own
        if self == path:
            path.write_bytes(b"newer")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    saegim.locks._remove(path, b"mine")
    assert path.read_bytes() == b"newer" and list(tmp_path.iterdir()) == [path]


def remove_locks(to: Path) -> None:
    """What is done to the locks of somebody who seems dead."""
    for path in to.rglob("*.lock"):
        path.unlink()


@pytest.mark.parametrize("flock", ["none", "of this machine alone"])
@pytest.mark.parametrize("damage", [False, True])
@pytest.mark.parametrize("cached", [False, True])
def test_two_at_once_do_no_harm(bucket: Path, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flock: str,
                                damage: bool, cached: bool) -> None:
    """The first stands still, seems dead, and goes on when the second has finished.

    ``damage``: it had begun on wrong bytes. ``cached``: its machine does not know yet that its part was renamed.
    """
    if cached:
        monkeypatch.setattr(sys.modules["saegim.pull"], "stands", lambda *_: True)
    to, reached, go_on, real = tmp_path / "out", threading.Event(), threading.Event(), obstore.get
    if flock == "none":
        refuse_flock(monkeypatch, errno.EOPNOTSUPP)
    else:
        monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    if damage:
        for file in manifest.files:
            target = to / file.place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.with_name(f".{target.name}.part").write_bytes(b"x" * 50)

    def slow(store: Any, key: str, *, options: Any = None) -> Any:
        answer = real(store, key, options=options)
        if not options or threading.current_thread().name.startswith("second"):
            return answer

        def stream(_self: Any, **_more: Any) -> Iterator[bytes]:
            data = b"".join(map(bytes, answer.stream()))
            yield data[:100]
            reached.set()
            go_on.wait(60)
            yield data[100:]

        return type("Answer", (), {"meta": answer.meta, "stream": stream})()

    monkeypatch.setattr(obstore, "get", slow)
    found: list[Any] = []

    def first() -> None:
        try:
            found.append(pulled(bucket, to))
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    assert reached.wait(30)
    time.sleep(0.3)
    remove_locks(to)
    monkeypatch.setattr(obstore, "get", real)
    pulled(bucket, to)
    go_on.set()
    thread.join(60)
    assert isinstance(found[0], Pulled), found
    assert whole(bucket, manifest, to)


@pytest.mark.parametrize("code", [errno.ENOENT, errno.ESTALE, errno.EIO], ids=errno.errorcode.__getitem__)
def test_what_another_machine_renamed_is_looked_for_again(bucket: Path, manifest: Manifest, tmp_path: Path, code: int,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    real, left, told = os.open, [2], list[int]()

    def stale(path: Any, *arguments: Any, **more: Any) -> int:
        if left[0] and str(path).endswith(".part"):
            left[0] -= 1
            raise OSError(code, os.strerror(code), str(path))
        return real(path, *arguments, **more)

    monkeypatch.setattr(os, "open", stale)
    pull("scene-text@1", tmp_path / "out", Releases(SETTINGS, LocalStore(bucket)), told.append)
    assert whole(bucket, manifest, tmp_path / "out") and left == [0]
    assert sum(told) == sum(file.bytes for file in manifest.files)


def test_a_lock_that_cifs_refuses_is_another_s(bucket: Path, manifest: Manifest, tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    left = [3]

    def refuse(*_: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(fcntl, "flock", refuse)
    pulled(bucket, tmp_path / "out")
    assert whole(bucket, manifest, tmp_path / "out") and left == [0]


def test_a_disk_that_maps_no_files(bucket: Path, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., pq.ParquetFile] = pq.ParquetFile

    def refuse(*arguments: Any, memory_map: bool = False, **more: Any) -> pq.ParquetFile:
        if memory_map:
            raise OSError(errno.ENODEV, "Memory mapping file failed")
        return real(*arguments, **more)

    monkeypatch.setattr(pq, "ParquetFile", refuse)
    release = load("scene-text@1", folder=tmp_path / "out", releases=Releases(SETTINGS, LocalStore(bucket)))
    assert len(list(release.images())) == len(release.to_arrow()) == manifest.labels.rows


@pytest.mark.parametrize("said", [shutil._ntuple_diskusage(0, 0, 0), OSError(errno.ENOSYS, "statfs")])
def test_a_disk_that_does_not_say_how_full_it_is(bucket: Path, manifest: Manifest, tmp_path: Path, said: Any,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    def usage(_path: Any) -> Any:
        if isinstance(said, OSError):
            raise said
        return said

    monkeypatch.setattr(shutil, "disk_usage", usage)
    pulled(bucket, tmp_path / "out")
    assert whole(bucket, manifest, tmp_path / "out")
