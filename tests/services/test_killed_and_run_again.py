"""kill -9 in the middle of a verb, then the same again: the end state of an undisturbed run (design D3, I2, I4)."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from adapters.label_studio.tasks import tasks_after
from apps.demo.contact_sheet import hangul_font
from datastore.ledger import leases
from datastore.ledger.outbox import task_count
from datastore.ledger.tables import boards, campaign_versions, images, point_entries, submissions
from saegim.releases import Releases
from schemas.ids import sha256
from schemas.label_tasks import SUBJECT
from tests import accepted_images
from tests.every_object import every_object
from tests.read_images import fill
from tests.services.conftest import SAEGIM, World, new_world, with_shares
from workbench.ingest import settling
from workbench.label.projects import project_of
from workbench.settings import ROOT, Settings


def picture(seed: int) -> bytes:
    """A sign that no other test has: what is written on it, and where, comes from the seed."""
    generator = np.random.default_rng(seed)
    image = Image.new("RGB", (720, 480), "white")
    draw = ImageDraw.Draw(image)
    font: ImageFont.FreeTypeFont = hangul_font(56)
    for line in range(4):
        word = "".join(generator.choice(list("가나다라마바사아자차카타파하ABCDEFGHKLMNRSTUVXYZ"), 8))
        draw.text((20 + int(generator.integers(0, 200)), 20 + 110 * line), word, fill="black", font=font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def send(world: World, seed: int, count: int = 4) -> None:
    bench, bucket = world.bench, world.env["SAEGIM_BUCKET_RAW"]
    for number in range(count):
        bench.objects.put(bucket, f"demo/kim/사진 {number}.jpg", picture(seed + number))
    bench.objects.put(bucket, "demo/lee/again.jpg", picture(seed))
    bench.objects.put(bucket, "demo/lee/broken.jpg", picture(seed)[:900])


def ingested(world: World) -> tuple[Any, ...]:
    """What ingest left behind, without clocks."""
    bench = world.bench
    with bench.ledger.read() as connection:
        rows = connection.execute(select(submissions.c.key, submissions.c.outcome, submissions.c.reason,
                                         submissions.c.image_id).order_by(submissions.c.key)).all()
        found = connection.execute(select(images.c.image_id, images.c.pixels_id, images.c.width, images.c.height)
                                   .order_by(images.c.image_id)).all()
    stored = {raw.key for raw in every_object(bench.objects, world.env["SAEGIM_BUCKET_IMAGES"])}
    return rows, found, stored


@pytest.fixture(scope="module")
def undisturbed(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[Any, ...]]:
    """What an undisturbed ingest leaves behind of so many pictures."""
    @functools.cache
    def left(count: int) -> tuple[Any, ...]:
        world = new_world(stack, f"sqlite:///{tmp_path_factory.mktemp('undisturbed') / 'ledger.db'}")
        send(world, 100, count)
        world.run("run", "ingest")
        return ingested(world)
    return left


@pytest.mark.parametrize(("target", "when"), [
    ("datastore.ledger.arrivals:register", "before"),
    ("datastore.ledger.arrivals:register", "after"),
    ("datastore.ledger.arrivals:store", "before"),  # canonical pictures are there, no row knows of them
    ("datastore.ledger.arrivals:store", "after"),
    ("datastore.ledger.submissions:record", "before"),
    ("datastore.ledger.submissions:record", "after"),  # in the transaction: nothing of it may stay
    ("datastore.ledger.word_index:WordIndex.flush", "after"),
    ("datastore.ledger.arrivals:settled", "after"),
    ("datastore.ledger.leases:release", "before"),
])
def test_ingest(world: World, undisturbed: Callable[[int], tuple[Any, ...]], target: str, when: str) -> None:
    send(world, 100)
    world.killed("ingest", target, when)
    world.flow("ingest")
    assert ingested(world) == undisturbed(4)
    assert Counter(row.outcome for row in ingested(world)[0]) == {"accepted": 4, "duplicate": 1, "rejected": 1}
    assert "nothing new" in world.run("run", "ingest").stdout


@pytest.mark.parametrize("when", ["before", "after"])
def test_ingest_killed_while_it_compares_for_another_worker(
        world: World, undisturbed: Callable[[int], tuple[Any, ...]], when: str) -> None:
    send(world, 100)
    ledger = world.bench.ledger
    settles = leases.claim(ledger, settling.LEASE_KIND, settling.LEASE_KEYS, 300)
    world.killed("ingest", "datastore.ledger.arrivals:store_compared", when)
    leases.release(ledger, settles)
    world.flow("ingest")
    assert ingested(world) == undisturbed(4)


@pytest.mark.parametrize("victim", ["the run", "a decoder"])
def test_ingest_killed_while_it_decodes(world: World, undisturbed: Callable[[int], tuple[Any, ...]], victim: str) -> None:
    send(world, 100, count=60)
    run = subprocess.Popen([SAEGIM, "run", "ingest"], cwd=ROOT, env={**os.environ, **world.env}, stdout=subprocess.DEVNULL)
    stored: list[Any] = []
    while not stored:  # the first canonical picture is there
        stored = every_object(world.bench.objects, world.env["SAEGIM_BUCKET_IMAGES"])
        assert run.poll() is None or stored
    if victim == "the run":
        run.kill()
    else:
        with contextlib.suppress(psutil.NoSuchProcess):  # on a fast machine the run is done by now: nothing is left to kill
            for process in psutil.Process(run.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):  # a helper of the run that is done by now
                    if process.memory_info().rss > 50_000_000:
                        process.kill()
                        break
    assert run.wait(300) == (-9 if victim == "the run" else 0)
    world.flow("ingest")
    assert ingested(world) == undisturbed(60)
    assert Counter(row.outcome for row in ingested(world)[0]) == {"accepted": 60, "duplicate": 1, "rejected": 1}


@pytest.mark.parametrize(("target", "when"), [
    ("datastore.ledger.outbox:plan_tasks", "after"),
    ("workbench.label.push:import_tasks", "before"),
    ("workbench.label.push:import_tasks", "after"),  # Label Studio has them, nobody was told
    ("datastore.ledger.outbox:confirm", "before"),
])
def test_label(world: World, tmp_path: Path, target: str, when: str) -> None:
    with_shares(world, tmp_path)
    bench = world.bench
    ours = fill(bench.ledger, bench.model, 4, regions=3, seed=f"{target} {when}")
    world.killed("label", target, when)
    world.run("run", "label")
    project = project_of(bench, bench.annotation_config)
    tasks = Counter(task.subject for task in tasks_after(bench.label_studio, project.number, 0, SUBJECT))
    assert tasks == dict.fromkeys(ours, 1)
    assert len(ours) == task_count(bench.ledger, project.key) == 4
    assert "nothing new" in world.run("run", "label").stdout


@pytest.mark.parametrize(("target", "when"), [
    ("datastore.objects:ObjectStore.put_file", "after"),
    ("datastore.objects:ObjectStore.put", "before"),
    ("datastore.objects:ObjectStore.put_if_absent", "before"),
    ("datastore.objects:ObjectStore.put_if_absent", "after"),  # the release is out, its publisher does not know
])
def test_export(world: World, tmp_path: Path, target: str, when: str) -> None:
    bench = world.bench
    made = {accepted_images.put(bench, seed).image_id for seed in range(4)}
    world.killed("export", target, when)
    releases = Releases(bench.settings)
    published = releases.numbers("scene-text")
    assert published == ([1] if (target, when) == ("datastore.objects:ObjectStore.put_if_absent", "after") else [])
    world.run("run", "export")
    assert "nothing new" in world.run("run", "export").stdout
    assert releases.numbers("scene-text") == [1]
    pulled = world.run("datasets", "pull", "scene-text@1", "--to", str(tmp_path / "out"))
    assert "scene-text@1" in pulled.stdout  # pulling checks every file's sha256
    [labels] = (tmp_path / "out").rglob("labels-*.parquet")
    assert set(pq.read_table(labels, columns=["image_id"])["image_id"].to_pylist()) == made
    assert sum(releases.manifest("scene-text@1").splits.values()) == len(made) == 4


@pytest.mark.parametrize(("target", "when"), [
    ("datastore.releases:Folder.put", "after"),  # the labels are there
    ("datastore.releases:Folder.put_bytes", "before"),  # no diff yet
    ("datastore.releases:Folder.publish", "before"),  # all but the manifest
])
def test_export_of_a_second_release(world: World, target: str, when: str) -> None:
    bench = world.bench
    images = [accepted_images.put(bench, seed) for seed in range(3)]
    world.flow("export")
    accepted_images.relabel(bench, images[0], ["다른", "글", "자"])
    world.killed("export", target, when)
    releases, bucket = Releases(bench.settings), bench.settings.bucket_datasets
    assert releases.numbers("scene-text") == [1]
    world.flow("export")
    assert world.flow("export").nothing_new
    assert releases.numbers("scene-text") == [1, 2]
    manifest = releases.manifest("scene-text@2")
    assert {file.kind for file in manifest.files} == {"images", "labels", "left_out", "card", "diff"}
    assert all(sha256(bench.objects.get(bucket, f"scene-text/{file.path}")) == file.sha256 for file in manifest.files)
    assert not [raw.key for raw in every_object(bench.objects, bucket, "scene-text/v2/")
                if raw.key not in {f"scene-text/{file.path}" for file in manifest.files} | {"scene-text/v2/manifest.json"}]


@pytest.mark.parametrize(("target", "when"), [
    ("datastore.ledger.campaign_versions:note_rules", "after"),
    ("datastore.ledger.points:add_entries", "before"),  # the rules are noted, no point is
    ("datastore.ledger.points:add_entries", "after"),
    ("datastore.ledger.boards:add_board", "after"),  # in the transaction: the board may not stay
])
def test_score(world: World, target: str, when: str) -> None:
    bench = world.bench
    for seed in range(3):
        accepted_images.put(bench, seed, vertical=True, submitter="김하늘" if seed else "park")
    world.killed("score", target, when)
    board = world.flow("score").standings["demo"]
    with bench.ledger.read() as connection:
        entries = connection.execute(select(point_entries.c.submission_id, point_entries.c.rule)).all()
        made = connection.scalars(select(boards.c.number).where(boards.c.campaign == "demo")).all()
        versions = connection.scalars(select(campaign_versions.c.version).where(campaign_versions.c.campaign == "demo")).all()
    assert len(entries) == len(set(entries)) == 6  # each photograph, and its bonus for vertical writing, once
    assert [(line.submitter, line.points, line.final) for line in board.people] == [("김하늘", 30, 30), ("park", 15, 15)]
    assert (made, versions) == ([1], [1])
    assert "nothing new" in world.run("run", "score").stdout
