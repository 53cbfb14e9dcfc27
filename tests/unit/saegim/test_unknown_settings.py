"""A variable that begins as a setting's and is none is told, once, with the nearest settings."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import saegim.settings
from saegim import unknown_settings
from saegim.settings import storage_settings
from saegim.unknown_settings import UnknownSetting
from workbench.settings import load_settings


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A state folder of its own, in a process that has told nothing yet."""
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    unknown_settings._tell.cache_clear()
    return tmp_path / "env"


def told(read) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read()
        read()
    return [str(one.message) for one in caught if one.category is UnknownSetting]


def test_a_misspelt_variable_is_told_once_with_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAEGIM_ANOTATION_CONFIG", "document")
    monkeypatch.setenv("SAEGIM_XYZZY", "1")
    assert told(load_settings) == [
        "SAEGIM_ANOTATION_CONFIG in the environment is no setting and is ignored; did you mean SAEGIM_ANNOTATION_CONFIG or "
        "SAEGIM_ANNOTATION_CONFIGS?",
        "SAEGIM_XYZZY in the environment is no setting and is ignored; docs/settings.md lists all"]


def test_so_is_a_line_of_the_settings_file(alone: Path) -> None:
    alone.write_text("# SAEGIM_NOT=1\nSAEGIM_BATCH_SIZ=3\nexport SAEGIM_MODEL=ppocr-korean\nOTHER=1\n", encoding="utf-8")
    assert told(load_settings) == [f"SAEGIM_BATCH_SIZ in {alone} is no setting and is ignored; did you mean SAEGIM_BATCH_SIZE?"]


def test_what_is_read_beside_the_settings_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*unknown_settings.BESIDE, "SAEGIM_BENCH_ROWS"):
        monkeypatch.setenv(name, str(Path.cwd()))
    assert not told(load_settings)


def test_the_client_alone_tells_what_is_like_its_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saegim.settings, "has_workbench", lambda: False)
    monkeypatch.setenv("SAEGIM_LEDGER_URL", "sqlite://")
    monkeypatch.setenv("SAEGIM_S3_ENDPONT", "http://127.0.0.1:1")
    assert told(storage_settings) == [
        "SAEGIM_S3_ENDPONT in the environment is no setting and is ignored; did you mean SAEGIM_S3_ENDPOINT?"]
