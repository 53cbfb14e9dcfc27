"""After an upgrade that made words another kind, copies of images of before are found again; also after a killed run."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from alembic import command
from PIL import Image

from datastore.ledger import Ledger
from datastore.ledger.engine import _alembic
from datastore.ledger.without_words import count_without_words
from tests.services.conftest import new_world
from tests.services.test_killed_and_run_again import picture, send
from workbench.ingest.wording import make_words_anew
from workbench.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'l.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def of_before(ledger: Ledger) -> None:
    """Makes the ledger one of the last schema with words of an earlier kind, and brings it up to date."""
    with ledger.write(foreign_keys=False) as connection:
        script = _alembic()
        script.attributes["connection"] = connection
        command.downgrade(script, "0017")
    assert ledger.migrate()


def turned(seed: int) -> bytes:
    """A picture turned by a quarter, as another JPEG file."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(picture(seed))) as image:
        image.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=70)
    return out.getvalue()


def test_copies_of_images_of_before_are_found_again(stack: Settings, url: str) -> None:
    world = new_world(stack, url)
    bench = world.bench
    send(world, 900)
    assert world.flow("ingest").accepted == 4
    of_before(bench.ledger)
    assert make_words_anew(bench, 0).notes == [
        "0 images of before the upgrade are found again by edited copies too; 4 are left for the next runs, or for saegim ingest "
        "reindex. Until then these are found by the same bytes or the same pixels only."]
    world.killed("ingest", "datastore.ledger.without_words:put_words", "before")
    assert count_without_words(bench.ledger) == 4
    bench.objects.put(world.env["SAEGIM_BUCKET_RAW"], "demo/lee/turned.jpg", turned(902))
    report = world.flow("ingest")
    assert report.duplicate == 1
    assert "4 images of before the upgrade are found again by edited copies too. These were the last ones." in report.notes
    assert make_words_anew(bench, 9).notes == []
