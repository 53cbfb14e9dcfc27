"""The client's commands without a workbench: what they print, and what they say when something is wrong."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from obstore.store import LocalStore
from rich.console import Console

import apps.cli
import saegim.cli
import saegim.dataset_commands
import saegim.joined
from saegim.errors import SettingMissing
from saegim.joined import WORKBENCH
from saegim.manifest import Manifest
from saegim.releases import Releases
from saegim.settings import StorageSettings
from tests.made_release import Dataset, images_of, relabelled

IMAGES = images_of()
Run = Callable[..., str]


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A dataset with two releases that the commands find, where only the client is installed."""
    made = Dataset(LocalStore(tmp_path / "bucket", mkdir=True))
    first = made.publish(IMAGES)
    made.publish(relabelled(IMAGES, 5, "고친 글"), first)
    monkeypatch.setattr(saegim.dataset_commands, "Releases", lambda: Releases(StorageSettings(_env_file=None), made.bucket))
    monkeypatch.setattr(saegim.dataset_commands, "console", Console(width=200))
    monkeypatch.setattr(saegim.cli, "joined", dict)
    # The workbench adds its own to the same object, in whatever test ran before.
    own = [item for item in saegim.cli.datasets.registered_commands
           if item.callback and item.callback.__module__.startswith("saegim.") and item.name != "diff"]
    monkeypatch.setattr(saegim.cli.datasets, "registered_commands", own)
    monkeypatch.setenv("SAEGIM_CACHE", str(tmp_path / "cache"))
    return made


