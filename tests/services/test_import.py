"""saegim import on real object storage: a public data set beside collected photographs, killed on its way, and run again."""

from __future__ import annotations

import io
import signal
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from adapters.label_studio.tasks import open_tasks
from datastore.ledger.imported import parts_of_sources
from datastore.ledger.releasable import photographs
from datastore.ledger.sources import all_sources
from datastore.ledger.tables import submissions
from saegim.formats import FORMATS
from saegim.labels.labelled import LabelledSet
from schemas.labelling import Side
from stages.export.groups import group
from tests.imported_sets import labelled_page, page, word
from tests.made_labels import written
from tests.services.conftest import World, accepted, new_world, readings_by, with_campaigns, with_shares
from tests.unit.saegim.formats.test_pages import upright, write_pdf
from workbench.label.projects import project_of
from workbench.settings import Settings

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


def test_pages_of_documents_come_in_as_photographs_do(world: World, tmp_path: Path) -> None:
    """A PDF's text layer is a reading that nobody has accepted; a model reads its pages, and annotators, and those of a TIFF."""
    with_shares(world, tmp_path)
    world.env["SAEGIM_MODEL"] = "ppocr-v6-small"
    lines = [[(f"{word} {line}번 창구", upright(20 + 13 * line, 560 - 40 * line)) for line in range(number, number + 9)]
             for number, word in ((1, "서울역"), (4, "승차권"))]
    write_pdf(tmp_path / "공문.pdf", *lines)
    pages = [Image.open(io.BytesIO(page(seed, (640, 480)))) for seed in (1, 2)]
    pages[0].save(tmp_path / "팩스.tif", save_all=True, append_images=pages[1:])
    for name, source in (("공문.pdf", "public/manual"), ("팩스.tif", "public/fax")):
        told = world.command("import", str(tmp_path / name), "--campaign", source, "--licence", "MIT").stdout
        assert "New: 2 pictures" in told, told

    ledger = world.bench.ledger
    assert not accepted(ledger, "public/manual")
    read = readings_by(ledger, "source:")
    assert sorted(len(found[0].regions) for found in read.values()) == [27, 27]  # of the PDF; the TIFF says nothing
    assert "서울역" in {region.text for found in read.values() for region in found[0].regions}
    parts = list(parts_of_sources(ledger))
    assert {part for _, part in parts} == {"public/manual/공문.pdf", "public/fax/팩스.tif"} and len(parts) == 4
    groups = group(photographs(ledger), 0, by_submitter=False, parts=parts)
    assert len({groups.of(image) for image, _ in parts}) == 2

    assert world.flow("prelabel").counts["read"] == 4
    assert set(readings_by(ledger, "model:")) == {image for image, _ in parts}
    world.flow("label")
    bench = world.bench
    assert len(open_tasks(bench.label_studio, project_of(bench, bench.annotation_config, Side.A).number)) == 4


def test_an_import_on_postgresql(stack: Settings, postgres_url: str, toy: Path) -> None:
    world = new_world(stack, postgres_url)
    command = ["import", str(toy), "--campaign", SOURCE, "--licence", "CC-BY-4.0"]
    assert "4 readings" in world.command(*command).stdout
    texts = sorted(region.text for reading in accepted(world.bench.ledger, SOURCE).values() for region in reading.regions)
    assert texts == ["3번", "사본", "서울역", "우리", "출구"]
    assert "Nothing is new" in world.command(*command).stdout
    assert "CC-BY-4.0" in world.run("sources", "list").stdout
    assert "간판_1.png" in world.run("ledger", "submissions").stdout
