"""A campaign begins to collect displays: the next prelabel looks again at what it has read of it, on whichever worker."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import delete

from datastore.ledger.tables import readings
from schemas.reading import LOOKED_AGAIN, Reading
from tests.services.conftest import World, new_world, readings_by, with_campaigns
from tests.tiny_bundle import CHARSET, write_bundle
from workbench.prelabel.read_images import UNLABELLED, help_to_read
from workbench.settings import Settings

PICTURES = 3


def picture(seed: int) -> bytes:
    """Bars, which the tiny model takes for lines, and grain, so that no two are one."""
    chance = np.random.default_rng(seed)
    pixels = chance.integers(225, 256, (400, 640, 3), np.uint8)
    for top in 40 + 120 * chance.permutation(3):
        left, width = chance.integers(20, 200), chance.integers(150, 400)
        pixels[top:top + 40, left:left + width] = 0
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def by_models(world: World) -> dict[str, list[Reading]]:
    return readings_by(world.bench.ledger, "model:")


def test_what_was_read_before_is_looked_at_again(stack: Settings, tmp_path: Path, postgres_url: str) -> None:
    world = new_world(stack, postgres_url)
    campaigns = with_campaigns(world, tmp_path, "demo")
    capitals = [chr(ord("A") + index) for index in range(len(CHARSET))]  # as displays show them
    world.run("models", "push", str(write_bundle(tmp_path / "tiny", charset=capitals, min_score=0.01)))
    world.env["SAEGIM_MODEL"] = "tiny@1"
    for number in range(PICTURES):
        world.bench.objects.put(world.env["SAEGIM_BUCKET_RAW"], f"demo/kim/{number}.png", picture(number))
    world.flow("ingest")
    counts = world.flow("prelabel").counts
    assert (counts["read"], counts["rejected: no text"]) == (PICTURES, 0)
    first = by_models(world)
    assert [[item.revision for item in found] for found in first.values()] == [[0]] * PICTURES

    with (campaigns / "demo.yaml").open("a", encoding="utf-8") as recipe:
        recipe.write("categories: {dot_matrix: {}}\n")
    world.killed("prelabel", "datastore.ledger.readings:add_readings", "after")  # in the transaction: nothing of it may stay
    assert by_models(world) == first
    assert f"{PICTURES} read" in world.run("run", "prelabel").stdout
    second = by_models(world)
    assert {image_id: found[:1] for image_id, found in second.items()} == first  # the first look stays for whom it was shown to
    assert {tuple(item.revision for item in found) for found in second.values()} == {(0, LOOKED_AGAIN)}
    assert all(len(again.regions) >= len(before.regions) for before, again in second.values())
    assert "nothing new" in world.run("run", "prelabel").stdout

    with world.bench.ledger.write() as connection:
        connection.execute(delete(readings).where(readings.c.revision == LOOKED_AGAIN))
    (campaigns / "demo.yaml").unlink()  # a worker that has no recipes helps a run that has
    run = next(found[0].run for found in first.values())
    with world.inside():
        report = help_to_read(world.bench, UNLABELLED, "tiny@1", run, ["demo"])
    assert report.counts["read"] == PICTURES
    assert by_models(world) == second
