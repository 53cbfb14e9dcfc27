"""No error says a secret, whatever setting it stands in and however that is malformed."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datastore.ledger import Ledger
from saegim.errors import ClientError
from saegim.releases import Releases
from schemas.errors import SaegimError
from workbench.settings import Settings, load_settings

SECRETS = st.lists(st.from_regex(r"[a-zA-Z0-9]{9}Zq", fullmatch=True), min_size=1, max_size=3)
"""Runs of letters that are found again wherever they turn up; what stands between them is chosen as well."""
BETWEEN = st.sampled_from(["@", ":", "/", "//", "#", "?", "%", "&", "=", " ", "\\", "[", "]", "'", '"', "가", "%zz", ""])
SHAPES = [
    "postgresql://user:{}@host/name", "postgres://user:{}@host/name", "postgresql:/user:{}@host/name", "postgresql//user:{}@host",
    "postgresql://user:{}@host:port/name", "postgresql://user:{}@host:99999/name",
    "postgresql://:{}@host/name", "postgresql+psycopg2://user:{}@host/name", "mysql://user:{}@host/name", "mssql://{}",
    "oracle://u:{}@h",
    "sqlite://user:{}@host/name.db", "sqlite:/{}", "{}", "user:{}", "http://user:{}@host:8333", "user:{}@host:8333",
    "postgresql://user@host/name?password={}", "postgresql://user@127.0.0.1:1/name?sslpassword={}&connect_timeout={}",
]


def said_by(call: Callable[[], object]) -> str:
    """The error of a call with its traceback; nothing where it has none."""
    try:
        call()
    except (SaegimError, ClientError):
        return traceback.format_exc()
    return ""


def address() -> str:
    """What is shown of a ledger that is opened."""
    return Ledger(load_settings().ledger).address


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(Settings.model_fields)), st.sampled_from(SHAPES), SECRETS, BETWEEN)
@example("ledger_url", "postgresql://user:{}@host/name", ["abcdefghiZq", "jklmnopqrZq"], "@")
@example("s3_endpoint", "http://user:{}@host:8333", ["abcdefghiZq"], "")
@example("batch_size", "{}", ["abcdefghiZq"], "")
@example("prefect_auth", "user:{}", ["abcdefghiZq"], "")
def test_no_error_says_a_secret(field: str, shape: str, parts: list[str], between: str) -> None:
    known = Settings.model_fields[field]
    name = known.validation_alias if isinstance(known.validation_alias, str) else f"SAEGIM_{field.upper()}"
    value = shape.replace("{}", between.join(parts))
    with mock.patch.dict(os.environ, {"SAEGIM_HOME": "/nowhere", name: value}, clear=True):
        told = said_by(load_settings) + said_by(Releases)
        if field == "ledger_url":
            told += said_by(address) or address()
        if field == "ledger_url" or "SecretStr" in str(known.annotation):
            told += repr(load_settings())  # a log or a traceback may hold it
    assert not [part for part in parts if part in told], told


@pytest.mark.parametrize("url", [shape.replace("{}", "se@cr/et") for shape in SHAPES])
def test_a_ledger_that_cannot_be_opened_says_what_was_expected(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        assert "se@" not in (shown := Ledger(url).address)
        assert "cr/et" not in shown
    except SaegimError as error:
        assert "postgresql://user:password@host/name" in str(error)
        assert "cr/et" not in str(error)
        assert "se@" not in str(error)
