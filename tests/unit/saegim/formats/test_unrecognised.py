"""What looks like no format says why, and what to do."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from saegim.errors import FormatWrong
from saegim.labels import dataset_files
from saegim.labels.reading import chosen
from tests.made_labels import picture


def told(path: Path) -> list[str]:
    """The sentences behind the first."""
    first = f"{path} looks like no format that is read: say which by --from (ufo,"
    with pytest.raises(FormatWrong, match=re.escape(first)) as info:
        chosen(path, option="--from")
    return str(info.value).split("\n  ")[1:]


def test_a_folder_above_pictures_names_the_folder_below_and_the_format(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1.png").write_bytes(picture(1))
    (tmp_path / "code.npy").write_bytes(b"\x93NUMPY")
    assert told(tmp_path) == [f"{tmp_path / 'images'} looks like pictures: name that folder",
                              "--from pictures takes the pictures alone, without labels: 1 of them"]


def test_labels_alone_say_that_the_pictures_lack(tmp_path: Path) -> None:
    (tmp_path / "doc_1.txt").write_text("1,1,9,1,9,9,1,9,글\n", encoding="utf-8")
    assert told(tmp_path) == ["it has no pictures: labels are read beside the pictures that they name, so put both in one folder"]


def test_files_that_cannot_be_read_are_named_with_the_cause(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(picture(1))
    (tmp_path / "a.json").write_text('{"a": 1,\n "b": }')
    (tmp_path / "gt_1.txt").write_bytes(b"1,1,9,1,9,9,1,9,\xff\xfe\xff")
    first, second, third = told(tmp_path)
    assert first.startswith("a.json is broken JSON in line 2 (")
    assert second == "gt_1.txt is neither UTF-8 nor CP949 (byte 16): save it as UTF-8"
    assert third.startswith("--from pictures takes")


def test_a_file_that_is_too_large_is_named_and_stops_no_other_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_files, "MOST_LABELS", 1000)
    with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.png", picture(1))
        archive.writestr("gt_1.txt", "0" * 1001)
    assert "gt_1.txt is not read, for it has 0.0 GB and at most 0.0 GB are: split it" in told(tmp_path / "set.zip")[0]
