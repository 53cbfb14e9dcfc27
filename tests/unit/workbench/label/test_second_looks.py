"""Second looks that nobody needs any more are taken back, but never one whose task may be on its way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.label_studio.configs import load_annotation_config
from datastore.ledger import Ledger, leases, outbox, projects, readings
from datastore.ledger import second_looks as ledger_second_looks
from schemas.answers import SecondLook
from schemas.errors import LeaseLost
from schemas.label_tasks import Project, TaskRow
from schemas.labelling import Side
from tests.empty_ledger import empty_ledger
from tests.places import ROOT
from tests.read_images import fill, made_reading
from workbench.label import second_looks
from workbench.label.claims import claim_project

CONFIG = load_annotation_config(ROOT / "annotation_configs" / "scene_text")
NEVER_POSTED, POSTED, CONFIRMED, BEGUN = range(4)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")


def needless(ledger: Ledger, count: int) -> tuple[Project, list[str]]:
    """Images with an accepted reading that still have a second look and a planned task."""
    ids = fill(ledger, "m", count, regions=2)
    planned = projects.plan_project(ledger, CONFIG.name, CONFIG.version, Side.SECOND_LOOK, "key")
    project = projects.confirm_project(ledger, planned, 1)
    with ledger.write() as connection:
        outbox.plan_tasks(connection, [TaskRow(project.key, name, CONFIG.version, name, CONFIG.name, ()) for name in ids])
        for name in ids:
            ledger_second_looks.want_second_look(connection, SecondLook(name, CONFIG.name, "why", ()))
            readings.accept(connection, CONFIG.name, made_reading(name, 2))
    return project, ids


def asked_for(ledger: Ledger) -> set[str]:
    return set(ledger_second_looks.needless_second_looks(ledger, CONFIG.name))


def test_what_may_be_on_its_way_is_not_withdrawn(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    project, ids = needless(ledger, 4)
    with ledger.write() as connection:
        outbox.mark_posted(connection, project.key, [ids[POSTED], ids[CONFIRMED], ids[BEGUN]], 7, datetime.now(UTC))
        outbox.confirm(connection, project.key, {ids[CONFIRMED]: 8, ids[BEGUN]: 9})
    monkeypatch.setattr(second_looks, "delete_untouched", lambda _studio, _number, task_id: task_id != 9)
    bench: Any = SimpleNamespace(ledger=ledger, label_studio=None)
    second_looks._withdraw(bench, CONFIG, project, claim_project(ledger, project, 60))
    assert asked_for(ledger) == {ids[POSTED], ids[BEGUN]}
    with ledger.read() as connection:
        assert outbox.task_rows(connection, project.key, ids).keys() == {ids[POSTED], ids[BEGUN]}


def test_a_run_that_lost_the_project_withdraws_nothing(ledger: Ledger) -> None:
    project, ids = needless(ledger, 1)
    lease = claim_project(ledger, project, 60)
    leases.release(ledger, lease)
    claim_project(ledger, project, 60)  # another run's
    bench: Any = SimpleNamespace(ledger=ledger, label_studio=None)
    with pytest.raises(LeaseLost):
        second_looks._withdraw(bench, CONFIG, project, lease)
    assert asked_for(ledger) == set(ids)
