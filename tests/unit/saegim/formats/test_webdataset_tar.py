"""WebDataset out and in."""

import io
import json
import re
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from obstore.store import LocalStore

from saegim.errors import FormatWrong
from saegim.formats import tar_shards, webdataset_tar
from saegim.formats.webdataset_tar import FORMAT
from saegim.labels import picture_files
from saegim.labels.labelled import LabelledRegion, LabelledSet
from saegim.labels.reading import recognised
from saegim.labels.released import labelled_set
from saegim.load import load
from saegim.release import Release
from saegim.releases import Releases
from saegim.settings import StorageSettings
from tests import made_labels, made_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("made")
    dataset = made_release.Dataset(LocalStore(folder / "bucket", mkdir=True))
    dataset.publish(made_release.images_of())
    return load("scene-text@1", folder=folder / "out", releases=Releases(StorageSettings(_env_file=None), dataset.bucket))


def shard(path: Path, *files: tuple[str, bytes | str]) -> None:
    with tarfile.open(path, "w") as made:
        for name, content in files:
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))


def test_a_set_comes_back_whole(tmp_path: Path) -> None:
    dataset = made_labels.hard_set()
    written = made_labels.written(FORMAT, dataset, tmp_path)
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert written.remarks == findings.remarks == []
    assert written.unaccounted() == 0 and (written.images_out, findings.images_in) == (4, 4)
    assert made_labels.without_pictures(images) == made_labels.without_pictures(dataset.images)
    assert [form.form.name for form in recognised(tmp_path)] == ["webdataset"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_labels.regions)
def test_any_region_comes_back(tmp_path: Path, region: LabelledRegion) -> None:
    made_labels.written(FORMAT, LabelledSet("made@1", [made_labels.labelled(0, [region])], 1), tmp_path)
    assert made_labels.read_back(FORMAT, tmp_path)[0][0].regions == (replace(region, text=made_labels.nfc(region.text)),)


def test_a_release_comes_back_as_any_format_gets_it(release: Release, tmp_path: Path) -> None:
    written = made_labels.written(FORMAT, labelled_set(release), tmp_path)
    images, findings = made_labels.read_back(FORMAT, tmp_path)
    expected = list(labelled_set(release).images)

    assert written.remarks == findings.remarks == []
    assert (written.images_in, written.images_out, written.unaccounted()) == (len(release), len(release), 0)
    assert made_labels.without_pictures(images) == made_labels.without_pictures(expected)
    assert {image.image_id: image.picture() for image in images} == {image.image_id: image.picture() for image in expected}
    assert (tmp_path / "LICENCE.txt").read_text() == "CC-BY-4.0\n"


def test_samples_are_as_the_readers_of_the_field_want_them(release: Release, tmp_path: Path) -> None:
    made_labels.written(FORMAT, labelled_set(release), tmp_path)
    rows = {row["image_id"]: row for row in release.labels.drop_columns(["shard"]).to_pylist()}
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == [f"{split}-000000.tar" for split in ("test", "train", "val")]
    for path in tmp_path.glob("*.tar"):
        with tarfile.open(path) as opened:
            members = opened.getmembers()
            labels = [json.loads(opened.extractfile(member).read()) for member in members[1::2]]  # type: ignore[union-attr]
        assert path.stat().st_size % tar_shards.RECORD == 0
        for picture, member, row in zip(members[::2], members[1::2], labels, strict=True):
            assert re.fullmatch(r"[0-9a-f]{32}\.jpg", picture.name) and member.name == picture.name.replace(".jpg", ".json")
            assert row["split"] == path.name.partition("-")[0] and row["image_id"].startswith(picture.name[:32])
            expected = rows[row["image_id"]]
            assert row.pop("agreement") == pytest.approx(expected.pop("agreement")) and row == expected


def test_it_is_the_same_again_and_after_breaking_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_shards, "SHARD_BYTES", 3000)
    made_labels.check_resumes(FORMAT, made_labels.hard_set(), tmp_path)


def test_shards_of_a_release_that_are_whole_stay(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_shards, "SHARD_BYTES", 12_000)
    made_labels.written(FORMAT, labelled_set(release), tmp_path / "once")
    began: list[str] = []
    real = tar_shards.TarShards._begin

    def begin(self: Any, split: str) -> Any:
        began.append(split)
        if len(began) == 3:
            raise KeyboardInterrupt
        return real(self, split)

    monkeypatch.setattr(tar_shards.TarShards, "_begin", begin)
    with pytest.raises(KeyboardInterrupt):
        made_labels.written(FORMAT, labelled_set(release), tmp_path / "broken")
    whole = {path: path.stat().st_ino for path in (tmp_path / "broken").glob("*.tar")}
    findings = made_labels.written(FORMAT, labelled_set(release), tmp_path / "broken")

    assert whole and all(path.stat().st_ino == inode for path, inode in whole.items())
    assert (findings.images_out, findings.unaccounted()) == (len(release), 0)
    assert made_labels.contents(tmp_path / "broken") == made_labels.contents(tmp_path / "once")
    began.clear()
    made_labels.written(FORMAT, labelled_set(release), tmp_path / "broken")
    assert not began
    next((tmp_path / "broken").glob("train-000001.tar")).unlink()
    began[:] = ["", "", ""]
    made_labels.written(FORMAT, labelled_set(release), tmp_path / "broken")
    assert made_labels.contents(tmp_path / "broken") == made_labels.contents(tmp_path / "once")


def test_a_smaller_release_takes_the_place_of_a_larger_one(release: Release, tmp_path: Path) -> None:
    part = Release(release.manifest, release.folder, release.labels.slice(2, 5))
    made_labels.written(FORMAT, labelled_set(release), tmp_path / "to")
    made_labels.written(FORMAT, labelled_set(part), tmp_path / "to")
    made_labels.written(FORMAT, labelled_set(part), tmp_path / "alone")
    assert made_labels.contents(tmp_path / "to") == made_labels.contents(tmp_path / "alone")


