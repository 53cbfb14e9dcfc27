"""saegim import on real object storage: a public data set beside collected photographs, killed on its way, and run again."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from sqlalchemy import select

from datastore.ledger.sources import all_sources
from datastore.ledger.tables import submissions
from saegim.formats import FORMATS
from saegim.formats.labelled import LabelledSet
from tests.imported_sets import labelled_page, page, word
from tests.made_labels import written
from tests.services.conftest import World, accepted, with_campaigns

SOURCE = "public/signs"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Four pictures in UFO, of which one is a photograph of ours, and one a smaller copy of another photograph of ours."""
    images = [labelled_page("간판 1.png", page(1), word("서울역"), word("3번", top=60)),
              labelled_page("2.png", page(2), word("출구")),
              labelled_page("ours.png", page(11), word("우리")),
              labelled_page("copy.jpg", page(12, form="JPEG", quality=60), word("사본"))]
    folder = tmp_path / "toy"
    written(FORMATS["ufo"], LabelledSet("toy", iter(images), len(images), "CC-BY-4.0", "made"), folder)
    return folder


@pytest.mark.parametrize("target", ["datastore.ledger.imported:put_labels", "datastore.ledger.readings:accept"])
def test_a_public_data_set_beside_our_own(world: World, toy: Path, tmp_path: Path, target: str) -> None:
    with_campaigns(world, tmp_path, "demo")
    for number, size in ((11, (320, 240)), (12, (640, 480))):
        world.bench.objects.put(world.env["SAEGIM_BUCKET_RAW"], f"demo/kim/{number}.png", page(number, size))
    world.flow("ingest")
    command = ["import", str(toy), "--campaign", SOURCE, "--licence", "CC-BY-4.0"]
    killed = world.forks.run(command, world._env, (target, "after"))
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    told = world.run(*command).stdout
    for line in ("is read as ufo", "its picture is an edited copy of another one", "exactly a picture that we have",
                 f"sources: {{take: [{SOURCE}]}}"):
        assert line in told, told
    texts = sorted(region.text for reading in accepted(world.bench.ledger, SOURCE).values() for region in reading.regions)
    assert texts == ["3번", "서울역", "우리", "출구"]
    assert [(item.source, item.licence) for item in all_sources(world.bench.ledger)] == [(SOURCE, "CC-BY-4.0")]
    with world.bench.ledger.read() as connection:
        before = connection.execute(select(submissions).order_by(submissions.c.submission_id)).all()
    assert "Nothing is new" in world.run(*command).stdout
    assert "nothing new" in world.run("run", "ingest").stdout
    with world.bench.ledger.read() as connection:
        assert connection.execute(select(submissions).order_by(submissions.c.submission_id)).all() == before
