"""docs/engineers.md: its Python runs, its columns are those of a release, its commands and settings exist."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import typer
from obstore.store import LocalStore

from saegim import errors
from saegim.dataset_commands import datasets, diff
from saegim.formats import hf
from saegim.load import load
from saegim.pull import pull
from saegim.releases import Releases
from saegim.settings import StorageSettings
from schemas.arrow import LABELS
from schemas.ids import sha256
from schemas.reading import REGION_VOCABULARY, Condition, ImageKind, Unit
from tests.made_release import Dataset, images_of, relabelled
from tests.places import ROOT
from tests.unit.test_docs_commands import said, wrong_in

ENGINEERS = ROOT / "docs" / "engineers.md"
PAGE = ENGINEERS.read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TABLES = {match[1]: match[0] for match in re.finditer(r"^\| (\w+) \| \|\n(?:\|.*\n)+", PAGE, re.MULTILINE)}
IMAGES = relabelled(images_of(), 5, "고친 글")
"""Of release 7: 7 train, 2 val, 3 test."""


@pytest.fixture
def engineer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engineer's project, where releases 6 and 7 can be had and 7 has been pulled as the page says."""
    dataset = Dataset(LocalStore(tmp_path / "bucket", mkdir=True))
    sixth = dataset.publish(images_of(), number=6)
    dataset.publish(IMAGES, sixth)
    releases = Releases(StorageSettings(_env_file=None), dataset.bucket)
    monkeypatch.setattr(importlib.import_module("saegim.load"), "Releases", lambda: releases)
    monkeypatch.setenv("SAEGIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "hf-cache"))
    monkeypatch.chdir(tmp_path)
    pull("scene-text@7", "data/scene-text", releases)
    hf.write(load("scene-text@7"), Path("data/scene-text-hf"))


class Loader:
    """What of ``torch.utils.data.DataLoader`` the page needs, where PyTorch is not installed."""

    def __init__(self, dataset: Any, batch_size: int, collate_fn: Any = lambda samples: list(zip(*samples, strict=True)),
                 **_how: Any) -> None:
        self.dataset, self.size, self.collate = dataset, batch_size, collate_fn

    def __iter__(self) -> Iterator[Any]:
        for first in range(0, len(self.dataset), self.size):
            yield self.collate([self.dataset[number] for number in range(first, min(first + self.size, len(self.dataset)))])


def prints_the_training_set(_names: dict[str, Any], printed: str) -> bool:
    lines = printed.splitlines()
    return len(lines) == 7 and all(re.match(r"\(2[4-8], 16\) \[", line) for line in lines) and "서울역 3번 출구" in printed


def takes_some_images(names: dict[str, Any], _printed: str) -> bool:
    hard = [image for image in IMAGES if image.split == "train" and any(
        region.attributes.direction == "vertical" and "embossed" in region.attributes.effects for region in image.regions)]
    long = [image for image in IMAGES if any("서울" in region.text for region in image.regions)]  # none is 300 pixels wide
    return len(hard) > 0 < len(long) and (len(names["hard"]), len(names["long"])) == (len(hard), len(long))


def goes_through_the_pictures(names: dict[str, Any], _printed: str) -> bool:
    row, image = names["row"], names["image"]
    return names["release"].labels.num_rows == 2 and row["split"] == "val" and (image.mode, image.width) == ("RGB", row["width"])


def makes_batches(names: dict[str, Any], _printed: str) -> bool:
    counts = [int(count) for count in names["counts"]]  # of the last batch: 7 images, two by two
    return len(names["release"]) == 7 and len(counts) == 1 and counts[0] in {len(image.regions) for image in IMAGES}


def counts_in_duckdb(_names: dict[str, Any], printed: str) -> bool:
    by_split, by_text, by_image = printed.split("┌")[1:]
    vertical = [region.text for image in IMAGES for region in image.regions if region.attributes.direction == "vertical"]
    return (all(re.search(rf"{split}\s*│\s*{count}\b", by_split) for split, count in (("train", 7), ("val", 2), ("test", 3)))
            and all(re.search(rf"{text}\s*│\s*{vertical.count(text)}\b", by_text) for text in vertical)
            and all(sha256(image.data)[:16] in by_image for image in IMAGES if image.split == "test"))


def opens_every_split(names: dict[str, Any], _printed: str) -> bool:
    sizes = {split: len(rows) for split, rows in names["splits"].items()}
    return sizes == {"train": 7, "val": 2, "test": 3} and len(names["frame"]) == 7


DOES: list[Callable[[dict[str, Any], str], bool]] = [
    prints_the_training_set, takes_some_images, goes_through_the_pictures, makes_batches, counts_in_duckdb, opens_every_split]
"""What each block of Python on the page does: told from its names and from what it printed."""


@pytest.mark.parametrize(("block", "does"), list(zip(PYTHON, DOES, strict=True)), ids=lambda item: getattr(item, "__name__", ""))
def test_its_python_does_what_it_says(engineer: None, block: str, does: Callable[[dict[str, Any], str], bool],
                                      monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    if re.search(r"import .*\btorch\b", block) and not importlib.util.find_spec("torch"):
        torch = MagicMock()
        torch.utils.data.DataLoader = Loader
        monkeypatch.setitem(sys.modules, "torch", torch)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(block, "docs/engineers.md", "exec"), names)
    assert does(names, capsys.readouterr().out)


def test_five_lines_to_a_training_loop() -> None:
    assert len(PYTHON[0].strip().splitlines()) == 5 and "DataLoader" in PYTHON[0]


def test_every_column_is_explained() -> None:
    for table, fields in (("column", LABELS), ("region", LABELS.field("regions").type.value_type)):
        named = {name for line in TABLES[table].splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}
        assert named == {field.name for field in fields}
    explained = set(re.findall(r"`(\w+)`", TABLES["column"] + TABLES["region"]))
    assert explained >= {*Unit, *ImageKind, *Condition, *(value for values in REGION_VOCABULARY.values() for value in values)}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command ``saegim`` where only the client is installed."""
    # The workbench adds its own to the same object, in whatever test ran before.
    own = [item for item in datasets.registered_commands
           if item.callback and item.callback.__module__.startswith("saegim.") and item.name != "diff"]
    monkeypatch.setattr(datasets, "registered_commands", own)
    datasets.command("diff")(diff)
    app = typer.Typer()
    app.callback()(lambda version=False: None)
    app.add_typer(datasets, name="datasets")
    return typer.main.get_command(app)


def test_the_client_has_its_commands_and_options(client: Any) -> None:
    lines = [line for line in said(ENGINEERS) if line.startswith("saegim datasets ")]
    assert {line.split()[2] for line in lines} == {"list", "show", "diff", "pull", "convert", "formats"}
    assert not {line: wrong for line in lines if (wrong := wrong_in(client, line))}


def test_a_command_or_option_that_is_none_is_found(client: Any) -> None:
    assert wrong_in(client, "saegim datasets plan scene-text") == "there is no command plan"
    assert wrong_in(client, "saegim datasets diff scene-text@1 --html page.html") == "there is no option --html"


def test_its_settings_and_errors_exist() -> None:
    settings = set(re.findall(r"SAEGIM_([A-Z0-9_]+)", PAGE))
    assert {"CACHE", "S3_ENDPOINT"} <= settings
    assert {name.lower() for name in settings - {"CACHE"}} <= set(StorageSettings.model_fields)
    for name in re.findall(r"saegim\.errors\.(\w+)", PAGE):
        assert issubclass(getattr(errors, name), errors.ClientError), name
    assert "saegim.errors.ClientError" in PAGE
