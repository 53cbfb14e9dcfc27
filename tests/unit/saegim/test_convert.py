"""``saegim datasets convert`` and ``formats``: what they print, and what they say when something is wrong."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from obstore.store import LocalStore
from rich.console import Console

import saegim.cli
from saegim import convert_commands
from saegim.errors import SettingMissing
from saegim.formats import FORMATS, READ, WRITTEN
from saegim.labels.conversion import REMARKS
from saegim.load import load
from saegim.releases import Releases
from saegim.settings import StorageSettings
from tests.made_labels import hard_set, picture, written
from tests.made_release import Dataset, images_of, relabelled

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs ``saegim datasets`` in a folder; gives what it printed, or its error where it is to fail."""
    monkeypatch.setattr(convert_commands, "console", Console(width=120))
    monkeypatch.setattr(saegim.cli, "joined", dict)  # the client alone: the workbench takes seconds to load
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            saegim.cli.main(("datasets", *arguments))
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.err
        return printed.err if code else printed.out

    return call


@pytest.fixture
def pulled(tmp_path: Path) -> Path:
    """A folder with two releases."""
    made = Dataset(LocalStore(tmp_path / "bucket", mkdir=True))
    first = made.publish(images_of())
    made.publish(relabelled(images_of(), 5, "고친 글"), first)
    for name in ("scene-text@1", "scene-text@2"):
        load(name, folder=tmp_path / "받은 것", releases=Releases(StorageSettings(_env_file=None), made.bucket))
    return tmp_path / "받은 것"


def test_a_pulled_release_the_newest_or_the_one_that_is_named(run: Run, pulled: Path, tmp_path: Path) -> None:
    said = run("convert", str(pulled), "--format", "ufo", "--to", "out")
    assert "scene-text@2 is in out as ufo: " in said
    assert [line.split()[0] for line in said.splitlines() if line.startswith(("in ", "out "))] == ["in", "out"]
    assert "scene-text@1 is in old as ufo: " in run("convert", str(pulled / "v1"), "--format", "ufo", "--to", "old")
    assert "고친 글" in "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.json"))
    assert "고친 글" not in "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "old").rglob("*.json"))


def test_one_split_of_a_release(run: Run, pulled: Path) -> None:
    said = run("convert", str(pulled), "--format", "paddleocr", "--to", "out", "--split", "test")
    assert next(line.split()[1] for line in said.splitlines() if line.startswith("in ")) == "3"
    assert "no split 'dev'" in run("convert", str(pulled), "--format", "ufo", "--to", "o", "--split", "dev", code=1)


