"""Loading a release: when the network is asked, what a split and a ``where`` bring, and what comes out in each form."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import pickle
import warnings
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from obstore.store import LocalStore, S3Store
from PIL import Image

from saegim.errors import ConditionWrong, NothingFound, ReleaseDamaged, ReleaseNotFound, SettingMissing, StorageUnavailable
from saegim.formats import hf
from saegim.indexed import IndexedImages
from saegim.load import load
from saegim.manifest import Manifest
from saegim.pull import pull
from saegim.release import Release, need
from saegim.releases import Releases
from saegim.settings import StorageSettings
from schemas.ids import sha256
from tests.made_release import SPLITS, Dataset, Made, images_of, relabelled

IMAGES = images_of()
BY_ID = {sha256(image.data): image for image in IMAGES}
NOWHERE = Releases(StorageSettings(_env_file=None, s3_endpoint="http://127.0.0.1:9"), S3Store(
    "datasets", endpoint="http://127.0.0.1:9", access_key_id="a", secret_access_key="b", region="r",
    client_options={"allow_http": True}, retry_config={"max_retries": 0}))


class Here:
    """A dataset in a bucket that is a folder, with two releases."""

    def __init__(self, folder: Path) -> None:
        self.dataset = Dataset(LocalStore(folder / "버킷", mkdir=True))
        self.releases = Releases(StorageSettings(_env_file=None), self.dataset.bucket)
        self.first = self.dataset.publish(IMAGES)
        self.second = self.dataset.publish(relabelled(IMAGES, 5, "고친 글"), self.first)
        self.folder = folder / "out"

    def load(self, name: str = "scene-text@1", **more: Any) -> Release:
        return load(name, folder=self.folder, releases=self.releases, **more)

    def offline(self, name: str = "scene-text@1", **more: Any) -> Release:
        return load(name, folder=self.folder, releases=NOWHERE, **more)

    def shards(self, manifest: Manifest) -> set[str | None]:
        """Splits of which a shard is there."""
        return {file.split for file in manifest.of_kind("images") if (self.folder / file.path).exists()}


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """All of the first release."""
    return Here(tmp_path_factory.mktemp("made")).load()


def same(image: Image.Image, row: dict[str, Any]) -> Made:
    """The made image that these two are of."""
    made = BY_ID[row["image_id"]]
    assert image.mode == "RGB" and image.size == (row["width"], row["height"])
    assert image.getpixel((3, 3)) == made.colour
    assert [region["region_id"] for region in row["regions"]] == [region.region_id for region in made.regions]
    return made


def test_what_is_there_is_loaded_without_a_network(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.load()
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    assert len(here.offline()) == len(here.offline("scene-text@1", split="test")) + SPLITS["train"] + SPLITS["val"] == 12
    assert here.load("scene-text").manifest == here.second  # without a number the store is asked
    assert here.offline("scene-text@2").labels.num_rows == 12


def test_what_is_missing_and_cannot_be_had(here: Here) -> None:
    with pytest.raises(StorageUnavailable, match="does not answer") as nothing:
        here.offline()
    assert "load one of these" not in str(nothing.value)
    here.load(split="test")
    with pytest.raises(StorageUnavailable, match=r"has scene-text@1: load one of these by its number"):
        here.offline("scene-text")
    with pytest.raises(StorageUnavailable, match="has scene-text@1"):
        here.offline(split="train")
    assert len(here.offline(split="test")) == SPLITS["test"]


@pytest.mark.parametrize("lost", ["images", "labels", "card"])
def test_a_lost_file_is_fetched_again(here: Here, lost: str) -> None:
    here.load()
    (path := here.folder / here.first.of_kind(lost)[0].place).unlink()
    with pytest.raises(StorageUnavailable):
        here.offline()
    assert len(here.load()) == 12 and path.exists()


def test_a_split_brings_its_shards_only(here: Here) -> None:
    assert {row["split"] for row in here.load(split="val").labels.to_pylist()} == {"val"}
    assert here.shards(here.first) == {"val"}
    assert len(here.load(split=["val", "test"])) == SPLITS["val"] + SPLITS["test"]
    assert here.shards(here.first) == {"val", "test"}
    for load_it in (here.load, here.offline):
        with pytest.raises(ReleaseNotFound, match="no split 'dev': expected one of train, val, test"):
            load_it(split="dev")
    with pytest.raises(ReleaseNotFound, match="no release scene-text@9"):
        here.load("scene-text@9")


def test_where_keeps_images_whole_and_brings_their_shards_only(here: Here) -> None:
    found = here.load("scene-text@2", where="text == '고친 글'")
    assert [row["image_id"] for row in found.labels.to_pylist()] == [sha256(IMAGES[5].data)]
    assert len(found.labels["regions"][0].as_py()) == len(IMAGES[5].regions) > 0
    [(image, row)] = found.images()
    assert same(image, row) == IMAGES[5]
    assert here.shards(here.first) == {"train"}
    assert len(here.load("scene-text@1", where="text == '고친 글'")) == 0


def test_a_wrong_where_is_said_before_images_are_pulled(here: Here) -> None:
    with pytest.raises(ConditionWrong, match="did you mean direction"):
        here.load(where="directoin == 'vertical'")
    assert not here.shards(here.first)


def test_a_text_that_no_image_has_is_told_where_nothing_is_found(here: Here) -> None:
    with pytest.warns(NothingFound, match="no image has campaign 'dmeo'; did you mean demo"):
        assert len(here.load(where="campaign == 'dmeo'")) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        here.load(where="campaign == 'dmeo' or width > 0")
        here.load(where="text == '없는 글'")
        here.load(where="language == 'other' and width < 0")


def test_after_a_takedown_the_newest_revision_is_loaded(here: Here) -> None:
    here.load()
    here.dataset.take_down(here.first, IMAGES[1:])
    assert len(here.load()) == 12  # the folder has it, and nobody was asked
    pull("scene-text@1", here.folder, here.releases)
    assert len(here.load()) == len(here.offline()) == len(here.offline("scene-text@1+r1")) == 11


def test_a_part_that_was_taken_down_since(here: Here) -> None:
    here.load(split="test")
    here.dataset.take_down(here.first, IMAGES[1:])
    assert str(here.load().manifest.name) == "scene-text@1+r1"


def test_a_broken_label_file_is_named(here: Here) -> None:
    here.load()
    (path := here.folder / here.first.labels.place).write_bytes(bytes(here.first.labels.bytes))
    with pytest.raises(ReleaseDamaged, match="cannot be read") as stopped:
        here.load()
    assert str(path) in str(stopped.value) and "saegim datasets pull scene-text@1 --to" in str(stopped.value)


def test_the_cache_is_used_where_no_folder_is_named(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAEGIM_CACHE", str(here.folder))
    assert load("scene-text@1", releases=here.releases).folder == here.folder / "scene-text"
    assert len(load("scene-text@1", releases=NOWHERE)) == 12


def test_images_come_decoded_in_the_order_of_the_shards(release: Release) -> None:
    found = [same(image, row) for image, row in release.images()]
    shards = [file.path for file in sorted(release.manifest.of_kind("images"), key=lambda file: file.path)]
    placed = {row["image_id"]: row["shard"] for row in release.labels.to_pylist()}
    assert sorted(image.number for image in found) == list(range(12))
    assert [placed[sha256(image.data)] for image in found] == sorted(placed.values())
    for shard in shards:
        inside = [image.number for image in found if placed[sha256(image.data)] == shard]
        assert inside == sorted(inside)
    for image, row in release.images():  # it may be left early
        assert same(image, row) == found[0]
        break


def test_an_image_that_does_not_decode_is_named(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_file: io.BytesIO) -> None:
        raise OSError("broken data stream")

    monkeypatch.setattr(Image, "open", refuse)
    with pytest.raises(ReleaseDamaged, match=r"Image [0-9a-f]{64} does not decode \(broken data stream\)"):
        next(release.images())


def test_frames(release: Release) -> None:
    rows = release.labels.to_pylist()
    assert release.to_polars().to_dicts() == rows
    frame = release.to_pandas()
    assert list(frame["image_id"]) == [row["image_id"] for row in rows]
    assert [[region["text"] for region in regions] for regions in frame["regions"]] == [
        [region["text"] for region in row["regions"]] for row in rows]
    table = release.to_arrow()
    in_order = [row["image_id"] for _, row in release.images()]
    assert table["image_id"].to_pylist() == in_order
    assert [sha256(item["bytes"]) for item in table["image"].to_pylist()] == in_order
    assert table.drop(["image"]).sort_by("image_id").equals(release.labels)


@pytest.mark.parametrize("asked", [
    {"name": "scene-text@1", "where": "text == '없는 글'"},
    {"name": "scene-text@1", "where": "text == '없는 글'", "split": ["val", "test"]},
    {"name": "scene-text@1", "where": "width > 10000", "split": "val"}, {"name": "scene-text@1", "split": []},
    {"name": "scene-text@3"}, {"name": "scene-text@3", "split": "train"}, {"name": "scene-text@3", "where": "width > 3"},
    {"name": "scene-text@3", "where": "direction == 'vertical' or 'embossed' in effects"},
    {"name": "scene-text@4", "split": "val"},
], ids=str)
def test_nothing_in_every_form(here: Here, asked: dict[str, Any], tmp_path: Path) -> None:
    third = here.dataset.publish([], here.second)
    here.dataset.publish([image for image in IMAGES if image.split != "val"], third)
    here.load(**asked)
    empty, whole = here.offline(**asked), here.load()  # what is there is enough, though it is nothing
    assert len(empty) == 0 and str(empty.manifest.name) == asked["name"]
    assert list(empty.images()) == [] and len(empty.to_torch()) == 0 and empty.to_arrow().num_rows == 0
    assert len(empty.to_datasets()) == len(empty.to_polars()) == len(empty.to_pandas()) == 0
    with pytest.raises(IndexError):
        empty.to_torch()[0]
    assert empty.to_arrow().schema == whole.to_arrow().schema
    assert empty.to_datasets().features == whole.to_datasets().features
    assert empty.to_polars().schema == whole.to_polars().schema
    written = hf.write(empty, tmp_path / "hf")
    assert [path.stem for path in written] == list(SPLITS)
    assert {str(pq.read_schema(path)) for path in (*written, *hf.write(whole, tmp_path / "whole"))} == {
        str(pq.read_schema(written[0]))}
    assert sum(pq.read_metadata(path).num_rows for path in written) == 0
    assert hf.write(empty, tmp_path / "hf") == written


def test_hugging_face_datasets(release: Release) -> None:
    found = release.to_datasets()
    assert len(found) == 12
    for item in found:
        assert same(item["image"].convert("RGB"), item)
    other = Release(release.manifest, release.folder, release.labels.slice(0, 5)).to_datasets()
    assert other._fingerprint != found._fingerprint == release.to_datasets()._fingerprint


def test_by_number(release: Release) -> None:
    dataset = release.to_torch()
    in_order = [row["image_id"] for _, row in release.images()]
    assert len(dataset) == 12
    assert [dataset[number][1]["image_id"] for number in range(12)] == in_order
    for number in (7, 0, 11, 3, -1):
        same(*dataset[number])
    assert dataset[-1][1]["image_id"] == in_order[-1]
    with pytest.raises(IndexError):
        dataset[12]
    part = Release(release.manifest, release.folder, release.labels.slice(2, 3)).to_torch(wanted)
    assert sorted(part[number][0] for number in range(3)) == sorted(row["image_id"] for row in
                                                                    release.labels.slice(2, 3).to_pylist())


def wanted(image: Image.Image, row: dict[str, Any]) -> tuple[str, Any]:
    """A transform that other processes find."""
    return row["image_id"], image.getpixel((0, 0))


def answer(dataset: IndexedImages, numbers: list[int], answers: Any) -> None:
    found = {number: dataset[number] for number in numbers}
    assert dataset._open._process == os.getpid()  # what the parent had open was not used
    answers.put(found)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_workers(release: Release, how: str) -> None:
    context: Any = multiprocessing.get_context(how)
    dataset = release.to_torch(wanted)
    expected = {number: dataset[number] for number in range(12)}  # so that something is open here already
    images: Any = release.images()
    next(images)  # and threads are running
    answers = context.Queue()
    shares = [list(range(0, 12, 2)), list(range(11, 0, -2))]
    processes = [context.Process(target=answer, args=(dataset, share, answers)) for share in shares]
    for process in processes:
        process.start()
    found = answers.get(timeout=60) | answers.get(timeout=60)
    for process in processes:
        process.join(30)
    images.close()
    assert found == expected
    # No exit code: a forked worker also runs what the test process's other libraries do at exit.
    assert not any(process.is_alive() for process in processes)
    assert [dataset[number] for number in range(12)] == list(expected.values())


def test_nothing_open_is_pickled(release: Release) -> None:
    dataset = release.to_torch(wanted)
    before = pickle.dumps(dataset)
    dataset[0]
    assert pickle.dumps(dataset) == before
    assert pickle.loads(before)[5] == dataset[5]


def test_a_missing_package_is_named() -> None:
    with pytest.raises(SettingMissing, match="pip install no-such-package"):
        need("no_such_package", "no-such-package")


def test_a_shard_that_lacks_images(here: Here) -> None:
    release = here.load()
    shards = sorted(release.manifest.of_kind("images"), key=lambda file: file.rows)
    (here.folder / shards[-1].path).write_bytes((here.folder / shards[0].path).read_bytes())
    with pytest.raises(ReleaseDamaged, match=r"of the [0-9]+ images that the labels say it has"):
        list(release.images())
    (here.folder / shards[-1].path).write_bytes(b"PAR1")
    with pytest.raises(ReleaseDamaged, match="cannot be read"):
        release.to_torch()


def test_a_release_and_its_manifest_say_what_they_are(here: Here) -> None:
    whole, part = here.load("scene-text@1"), here.load("scene-text@1", split="test")
    assert repr(whole) == str(whole) == f"<Release scene-text@1: 7 train, 2 val, 3 test, in {whole.folder}>"
    assert repr(part).startswith("<Release scene-text@1: 3 test of 12, in ")
    assert str(here.load("scene-text@2", where="width < 0")).startswith("<Release scene-text@2: no images of ")
    assert str(whole.manifest).startswith("<Manifest scene-text@1: 7 train, 2 val, 3 test, ")
    assert ", made from scene-text@1>" in repr(here.load("scene-text@2").manifest)