@pytest.fixture
def run(dataset: Dataset, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``saegim``; gives what it printed, or its error where it is to fail."""

    def call(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            saegim.cli.main(arguments)
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.err
        return printed.err if code else printed.out

    return call


def manifest(dataset: Dataset, name: str) -> Manifest:
    return Releases(StorageSettings(_env_file=None), dataset.bucket).manifest(name)


def test_list_and_show(run: Run, dataset: Dataset) -> None:
    listed = run("datasets", "list")
    assert "scene-text@1" in listed and "7 train, 2 val, 3 test" in listed
    shown = run("datasets", "show", "scene-text")
    assert "scene-text@2" in shown and "간판과 문서" in shown and "1 low_agreement, 1 withdrawn" in shown
    assert "saegim datasets diff scene-text@1 scene-text@2" in shown and "v2/README.md" in shown
    assert "struct<region_id: string" in shown and "double" not in shown and "float" in shown
    recipe = json.loads(run("datasets", "show", "scene-text@1", "--recipe"))
    assert recipe == manifest(dataset, "scene-text@1").recipe


def test_pull(run: Run, dataset: Dataset, tmp_path: Path) -> None:
    to = str(tmp_path / "받은 것")
    said = run("datasets", "pull", "scene-text@1", "--to", to, "--split", "test", "--split", "val")
    assert f"scene-text@1 is in {to}" in said and "0 B were there" in said
    splits = {path.parent.name for path in Path(to).glob("images/*/*")}
    assert splits == {"split=test", "split=val"}
    assert "0 B fetched" in run("datasets", "pull", "scene-text@1", "--to", to, "--split", "val", "--no-verify")
    assert "no split 'dev'" in run("datasets", "pull", "scene-text", "--to", to, "--split", "dev", code=1)
    assert "no release scene-text@7" in run("datasets", "pull", "scene-text@7", "--to", to, code=1)


def test_pull_as_hugging_face_wants_it(run: Run, tmp_path: Path) -> None:
    said = run("datasets", "pull", "scene-text", "--to", str(tmp_path / "hf"), "--format", "hf", "--split", "val")
    assert f"scene-text@2 is in {tmp_path / 'hf'} as hf: data/val.parquet" in said
    assert (tmp_path / "hf" / "data" / "val.parquet").is_file()
    assert (tmp_path / "cache" / "scene-text" / "v2" / "manifest.json").is_file()
    said = run("datasets", "pull", "x", "--to", "x", "--format", "coco", code=1)
    assert "There is no format 'coco'; did you mean coco-text?" in said


def test_a_folder_of_somebody_else_is_refused_before_anything_is_fetched(run: Run, tmp_path: Path) -> None:
    (tmp_path / "내 것").mkdir()
    (tmp_path / "내 것" / "train.txt").write_text("important", encoding="utf-8")
    said = run("datasets", "pull", "scene-text", "--to", str(tmp_path / "내 것"), "--format", "hf", code=1)
    assert "is not empty and was not written by --format hf" in said
    assert not (tmp_path / "cache").exists()


def test_pull_after_a_takedown(run: Run, dataset: Dataset, tmp_path: Path) -> None:
    first, to = manifest(dataset, "scene-text@1"), tmp_path / "a b"
    assert "taken down" not in run("datasets", "pull", "scene-text@1", "--to", str(to))
    dataset.take_down(first, IMAGES[1:])
    said = run("datasets", "pull", "scene-text@1", "--to", str(to))
    assert "Images were taken down from scene-text@1: scene-text@1+r1 stands in its place." in said
    assert f"rm '{to / first.labels.place}'" in said


def test_an_empty_release(run: Run, dataset: Dataset, tmp_path: Path) -> None:
    third = dataset.publish([], manifest(dataset, "scene-text@2"))
    dataset.publish([image for image in IMAGES if image.split != "val"], third)
    assert "scene-text@3" in run("datasets", "list")
    assert "0 train, 0 val, 0 test" in run("datasets", "show", "scene-text@3")
    to = tmp_path / "nothing"
    assert f"scene-text@3 is in {to}" in run("datasets", "pull", "scene-text@3", "--to", str(to), "--split", "train")
    assert "0 B fetched" in run("datasets", "pull", "scene-text@3", "--to", str(to))
    for name, folder in (("scene-text@3", "hf"), ("scene-text@4", "hf of a split")):
        assert f"is in {tmp_path / folder} as hf: data/train.parquet, data/val.parquet, data/test.parquet" in run(
            "datasets", "pull", name, "--to", str(tmp_path / folder), "--format", "hf", "--split", "val")
    assert "scene-text@2 → scene-text@3" in run("datasets", "diff", "scene-text@2", "scene-text@3")


def test_diff(run: Run, tmp_path: Path) -> None:
    for arguments in (["scene-text@1", "scene-text@2"], ["scene-text@2", "scene-text@1"], ["scene-text@2"]):
        said = run("datasets", "diff", *arguments)
        assert "scene-text@1 → scene-text@2" in said and "images in" in said and "images out" not in said
        assert "1 added, 2 texts edited" in said and "characters edited" in said
        page = tmp_path / "cache" / "scene-text" / "v2" / "diff.html"
        assert str(page) in said and "바뀐 것" in page.read_text(encoding="utf-8")


def test_no_such_diff(run: Run, dataset: Dataset) -> None:
    third = dataset.publish(IMAGES, manifest(dataset, "scene-text@2"))
    assert "scene-text@1 and scene-text@3: neither was made from the other" in run(
        "datasets", "diff", "scene-text@1", "scene-text@3", code=1)
    assert "scene-text@1: it was made from no other release" in run("datasets", "diff", "scene-text@1", code=1)
    dataset.put_manifest(third.model_copy(update={"files": [file for file in third.files if file.kind != "diff"]}))
    assert "scene-text@3 was published without a diff" in run("datasets", "diff", "scene-text@3", code=1)


def test_the_workbench_has_a_diff_of_its_own(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saegim.cli, "joined", lambda: {WORKBENCH: lambda _app: None})
    assert "No such command 'diff'" in run("datasets", "diff", "scene-text@2", code=2)


@pytest.mark.parametrize("command", [["pull"], ["diff"], ["show"], ["list"], []])
def test_help_has_an_example(run: Run, command: list[str]) -> None:
    assert f"Example:  saegim datasets {(command or [''])[0]}" in " ".join(run("datasets", *command, "--help").split(" "))


def test_version_and_short_help(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--version") == f"saegim {importlib.metadata.version('saegim')}, the client\n"
    assert run("-h") == run("--help")
    assert run("datasets", "pull", "-h") == run("datasets", "pull", "--help")


@pytest.mark.parametrize("arguments", [["list"], ["show", "scene-text@2"], ["diff", "scene-text@2"]])
def test_no_word_is_broken_at_80_columns(run: Run, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    wide = run("datasets", *arguments)
    monkeypatch.setattr(saegim.dataset_commands, "console", Console(width=80))
    assert words_of(run("datasets", *arguments)) == words_of(wide)


def words_of(printed: str) -> set[str]:
    """What is printed, without rules, and without the colons that stand behind headings."""
    return {word.rstrip(":") for word in printed.replace("─", "").split()}


@pytest.mark.parametrize("stop", [typer.Abort, KeyboardInterrupt, EOFError])
def test_a_person_stops_a_command(run: Run, stop: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a command, where typer would end the process without our sentence."""
    monkeypatch.setattr(saegim.dataset_commands, "Releases", lambda: (_ for _ in ()).throw(stop()))
    assert run("datasets", "list", code=130) == "saegim: stopped; run the same again to go on\n"


def test_wrong_use_says_how_it_is_right(run: Run) -> None:
    said = run("datasets", "pull", code=2)
    assert "Usage: " in said and "-h' for help" in said and "Missing argument" in said


def test_what_joins_adds_commands_and_the_clients_stay(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saegim.cli.app, "registered_commands", list(saegim.cli.app.registered_commands))
    monkeypatch.setattr(saegim.cli, "joined", lambda: {"other": lambda app: app.command("hello")(lambda: print("안녕"))})
    assert run("hello") == "안녕\n"
    assert "Example:  saegim datasets diff" in run("datasets", "diff", "--help")
    assert "belongs to the workbench" in run("run", "ingest", code=1)


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, saegim.joined.GROUP)


def test_a_wheel_names_the_workbench_and_does_not_load_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where a package ``apps`` can be imported: it is the engineer's own."""
    there = [entry(WORKBENCH, "apps.cli:nothing_of_ours"), entry("other", "builtins:print")]
    monkeypatch.setattr(saegim.joined, "entry_points", lambda group: there)
    monkeypatch.setattr(saegim.joined, "has_workbench", lambda: False)
    assert saegim.joined.joined() == {"other": print}


def test_a_workbench_without_its_packages_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saegim.joined, "entry_points", lambda group: [entry(WORKBENCH, "no_such_package:register")])
    monkeypatch.setattr(saegim.joined, "has_workbench", lambda: True)
    with pytest.raises(SettingMissing, match=r"commands of the workbench cannot be loaded .*no_such_package.*make dev"):
        saegim.joined.joined()


def test_this_checkout_has_the_workbench() -> None:
    assert saegim.joined.joined()[WORKBENCH] is apps.cli.register
