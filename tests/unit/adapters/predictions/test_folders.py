"""Answers of one image a file, in a folder or a .zip."""

from __future__ import annotations

import json
import unicodedata
import zipfile
from pathlib import Path

import pytest

from adapters.predictions import folders
from schemas.errors import PredictionsWrong
from tests.unit.adapters.predictions import made_answers as made
from tests.unit.adapters.predictions.made_answers import FIRST, IDS, WORDS, boxes, read, written


def filled(folder: Path) -> Path:
    written(folder, made.upstage(), f"{FIRST}.json")
    written(folder, made.upstage(), f"깊은 곳/{unicodedata.normalize('NFD', '가게 1')}.jpg.json")
    written(folder, made.upstage(), "other.json")
    written(folder, b"\xff\xd8\xff", f"{FIRST}.jpg")
    written(folder, b"\0", ".DS_Store")
    written(folder, "{", "__MACOSX/._a.json")
    return folder


def test_a_folder(tmp_path: Path) -> None:
    found = read(filled(tmp_path / "답"))
    assert boxes(found, FIRST) == boxes(found, IDS[1]) == list(WORDS)
    assert found.unknown == ("other",)
    assert found.reader.startswith("model:답@")


def test_a_zip_has_the_same(tmp_path: Path) -> None:
    folder = filled(tmp_path / "답")
    path = tmp_path / "답.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(item for item in folder.rglob("*") if item.is_file()):
            archive.write(file, file.relative_to(folder))
    found = read(path)
    assert boxes(found, FIRST) == boxes(found, IDS[1]) == list(WORDS)
    assert found.unknown == ("other",)


def test_names_of_a_zip_of_korean_windows(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("가게 0.json".encode("cp949").decode("cp437")), json.dumps(made.upstage()))
    data = path.read_bytes().replace("가게 0.json".encode("cp949").decode("cp437").encode(), "가게 0.json".encode("cp949"))
    # Python marks the name as UTF-8; Windows does not, and writes it in fewer bytes.
    name = "가게 0.json".encode("cp949")
    local = bytearray(data)
    for signature, flag, length in ((b"PK\x03\x04", 6, 26), (b"PK\x01\x02", 8, 28)):
        at = local.index(signature)
        local[at + flag:at + flag + 2] = bytes(2)
        local[at + length:at + length + 2] = len(name).to_bytes(2, "little")
    end = local.index(b"PK\x05\x06")
    start = local.index(b"PK\x01\x02")
    local[end + 12:end + 20] = (end - start).to_bytes(4, "little") + start.to_bytes(4, "little")
    assert boxes(read(written(tmp_path, bytes(local), "b.zip"))) == list(WORDS)


def test_the_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    first = read(filled(tmp_path / "a")).digest
    assert read(filled(tmp_path / "b")).digest == first
    written(tmp_path / "b", made.google(), f"{FIRST}.json")
    with pytest.raises(PredictionsWrong, match="is Upstage Document OCR, and"):
        read(tmp_path / "b")
    written(tmp_path / "a", made.upstage(), "more.json")
    assert read(tmp_path / "a").digest != first


def test_the_message_names_the_file(tmp_path: Path) -> None:
    written(tmp_path / "a", made.upstage(), f"{FIRST}.json")
    written(tmp_path / "a", '{\n  "pages": [', "깨진.json")
    with pytest.raises(PredictionsWrong, match=r"^깨진\.json, line 2, column 13"):
        read(tmp_path / "a")


def test_a_folder_without_predictions(tmp_path: Path) -> None:
    with pytest.raises(PredictionsWrong, match=r"holds no prediction\. Known are"):
        read(tmp_path)


def test_a_file_that_grows_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_BYTES", 1 << 20)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b" " * (8 << 20))
    with pytest.raises(PredictionsWrong, match=r"a\.json has more than 1 MiB"):
        read(path)


def test_a_damaged_zip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{FIRST}.json", json.dumps(made.upstage()))
    data = bytearray(path.read_bytes())
    data[120] ^= 0xFF
    with pytest.raises(PredictionsWrong, match=r"begins like a \.zip and cannot be read"):
        read(written(tmp_path, bytes(data), "b.zip"))
