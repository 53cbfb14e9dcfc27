"""saegim evaluate on the real services: models and files of others, again for nothing, compared, held against gates."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from datastore.ledger import evaluations, model_runs, readings
from saegim.manifest import Manifest
from schemas.reading import Reading, Region
from schemas.recipes.dataset import parse_dataset
from tests import accepted_images as made
from tests.services.conftest import World, accepted
from workbench.export.plan import next_release
from workbench.export.publish import publish
from workbench.export.recipes import DATASETS

TEXT = (DATASETS / "scene-text.yaml").read_text(encoding="utf-8")


@pytest.fixture
def released(world: World) -> Manifest:
    """A release of sixteen images, some of them test images."""
    for seed in range(16):
        made.put(world.bench, seed, vertical=seed % 4 == 0)
    recipe = parse_dataset(TEXT.replace("{train: 0.8, val: 0.1, test: 0.1}", "{train: 0.5, test: 0.5}"), "scene-text.yaml")
    manifest = publish(world.bench, next_release(world.bench, recipe))
    assert manifest
    return manifest


def reads(world: World, name: str, wrong: Sequence[int] = (), unread: int = 0) -> None:
    """A model has read all images: some lines with a letter too much, the last images not at all."""
    bench = world.bench
    run = f"run of {name}"
    model_runs.set_model_run(bench.ledger, name, f"model:{name}@1", run, {})
    truths = people(world)
    with bench.ledger.write() as connection:
        readings.add_readings(connection, [
            replace(truth, reader=f"model:{name}@1", run=run, revision=0, regions=tuple(
                as_read(region, number in wrong) for region in truth.regions))
            for number, truth in enumerate(truths[:len(truths) - unread])])


def as_read(region: Region, wrong: bool) -> Region:
    return replace(region, text=region.text.replace(" ", "") + ("꽥" if wrong else ""), score=0.5 if wrong else 0.99)


def people(world: World) -> list[Reading]:
    found = accepted(world.bench.ledger, "scene_text")
    return [found[name] for name in sorted(found)]


def test_a_model_is_judged_on_the_test_images_and_again_for_nothing(world: World, released: Manifest) -> None:
    world.env["SAEGIM_MODEL"] = "tiny"
    reads(world, "tiny", wrong=range(4))
    done = world.run("evaluate", str(released.name), "--split", "test")
    assert f"tiny@1 on {released.name}, split test" in done.stdout
    [kept] = evaluations.evaluations_made(world.bench.ledger)
    assert (kept.release, kept.split, kept.reader) == (str(released.name), "test", "model:tiny@1")
    assert kept.headline["hmean"] == 1
    bench = world.bench
    table = pq.read_table(io.BytesIO(bench.objects.get(bench.settings.bucket_datasets, f"{kept.folder}/figures.parquet")))
    assert {row["split"] for row in table.to_pylist()} == {"test"}
    page = bench.objects.get(bench.settings.bucket_datasets, f"{kept.folder}/report.html").decode()
    assert "<img" in page and "꽥" in page
    before = {key: bench.objects.get(bench.settings.bucket_datasets, key) for key in _files(world, kept.folder)}
    assert world.run("evaluate", str(released.name)).stdout == done.stdout
    assert {key: bench.objects.get(bench.settings.bucket_datasets, key) for key in _files(world, kept.folder)} == before
    assert len(evaluations.evaluations_made(bench.ledger)) == 1
    assert kept.evaluation_id[:8] in world.run("evaluate", "list").stdout


def _files(world: World, folder: str) -> list[str]:
    return [f"{folder}/{name}" for name in ("figures.json", "figures.parquet", "regions.parquet", "images.parquet",
                                            "suspects.json", "report.html")]


def test_images_that_were_not_read_are_told_and_in_no_figure(world: World, released: Manifest) -> None:
    world.env["SAEGIM_MODEL"] = "tiny"
    reads(world, "tiny", unread=3)
    report = world.flow("evaluate", str(released.name), "all")
    assert report.evaluation.images == 13
    assert any("3 of the 16 images were not read" in note for note in report.notes)
    reads(world, "tiny")  # the rest is read: these are other figures
    again = world.flow("evaluate", str(released.name), "all")
    assert (again.evaluation.images, again.evaluated) == (16, 1)


def test_two_models_are_compared_and_gates_stop_the_worse_one(world: World, released: Manifest, tmp_path: Path) -> None:
    gates = tmp_path / "gates.yaml"
    gates.write_text("gates:\n- {slice: all, figure: exact nospace, worse_by: 0.05}\n- {slice: all, figure: hmean, least: 0.9}\n",
                     encoding="utf-8")
    for name, wrong in (("old", range(2)), ("new", range(16))):
        reads(world, name, wrong)
        world.env["SAEGIM_MODEL"] = name
        world.flow("evaluate", str(released.name), "all")
    worse = world.run("evaluate", "compare", "old@1", "new@1", "--gates", str(gates), check=False)
    assert worse.returncode == 1
    assert "worse" in worse.stdout and "stopped" in worse.stdout
    better = world.run("evaluate", "compare", "new@1", "old@1", "--gates", str(gates))
    assert "better" in better.stdout and "stopped" not in better.stdout
    same = world.run("evaluate", "compare", "old@1", "old@1").stdout
    assert "better" not in same.partition("Better or worse")[0] and "cannot tell" in same
    unknown = world.run("evaluate", "compare", "old@1", "newer@1", check=False)
    assert unknown.returncode == 1
    assert "saegim evaluate list" in unknown.stderr


def test_another_engine_s_file_is_judged_and_what_it_lacks_is_told(world: World, released: Manifest, tmp_path: Path) -> None:
    truths = people(world)
    rows = [{"image_id": truth.image_id, "regions": [
        {"polygon": [list(point) for point in region.polygon], "text": region.text, "score": 0.9} for region in truth.regions]}
        for truth in truths]
    whole = tmp_path / "다른 엔진.jsonl"
    whole.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    report = world.run("evaluate", str(released.name), "--split", "all", "--predictions", str(whole)).stdout
    assert "16 images" in report
    assert "split test: " in world.run("evaluate", str(released.name), "--predictions", str(whole)).stdout  # more than is asked
    part = tmp_path / "part.jsonl"
    part.write_text("\n".join(json.dumps(row) for row in [*rows[:3], {"image_id": "f" * 64, "regions": []}]), encoding="utf-8")
    refused = world.run("evaluate", str(released.name), "--split", "all", "--predictions", str(part), check=False)
    assert refused.returncode == 1
    assert "lacks 13 of the 16 images" in refused.stderr
    assert "1 of its names mean no image" in refused.stderr
    allowed = world.run("evaluate", str(released.name), "--split", "all", "--predictions", str(part), "--allow-missing").stdout
    assert "3 images" in allowed


def test_a_killed_evaluation_leaves_nothing_and_the_next_one_is_whole(world: World, released: Manifest) -> None:
    world.env["SAEGIM_MODEL"] = "tiny"
    reads(world, "tiny", wrong=range(4))
    for target in ("workbench.evaluate.stored:EvaluationFiles.put", "datastore.ledger.evaluations:add_evaluation"):
        for when in ("before", "after"):
            world.killed("evaluate", target, when)
    report = world.flow("evaluate", str(released.name))
    assert report.evaluation is not None
    assert len(evaluations.evaluations_made(world.bench.ledger)) == 1
    bench = world.bench
    assert all(bench.objects.exists(bench.settings.bucket_datasets, key) for key in _files(world, evaluations.evaluations_made(
        bench.ledger)[0].folder))
