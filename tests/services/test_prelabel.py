"""prelabel: killed and run again, by several workers, on demand; models that are pushed, used and refused."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pysqlite3.dbapi2 as pysqlite
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from adapters.ocr.bundles import load_bundle
from datastore.ledger import readings as ledger_readings
from datastore.ledger.tables import model_runs, readings, submissions
from datastore.objects import ObjectStore
from saegim.settings import home
from schemas.errors import ServiceUnavailable, TooManyFailures, Transient
from schemas.reading import Attributes, Direction, Kind, Reading, Region, Unit
from schemas.stored import StoredImage
from stages.prelabel.textless import in_view, is_textless
from tests.every_object import every_object
from tests.services.conftest import SAEGIM, World, new_world, readings_by
from tests.services.test_killed_and_run_again import send
from tests.tiny_bundle import write_bundle
from workbench.model_files import cache_folder
from workbench.prelabel.pictures import WINDOW_PIXELS, windows
from workbench.prelabel.read_window import read_window
from workbench.run import Alone, Failures
from workbench.settings import ROOT, Settings

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
    with contextlib.closing(pysqlite.connect(world.env["SAEGIM_LEDGER_URL"].removeprefix("sqlite:///"))) as ledger, \
            contextlib.closing(pysqlite.connect(there)) as copy:
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
    with world.bench.ledger.read() as connection:
        details = connection.scalar(select(model_runs.c.details).where(model_runs.c.run == run))
    assert details is not None
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
    assert missing.returncode and "There is no model" in missing.stderr + missing.stdout


@pytest.mark.parametrize(("texts", "nothing"), [([], True), (["-", "..."], True), (["-", "가"], False), (["7"], False)])
def test_strokes_are_no_text(texts: list[str], nothing: bool) -> None:
    polygon = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
    regions = tuple(Region(str(number), polygon, text) for number, text in enumerate(texts))
    assert is_textless(Reading("a", "model:x", "r", 0, Unit.LINE, 9, 9, regions)) is nothing
    box = Region("b", polygon, "□", Attributes(kind=Kind.CHECKBOX, checked=False))
    assert not is_textless(Reading("a", "model:x", "r", 0, Unit.LINE, 9, 9, (*regions, box)))


@pytest.mark.parametrize(("width", "height", "seen"), [
    (640, 480, True), (1080, 2400, True), (65, 65, True), (1000, 2500, True),
    (1000, 2501, False), (12000, 400, False), (576, 7000, False), (64, 64, False), (120, 40, False)])
def test_only_a_picture_that_the_model_can_see_is_called_textless(width: int, height: int, seen: bool) -> None:
    assert in_view(width, height) is in_view(height, width) is seen


@given(st.lists(st.integers(1, 12_000), max_size=60), st.integers(1, 16))
def test_windows_are_all_images_in_order_and_fit_into_memory(sides: list[int], count: int) -> None:
    images = [StoredImage(str(number), "image/png", side, side) for number, side in enumerate(sides)]
    found = list(windows(images, count))
    assert [image for window in found for image in window] == images
    for window in found:
        assert 1 <= len(window) <= count
        assert len(window) == 1 or sum(image.width * image.height for image in window) <= WINDOW_PIXELS


def outcomes(world: World) -> dict[str, tuple[str, str | None]]:
    """Outcome and detail by key."""
    with world.bench.ledger.read() as connection:
        return {row.key: (str(row.outcome), row.detail) for row in connection.execute(select(submissions))}


def test_long_captures_are_read_and_long_pictures_never_rejected_for_what_the_model_does_not_see(world: World) -> None:
    world.env["SAEGIM_MODEL"] = "ppocr-v6-small"
    texts = [f"line {number} of a long capture" for number in range(28)]
    capture = Image.new("RGB", (400, 9000), "white")
    font = ImageFont.load_default(24)
    for number, text in enumerate(texts):
        ImageDraw.Draw(capture).text((20, 30 + 310 * number), text, "black", font)
    rail = Image.new("RGB", (3000, 300), (180, 170, 150))
    ImageDraw.Draw(rail).polygon([(0, 300), (0, 120), (3000, 200), (3000, 300)], fill=(90, 60, 40))
    for name, picture in (("capture", capture), ("rail", rail), ("wall", rail.resize((600, 300)))):
        out = io.BytesIO()
        picture.save(out, "PNG")
        world.bench.objects.put(world.env["SAEGIM_BUCKET_RAW"], f"demo/kim/{name}.png", out.getvalue())
    world.flow("ingest")
    report = world.flow("prelabel")
    assert (report.counts["read"], report.counts["rejected: no text"]) == (3, 1)
    assert {key: outcome for key, (outcome, _) in outcomes(world).items()} == {
        "demo/kim/capture.png": "accepted", "demo/kim/rail.png": "accepted", "demo/kim/wall.png": "rejected"}
    (found,) = (one for (one,) in readings_by(world.bench.ledger, "model:").values() if one.regions)
    assert [region.text for region in found.regions] == texts


@pytest.fixture(scope="module")
def read_by_nobody(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world of a few pictures with a model that is quick."""
    folder = tmp_path_factory.mktemp("few")
    world = signs(stack, folder, 500, count=3)
    world.run("models", "push", str(write_bundle(folder / "tiny", min_score=0)))
    world.env["SAEGIM_MODEL"] = "tiny@1"
    return world