def test_of_a_release_that_is_here_in_part_only_what_is_here(run: Run, pulled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> Releases:
        raise SettingMissing("It is not said where the releases are")

    monkeypatch.setattr(sys.modules["saegim.load"], "Releases", unreachable)
    shutil.rmtree(pulled / "images" / "split=train")
    said = run("convert", str(pulled), "--format", "ufo", "--to", "out", code=1)
    assert "lacks images of scene-text@2, and they cannot be fetched: name the splits that are there by --split" in said
    assert "scene-text@2 is in out as ufo" in run("convert", str(pulled), "--format", "ufo", "--to", "out", "--split", "test")


def test_a_data_set_that_is_no_release_says_what_it_was_taken_for(run: Run, tmp_path: Path) -> None:
    written(FORMATS["ufo"], hard_set(), tmp_path / "ufo")
    said = run("convert", "ufo", "--format", "paddleocr", "--to", "paddle")
    assert "ufo is read as ufo: " in said
    assert "ufo is in paddle as paddleocr: " in said
    said = run("convert", "paddle", "--from", "paddleocr", "--format", "lmdb", "--to", "lmdb", "--split", "train")
    assert convert_commands.OTHER_SPLIT in said
    assert f"Each of these, with its image: lmdb/{REMARKS}" in said
    assert "please report it" not in said


def test_an_archive_is_read_as_it_is(run: Run, tmp_path: Path) -> None:
    written(FORMATS["ufo"], hard_set(), tmp_path / "ufo")
    with zipfile.ZipFile(tmp_path / "시험.zip", "w") as archive:
        for path in (tmp_path / "ufo").rglob("*"):
            archive.write(path, path.relative_to(tmp_path))
    run("convert", "시험.zip", "--format", "ufo", "--to", "again")
    assert (tmp_path / "again" / REMARKS).is_file()


def test_two_formats_that_fit_are_asked_for(run: Run, tmp_path: Path) -> None:
    written(FORMATS["ufo"], hard_set(), tmp_path / "both")
    (tmp_path / "both" / ".saegim-ufo").unlink()
    written(FORMATS["paddleocr"], hard_set(), tmp_path / "paddle")
    for path in (tmp_path / "paddle").rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            target = tmp_path / "both" / path.relative_to(tmp_path / "paddle")
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    said = run("convert", "both", "--format", "lmdb", "--to", "x", code=1)
    assert "may be " in said
    assert "say which by --from" in said


def test_what_is_wrong_is_said_before_anything_is_written(run: Run, pulled: Path, tmp_path: Path) -> None:
    assert "There is no format 'padle'; did you mean paddleocr?" in run("convert", "x", "--format", "padle", "--to", "y", code=1)
    assert "There is no format 'hiertxt'; did you mean hiertext?" in run("convert", str(pulled), "--from", "hiertxt", "--format",
                                                                         "ufo", "--to", "y", code=1)
    assert "nothing is not there" in run("convert", "nothing", "--format", "ufo", "--to", "y", code=1)
    (tmp_path / "empty").mkdir()
    assert "looks like no format that is read: say which by --from" in run("convert", "empty", "--format", "ufo", "--to", "y",
                                                                           code=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_bytes(b"")
    assert "mine is not empty" in run("convert", str(pulled), "--format", "ufo", "--to", "mine", code=1)
    (pulled / "v2" / "manifest.json").write_bytes(b"{")
    assert "is no manifest that can be read" in run("convert", str(pulled / "v2"), "--format", "ufo", "--to", "y", code=1)
    assert not (tmp_path / "y").exists()


def test_a_folder_is_not_written_into_itself(run: Run, tmp_path: Path) -> None:
    written(FORMATS["ufo"], hard_set(), tmp_path / "ufo")
    before = {path: path.read_bytes() for path in (tmp_path / "ufo").rglob("*") if path.is_file()}
    assert "is what is read" in run("convert", "ufo", "--format", "ufo", "--to", "ufo", code=1)
    assert "is what is read" in run("convert", "ufo", "--format", "lmdb", "--to", "ufo/lmdb", code=1)
    assert before == {path: path.read_bytes() for path in (tmp_path / "ufo").rglob("*") if path.is_file()}


def test_a_picture_that_no_label_names_and_one_that_is_broken_stop_nothing(run: Run, tmp_path: Path) -> None:
    written(FORMATS["ufo"], hard_set(), tmp_path / "ufo")
    pictures = sorted(path for path in (tmp_path / "ufo").rglob("*.png"))
    pictures[0].write_bytes(b"broken")
    (pictures[0].parent / "more.png").write_bytes(picture(9))
    said = run("convert", "ufo", "--format", "paddleocr", "--to", "out")
    assert "its picture is broken" in said
    remarks = [json.loads(line) for line in (tmp_path / "out" / REMARKS).read_text(encoding="utf-8").splitlines()]
    assert {pictures[0].name, "more.png"} <= {remark["image"].rpartition("/")[2] for remark in remarks}


def test_formats_lists_all_and_tells_of_one(run: Run) -> None:
    said = run("formats")
    assert all(f"{name} " in said for name in {*WRITTEN, *READ})
    assert "has no place for" in run("formats", "lmdb")
    assert "did you mean lmdb?" in run("formats", "lmbd", code=1)
