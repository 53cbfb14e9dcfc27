"""The database that a new state folder begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.stack import label_studio


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "환경"
    folder.mkdir()
    (folder / label_studio.DATABASE).write_bytes(b"tables")
    monkeypatch.setenv("SAEGIM_LABEL_STUDIO_VENV", str(folder))


def test_a_new_folder_gets_one_that_nobody_else_reads(tmp_path: Path) -> None:
    data = tmp_path / "상태" / "label-studio"
    label_studio.give_database(data)
    database = data / label_studio.DATABASE
    assert database.read_bytes() == b"tables"
    assert database.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in data.iterdir()] == [label_studio.DATABASE]


def test_what_people_labelled_stays(tmp_path: Path) -> None:
    database = tmp_path / label_studio.DATABASE
    database.write_bytes(b"answers")
    label_studio.give_database(tmp_path)
    assert database.read_bytes() == b"answers"


def test_an_environment_without_one_is_not_whole(tmp_path: Path) -> None:
    assert not label_studio.is_installed()
    (tmp_path / "환경" / "complete").touch()
    assert label_studio.is_installed()
    (tmp_path / "환경" / label_studio.DATABASE).unlink()
    assert not label_studio.is_installed()
