"""Every table of the workbench's commands at 80 columns: no word of a cell is broken, and none is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

import apps.stack.commands
from apps.cli import campaign, datasets, decisions, label, ledger, models, run, slices
from datastore.ledger import Ledger
from pages.label_status_tables import tables
from saegim.tables import Table
from schemas.board import Board, BoardState, Standing
from schemas.campaign_state import CampaignState, DayCount, Phase
from schemas.decision import Decision
from schemas.flags import Flag, FlagKind
from schemas.label_tasks import Project
from schemas.labelling import Annotator, Side
from schemas.reader import Reader
from schemas.submission import Outcome, Said
from stages.label.status import sum_up
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import fill
from tests.made_morning import well
from tests.made_work import QUEUES, SOME_MARKING, SOME_PAIRS, SOME_WORK
from tests.unit.apps.cli.test_models_list import NoObjects
from workbench.campaigns import Campaigns
from workbench.label import configs, people
from workbench.report import ScoreReport

COUNT = 130
LONG_NAME = "김하늘-" * 6 + "seoul@example.com"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('filled') / 'l.db'}"
    made = empty_ledger(url)
    fill(made, COUNT)
    made.close()
    return url


@pytest.fixture
def no_word_is_broken(filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                      capsys: pytest.CaptureFixture[str]) -> Callable[[Any, Callable[[], object]], str]:
    """Runs a command of a module at 80 columns and at a thousand; gives what it prints at 80."""
    monkeypatch.setenv("SAEGIM_LEDGER_URL", filled)
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))

    def printed(module: Any, command: Callable[[], object], width: int) -> str:
        monkeypatch.setattr(module, "console", Console(width=width))
        command()
        return capsys.readouterr().out

    def words_of(page: str) -> set[str]:
        return {word.rstrip(":") for word in page.replace("─", "").split()}

    def check(module: Any, command: Callable[[], object]) -> str:
        page = printed(module, command, 80)
        assert words_of(page) == words_of(printed(module, command, 1000))
        for line in page.splitlines():
            assert cell_len(line.rstrip()) <= 80 or len(line.split()) <= 2, line
        return page

    return check


def test_submissions_and_holds(no_word_is_broken: Callable[..., str]) -> None:
    page = no_word_is_broken(ledger, lambda: ledger.submissions("", 200, "", False))
    assert "Waiting for the next ingest" in page and "quarantined" in page and "0000004.jpg" in page
    assert "a face" in no_word_is_broken(ledger, ledger.list_holds)


def test_named_slices(no_word_is_broken: Callable[..., str]) -> None:
    page = no_word_is_broken(slices, lambda: slices.list_slices(False))
    assert "vertical-ko" in page and "ruled-handwriting" in page and "accepted" in page


def test_how_the_labelling_goes(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = sum_up(SOME_WORK, SOME_PAIRS, QUEUES, SOME_MARKING)
    people = tuple(dataclasses.replace(person, reader=Reader.person(LONG_NAME)) for person in found.people)
    told = SimpleNamespace(tables=tables(dataclasses.replace(found, people=people)), page="")
    monkeypatch.setattr(label, "status_of", lambda *_: told)
    monkeypatch.setattr(label, "Workbench", lambda _settings: None)
    monkeypatch.setattr(label, "home", lambda: Path("/tmp"))
    page = no_word_is_broken(label, lambda: label.status(""))
    assert f"annotator: {LONG_NAME}\n" in page and "accepted untouched: " in page and "Open work\nannotation config " in page


def test_people_and_gold(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch, filled: str) -> None:
    people = [SimpleNamespace(email=LONG_NAME, name="김 하늘", annotation_config="scene_text", side="a")]
    bench = SimpleNamespace(ledger=Ledger(filled), label_studio=SimpleNamespace(url="http://127.0.0.1:8080"),
                            annotation_config=SimpleNamespace(name="scene_text"))
    monkeypatch.setattr(label, "Workbench", lambda _settings: bench)
    monkeypatch.setattr("datastore.ledger.people.person_rows", lambda *_: people)
    page = no_word_is_broken(label, lambda: label.list_people(""))
    assert f"e-mail address: {LONG_NAME}\n" in page and "project: http://127.0.0.1:8080/projects/1/data\n" in page
    assert "af75  known\n" in no_word_is_broken(label, lambda: label.list_gold(""))


def test_models(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch, filled: str) -> None:
    bench = SimpleNamespace(ledger=Ledger(filled), model="ppocr-korean", objects=NoObjects(),
                            settings=SimpleNamespace(model="", bucket_models="models"))
    monkeypatch.setattr(models, "Workbench", lambda _settings: bench)
    page = no_word_is_broken(models, models.list_models)
    assert "ppocr-korean@" in page and "PaddleOCR" in page


def test_decisions(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    said = [Decision(1, Said.DUPLICATE, "a" * 32, "b" * 32), Decision(2, Said.UNDO, undoes=1)]
    keys = {letter * 32: f"demo/kim/{letter * 60}.jpg" for letter in "ab"}
    monkeypatch.setattr(decisions, "open_workbench", lambda: SimpleNamespace(ledger=None))
    monkeypatch.setattr("workbench.ingest.deciding.decisions.decision_list", lambda _ledger: said)
    monkeypatch.setattr("workbench.ingest.deciding.decisions.keys_by_id", lambda *_: keys)
    page = no_word_is_broken(decisions, decisions.list_decisions)
    assert "number: 1\n" in page and "taken back by 2" in page and f"demo/kim/{'a' * 60}.jpg" in page


def test_who_labels(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch,
                    capsys: pytest.CaptureFixture[str]) -> None:
    address = "kim.haneul.from.the.office.in.seoul@labelling-of-signs-and-documents.example.co.kr"
    person = people.PersonAtWork(Annotator(address, "scene_text", Side.SECOND_LOOK, "김하늘 님"),
                                 Project("scene_text", 3, Side.SECOND_LOOK, "key", 12345, None))
    studio = SimpleNamespace(url="https://label-studio.labelling-of-signs-and-documents.example.co.kr")
    bench = SimpleNamespace(ledger=None, label_studio=studio)
    monkeypatch.setattr(label, "Workbench", lambda _settings: bench)
    monkeypatch.setattr(people, "list_people", lambda *_: [person])
    page = no_word_is_broken(label, lambda: label.list_people(""))
    assert address in page and f"{studio.url}/projects/12345/data\n" in page

    added = people.AddedPerson(person.annotator, person.project, "a-pass-word")  # type: ignore[arg-type]
    monkeypatch.setattr(people, "add_person", lambda *_: added)
    monkeypatch.setattr(configs, "config_or_default", lambda *_: SimpleNamespace(name="scene_text"))
    monkeypatch.setattr(label, "console", Console(width=80))
    label.add(address, "", Side.SECOND_LOOK, "")
    page = capsys.readouterr().out
    assert f"{address} / a-pass-word\n" in page and f"{studio.url}/projects/12345/data\n" in page


def test_a_diff(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Table("By whom", ("read by", "before by", "images", "added", "removed", "moved", "edited", "attributes"),
                  ((LONG_NAME, "annotator-1f3a", "1,200", "3", "4", "5", "6", "7"),), 2, "Of images in both.")
    monkeypatch.setattr("pages.diff_tables.tables", lambda _found: [shown])
    monkeypatch.setattr("pages.diff_tables.images_table", lambda _found: shown)
    monkeypatch.setattr("pages.diff_tables.texts_table", lambda _found: Table("Texts edited", ("a",), ()))
    page = no_word_is_broken(datasets, lambda: datasets.show(SimpleNamespace(nothing=False)))  # type: ignore[arg-type]
    assert f"read by: {LONG_NAME}\n" in page and "Texts edited" not in page


def test_what_runs(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = [SimpleNamespace(name="label-studio", state="running", is_up=True, address="http://127.0.0.1:8080",
                             detail="of this checkout, since this morning and without a word about what it is doing [here]")]
    monkeypatch.setattr("apps.stack.services.status", lambda: found)
    monkeypatch.setattr("apps.stack.commands.are_scheduled", lambda: True)
    monkeypatch.setattr(apps.stack.commands, "_tell_log_ins", lambda: None)
    monkeypatch.setattr(apps.stack.commands, "look", lambda _bench, _now: well())
    page = no_word_is_broken(apps.stack.commands, apps.stack.commands.status)
    assert "label-studio  running" in page and "[here]" in page


def test_a_board(no_word_is_broken: Callable[..., str]) -> None:
    people = (Standing(1, LONG_NAME, 30, 20, 3, 0, 0), Standing(0, "박", 0, 0, 0, 0, 0, disqualified=True))
    board = Board("spring", 0, datetime(2026, 11, 3, tzinfo=UTC), BoardState.OPEN, people, (), (), None)
    page = no_word_is_broken(run, lambda: run.show_standings(ScoreReport(standings={"spring": board})))
    assert page.startswith("Board of spring (points now)") and LONG_NAME in page and "out" in page


def test_a_campaign_and_its_flags(no_word_is_broken: Callable[..., str], monkeypatch: pytest.MonkeyPatch, filled: str) -> None:
    moment = datetime(2026, 11, 2, tzinfo=UTC)
    recipe = SimpleNamespace(name="spring", time_zone="Asia/Seoul")
    outcomes = {Outcome.ACCEPTED: 1_000_000, Outcome.REJECTED: 9}
    days = (DayCount(date(2026, 11, 2), 77),)
    state = CampaignState("spring", Phase.OPEN, moment, moment, 1_234_567, 12, outcomes, 512, 99_000, 1_000, 3, 45, days,
                          2_000_000, 7.0, moment, True, (), ("close it",))
    found = [Flag("a" * 32, kind, "spring", "10 of 11 photographs repeat own ones (91%)", moment) for kind in FlagKind]
    monkeypatch.setattr(campaign, "load_settings", lambda: None)
    monkeypatch.setattr(campaign, "Workbench", lambda _settings: SimpleNamespace(ledger=None))
    monkeypatch.setattr(campaign, "load_campaigns", lambda *_: Campaigns("c", {"spring": recipe}))  # type: ignore[dict-item]
    monkeypatch.setattr(campaign, "campaign_state", lambda *_: state)
    monkeypatch.setattr(campaign, "keys_by_id", lambda *_: {"a" * 32: f"spring/{LONG_NAME}/{'b' * 60}.jpg"})
    monkeypatch.setattr("datastore.ledger.flags.flags_of", lambda *_, **__: found)
    page = no_word_is_broken(campaign, lambda: campaign.state(""))
    assert "1,000,000 accepted, 9 rejected" in page and "2026-11-02" in page and "To do: close it" in page
    page = no_word_is_broken(campaign, lambda: campaign.list_flags("spring", False, "", "", None, ""))  # type: ignore[arg-type]
    assert "a" * 32 in page and "b" * 60 in page
