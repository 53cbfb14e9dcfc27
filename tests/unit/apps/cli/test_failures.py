"""Errors that end a command: one sentence with the repair, and a file with the traceback."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

import saegim.cli
from datastore.ledger import Ledger
from datastore.ledger.trouble import in_words as ledger_words
from saegim import failures
from saegim.failures import in_words, keep_trace
from schemas.errors import DiskFull, LedgerBusy, SaegimError, ServiceUnavailable, SettingError
from tests.commands import joined_until_the_end
from workbench.settings import ROOT

SQLITE = make_url("sqlite:////state/ledger.db")
POSTGRES = make_url("postgresql+psycopg://kim:hunter2@db/saegim")


def database_error(said: str, state: str | None = None, kind: type = OperationalError) -> OperationalError:
    original = Exception(said)
    original.sqlstate = state  # type: ignore[attr-defined]
    found: OperationalError = kind("select 1", {}, original)
    return found


@pytest.mark.parametrize(("url", "said", "state", "kind", "says"), [
    (SQLITE, "database is locked", None, LedgerBusy, "fuser /state/ledger.db"),
    (SQLITE, "database or disk is full", None, DiskFull, "the disk of /state is full"),
    (SQLITE, "attempt to write a readonly database", None, SettingError, "may not be written"),
    (SQLITE, "unable to open database file", None, SettingError, "SAEGIM_LEDGER_URL"),
    (SQLITE, "no such table: images", None, SettingError, "saegim ledger upgrade"),
    (SQLITE, "file is not a database", None, SaegimError, "backup"),
    (SQLITE, "database disk image is malformed", None, SaegimError, "damaged"),
    (SQLITE, "disk I/O error", None, SaegimError, "takes no more"),  # a quota: nothing of the ledger is damaged
    (POSTGRES, 'connection failed: FATAL:  password authentication failed for user "kim"', None, SettingError, "lets nobody in"),
    (POSTGRES, 'connection failed: FATAL:  database "saegim" does not exist', None, SettingError, "lets nobody in"),
    (POSTGRES, "connection failed: FATAL:  sorry, too many clients already", None, ServiceUnavailable, "too many clients"),
    (POSTGRES, "connection failed: connection refused", None, ServiceUnavailable, "SAEGIM_LEDGER_URL"),
    (POSTGRES, "the database system is starting up", "57P03", ServiceUnavailable, "starting up"),
    (POSTGRES, "terminating connection due to administrator command", "57P01", ServiceUnavailable, "terminating"),
    (POSTGRES, "deadlock detected", "40P01", LedgerBusy, "in the way"),
    (POSTGRES, "could not extend file", "53100", DiskFull, "disk of the database server"),
    (POSTGRES, "permission denied for table images", "42501", SettingError, "grant"),
    (POSTGRES, 'relation "images" does not exist', "42P01", SettingError, "saegim ledger upgrade"),
])
def test_what_databases_say(url: object, said: str, state: str | None, kind: type, says: str) -> None:
    found = ledger_words(database_error(said, state), make_url(url))  # type: ignore[arg-type]
    assert type(found) is kind and says in str(found) and "hunter2" not in str(found)


def test_a_mistake_of_ours_is_no_setting() -> None:
    assert ledger_words(database_error('column "x" does not exist', "42703", ProgrammingError), POSTGRES) is None
    assert ledger_words(database_error('near "selct": syntax error'), SQLITE) is None


def test_a_ledger_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("not a database, but long enough to be taken for one " * 30)
    with pytest.raises(SaegimError, match="is damaged or no ledger"), Ledger(f"sqlite:///{tmp_path / 'ledger.db'}").read():
        pass


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = in_words(OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "x.parquet")))
    assert said.startswith(f"The disk of {tmp_path} is full (") and said.endswith("it goes on where it was")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=0))
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    assert in_words(OSError("[Errno 28] No space left on device")).startswith(f"The disk of {tmp_path} is full (0 B free)")


def test_tracebacks_are_kept_once_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    monkeypatch.setattr(failures, "KEPT", 3)
    for number in range(5):
        try:
            raise ValueError(number)
        except ValueError as error:
            path = keep_trace(error)
            assert path and keep_trace(error) == path and f"ValueError: {number}" in path.read_text()
    assert len(list((tmp_path / "errors").iterdir())) == 3


@pytest.mark.parametrize(("error", "says"), [
    (SettingError("X is wrong. Mend Y"), ["saegim: X is wrong. Mend Y"]),
    (ValueError("a\nbug"), ["saegim: unexpected: ValueError: a. This is a mistake", "  the traceback is in "]),
    (BaseException("a panic of Rust's"), ["saegim: unexpected: BaseException", "  the traceback is in "]),
    (KeyboardInterrupt(), ["saegim: stopped; run the same again"]),
])
def test_a_command_says_one_sentence(error: BaseException, says: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))

    def app(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(saegim.cli, "app", app)
    monkeypatch.setattr(saegim.cli, "joined", lambda: {"workbench": lambda _app: None})
    with pytest.raises(SystemExit) as ended:
        saegim.cli.main(["x"])
    assert ended.value.code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(says) and all(line.startswith(start) for line, start in zip(lines, says, strict=True))


@pytest.mark.parametrize("value", ["localhost:9000", "127.0.0.1", "http://", "http://host:99999", "http://[::1", "ftp://host",
                                   "http://host name"])
@pytest.mark.parametrize("name", ["SAEGIM_S3_ENDPOINT", "SAEGIM_LABEL_STUDIO_URL", "SAEGIM_PREFECT_API_URL"])
def test_an_address_that_is_none_names_its_setting(name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    monkeypatch.setenv(name, value)
    with joined_until_the_end(), pytest.raises(SystemExit):
        saegim.cli.main(["datasets", "list"] if "S3" in name else ["models", "list"])
    [line] = capsys.readouterr().err.splitlines()
    assert name in line and "http:// or https://" in line


@pytest.mark.slow
def test_the_commands_do_not_bring_prefect_before_they_know_its_server() -> None:
    """Otherwise each `saegim run` starts a server of its own."""
    said = subprocess.run([sys.executable, "-c", "import apps.cli, sys; print('prefect' in sys.modules)"], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout
    assert said.strip() == "False"
