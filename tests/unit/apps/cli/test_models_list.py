"""`saegim models list` says which model reads, also where another one stands in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from apps.cli import models as command
from datastore.ledger import Ledger, model_runs
from tests.empty_ledger import empty_ledger


class NoObjects:
    """A bucket of models that is empty."""

    def pages(self, _bucket: str) -> list[Any]:
        return []

    def get_or_none(self, _bucket: str, _key: str) -> None:
        return None


def listed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], model: str = "") -> str:
    bench = SimpleNamespace(ledger=ledger, model=model or "ppocr-korean", objects=NoObjects(),
                            settings=SimpleNamespace(model=model, bucket_models="models"))
    monkeypatch.setattr(command, "Workbench", lambda _settings: bench)
    monkeypatch.setattr(command, "console", Console(width=200))
    command.list_models()
    return capsys.readouterr().out


def line(text: str, name: str) -> str:
    return next(each for each in text.splitlines() if each.startswith(f"{name}@"))


@pytest.mark.slow
def test_the_model_that_stands_in_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    said = listed(ledger, monkeypatch, capsys)
    assert "●" in line(said, "ppocr-korean") and said.count("●") == 1
    model_runs.set_model_run(ledger, "ppocr-korean", "model:ppocr-korean@1", "r1", {})  # an older version is no other model
    assert "●" in line(listed(ledger, monkeypatch, capsys), "ppocr-korean")
    model_runs.set_model_run(ledger, "ppocr-korean", "model:ppocr-korean-v3@2", "r2", {})
    said = listed(ledger, monkeypatch, capsys)
    assert "chosen" in line(said, "ppocr-korean") and "●" not in line(said, "ppocr-korean")
    assert "● in its place" in line(said, "ppocr-korean-v3")
    assert "ppocr-korean-v3@2 read in its place" in said
    assert "SAEGIM_MODEL=ppocr-v6-small" in listed(ledger, monkeypatch, capsys, "ppocr-v6-small")
