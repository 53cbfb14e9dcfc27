"""Labels find their pictures in other folders, and never those of another split."""

from pathlib import Path

import pytest

from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.nearest import NearestPictures


def picture_of(folder: Path, pictures: list[str], label_file: str, *names: str) -> str | None:
    for path in pictures:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"")
    with DatasetFiles(folder) as files:
        return NearestPictures(files).of(label_file, names)


@pytest.mark.parametrize(("pictures", "label_file", "names", "found"), [
    (["img/a.jpg"], "gt/a.json", (), "img/a.jpg"),
    (["img/b.jpg"], "gt/a.json", ("b.jpg",), "img/b.jpg"),
    (["img/b.JPG"], "gt/a.json", ("C:\\work\\b.jpg",), "img/b.JPG"),
    (["img/b.png"], "gt/a.json", ("b.jpg",), "img/b.png"),
    (["train/image/a.png", "dev/image/a.png"], "dev/json/a.json", (), "dev/image/a.png"),
    (["train/image/a.png"], "dev/json/a.json", ("a.png",), None),
    (["[원천]/서울/2020/1.jpg", "[원천]/부산/2020/1.jpg"], "[라벨]/부산/2020/1.json", ("1.jpg",), "[원천]/부산/2020/1.jpg"),
    (["x/a.jpg", "y/a.jpg"], "gt/a.json", ("a.jpg",), None),
    (["img/a.txt"], "gt/a.json", ("a.txt",), None),
    ([], "gt/a.json", ("", "a.jpg"), None)])
def test_a_picture_is_found_where_it_can_be_told(tmp_path: Path, pictures: list[str], label_file: str, names: tuple[str, ...],
                                                 found: str | None) -> None:
    assert picture_of(tmp_path, pictures, label_file, *names) == found
