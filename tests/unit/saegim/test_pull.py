"""Pulling from a bucket that is a folder: what is fetched, what is kept, what is mended, what is refused."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import Any

import obstore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.exceptions import GenericError
from obstore.store import LocalStore, MemoryStore

import saegim.fetch
from saegim.errors import FolderRefused, ReleaseDamaged, ReleaseNotFound, SettingMissing, StorageUnavailable
from saegim.fetch import Window
from saegim.manifest import parse_manifest
from saegim.pull import Pulled, pull
from saegim.releases import Releases
from saegim.settings import StorageSettings
from tests.made_release import Dataset, images_of, relabelled

SETTINGS = StorageSettings(_env_file=None)


class Bucket:
    """A bucket in a folder, that counts the bytes that are asked of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.folder, self.store = folder, LocalStore(folder)
        self.releases = Releases(SETTINGS, self.store)
        self.dataset = Dataset(self.store)
        self.got: Counter[str] = Counter()
        real = obstore.get

        def counted(store: Any, key: str, *, options: Any = None) -> Any:
            if options:
                self.got[key.partition("/")[2]] += options["range"][1] - options["range"][0]
            return real(store, key, options=options)

        monkeypatch.setattr(obstore, "get", counted)

    def pull(self, to: Path, name: str = "scene-text@1", **more: Any) -> Pulled:
        self.got.clear()
        return pull(name, to, self.releases, **more)


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    return Bucket(tmp_path / "버킷", monkeypatch)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def part_of(target: Path) -> Path:
    """Where a file lies that is not whole yet; its folder is made."""
    target.parent.mkdir(parents=True)
    return target.with_name(f".{target.name}.part")


def test_all_of_it_lies_where_the_manifest_says(bucket: Bucket, tmp_path: Path) -> None:
    manifest = bucket.dataset.publish(images_of())
    told: list[int] = []
    pulled = bucket.pull(tmp_path / "one", advance=told.append)
    there = content(tmp_path / "one")
    assert set(there) == {file.place for file in manifest.files} | {"v1/manifest.json"}
    assert "v1/README.md" in there and "v1/diff.html" in there
    assert parse_manifest(there["v1/manifest.json"], "") == manifest == pulled.manifest
    total = sum(file.bytes for file in manifest.files)
    assert (pulled.fetched, pulled.kept) == (total, 0) == (sum(bucket.got.values()), 0) and sum(told) == total
    bucket.pull(tmp_path / "two")
    assert content(tmp_path / "two") == there
    told.clear()
    again = bucket.pull(tmp_path / "one", advance=told.append)
    assert (again.fetched, again.kept, sum(told)) == (0, total, total) and not bucket.got


def test_the_next_release_brings_what_is_new(bucket: Bucket, tmp_path: Path) -> None:
    images = images_of()
    first = bucket.dataset.publish(images)
    bucket.pull(tmp_path / "out")
    second = bucket.dataset.publish(relabelled([*images, *images_of({"train": 1}, 50)], 3, "고친 글"), first)
    pulled = bucket.pull(tmp_path / "out", "scene-text")
    [new] = [file for file in second.of_kind("images") if file not in first.files]
    assert pulled.manifest == second
    assert set(bucket.got) == {new.path, *(file.path for file in second.files if file.kind != "images")}
    assert set(content(tmp_path / "out")) > {"v1/manifest.json", "v2/manifest.json"}


def test_some_splits(bucket: Bucket, tmp_path: Path) -> None:
    manifest = bucket.dataset.publish(images_of())
    bucket.pull(tmp_path / "out", splits=["test", "val"])
    shards = {file.path for file in manifest.of_kind("images") if file.split != "train"}
    assert shards and {name for name in content(tmp_path / "out") if name.startswith("images/")} == shards
    assert manifest.labels.place in content(tmp_path / "out")
    with pytest.raises(ReleaseNotFound, match="no split 'tset': expected one of train, val, test"):
        bucket.pull(tmp_path / "out", splits=["tset"])
    assert bucket.pull(tmp_path / "out").fetched == sum(bucket.got.values())
    assert {file.split for file in manifest.files if file.path in bucket.got} == {"train"}


