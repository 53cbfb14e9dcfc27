"""Publishing against the real object storage: what a release holds, what stops it, who wins, and that bytes are the same."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import obstore
import pyarrow.parquet as pq
import pytest

from datastore.ledger import holds
from datastore.releases import read_labels
from saegim.manifest import Manifest
from saegim.pull import pull
from saegim.releases import Releases
from schemas.errors import GateFailed, PublishConflict
from schemas.ids import sha256
from schemas.recipes.dataset import Dataset, parse_dataset
from schemas.submission import Outcome, Said, image_key
from stages.export.plan import split_of
from tests import accepted_images as made
from tests.decided import say
from tests.every_object import every_object
from tests.services.conftest import World, new_world
from workbench.bench import Workbench
from workbench.export.plan import next_release
from workbench.export.publish import publish
from workbench.export.recipes import DATASETS
from workbench.settings import Settings

TEXT = (DATASETS / "scene-text.yaml").read_text(encoding="utf-8")


def recipe(*changes: tuple[str, str]) -> Dataset:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_dataset(text, "scene-text.yaml")


def planned_and_published(bench: Workbench, dataset: Dataset) -> Manifest | None:
    return publish(bench, next_release(bench, dataset))


def published(bench: Workbench, dataset: Dataset) -> Manifest:
    manifest = planned_and_published(bench, dataset)
    assert manifest
    return manifest


def stored(bench: Workbench) -> dict[str, str]:
    """Digest of every object in the bucket of releases."""
    bucket = bench.settings.bucket_datasets
    return {raw.key: sha256(bench.objects.get(bucket, raw.key)) for raw in every_object(bench.objects, bucket)}


def rows(bench: Workbench, manifest: Manifest) -> dict[str, dict[str, Any]]:
    return {row["image_id"]: row for row in read_labels(bench.objects, bench.settings.bucket_datasets, manifest).to_pylist()}


def left_out(bench: Workbench, manifest: Manifest) -> dict[str, dict[str, str]]:
    [file] = manifest.of_kind("left_out")
    data = bench.objects.get(bench.settings.bucket_datasets, f"scene-text/{file.path}")
    return {row["image_id"]: row for row in pq.read_table(io.BytesIO(data)).to_pylist()}


def test_release_after_release(world: World, tmp_path: Path) -> None:
    bench, dataset = world.bench, recipe()
    images = [made.put(bench, seed) for seed in range(12)]
    first = published(bench, dataset)
    assert planned_and_published(bench, dataset) is None  # nothing new publishes nothing
    before = stored(bench)
    held = rows(bench, first)
    assert set(held) == {item.image_id for item in images}
    assert {row["reader"].partition(":")[0] for row in held.values()} == {"person"}
    assert "kim" not in json.dumps([*held.values()])  # people stand in it under pseudonyms

    made.relabel(bench, images[0], ["간판 영", "출구 0", "Café № 0"])
    second = published(bench, dataset)
    assert second.parent == "scene-text@1" and second.of_kind("images") == first.of_kind("images")
    assert stored(bench).items() >= before.items()  # what was published is as it was
    changes = json.loads(bench.objects.get(bench.settings.bucket_datasets, "scene-text/" + next(
        file.path for file in second.of_kind("diff") if file.path.endswith(".json"))))
    assert [image["image_id"] for image in changes["images"]] == [images[0].image_id]

    made.withdraw(bench, images[1])
    third = published(bench, dataset)
    assert left_out(bench, third)[images[1].image_id]["reason"] == "withdrawn"
    made.withdraw(bench, images[1], Outcome.ACCEPTED)
    extra = made.put(bench, 40)
    fourth = published(bench, dataset)
    assert rows(bench, fourth)[images[1].image_id] == held[images[1].image_id]  # same split, same shard
    new = {file.path for file in fourth.of_kind("images")} - {file.path for file in first.of_kind("images")}
    assert new == {rows(bench, fourth)[extra.image_id]["shard"]}

    pulled = pull("scene-text@4", tmp_path / "four", Releases(bench.settings))
    again = pull("scene-text@4", tmp_path / "again", Releases(bench.settings))
    assert contents(pulled.folder) == contents(again.folder)
    assert (pulled.folder / "v4" / "README.md").read_text(encoding="utf-8").startswith("---\n")
    assert {file.kind for file in fourth.files} == {"images", "labels", "left_out", "card", "diff"}


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


def test_the_same_inputs_are_the_same_bytes(stack: Settings, tmp_path: Path) -> None:
    one, other = (new_world(stack, f"sqlite:///{tmp_path / name}.db") for name in ("one", "other"))
    for world, seeds in ((one, range(8)), (other, reversed(range(8)))):
        images = {seed: made.put(world.bench, seed) for seed in seeds}
        published(world.bench, recipe())
        made.relabel(world.bench, images[3], ["다른", "글", "자"])
        published(world.bench, recipe())
    assert stored(one.bench) == stored(other.bench)


def test_a_frozen_test_takes_nothing_new_and_nothing_moves(world: World) -> None:
    bench, dataset = world.bench, recipe(("{train: 0.8, val: 0.1, test: 0.1}", "{train: 0.4, val: 0.3, test: 0.3}"))
    for seed in range(14):
        made.put(bench, seed)
    held = rows(bench, published(bench, dataset))
    frozen, trained = (next(row for row in held.values() if row["split"] == split) for split in ("test", "train"))
    sibling = made.put(bench, 50, cluster=frozen["image_id"])
    for seed in range(60, 90):
        made.put(bench, seed)
    bridge = made.put(bench, 51, submitter="다리", minutes=10**7, cluster=trained["image_id"])
    val = next(row for row in held.values() if row["split"] == "val")
    made.put(bench, 52, submitter="다리", minutes=10**7 + 1, cluster=val["image_id"])
    second = published(bench, dataset)
    now, out = rows(bench, second), left_out(bench, second)
    assert all(now[name]["split"] == row["split"] for name, row in held.items())
    assert second.splits["test"] == sum(row["split"] == "test" for row in held.values())
    assert out[sibling.image_id]["reason"] == "near_frozen"
    assert out[bridge.image_id]["reason"] == "bridges_splits"
    assert second.left_out == {"near_frozen": 1, "bridges_splits": 2}
    assert len(now) + len(out) == 14 + 30 + 3


def test_gates_stop_it_and_say_all_at_once(world: World) -> None:
    bench = world.bench
    images = [made.put(bench, seed) for seed in range(6)]
    broken = made.drawn(["부서진"], 77)
    cut = made.put(bench, 77, data=broken)
    bench.objects.put(bench.settings.bucket_images, image_key(cut.image_id, "image/jpeg"), broken[:len(broken) // 2])
    holds.hold(bench.ledger, images[2].image_id, "얼굴이 보임")
    strict = recipe(("  leaks: 0", "  least: {train: {vertical: 3}}\n  leaks: 0"))
    with pytest.raises(GateFailed) as stopped:
        planned_and_published(bench, strict)
    message = str(stopped.value)
    for part in (cut.image_id[:12], "얼굴이 보임", "vertical", "leave_out", "unhold"):
        assert part in message
    assert not [key for key in stored(bench) if key.endswith("manifest.json")]
    holds.lift(bench.ledger, images[2].image_id)
    with pytest.raises(GateFailed, match="vertical"):
        planned_and_published(bench, recipe(("  leaks: 0", "  least: {train: {vertical: 3}}\n  leaks: 0"),
                              ("readings:\n", f"readings:\n  leave_out: [{cut.image_id}]\n")))
    for seed in range(20, 26):
        made.put(bench, seed, vertical=True)
    manifest = published(bench, recipe(("  leaks: 0", "  least: {train: {vertical: 3}}\n  leaks: 0"),
                                       ("readings:\n", f"readings:\n  leave_out: [{cut.image_id}]\n")))
    assert manifest.left_out == {"left_out_by_hand": 1}


def test_near_duplicates_across_splits_stop_it(world: World) -> None:
    bench, dataset = world.bench, recipe(("{train: 0.8, val: 0.1, test: 0.1}", "{train: 0.5, val: 0.25, test: 0.25}"))
    images = [made.put(bench, seed) for seed in range(6)]
    copies = (made.recompressed(images[0].data, quality) for quality in range(70, 96))
    splits = dict(dataset.splits)
    copy = made.put(bench, 50, data=next(data for data in copies if split_of(splits, dataset.salt, sha256(data))
                                         != split_of(splits, dataset.salt, images[0].image_id)))
    with pytest.raises(GateFailed) as stopped:
        planned_and_published(bench, dataset)
    assert "1 × leak" in str(stopped.value) and copy.image_id in str(stopped.value)
    say(bench, Said.SPLIT, copy.image_id)  # a manager says that they are two
    manifest = published(bench, dataset)
    [card] = [file for file in manifest.of_kind("card") if file.name == "README.md"]
    text = bench.objects.get(bench.settings.bucket_datasets, f"scene-text/{card.path}").decode()
    assert "0 were verified" in text
    assert sum(manifest.splits.values()) == 7


def test_two_publishers_of_one_number(world: World) -> None:
    bench, dataset = world.bench, recipe()
    for seed in range(4):
        made.put(bench, seed)
    slow = next_release(bench, dataset)
    made.put(bench, 30)
    fast = published(bench, dataset)
    with pytest.raises(PublishConflict, match="export again"):
        publish(bench, slow)
    there = stored(bench)
    assert all(there[f"scene-text/{file.path}"] == file.sha256 for file in fast.files)
    made.relabel(bench, made.put(bench, 31), ["새", "로운", "글"])
    assert published(bench, dataset).number == 2


def test_of_two_publishers_of_the_same_bytes_one_has_won(world: World) -> None:
    bench, dataset = world.bench, recipe()
    for seed in range(3):
        made.put(bench, seed)
    one, other = (next_release(bench, dataset) for _ in range(2))
    first = publish(bench, one)
    with pytest.raises(PublishConflict, match="scene-text@1 was published by another run just now"):
        publish(bench, other)
    assert first and planned_and_published(bench, dataset) is None  # planned again it has nothing new


def test_a_put_whose_answer_was_lost_knows_its_own_object_and_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, bucket = world.bench, world.bench.settings.bucket_datasets
    put = obstore.put

    def sent_again(*arguments: Any, **options: Any) -> Any:
        """As the client does after an answer that never came."""
        put(*arguments, **options)
        return put(*arguments, **options)

    monkeypatch.setattr(obstore, "put", sent_again)
    assert bench.objects.put_if_absent(bucket, "name", b"the same bytes")
    assert not bench.objects.put_if_absent(bucket, "name", b"the same bytes")
    made.put(bench, 0)
    assert published(bench, recipe()).number == 1
