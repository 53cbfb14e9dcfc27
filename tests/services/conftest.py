"""The real services, once for all tests, on free ports and with a fresh state."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.stack.services import down, up
from datastore.ledger import Ledger
from flows.settings import Settings, load_settings
from flows.workbench import Workbench


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """SeaweedFS, Label Studio, Prefect and its workers, with a state folder of their own."""
    home = tmp_path_factory.mktemp("작업 상태")
    before = dict(os.environ)
    os.environ["SAEGIM_HOME"] = str(home)
    try:
        up(schedules=False)
        settings = load_settings()
        os.environ["PREFECT_API_URL"] = settings.prefect_api_url
        Ledger(settings.ledger).migrate()
        yield settings
    finally:
        down()
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def bench(stack: Settings) -> Workbench:
    """A workbench on the real services."""
    return Workbench(stack)


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go, to be looked at."""
    folder = Path(os.environ.get("SAEGIM_PICTURES", Path(__file__).resolve().parents[2] / ".saegim" / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
