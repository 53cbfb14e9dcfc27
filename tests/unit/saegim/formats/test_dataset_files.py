"""Files of strangers: under the names that their label files use, whatever machine and archive they went through."""

from __future__ import annotations

import io
import os
import re
import shutil
import tarfile
import unicodedata
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from saegim.errors import FormatWrong
from saegim.labels import dataset_files
from saegim.labels.dataset_files import DatasetFiles


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


@pytest.mark.parametrize(("asked", "beside", "found"), [
    ("img/1.jpg", "", "img/1.jpg"),
    ("1.jpg", "img/labels.txt", "img/1.jpg"),
    ("img\\2.jpg", "", "img/2.jpg"),
    ("./img/2.jpg", "", "img/2.jpg"),
    ("../img/2.jpg", "labels/a.json", "img/2.jpg"),
    ("/home/kim/data/img/1.jpg", "", "img/1.jpg"),
    ("C:\\data\\other\\1.jpg", "", "other/1.jpg"),
    ("2.jpg", "", "img/2.jpg"),
    ("IMG/2.JPG", "", "img/2.jpg"),
    ("1.jpg", "", None),
    ("elsewhere/1.jpg", "", None),
    ("3.jpg", "", None),
    ("..", "", None),
    ("", "", None),
    (unicodedata.normalize("NFD", "한글/간판.jpg"), "", "한글/간판.jpg"),
])
def test_a_name_is_found_as_it_was_meant(asked: str, beside: str, found: str | None, tmp_path: Path) -> None:
    with DatasetFiles(made(tmp_path, "img/1.jpg", "other/1.jpg", "img/2.jpg", "한글/간판.jpg", "labels/a.json")) as files:
        assert files.find(asked, beside) == found


def test_a_whole_name_goes_before_the_end_of_another(tmp_path: Path) -> None:
    with DatasetFiles(made(tmp_path, "1.jpg", "old/1.jpg")) as files:
        assert files.find("1.JPG") == "1.jpg"


def test_names_of_a_disk_that_normalises_are_found(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "간판.jpg")
    with DatasetFiles(made(tmp_path, decomposed)) as files:
        assert files.find("간판.jpg") == decomposed


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_names_in_a_zip_that_does_not_say_its_encoding(encoding: str, tmp_path: Path) -> None:
    name = "라벨링데이터/간판 1.json"
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo("x" * len(name.encode(encoding)))
        archive.writestr(member, "{}")
    path.write_bytes(path.read_bytes().replace(b"x" * len(name.encode(encoding)), name.encode(encoding)))
    with DatasetFiles(path) as files:
        assert files.names() == [name]
        assert files.read(name) == b"{}"
        assert files.start(name, 1) == b"{"


def test_a_tar_and_what_archives_of_a_mac_hold_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("a/1.jpg", "__MACOSX/a/._1.jpg", "a/._1.jpg", ".DS_Store"):
            member = tarfile.TarInfo(name)
            member.size = 3
            archive.addfile(member, io.BytesIO(b"abc"))
    with DatasetFiles(path) as files:
        assert files.names() == ["a/1.jpg"]
        assert files.read("a/1.jpg") == b"abc"


def test_one_label_file_stands_for_its_folder(tmp_path: Path) -> None:
    with DatasetFiles(made(tmp_path, "train.json", "img/1.jpg") / "train.json") as files:
        assert files.chosen == "train.json"
        assert files.find("img/1.jpg") == "img/1.jpg"


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(FormatWrong, match="is not there"):
        DatasetFiles(tmp_path / "nothing")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.txt", "0123456789" * 10)
    data = bytearray(path.read_bytes())
    data[40:50] = b"##########"
    path.write_bytes(data)
    with DatasetFiles(path) as files, pytest.raises(FormatWrong, match=r"1\.txt cannot be read"):
        files.read("1.txt")


@pytest.mark.parametrize(("stored", "name"), [
    ("영수증.jpg".encode("euc-kr"), "영수증.jpg"), (b"\xff\xff.jpg", "\ufffd\ufffd.jpg")])
def test_names_on_disk_that_are_no_utf8_are_korean_or_at_least_text(tmp_path: Path, stored: bytes, name: str) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + stored)).write_bytes(b"x")

    with DatasetFiles(tmp_path) as files:
        [found] = files.names()
        assert files.read(found) == b"x"
    assert found == name


@pytest.mark.parametrize("packed", ["zip", "tar", "folder"])
@pytest.mark.parametrize(("name", "bound"), [("gt_1.txt", "MOST_LABELS"), ("1.png", "MOST_PICTURE")])
def test_what_unpacks_to_more_than_labels_and_pictures_have_is_not_read(
        packed: str, name: str, bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_files, bound, 1000)
    path = tmp_path / "set"
    if packed == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, bytes(1001))
    elif packed == "tar":
        with tarfile.open(path, "w:gz") as shard:
            info = tarfile.TarInfo(name)
            info.size = 1001
            shard.addfile(info, io.BytesIO(bytes(1001)))
    else:
        path.mkdir()
        (path / name).write_bytes(bytes(1001))
    with DatasetFiles(path) as files:
        assert files.start(name, 10) == bytes(10)
        with pytest.raises(FormatWrong, match=re.escape(name) + " is not read, for it has .* at most .* are: "):
            files.read(name)


def test_a_member_is_not_unpacked_where_the_disk_has_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("data.mdb", bytes(100))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=99))
    with DatasetFiles(tmp_path / "set.zip") as files, \
            pytest.raises(FormatWrong, match="unpack the archive on a larger disk"), files.on_disk("data.mdb"):
        pass
