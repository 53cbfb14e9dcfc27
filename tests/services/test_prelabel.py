"""prelabel: killed and run again, by several workers, on demand; models that are pushed, used and refused."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from adapters.ocr.bundles import load_bundle
from datastore.ledger import readings as ledger_readings
from datastore.ledger.tables import readings, submissions
from flows import prelabel
from flows.batches import Failures
from flows.models import cache_folder
from flows.settings import ROOT, Settings
from saegim.settings import home
from schemas.errors import TooManyFailures
from schemas.reading import Attributes, Direction, Kind, Reading, Region, Unit
from tests.services.conftest import SAEGIM, World, new_world, readings_by
from tests.services.test_killed_and_run_again import send
from tests.tiny_bundle import write_bundle

SIGNS = 24
"""More than one window of the engine."""


def read_by_models(world: World) -> list[tuple[Any, ...]]:
    with world.bench.ledger.read() as connection:
        return [tuple(row) for row in connection.execute(
            select(readings.c.image_id, readings.c.reader, readings.c.run, readings.c.regions)
            .where(readings.c.reader.startswith("model:")).order_by(readings.c.image_id, readings.c.run))]


def signs(stack: Settings, folder: Path, seed: int, count: int) -> World:
    """A world that took in some signs."""
    world = new_world(stack, f"sqlite:///{folder / 'signs.db'}")
    world.env["SAEGIM_MODEL"] = "ppocr-v6-small"
    send(world, seed, count)
    world.flow("ingest")
    return world


@pytest.fixture(scope="module")
def taken_in(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> World:
    return signs(stack, tmp_path_factory.mktemp("taken in"), 400, SIGNS)


@pytest.fixture
def unread(taken_in: World, tmp_path: Path) -> World:
    """The world of the same pictures, with a ledger of its own in which nobody has read them."""
    return copy_of(taken_in, tmp_path)


def copy_of(world: World, folder: Path) -> World:
    there = folder / "ledger.db"
    with contextlib.closing(sqlite3.connect(world.env["SAEGIM_LEDGER_URL"].removeprefix("sqlite:///"))) as ledger, \
            contextlib.closing(sqlite3.connect(there)) as copy:
        ledger.backup(copy)
    return World({**world.env, "SAEGIM_LEDGER_URL": f"sqlite:///{there}"})


def read_count(output: str) -> int:
    found = re.search(r"(\d+) read", output)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def undisturbed(taken_in: World, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    world = copy_of(taken_in, tmp_path_factory.mktemp("undisturbed"))
    assert read_count(world.run("run", "prelabel").stdout) == SIGNS
    assert "nothing new" in world.run("run", "prelabel").stdout
    return read_by_models(world)


@pytest.mark.parametrize(("target", "when"), [
    ("datastore.ledger.readings:add_readings", "after"),  # in the transaction: nothing of it may stay
    ("datastore.ledger.leases:release", "before"),
    ("the second window", ""),
])
def test_killed_and_run_again(unread: World, undisturbed: list[Any], target: str, when: str) -> None:
    world, before = unread, 0
    if when:
        world.killed("prelabel", target, when)
    else:
        run = subprocess.Popen([SAEGIM, "run", "prelabel"], cwd=ROOT, env={**os.environ, **world.env}, stdout=subprocess.DEVNULL)
        while not (before := len(read_by_models(world))) and run.poll() is None:
            time.sleep(0.05)
        run.kill()
        assert run.wait(60) == -9
        assert 0 < before < SIGNS
    again = read_count(world.run("run", "prelabel").stdout)
    assert read_by_models(world) == undisturbed
    if not when:
        assert before <= SIGNS - again  # what was written is not read again
    assert "nothing new" in world.run("run", "prelabel").stdout


def test_two_workers_share_the_queue(unread: World, undisturbed: list[Any]) -> None:
    world = unread
    env = {**os.environ, **world.env, "SAEGIM_BATCH_SIZE": "4", "COLUMNS": "200"}
    runs = [subprocess.Popen([SAEGIM, "run", "prelabel"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    counts = [read_count(run.communicate(timeout=300)[0]) for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sum(counts) == SIGNS and min(counts) > 0
    assert read_by_models(world) == undisturbed


def person(image: tuple[Any, ...], *attributes: Attributes) -> Reading:
    polygon = ((0.0, 0.0), (90.0, 0.0), (90.0, 40.0), (0.0, 40.0))
    regions = tuple(Region(f"r{number}", polygon, "사람", item) for number, item in enumerate(attributes))
    return Reading(image[0], "person:abc", "scene_text@1", 1, Unit.LINE, 720, 480, regions)


def test_on_demand_and_never_over_people(stack: Settings, tmp_path: Path) -> None:
    world = signs(stack, tmp_path, 460, count=3)
    world.run("run", "prelabel")
    first = read_by_models(world)
    people = [person(first[0], Attributes(direction=Direction.VERTICAL)), person(first[1], Attributes())]
    with world.bench.ledger.write() as connection:
        ledger_readings.add_readings(connection, people)
    write_bundle(tmp_path / "새 모델", name="silent", min_score=1)  # it finds no text anywhere
    world.run("models", "push", str(tmp_path / "새 모델"))
    del world.env["SAEGIM_MODEL"]
    said = world.run("models", "use", "silent@1").stdout
    assert "silent@1 is in use" in said
    assert "●" in next(line for line in world.run("models", "list").stdout.splitlines() if "silent@1" in line)

    refused = world.run("run", "prelabel", "--only", "slice:sideways", check=False)
    assert refused.returncode and "slice:sideways" in refused.stderr + refused.stdout
    done = world.run("run", "prelabel").stdout
    assert "1 read" in done and "1 rejected: no text" in done  # the one that nobody labelled
    assert "1 read" in world.run("run", "prelabel", "--only", "slice:vertical").stdout
    assert "1 read" in world.run("run", "prelabel", "--only", "all").stdout
    assert "nothing new" in world.run("run", "prelabel", "--only", "all").stdout

    with world.bench.ledger.read() as connection:
        outcomes = Counter(connection.scalars(select(submissions.c.outcome).where(
            submissions.c.image_id.in_([reading.image_id for reading in people]))))
    kept = readings_by(world.bench.ledger, "person:")
    assert {key: found[0].regions_json() for key, found in kept.items()} == {
        item.image_id: item.regions_json() for item in people}
    assert outcomes["accepted"] == 2  # a model that sees nothing does not overrule people
    assert [row for row in read_by_models(world) if row[1] == "model:ppocr-v6-small@2"] == first  # superseded readings stay
    run = next(row[2] for row in read_by_models(world) if row[1] == "model:silent@1")
    details = ledger_readings.run_details(world.bench.ledger, run)
    assert (details["provider"], details["precision"], details["configuration"]["min_score"]) == ("cpu", "fp32", 1.0)
    assert details["bundle"] == load_bundle(tmp_path / "새 모델" / "bundle.yaml").digest


def test_a_pushed_bundle_is_what_was_pushed(world: World, tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "tiny")
    assert "is in bucket" in world.run("models", "push", str(folder)).stdout
    assert "already, the same" in world.run("models", "push", str(folder)).stdout
    write_bundle(tmp_path / "other", min_score=0.7)
    refused = world.run("models", "push", str(tmp_path / "other"), check=False)
    assert refused.returncode and "a version never changes" in refused.stderr + refused.stdout
    assert "all sha256 right" in world.run("models", "fetch", "tiny").stdout
    assert "images/s" in world.run("models", "bench", "tiny@1").stdout

    bundle = load_bundle(folder / "bundle.yaml")
    assert home() in cache_folder(bundle).parents
    (cache_folder(bundle) / "rec.onnx").write_bytes(b"the disk has changed this")
    assert "fetching rec.onnx" in world.run("models", "fetch", "tiny").stdout
    world.bench.objects.put(world.env["SAEGIM_BUCKET_MODELS"], "tiny/1/rec.onnx", b"somebody has changed this")
    (cache_folder(bundle) / "rec.onnx").unlink()
    world.env["SAEGIM_MODEL"] = "tiny@1"
    refused = world.run("run", "prelabel", check=False)
    assert refused.returncode and re.search(r"tiny@1 in bucket .* is refused: rec\.onnx has sha256",
                                            " ".join((refused.stderr + refused.stdout).split()))
    world.run("models", "push", str(folder))  # which puts it back
    assert "all sha256 right" in world.run("models", "fetch", "tiny").stdout
    tampered = write_bundle(tmp_path / "tampered", name="tampered")
    (tampered / "문자.txt").write_text("가\n", encoding="utf-8")
    refused = world.run("models", "push", str(tampered), check=False)
    assert refused.returncode and "문자.txt has sha256" in refused.stderr + refused.stdout
    missing = world.run("models", "use", "nobody", check=False)
    assert missing.returncode and "expected one of" in missing.stderr + missing.stdout


@pytest.mark.parametrize(("texts", "nothing"), [([], True), (["-", "..."], True), (["-", "가"], False), (["7"], False)])
def test_strokes_are_no_text(texts: list[str], nothing: bool) -> None:
    polygon = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
    regions = tuple(Region(str(number), polygon, text) for number, text in enumerate(texts))
    assert prelabel.textless(Reading("a", "model:x", "r", 0, Unit.LINE, 9, 9, regions)) is nothing
    box = Region("b", polygon, "□", Attributes(kind=Kind.CHECKBOX, checked=False))
    assert not prelabel.textless(Reading("a", "model:x", "r", 0, Unit.LINE, 9, 9, (*regions, box)))


class Fragile:
    """An engine that fails on dark pictures."""

    def read(self, images: list[Any], image_ids: list[str]) -> list[Reading]:
        if any(not image.any() for image in images):
            raise ZeroDivisionError("dark")
        return [Reading(name, "model:x", "r", 0, Unit.LINE, 8, 8, ()) for name in image_ids]


def test_one_image_that_breaks_the_engine_is_put_aside() -> None:
    rows = [ledger_readings.ImageRow(name, "image/png", 8, 8) for name in "abc"]
    pixels = [np.full((8, 8, 3), value, np.uint8) for value in (1, 0, 1)]
    found, broken = prelabel._read(Fragile(), rows, pixels, Failures(100))  # type: ignore[arg-type]
    assert [reading.image_id for reading in found] == ["a", "c"]
    assert list(broken) == ["b"] and "ZeroDivisionError: dark" in broken["b"]
    with pytest.raises(TooManyFailures):
        prelabel._read(Fragile(), rows, [pixels[1]] * 3, Failures(3))  # type: ignore[arg-type]
