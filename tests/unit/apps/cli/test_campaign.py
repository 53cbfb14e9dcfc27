"""saegim campaign from a new file to the draw, as somebody types it, with Korean names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.testing import CliRunner

import workbench.draw
from apps.cli import campaign
from datastore.ledger import draws, flags
from schemas.errors import NotToBeDecided, SettingError
from schemas.flags import Flag, FlagKind
from stages.score.draw import list_hash_of
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from tests.sent_photographs import send
from workbench.bench import Workbench
from workbench.settings import Settings, load_settings

NAME = "가을"
Run = Callable[..., str]


def bench_of(settings: Settings) -> Workbench:
    """A workbench whose buckets are empty and in this process."""
    bench = Workbench(settings)
    bench.objects = InMemory(settings)
    return bench


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command at 80 columns and gives what it prints; an error is raised."""
    values = {"HOME": tmp_path, "LEDGER_URL": f"sqlite:///{tmp_path / 'l.db'}", "CAMPAIGNS": tmp_path / "campaigns",
              "PORTAL_SECRET": "a secret of thirty-two characters", "PORTAL_URL": "http://portal.example"}
    for name, value in values.items():
        monkeypatch.setenv(f"SAEGIM_{name}", str(value))
    empty_ledger(f"sqlite:///{tmp_path / 'l.db'}").close()
    monkeypatch.setattr(campaign, "console", Console(width=80))
    monkeypatch.setattr(campaign, "Workbench", bench_of)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(campaign.app, list(arguments), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def file_of(tmp_path: Path) -> Path:
    return tmp_path / "campaigns" / f"{NAME}.yaml"


def test_a_new_file_is_checked_and_a_wrong_line_is_named(run: Run, tmp_path: Path) -> None:
    assert f"saegim campaign check {NAME}" in run("new", NAME)
    assert f"{NAME}: right" in run("check", NAME)
    wrong = file_of(tmp_path).read_text(encoding="utf-8").replace("  day: 100", "  days: 100")
    file_of(tmp_path).write_text(wrong, encoding="utf-8")
    number = wrong.splitlines().index("  days: 100") + 1
    with pytest.raises(SettingError, match=rf"{NAME}\.yaml.*{number}.*days"):
        run("check", NAME)
    with pytest.raises(SettingError, match="There is no campaign"):
        run("state", "겨울")
    with pytest.raises(SettingError, match="already"):
        run("new", NAME)


def test_a_draw_whose_value_is_known_before_the_end_is_told(run: Run, tmp_path: Path) -> None:
    run("new", NAME)
    assert "may be known" not in run("check", NAME)
    text = re.sub(r"^last_day: \S+", "last_day: 2099-12-31", file_of(tmp_path).read_text(encoding="utf-8"), flags=re.MULTILINE)
    file_of(tmp_path).write_text(text, encoding="utf-8")
    assert "may be known before the end" in run("check", NAME) and "may be known before the end" in run("state", NAME)
    with pytest.raises(NotToBeDecided, match="could choose who wins"):
        run("commit", NAME)


def test_an_event_from_its_file_to_the_draw(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("new", NAME)
    bench = Workbench(load_settings())
    today = datetime.now(UTC).date()
    text = file_of(tmp_path).read_text(encoding="utf-8")
    for key, day in (("first_day", today - timedelta(days=9)), ("last_day", today + timedelta(days=9))):
        text = re.sub(rf"^{key}: \S+", f"{key}: {day}", text, flags=re.MULTILINE)
    file_of(tmp_path).write_text(text, encoding="utf-8")
    assert "Publish this hash" in run("commit", NAME)
    for person in range(9):
        for number in range(person + 1):
            sent = send(bench.ledger, f"{number}.jpg", f"사람{person}", NAME, datetime.now(UTC) - timedelta(days=1))
    flags.add_flags(bench.ledger, [Flag(sent, FlagKind.STOCK, NAME, "a wallpaper", datetime.now(UTC))])
    shown = run("flags", NAME)
    assert "wallpaper" in shown and sent in shown
    assert "no open flags" in run("flags", NAME, "--clear", sent)
    assert "45 accepted" in run("state", NAME)
    with pytest.raises(NotToBeDecided, match="close it after that"):
        run("close", NAME)
    monkeypatch.setattr(workbench.draw, "datetime", After)
    assert "frozen: 9 people, 6 of them in the draw" in run("close", NAME, "--because", "읽을 수 없는 사진이 남았습니다")
    with pytest.raises(NotToBeDecided, match="Say --yes"):
        run("draw", NAME, "--public-value", "8f3a")
    with monkeypatch.context() as at_a_terminal:
        at_a_terminal.setattr(campaign, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
        asked = CliRunner().invoke(campaign.app, ["draw", NAME, "--public-value", " 8f3b "], input="n\n")
    assert asked.exit_code == 1 and "\n8f3b\n" in asked.output and "drand quicknet" in asked.output
    with bench.ledger.read() as connection:
        assert (row := draws.draw_row(connection, NAME)) and row.public_value is None
    shown = run("draw", NAME, "--public-value", "8f3a", "--out", str(tmp_path / "out"), "--yes")
    made = json.loads((tmp_path / "out" / "draw.json").read_text(encoding="utf-8"))
    assert shown.count("wins") == 2 and made["winners"][0] in shown and "사람" in shown and made["secret"] in shown
    assert list_hash_of((tmp_path / "out" / "list.txt").read_bytes().decode()) == made["list_hash"]


class After(datetime):
    """A clock that is a month ahead."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.now(UTC) + timedelta(days=30)


def test_each_person_is_invited_by_a_link_of_their_own(run: Run) -> None:
    run("new", NAME)
    lines = run("invite", NAME, "김하늘", "lee", "--days", "7").split()
    assert lines[0] == "김하늘" and lines[2] == "lee" and lines[1] != lines[3]
    assert all(link.startswith("http://portal.example/join/") for link in (lines[1], lines[3]))
    assert "park" in run("invite", NAME, "park", "--role", "manager")


def test_every_command_has_an_example() -> None:
    for name in ("new", "check", "state", "commit", "close", "draw", "flags", "invite"):
        assert f"Example:  saegim campaign {name}" in CliRunner().invoke(campaign.app, [name, "--help"]).output
