"""docs/engineers.md: its Python runs, its columns are those of a release, its commands and settings exist."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from obstore.store import LocalStore

import saegim.cli
from saegim import errors
from saegim.formats import hf
from saegim.load import load
from saegim.pull import pull
from saegim.releases import Releases
from saegim.settings import StorageSettings
from schemas.arrow import LABELS
from schemas.reading import REGION_VOCABULARY, Condition, ImageKind, Unit
from tests.made_release import Dataset, images_of, relabelled

PAGE = (Path(__file__).parents[2] / "docs" / "engineers.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TABLES = {match[1]: match[0] for match in re.finditer(r"^\| (\w+) \| \|\n(?:\|.*\n)+", PAGE, re.MULTILINE)}


@pytest.fixture
def engineer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engineer's project, where releases 6 and 7 can be had and 7 has been pulled as the page says."""
    dataset = Dataset(LocalStore(tmp_path / "bucket", mkdir=True))
    sixth = dataset.publish(images_of(), number=6)
    dataset.publish(relabelled(images_of(), 5, "고친 글"), sixth)
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


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_its_python_runs(engineer: None, number: int, monkeypatch: pytest.MonkeyPatch,
                         capsys: pytest.CaptureFixture[str]) -> None:
    if "import saegim, torch" in PYTHON[number] and not importlib.util.find_spec("torch"):
        torch = MagicMock()
        torch.utils.data.DataLoader = Loader
        monkeypatch.setitem(sys.modules, "torch", torch)
    exec(compile(PYTHON[number], "docs/engineers.md", "exec"), {"__name__": "__main__"})
    assert number or "서울역 3번 출구" in capsys.readouterr().out


def test_five_lines_to_a_training_loop() -> None:
    assert len(PYTHON[0].strip().splitlines()) == 5 and "DataLoader" in PYTHON[0]


def test_every_column_is_explained() -> None:
    for table, fields in (("column", LABELS), ("region", LABELS.field("regions").type.value_type)):
        named = {name for line in TABLES[table].splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}
        assert named == {field.name for field in fields}
    explained = set(re.findall(r"`(\w+)`", TABLES["column"] + TABLES["region"]))
    assert explained >= {*Unit, *ImageKind, *Condition, *(value for values in REGION_VOCABULARY.values() for value in values)}


def test_its_commands_settings_and_errors_exist() -> None:
    commands = {command.name or getattr(command.callback, "__name__", "") for command in saegim.cli.datasets.registered_commands}
    for line in re.findall(r"^saegim datasets .*$", PAGE, re.MULTILINE):
        words = shlex.split(line, comments=True)
        assert words[2] in {*commands, "diff"}, line
    for setting in re.findall(r"SAEGIM_(\w+)", PAGE):
        assert setting == "CACHE" or setting.lower() in StorageSettings.model_fields, setting
    assert issubclass(errors.ConditionWrong, errors.ClientError)