def test_shards_of_others(tmp_path: Path) -> None:
    picture = made_labels.picture(1)
    shard(tmp_path / "val-0.tar", ("a/글.1.png", picture), ("a/글.1.txt", "간판\n"), ("b.jpg", picture), ("b.json", json.dumps(
        {"words": ["가", "나"], "bboxes": [[10, 10, 60, 30], [10, 40, 60, 60]]})), ("c.json", '{"text": "그림 없음"}'),
          ("d.jpg", picture), ("e.jpg", b"no picture"), ("e.txt", "깨짐"), ("f.jpg", picture), ("f.json", "{"))
    images, findings = made_labels.read_back(FORMAT, tmp_path)

    assert [(image.name, image.split, image.unit, [region.text for region in image.regions]) for image in images] == [
        ("a/글.1.png", "val", "line", ["간판"]), ("b.jpg", "val", "word", ["가", "나"])]
    assert images[0].regions[0].polygon == made_labels.quad(0, 0, 160, 120)
    assert images[1].regions[1].polygon == made_labels.quad(10, 40, 50, 20)
    assert [(remark.image, remark.reason) for remark in findings.remarks if str(remark.handling) == "left out"] == [
        ("c.jpg", "its picture is not there"), ("d.jpg", "no label file names this picture"),
        ("e.jpg", "its picture is broken or no picture"), ("f.jpg", webdataset_tar.BROKEN)]
    assert "f" not in {remark.image for remark in findings.remarks}, "told once"
    assert made_labels.read_back(FORMAT, tmp_path / "val-0.tar")[0][0].regions == images[0].regions


def test_a_shard_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    shard(tmp_path / "train.tar", *[(f"{number}.{ending}", data) for number in range(3) for ending, data in (
        ("txt", "글"), ("png", made_labels.picture(number)))])
    whole = (tmp_path / "train.tar").read_bytes()
    with tarfile.open(tmp_path / "train.tar") as opened:
        places = [member.offset for member in opened.getmembers()]
    for cut in (places[3] + 100, places[3] + 700):  # in a header, in a picture
        (tmp_path / "train.tar").write_bytes(whole[:cut])
        images, findings = made_labels.read_back(FORMAT, tmp_path)
        assert [image.name for image in images] == ["0.png"]
        assert "the shard is cut off or broken: what follows is lost" in {remark.reason for remark in findings.remarks}


def test_labels_that_nobody_understands_say_what_is_expected(tmp_path: Path) -> None:
    shard(tmp_path / "x.tar", ("1.png", made_labels.picture(1)), ("1.json", '{"polygone": []}'))
    with pytest.raises(FormatWrong, match="labels of 1 are not understood: expected `regions`"):
        made_labels.read_back(FORMAT, tmp_path)
    assert not recognised(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatWrong, match=r"has no \.tar"):
        made_labels.read_back(FORMAT, tmp_path / "empty")


def test_odd_samples_stop_nothing_where_others_are_understood(tmp_path: Path) -> None:
    shard(tmp_path / "train.tar", *[(f"{number}.{ending}", data) for number in range(6) for ending, data in (
        ("png", made_labels.picture(number)), ("json", '{"caption": "역"}' if number < 4 else '{"text": "역"}'))])
    assert [guess.form.name for guess in recognised(tmp_path)] == ["webdataset"]
    images, findings = made_labels.read_back(FORMAT, tmp_path)
    assert [image.name for image in images] == ["4.png", "5.png"]
    assert [(remark.image, remark.reason, remark.detail) for remark in findings.remarks] == [
        (f"{number}.png", webdataset_tar.NOT_UNDERSTOOD, "caption") for number in range(4)]


def test_a_part_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webdataset_tar, "MOST_PICTURE", 5000)
    shard(tmp_path / "train.tar", ("1.png", bytes(5001)), ("1.txt", "글"), ("2.png", made_labels.picture(2)), ("2.txt", "글"))
    images, findings = made_labels.read_back(FORMAT, tmp_path)
    assert [image.name for image in images] == ["2.png"]
    assert [(remark.image, remark.reason) for remark in findings.remarks] == [
        ("1.png", webdataset_tar.TOO_LARGE), ("1.jpg", picture_files.NOT_THERE)]


@pytest.mark.parametrize("labels", [
    "[1]", "null", "3", '{"regions": 3}', '{"regions": "가"}', '{"regions": {"a": 1}}', '{"regions": [3, null, {}]}',
    '{"words": 3, "bboxes": [[1, 2], "x", null, [1, 2, 3, 4]]}', '{"objects": 3, "text": {}}',
    '{"objects": {"bbox": 3, "text": null}}', '{"text": "가", "width": "x", "name": 3, "split": []}'])
def test_strange_labels_are_no_crash(labels: str, tmp_path: Path) -> None:
    shard(tmp_path / "x.tar", ("1.png", made_labels.picture(1)), ("1.json", labels))
    try:
        _, findings = made_labels.read_back(FORMAT, tmp_path)
    except FormatWrong as error:
        assert "are not understood" in str(error)
    else:
        assert findings.images_in == 1


@pytest.mark.parametrize("size", [0, 1, 511, 512, 3_000_000, 8**11 - 1])
def test_headers_are_those_of_tarfile(size: int) -> None:
    info = tarfile.TarInfo("0123456789abcdef0123456789abcdef.json")
    info.size = size
    assert tar_shards._header(info.name.encode(), size) == info.tobuf(tarfile.USTAR_FORMAT)
