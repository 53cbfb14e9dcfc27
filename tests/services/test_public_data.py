"""A release of collected photographs and a public data set, from its import to what may be given on, by people's commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datastore.releases import newest
from saegim.formats import FORMATS
from saegim.labels.labelled import LabelledSet
from schemas.errors import GateFailed
from schemas.ids import sha256
from schemas.recipes.dataset import parse_dataset
from tests import accepted_images as made
from tests.imported_sets import labelled_page, page, word
from tests.made_labels import written
from tests.services.conftest import World
from workbench.export.plan import next_release
from workbench.export.publish import publish
from workbench.export.recipes import known_names

SOURCE = "public/signs"
RECIPE = f"""name: scene-text
description: Signs.
licence: CC-BY-4.0
readings: {{annotation_configs: [scene_text], sources: {{take: [{SOURCE}]}}}}
unit: line
splits: {{train: 1.0, test: 0.0}}
salt: signs-1
groups: {{burst_minutes: 0}}
"""


def test_collected_and_public_data_in_one_release(world: World, tmp_path: Path) -> None:
    bench = world.bench
    for seed in range(3):
        made.put(bench, seed)
    images = [labelled_page("간판 1.png", page(1), word("서울역")), labelled_page("2.png", page(2), word("출구"), split="test")]
    written(FORMATS["ufo"], LabelledSet("signs", iter(images), 2), tmp_path / "signs")
    world.run("import", str(tmp_path / "signs"), "--campaign", SOURCE, "--licence", "AI-Hub terms", "--unit", "line",
              "--licence-allows", "train,evaluate,share_labels")
    assert "AI-Hub terms" in world.run("sources", "list").stdout
    recipe = parse_dataset(RECIPE, "scene-text.yaml", known_names(bench))
    assert publish(bench, next_release(bench, recipe))
    assert publish(bench, next_release(bench, recipe)) is None  # nothing new publishes nothing

    manifest = newest(bench.objects, bench.settings.bucket_datasets, "scene-text")
    assert manifest and manifest.splits == {"train": 4, "test": 1}
    [readme] = [file for file in manifest.files if file.name == "README.md"]
    card = bench.objects.get(bench.settings.bucket_datasets, f"scene-text/{readme.path}").decode()
    assert "| collected | CC-BY-4.0 | see its licence | 3 · 9 | 0 · 0 | 3 · 9 |" in card
    assert f"| `{SOURCE}` | AI-Hub terms | training, evaluating, giving its labels on | 1 · 1 | 1 · 1 | 2 · 2 |" in card
    shown = world.run("datasets", "show", "scene-text@1").stdout
    assert SOURCE in shown and "licence of what was collected" in shown

    told = world.run("datasets", "pull", "scene-text@1", "--format", "paddleocr", "--public", "--to",
                     str(tmp_path / "away")).stdout
    assert "2 images are there by reference alone" in told
    references = [json.loads(line) for line in (tmp_path / "away" / "by_reference.jsonl").read_text("utf-8").splitlines()]
    assert {line["regions"][0]["text"] for line in references} == {"서울역", "출구"}
    theirs = {sha256(path.read_bytes()) for path in (tmp_path / "signs").rglob("*.png")}
    assert {line["source_sha256"] for line in references} == theirs
    pictures = [path for path in (tmp_path / "away").rglob("*") if path.suffix in (".jpg", ".png")]
    assert len(pictures) == 3

    assert "scene-text@1 (2 images)" in world.run("sources", "change", "signs", "--licence-allows", "evaluate").stdout
    with pytest.raises(GateFailed, match=f"{SOURCE} .AI-Hub terms. does not allow train"):
        publish(bench, next_release(bench, recipe))