@pytest.mark.parametrize("damage", ["shorter", "other bytes", "gone", "longer"])
def test_a_damaged_file_is_mended(bucket: Bucket, tmp_path: Path, damage: str) -> None:
    manifest = bucket.dataset.publish(images_of())
    bucket.pull(tmp_path / "out")
    before = content(tmp_path / "out")
    path = tmp_path / "out" / manifest.files[0].place
    data = path.read_bytes()
    other = data[:99] + b"\0\1" + data[101:]
    path.write_bytes({"shorter": data[:-1], "longer": data + b"x", "other bytes": other}.get(damage, b""))
    if damage == "gone":
        path.unlink()
    (tmp_path / "out" / "v1" / "manifest.json").write_bytes(b"{")
    assert bucket.pull(tmp_path / "out").fetched == len(data)
    assert content(tmp_path / "out") == before


def test_without_verifying_the_size_is_enough(bucket: Bucket, tmp_path: Path) -> None:
    manifest = bucket.dataset.publish(images_of())
    bucket.pull(tmp_path / "out")
    path = tmp_path / "out" / manifest.files[0].place
    path.write_bytes(bytes(manifest.files[0].bytes))
    assert bucket.pull(tmp_path / "out", verify=False).fetched == 0
    path.write_bytes(b"")
    assert bucket.pull(tmp_path / "out", verify=False).fetched == manifest.files[0].bytes


@pytest.mark.parametrize("kept", [0, 1, 100, None])
def test_a_part_goes_on_where_it_was(bucket: Bucket, tmp_path: Path, kept: int | None) -> None:
    file = bucket.dataset.publish(images_of()).files[0]
    data = (bucket.folder / "scene-text" / file.path).read_bytes()
    part = part_of(tmp_path / "out" / file.place)
    part.write_bytes(data[:kept])
    bucket.pull(tmp_path / "out")
    assert bucket.got[file.path] == file.bytes - len(data[:kept])
    assert not part.exists() and (tmp_path / "out" / file.place).read_bytes() == data


@pytest.mark.parametrize("left", [b"\0" * 50, b"\0" * 10**6])
def test_a_part_that_is_wrong_is_begun_anew(bucket: Bucket, tmp_path: Path, left: bytes) -> None:
    file = bucket.dataset.publish(images_of()).files[0]
    part = part_of(tmp_path / "out" / file.place)
    part.write_bytes(left)
    told: list[int] = []
    pulled = bucket.pull(tmp_path / "out", advance=told.append)
    assert (tmp_path / "out" / file.place).read_bytes() == (bucket.folder / "scene-text" / file.path).read_bytes()
    assert sum(told) == sum(file.bytes for file in pulled.manifest.files)


@pytest.mark.parametrize(("damage", "says"), [
    ("other bytes", "another sha256"), ("shorter", "bytes, and the release states"), ("gone", "not in the bucket any more"),
    ("shorter than what is here", "bytes, and the release states"),
])
def test_a_file_damaged_in_the_bucket(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str,
                                      says: str) -> None:
    monkeypatch.setattr(saegim.fetch, "RANGE", 300)
    monkeypatch.setattr(saegim.fetch, "PAUSE_SECONDS", 0)
    file = bucket.dataset.publish(images_of()).files[0]
    path = bucket.folder / "scene-text" / file.path
    data = path.read_bytes()
    path.write_bytes({"other bytes": data[:-9] + bytes(9), "shorter": data[:-1]}.get(damage, data[:3]))
    if damage == "shorter than what is here":
        part_of(tmp_path / "out" / file.place).write_bytes(data[:100])
    if damage == "gone":
        path.unlink()
    with pytest.raises(ReleaseDamaged, match=says) as stopped:
        bucket.pull(tmp_path / "out")
    assert file.path in str(stopped.value)
    assert not (tmp_path / "out" / file.place).exists() and not (tmp_path / "out" / "v1" / "manifest.json").exists()
    path.write_bytes(data)
    bucket.pull(tmp_path / "out")
    assert (tmp_path / "out" / file.place).read_bytes() == data