@pytest.mark.parametrize(("damage", "says"), [
    ("gone", "ObjectMissing"), ("cut off", "OSError"), ("empty", "UnidentifiedImageError"),
    ("no picture", "UnidentifiedImageError"), ("another picture", "ValueError"), ("unreadable", "ServiceUnavailable")])
def test_one_picture_that_cannot_be_had_stops_nobody(read_by_nobody: World, tmp_path: Path, damage: str, says: str,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    world = copy_of(read_by_nobody, tmp_path)
    bench, bucket = world.bench, world.env["SAEGIM_BUCKET_IMAGES"]
    key = every_object(bench.objects, bucket)[0].key
    whole, get = bench.objects.get(bucket, key), ObjectStore.get
    other = io.BytesIO()
    Image.new("RGB", (9, 9)).save(other, "PNG")
    if damage == "gone":
        bench.objects.delete(bucket, key)
    elif damage == "unreadable":  # the store answers, but not for this one
        def lost(store: ObjectStore, *what: str) -> bytes:
            if what == (bucket, key):
                raise ServiceUnavailable("Object storage", "here", "500 Internal Server Error")
            return get(store, *what)

        monkeypatch.setattr(ObjectStore, "get", lost)
    else:
        bench.objects.put(bucket, key, {"cut off": whole[:len(whole) // 2], "empty": b"", "no picture": b"<html>",
                                        "another picture": other.getvalue()}[damage])
    try:
        report = world.flow("prelabel")
    finally:
        bench.objects.put(bucket, key, whole)
    assert (report.counts["read"], report.counts["quarantined"]) == (2, 1)
    details = [str(detail) for outcome, detail in outcomes(world).values() if outcome == "quarantined"]
    assert details and all(says in detail for detail in details)  # a copy of the picture is put aside with it
    assert not sum(world.flow("prelabel").counts.values())


def test_a_store_that_does_not_answer_is_no_pictures_fault(read_by_nobody: World, tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    world = copy_of(read_by_nobody, tmp_path)
    before, bucket = outcomes(world), world.env["SAEGIM_BUCKET_IMAGES"]

    def refuse(store: ObjectStore, *what: str) -> Any:
        if what[0] == bucket:
            raise ServiceUnavailable("Object storage", "here", "connection refused")
        return get(store, *what)

    with monkeypatch.context() as patched:
        get = ObjectStore.get
        patched.setattr(ObjectStore, "get", refuse)
        patched.setattr(ObjectStore, "exists", refuse)
        patched.setattr(Transient, "worth", 1.0)  # nobody waits for five minutes here
        with pytest.raises(ServiceUnavailable):
            world.flow("prelabel")
    assert outcomes(world) == before and not read_by_models(world)
    assert world.flow("prelabel").counts["read"] == 3


class Fragile:
    """An engine that fails on dark pictures."""

    def read(self, images: list[Any], image_ids: list[str]) -> list[Reading]:
        if any(not image.any() for image in images):
            raise ZeroDivisionError("dark")
        return [Reading(name, "model:x", "r", 0, Unit.LINE, 8, 8, ()) for name in image_ids]


def test_one_image_that_breaks_the_engine_is_put_aside() -> None:
    rows = [StoredImage(name, "image/png", 8, 8) for name in "abc"]
    pixels = [np.full((8, 8, 3), value, np.uint8) for value in (1, 0, 1)]
    done = read_window(Fragile(), rows, pixels, Failures(Alone(), 100))  # type: ignore[arg-type]
    assert [reading.image_id for reading in done.readings] == ["a", "c"]
    assert list(done.broken) == ["b"] and "ZeroDivisionError: dark" in done.broken["b"]
    with pytest.raises(TooManyFailures):
        read_window(Fragile(), rows, [pixels[1]] * 3, Failures(Alone(), 3))  # type: ignore[arg-type]
    done = read_window(Fragile(), rows, ["lost", pixels[0], "lost"], Failures(Alone(), 3))  # type: ignore[arg-type]
    assert [reading.image_id for reading in done.readings] == ["b"] and done.broken == {"a": "lost", "c": "lost"}
    with pytest.raises(TooManyFailures):  # none can be had: the bucket is another one
        read_window(Fragile(), rows, ["lost"] * 3, Failures(Alone(), 3))  # type: ignore[arg-type]
