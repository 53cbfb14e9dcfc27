"""``--format hf``: Hugging Face, pandas, Polars and DuckDB open it without us; the same release gives the same bytes."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pandas
import polars
import pyarrow.parquet as pq
import pytest
from obstore.store import LocalStore
from PIL import Image

from saegim.errors import FolderRefused
from saegim.folder import write_whole
from saegim.formats import FORMATS, hf
from saegim.load import load
from saegim.locks import locked
from saegim.release import Release
from saegim.releases import Releases
from saegim.settings import StorageSettings
from schemas.ids import sha256
from tests.made_release import SPLITS, Dataset, images_of

IMAGES = images_of()
BY_ID = {sha256(image.data): image for image in IMAGES}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("made")
    dataset = Dataset(LocalStore(folder / "bucket", mkdir=True))
    dataset.publish(IMAGES)
    return load("scene-text@1", folder=folder / "out", releases=Releases(StorageSettings(_env_file=None), dataset.bucket))


@pytest.fixture(scope="module")
def written(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("쓴 것") / "hf"
    assert hf.write(release, folder) == [folder / "data" / f"{split}.parquet" for split in SPLITS]
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_load_dataset_has_the_splits_and_decodes(release: Release, written: Path, tmp_path: Path) -> None:
    found = datasets.load_dataset(str(written), cache_dir=str(tmp_path))
    assert {name: len(split) for name, split in found.items()} == SPLITS
    rows = {row["image_id"]: row for row in release.labels.to_pylist()}
    for name, split in found.items():
        for item in split:
            image, row = item.pop("image"), rows.pop(item["image_id"])
            assert image.getpixel((2, 2)) == BY_ID[item["image_id"]].colour
            assert row.pop("shard") and item == row and row["split"] == name
    assert not rows


def test_others_open_it(written: Path) -> None:
    path = written / "data" / "train.parquet"
    frame = pandas.read_parquet(path)
    assert Image.open(io.BytesIO(frame["image"][0]["bytes"])).size == (frame["width"][0], frame["height"][0])
    assert polars.read_parquet(path)["image_id"].to_list() == list(frame["image_id"])
    asked = duckdb.execute(f"select count(*) from '{written}/data/*.parquet' where 'blurred' in conditions")
    assert asked.fetchall() == [(sum(image.number % 3 == 0 for image in IMAGES),)]


def test_images_stand_as_they_are_and_labels_are_compressed(written: Path) -> None:
    group = pq.ParquetFile(written / "data" / "train.parquet").metadata.row_group(0)
    columns = {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}
    image = columns["image.bytes"]
    assert (image.compression, image.statistics, "RLE_DICTIONARY" in image.encodings) == ("UNCOMPRESSED", None, False)
    assert {column.compression for name, column in columns.items() if name != "image.bytes"} == {"ZSTD"}
    assert columns["regions.list.element.polygon.list.element.list.element"].num_values


def test_the_card_names_the_files(written: Path) -> None:
    card = (written / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: cc-by-4.0\nlanguage:\n- ko\nconfigs:\n- config_name: default\n  data_files:\n"
                           "  - split: train\n    path: data/train.parquet\n  - split: val\n")
    assert card.count("configs:") == 1 and "old" not in card
    assert card.endswith("---\n\n# 한글 scene-text\n\n![strip](strip.png) and [what changed](diff.html).\n")
    assert (written / "strip.png").is_file() and (written / "diff.html").is_file()


@pytest.mark.parametrize(("card", "front", "body"), [
    ("# no front matter\n", "", "# no front matter\n"),
    ("---\nconfigs:\n  - a\n  b: 1\n---\n\ntext\n---\n", "", "\ntext\n---\n"),
    ("---\ntags:\n- a\n\n# why\ndataset_info: {a: 1}\nlicense: mit\n---\n", "tags:\n- a\n\n# why\nlicense: mit\n", ""),
    ("---\nnever closed", "", "---\nnever closed"),
])
def test_front_matter(card: str, front: str, body: str) -> None:
    assert hf._parted(card) == (front, body)


def test_a_release_without_a_card(release: Release, tmp_path: Path) -> None:
    bare = release.manifest.model_copy(update={"files": [file for file in release.manifest.files if file.kind != "card"]})
    hf.write(Release(bare, release.folder, release.labels), tmp_path / "hf")
    card = (tmp_path / "hf" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nconfigs:") and "# scene-text@1\n\n간판과 문서\n\nLicence: CC-BY-4.0\n" in card


def test_the_same_bytes_again_and_what_was_there_is_gone(release: Release, written: Path, tmp_path: Path) -> None:
    to = tmp_path / "hf"
    told: list[int] = []
    part = Release(release.manifest, release.folder, release.labels.filter([row["split"] == "val" for row in
                                                                            release.labels.to_pylist()]))
    assert hf.write(part, to, told.append) == [to / "data" / "val.parquet"]
    assert sum(told) == SPLITS["val"] and "train" not in (to / "README.md").read_text(encoding="utf-8").partition("\n---\n")[0]
    assert set(datasets.load_dataset(str(to), cache_dir=str(tmp_path / "cache"))) == {"val"}
    hf.write(release, to)
    assert content(to) == content(written)


class Killed(BaseException):
    """What stands for a kill: nothing is put right on the way out."""


@pytest.mark.parametrize("step", range(5))
def test_killed_it_leaves_no_data_that_is_not_whole(release: Release, written: Path, tmp_path: Path, step: int,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    to, left = tmp_path / "hf", [step]
    hf.write(release, to)
    before = content(to / "data")
    other = Release(release.manifest, release.folder, release.labels.slice(0, 9))

    def fatal(real: Any) -> Any:
        def call(*arguments: Any, **more: Any) -> Any:
            if not left[0]:
                raise Killed
            left[0] -= 1
            return real(*arguments, **more)
        return call

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(hf, "_write_split", fatal(hf._write_split))
        patch.setattr(hf, "_beside", fatal(hf._beside))
        patch.setattr(hf, "write_whole", fatal(write_whole))
        hf.write(other, to)
    after = content(to / "data")
    assert after == before or (sum(pq.read_metadata(path).num_rows for path in (to / "data").glob("*.parquet")) == 9
                               and not (to / "README.md").exists())
    hf.write(release, to)
    assert content(to) == content(written)


def test_a_folder_of_somebody_else_is_refused(release: Release, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data").write_text("important")
    with pytest.raises(FolderRefused, match="is not empty and was not written by --format hf"):
        hf.write(release, tmp_path / "mine")
    with pytest.raises(FolderRefused, match="is a file: expected a folder"):
        hf.write(release, tmp_path / "mine" / "data")
    with pytest.raises(FolderRefused, match="is not empty"):
        hf.write(release, release.folder)
    (tmp_path / "empty").mkdir()
    assert hf.write(release, tmp_path / "empty")


def test_two_at_a_time_take_turns(release: Release, written: Path, tmp_path: Path) -> None:
    to = tmp_path / "hf"
    hf.write(release, to)
    with locked(to / ".saegim-hf", threading.Event()):
        thread = threading.Thread(target=hf.write, args=(release, to))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(20)
    assert content(to) == content(written)


def test_formats_by_name() -> None:
    assert FORMATS["hf"] is hf.FORMAT