def test_another_dataset_is_refused(bucket: Bucket, tmp_path: Path) -> None:
    for name, number in (("scene-text", 1), ("documents", 7)):
        Dataset(bucket.store, name).publish(images_of(), number=number)
    bucket.pull(tmp_path / "out")
    with pytest.raises(FolderRefused, match=r"holds releases of scene-text \(v1/manifest.json\): expected a folder for doc"):
        bucket.pull(tmp_path / "out", "documents@7")
    assert not (tmp_path / "out" / "v7").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("code", "says"), [
    (errno.ENOSPC, "is full: make room"), (errno.EDQUOT, "is full"), (errno.EACCES, "No permission to write"),
    (errno.EROFS, "No permission"), (errno.EIO, "Cannot write"),
])
def test_a_disk_that_does_not_take_it(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int,
                                      says: str) -> None:
    bucket.dataset.publish(images_of())

    def refuse(*_: Any) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuse)
        with pytest.raises(FolderRefused, match=says):
            bucket.pull(tmp_path / "out")
    bucket.pull(tmp_path / "out")


def test_no_room_is_said_before_anything_is_fetched(bucket: Bucket, tmp_path: Path) -> None:
    manifest = bucket.dataset.publish(images_of())
    huge = [file.model_copy(update={"bytes": 2**60}) for file in manifest.files]
    bucket.dataset.put_manifest(manifest.model_copy(update={"files": huge}))
    with pytest.raises(FolderRefused, match="TB are missing: make room"):
        bucket.pull(tmp_path / "자리 없음")
    assert not bucket.got and not (tmp_path / "자리 없음").exists()


def test_something_else_in_the_way(bucket: Bucket, tmp_path: Path) -> None:
    manifest = bucket.dataset.publish(images_of())
    (tmp_path / "file").write_text("mine")
    for place in ("file", "file/below"):
        with pytest.raises(FolderRefused, match="is a file: expected a folder"):
            bucket.pull(tmp_path / place)
    (tmp_path / "out" / manifest.files[0].place).mkdir(parents=True)
    with pytest.raises(FolderRefused, match="is a folder: expected a file"):
        bucket.pull(tmp_path / "out")
    assert (tmp_path / "file").read_text() == "mine"


def test_it_waits_for_another_process_and_takes_what_that_brought(bucket: Bucket, tmp_path: Path) -> None:
    file = bucket.dataset.publish(images_of()).files[0]
    target = tmp_path / "out" / file.place
    part = part_of(target)
    with part.open("wb") as other:  # as another process would have it
        fcntl.flock(other, fcntl.LOCK_EX)
        done: list[Pulled] = []
        thread = threading.Thread(target=lambda: done.append(bucket.pull(tmp_path / "out")))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive() and not (tmp_path / "out" / "v1" / "manifest.json").exists()
        other.write((bucket.folder / "scene-text" / file.path).read_bytes())
        other.flush()
        part.rename(target)
    thread.join(10)
    assert file.path not in bucket.got and done[0].kept == file.bytes
    assert not part.exists()


def test_a_file_that_is_finished_while_its_lock_is_waited_for(bucket: Bucket, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    file = bucket.dataset.publish(images_of()).files[0]
    target, real = tmp_path / "out" / file.place, fcntl.flock
    part = part_of(target)
    part.write_bytes((bucket.folder / "scene-text" / file.path).read_bytes())

    def finished_first(opened: int, how: int) -> None:
        if not target.exists() and part.stat().st_ino == os.fstat(opened).st_ino:
            part.rename(target)
        real(opened, how)

    monkeypatch.setattr(fcntl, "flock", finished_first)
    assert bucket.pull(tmp_path / "out").kept == file.bytes
    assert target.stat().st_nlink == 1 and not part.exists()


def test_a_failure_ends_the_waiting(bucket: Bucket, tmp_path: Path) -> None:
    files = bucket.dataset.publish(images_of()).files
    (bucket.folder / "scene-text" / files[1].path).unlink()
    with part_of(tmp_path / "out" / files[0].place).open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ReleaseDamaged, match="not in the bucket any more"):
            bucket.pull(tmp_path / "out")


def test_a_takedown(bucket: Bucket, tmp_path: Path) -> None:
    images = images_of()
    first = bucket.dataset.publish(images)
    bucket.pull(tmp_path / "out")
    newer = bucket.dataset.take_down(first, images[1:])
    pulled = bucket.pull(tmp_path / "out", "scene-text@1")
    assert str(pulled.manifest.name) == "scene-text@1+r1" and pulled.manifest == newer
    gone = {file.place for file in first.files} - {file.place for file in newer.files}
    assert {str(path.relative_to(tmp_path / "out")) for path in pulled.taken_down} == gone
    assert first.labels.place in gone and any(name.startswith("images/") for name in gone)


