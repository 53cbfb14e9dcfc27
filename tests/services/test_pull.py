"""Pulling from the real object storage: killed at every step, two at once, damaged here and there (design I3, I7)."""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from pydantic import SecretStr

from datastore.objects import ObjectStore
from saegim.errors import ReleaseDamaged, SettingMissing, StorageUnavailable
from saegim.load import load
from saegim.manifest import File, Manifest
from saegim.pull import Pulled, pull
from saegim.releases import Releases
from tests.made_release import Dataset, images_of
from tests.services.conftest import PYTHON, SAEGIM
from workbench.settings import ROOT, Settings

NAME = "scene-text@1"
BIG = 40_000_003
"""Several ranges, and no round number of them."""
PULLING = f"""
import importlib, itertools, os, signal, sys
import saegim.fetch
from saegim.pull import pull

saegim.fetch.RANGE = int(sys.argv[2])
if sys.argv[3:]:
    path, name, when, nth = sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6])
    calls = itertools.count(1)  # of several threads
    owner = importlib.import_module(path)
    if "." in name:
        owner, name = getattr(owner, name.split(".")[0]), name.split(".")[1]
    real = getattr(owner, name)
    def fatal(*arguments, **more):
        last = next(calls) == nth
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*arguments, **more)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    setattr(owner, name, fatal)
print(pull({NAME!r}, sys.argv[1]).fetched)
"""


class Published:
    """A release in a bucket of its own, and how it looks where nothing went wrong."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        name = f"datasets-{secrets.token_hex(4)}"
        ObjectStore(settings).ensure_buckets([name])
        self.settings = settings.model_copy(update={"bucket_datasets": name})
        self.releases = Releases(self.settings)
        self.env = {**os.environ, "SAEGIM_BUCKET_DATASETS": name}
        manifest = Dataset(self.releases.bucket).publish(images_of())
        big = secrets.token_bytes(BIG)
        file = File(path="images/split=train/big.parquet", kind="images", sha256=hashlib.sha256(big).hexdigest(), bytes=BIG,
                    split="train")
        self.put(file, big)
        self.manifest: Manifest = manifest.model_copy(update={"files": [*manifest.files, file]})
        Dataset(self.releases.bucket).put_manifest(self.manifest)
        self.total = sum(file.bytes for file in self.manifest.files)
        assert self.pull(folder).fetched == self.total
        self.undisturbed = content(folder)
        assert set(self.undisturbed) == {file.place for file in self.manifest.files} | {"v1/manifest.json"}

    def put(self, file: File, data: bytes) -> None:
        obstore.put(self.releases.bucket, f"scene-text/{file.path}", data)

    def pull(self, folder: Path) -> Pulled:
        return pull(NAME, folder, self.releases)

    def process(self, folder: Path, *arguments: object) -> subprocess.Popen[str]:
        """A pull in a process of its own."""
        return subprocess.Popen([PYTHON, "-c", PULLING, folder, *map(str, arguments)], cwd=ROOT, env=self.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def published(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    yield Published(stack, tmp_path_factory.mktemp("받은 것") / "undisturbed")


def content(folder: Path) -> dict[str, str]:
    """Digest of every file."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("module", "name", "when", "nth"), [
    ("saegim.pull", "_write", "before", 1),
    ("saegim.pull", "_write", "after", 1),
    ("saegim.pull", "_write", "after", 40),  # in the middle of the large file, with its next ranges on their way
    ("pathlib", "Path.replace", "before", 1),
    ("pathlib", "Path.replace", "after", 3),
    ("saegim.pull", "write_whole", "before", 1),
    ("saegim.pull", "write_whole", "after", 1),
])
def test_killed_and_pulled_again(published: Published, tmp_path: Path, module: str, name: str, when: str, nth: int) -> None:
    killed = published.process(tmp_path, 1 << 20, module, name, when, nth)
    assert killed.wait(60) == -9, killed.communicate()
    there = content(tmp_path)
    whole = {place: digest for place, digest in there.items() if not place.endswith(".part")}
    assert whole.items() <= published.undisturbed.items()
    assert ("v1/manifest.json" in there) == ((name, when) == ("write_whole", "after"))
    kept = sum((tmp_path / place).stat().st_size for place in there if not place.endswith("manifest.json"))
    assert nth < 40 or BIG > kept > 3 << 20
    assert published.pull(tmp_path).fetched == published.total - kept  # what was whole, and what was a part, is not fetched again
    assert content(tmp_path) == published.undisturbed


def test_two_at_once_share_the_work(published: Published, tmp_path: Path) -> None:
    both = [published.process(tmp_path, 1 << 20) for _ in range(2)]
    fetched = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], fetched
    assert sum(int(out) for out, _ in fetched) == published.total
    assert content(tmp_path) == published.undisturbed


def test_into_another_folder_and_damaged_here(published: Published, tmp_path: Path) -> None:
    assert published.pull(tmp_path / "둘째").fetched == published.total
    assert content(tmp_path / "둘째") == published.undisturbed
    for file in published.manifest.files[:2]:
        path = tmp_path / "둘째" / file.place
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert published.pull(tmp_path / "둘째").fetched == sum(file.bytes for file in published.manifest.files[:2])
    assert content(tmp_path / "둘째") == published.undisturbed
    assert len(load(NAME, folder=tmp_path / "둘째", releases=Releases(published.settings.model_copy(
        update={"s3_endpoint": "http://127.0.0.1:9"})))) == 12


@pytest.mark.parametrize("damage", ["other bytes", "cut off", "gone"])
def test_damaged_in_the_bucket(published: Published, tmp_path: Path, damage: str) -> None:
    file = published.manifest.files[0]
    key = f"scene-text/{file.path}"
    data = bytes(obstore.get(published.releases.bucket, key).bytes())
    try:
        if damage == "gone":
            obstore.delete(published.releases.bucket, key)
        else:
            published.put(file, data[:-5] if damage == "cut off" else bytes(5) + data[5:])
        with pytest.raises(ReleaseDamaged, match=file.path):
            published.pull(tmp_path)
    finally:
        published.put(file, data)
    assert not (tmp_path / file.place).exists() and not (tmp_path / "v1" / "manifest.json").exists()
    published.pull(tmp_path)
    assert content(tmp_path) == published.undisturbed


def test_what_a_person_is_told_whose_settings_are_wrong(published: Published, tmp_path: Path) -> None:
    for setting, value, error in (("s3_endpoint", "http://127.0.0.1:9", StorageUnavailable),
                                  ("bucket_datasets", "no-such-bucket", SettingMissing),
                                  ("s3_secret_key", SecretStr("wrong"), SettingMissing)):
        with pytest.raises(error, match=f"SAEGIM_{setting.upper()}"):
            pull("scene-text", tmp_path, Releases(published.settings.model_copy(update={setting: value})))


def test_the_command_as_hugging_face_wants_it(published: Published, tmp_path: Path) -> None:
    env = {**published.env, "SAEGIM_CACHE": str(tmp_path / "cache")}
    command = [str(SAEGIM), "datasets", "pull", NAME, "--to", str(tmp_path / "hf"), "--format", "hf", "--split", "test"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "data/test.parquet" in done.stdout, done.stderr
    assert (tmp_path / "hf" / "data" / "test.parquet").is_file()
    assert not (tmp_path / "cache" / "scene-text" / "images" / "split=train").exists()
