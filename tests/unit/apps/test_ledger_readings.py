"""saegim ledger readings: where a text comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from apps.cli import ledger as command
from datastore.ledger import readings
from datastore.ledger.tables import images
from schemas.reading import Reading, Region, Unit
from tests.empty_ledger import empty_ledger
from tests.made_outcomes import box

NAME = "ab" * 32


def test_every_state_of_a_region_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    monkeypatch.setenv("SAEGIM_LEDGER_URL", url)
    ledger = empty_ledger(url)
    model = Reading(NAME, "model:m@1", "f" * 64, 0, Unit.LINE, 100, 80, (Region("r1", box(0, 0), "서울억"),))
    person = replace(model, reader="person:kim", run="scene_text@3", revision=1, regions=(Region("r1", box(0, 0), "서울역"),))
    redrawn = replace(person, revision=2, regions=(Region("new", box(0, 0), "서울역 3번", replaces="r1"),))
    with ledger.write() as connection:
        connection.execute(insert(images).values(image_id=NAME, number=1, media_type="image/jpeg", width=100, height=80, bytes=1,
                                                 cluster_id=NAME, represents=True, encoder="made"))
        readings.add_readings(connection, [redrawn, person, model])
    done = CliRunner().invoke(command.app, ["readings", NAME[:12], "--region", "r1"])
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.output.splitlines() if ":" in line]
    assert [(line[0], line[2], *line[4:]) for line in lines] == [
        ("model:m@1", "0", "서울억"), ("person:kim", "1", "서울역"), ("person:kim", "2", "서울역", "3번")]
