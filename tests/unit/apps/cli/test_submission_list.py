"""saegim ledger submissions: a page at a time, whatever the ledger holds."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apps.cli.ledger import ROWS, app
from datastore.ledger import Ledger
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import fill

COUNT = 130


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    url = f"sqlite:///{tmp_path / 'l.db'}"
    monkeypatch.setenv("SAEGIM_LEDGER_URL", url)
    monkeypatch.setenv("COLUMNS", "400")
    made = empty_ledger(url)
    fill(made, COUNT)
    return made


def told(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["submissions", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def table() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told("--csv"))))


def names(page: str) -> list[str]:
    return [re.split(" {2,}", line)[1] for line in page.splitlines() if line.startswith("사람")]


@pytest.mark.usefixtures("ledger")
def test_pages_follow_on_each_other() -> None:
    found: list[str] = []
    arguments: list[str] = []
    while True:
        page = told("--campaign", "spring", *arguments)
        found += names(page)
        _, more, rest = page.partition(" more: --after ")
        if not more:
            break
        assert len(names(page)) == ROWS
        arguments = ["--after", rest.split()[0]]
    assert len(found) > ROWS
    assert found == [row["key"].split("/", 2)[-1] for row in table() if row["campaign"] == "spring"]
    times = [row["sent_at"] for row in table() if row["outcome"] != "waiting"]
    assert times == sorted(times, reverse=True)


@pytest.mark.usefixtures("ledger")
def test_a_table_for_a_spreadsheet_has_them_all() -> None:
    rows = table()
    assert len({row["submission"] for row in rows}) == len(rows) > COUNT
    assert {row["outcome"] for row in rows} == {"accepted", "duplicate", "held", "rejected", "quarantined", "waiting"}
    assert any("Somebody else sent this picture before." in row["why"] or "your own picture" in row["why"] for row in rows)
    assert rows[0].keys() == {"submission", "sent_at", "campaign", "submitter", "key", "outcome", "why", "image"}


def test_a_cell_never_begins_like_a_formula(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.exec_driver_sql("update submissions set submitter = '=HYPERLINK(\"http://x\")' where key like '%0000004.jpg'")
    rows = list(csv.DictReader(io.StringIO(told("--csv", "--campaign", "spring"))))
    assert "'=HYPERLINK(\"http://x\")" in {row["submitter"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
