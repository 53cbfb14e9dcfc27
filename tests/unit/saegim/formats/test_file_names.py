"""Names of files that formats write, and splits that strangers' names say."""

import pytest

from saegim.labels.file_names import LONGEST, FileNames, split_of


def test_a_name_is_its_last_part_then_its_path_then_a_number() -> None:
    names = FileNames()

    assert [names.of(name) for name in ("a/1.jpg", "b/1.jpg", "B/1.JPG", "b/1.jpg")] == [
        "1.jpg", "b_1.jpg", "B_1-2.JPG", "b_1-3.jpg"]


@pytest.mark.parametrize(("name", "safe"), [
    ("../../etc/passwd", "passwd"), ("..", "image"), ("", "image"), ("/abs.png", "abs.png"), ("..\\x.png", "x.png"),
    ("영수증 1.jpg", "영수증_1.jpg"), ("한글.jpg", "한글.jpg"), ("a\x00b\n.jpg", "a_b_.jpg"), ("a,b.jpg", "a_b.jpg"),
    (".hidden.png", "hidden.png")])
def test_no_name_leaves_its_folder_or_breaks_a_label_file(name: str, safe: str) -> None:
    assert FileNames().of(name) == safe


def test_names_differ_without_their_endings_for_label_files_have_none() -> None:
    names = FileNames()

    assert [names.of(name) for name in ("1.jpg", "1.png", "1.jpg")] == ["1.jpg", "1-2.png", "1-3.jpg"]


def test_a_long_name_keeps_its_ending() -> None:
    made = FileNames().of("가" * 300 + ".jpg")

    assert made.endswith(".jpg")
    assert len(made.encode()) <= LONGEST


@pytest.mark.parametrize(("path", "split"), [
    ("ch4_training_images/img_1.jpg", "train"), ("ufo/valid.json", "val"), ("train_and_val/test/1.txt", "test"),
    ("contest/1.jpg", ""), ("images/1.jpg", ""), ("1.Training/라벨링데이터/x.json", "train"), ("train_val/x.json", ""),
    ("held-out/1.jpg", "test"), ("icdar15test2/x.json", "test"), ("test2/1.jpg", "test"), ("eval/1.jpg", "test"),
    ("검증/1.jpg", "val"), ("시험/1.jpg", "")])
def test_a_split_is_a_word_of_a_path(path: str, split: str) -> None:
    assert split_of(path) == split