class Faulty:
    """Answers that break off after some bytes, as often as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, after: int) -> None:
        self.left, real = times, obstore.get

        def broken(chunks: Any) -> Any:
            data = b"".join(map(bytes, chunks))
            yield from (data[start:start + 64] for start in range(0, 64 * after, 64))
            raise GenericError("connection reset")

        def get(store: Any, key: str, *, options: Any = None) -> Any:
            answer = real(store, key, options=options)
            if not options or not self.left:
                return answer
            self.left -= 1
            return type("Answer", (), {"meta": answer.meta, "stream": lambda _self, **more: broken(answer.stream(**more))})()

        monkeypatch.setattr(obstore, "get", get)
        monkeypatch.setattr(saegim.fetch, "PAUSE_SECONDS", 0)


@pytest.mark.parametrize(("times", "after", "gives_up"), [(2, 0, False), (3, 0, True), (20, 1, False)])
def test_an_answer_that_breaks_off(monkeypatch: pytest.MonkeyPatch, times: int, after: int, gives_up: bool) -> None:
    store, data = MemoryStore(), bytes(range(256)) * 20
    obstore.put(store, "d/x", data, use_multipart=False)
    Faulty(monkeypatch, times, after)
    with Window(Releases(SETTINGS, store)) as window:
        if gives_up:
            with pytest.raises(StorageUnavailable, match="connection reset"):
                list(window.read("d/x", 0, len(data)))
        else:
            assert b"".join(window.read("d/x", 0, len(data))) == data


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 3000), start=st.integers(0, 3000), range_size=st.integers(1, 900), requests=st.integers(1, 6),
       objects=st.integers(1, 3))
def test_bytes_come_in_order(size: int, start: int, range_size: int, requests: int, objects: int) -> None:
    data, store = os.urandom(size), MemoryStore()
    start = min(start, size)
    obstore.put(store, "x", data)
    with pytest.MonkeyPatch.context() as patch, Window(Releases(SETTINGS, store)) as window:
        patch.setattr(saegim.fetch, "RANGE", range_size)
        patch.setattr(saegim.fetch, "REQUESTS", requests)
        streams = [window.read("x", start, size) for _ in range(objects)]
        rounds = list(zip_longest(*streams, fillvalue=b""))  # they take turns
        assert all(b"".join(chunks) == data[start:] for chunks in zip(*rounds, strict=True)) and (rounds or start == size)


def test_a_manifest_of_a_later_format_says_so(bucket: Bucket, tmp_path: Path) -> None:
    manifest = bucket.dataset.publish(images_of())
    obstore.put(bucket.store, "scene-text/v1/manifest.json", manifest.to_bytes().replace(b'"format": 1', b'"format": 2'))
    with pytest.raises(ReleaseDamaged, match="no manifest that this version of saegim reads"):
        bucket.pull(tmp_path / "out")


@pytest.mark.parametrize(("text", "kind", "says"), [
    ("Generic S3 error: PUT http://169.254.169.254/latest/api/token", SettingMissing, "set SAEGIM_S3_ENDPOINT"),
    ("Server returned 403 Forbidden: InvalidAccessKeyId", SettingMissing, "refuses the key: set SAEGIM_S3_ACCESS_KEY"),
    ("error\n<Code>NoSuchBucket</Code>", SettingMissing, "There is no bucket 'datasets'"),
    ("connection refused", StorageUnavailable, "does not answer at AWS"),
])
def test_errors_of_the_storage_name_the_repair(text: str, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says), Releases(SETTINGS, MemoryStore()).answering():
        raise GenericError(text)


def test_the_releases_that_there_are(bucket: Bucket, tmp_path: Path) -> None:
    first = bucket.dataset.publish(images_of())
    bucket.dataset.publish(images_of()[1:], first)
    obstore.put(bucket.store, "scene-text/v9/labels-x.parquet", b"half a release")
    assert bucket.releases.datasets() == ["scene-text"] and bucket.releases.numbers("scene-text") == [1, 2]
    assert bucket.releases.manifest("scene-text").number == 2
    with pytest.raises(ReleaseNotFound, match=r"no release scene-text@3. There are: scene-text@1, scene-text@2"):
        bucket.pull(tmp_path / "out", "scene-text@3")
    with pytest.raises(ReleaseNotFound, match=r"no dataset 'scene' at .*; did you mean scene-text"):
        bucket.pull(tmp_path / "out", "scene")
