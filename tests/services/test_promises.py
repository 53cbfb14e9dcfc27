"""What releases promise holds against what managers decide and write afterwards, through the commands that they type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from datastore.ledger.tables import images, submissions
from datastore.releases import newest, read_labels
from saegim.manifest import Manifest
from saegim.pull import pull
from saegim.releases import Releases
from schemas.errors import GateFailed
from schemas.ids import sha256
from schemas.submission import image_key
from stages.export.plan import split_of
from tests import accepted_images as made
from tests.accepted_images import Made
from tests.services.conftest import World
from workbench.export.plan import next_release
from workbench.export.publish import publish
from workbench.export.recipes import DATASETS, load_dataset

TEXT = (DATASETS / "scene-text.yaml").read_text(encoding="utf-8")
SHIPPED = "{train: 0.8, val: 0.1, test: 0.1}"
SPLITS = "{train: 0.4, val: 0.3, test: 0.3}"
IMAGES = 12


class Manager:
    """Somebody with recipes of their own and a terminal."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder / "recipes"
        self.folder.mkdir()
        world.env["SAEGIM_DATASETS"] = str(self.folder)
        self.write()

    def write(self, *changes: tuple[str, str], name: str = "scene-text") -> None:
        """Writes the recipe, as it ships but for some changes."""
        text = TEXT.replace(SHIPPED, SPLITS).replace("name: scene-text", f"name: {name}")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def plan(self, name: str = "scene-text") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.world.run("datasets", "plan", name, "--json").stdout)
        return found

    def words(self) -> str:
        return " ".join(self.world.run("datasets", "plan", "scene-text").stdout.split())

    def export(self, name: str = "scene-text") -> Manifest:
        """What the flow does, without Prefect's record of it."""
        bench = self.world.bench
        release = publish(bench, next_release(bench, load_dataset(name, None, self.folder)))
        assert release
        return release

    def refused(self) -> str:
        """What export says where it publishes nothing."""
        before = self.release()
        with pytest.raises(GateFailed) as stopped:
            self.world.flow("export")
        assert self.release() == before
        return str(stopped.value)

    def release(self, name: str = "scene-text") -> Manifest:
        found = newest(self.world.bench.objects, self.world.env["SAEGIM_BUCKET_DATASETS"], name)
        assert found
        return found

    def rows(self) -> dict[str, dict[str, Any]]:
        table = read_labels(self.world.bench.objects, self.world.env["SAEGIM_BUCKET_DATASETS"], self.release())
        return {row["image_id"]: row for row in table.to_pylist()}

    def card(self) -> str:
        [card] = [file for file in self.release().of_kind("card") if file.name == "README.md"]
        return self.world.bench.objects.get(self.world.env["SAEGIM_BUCKET_DATASETS"], f"scene-text/{card.path}").decode()


@pytest.fixture
def manager(world: World, tmp_path: Path) -> Manager:
    return Manager(world, tmp_path)


def in_split(manager: Manager, put: list[Made], split: str) -> list[Made]:
    rows = manager.rows()
    return [item for item in put if rows.get(item.image_id, {}).get("split") == split]


def key_of(manager: Manager, item: Made) -> str:
    with manager.world.bench.ledger.read() as connection:
        query = submissions.select().where(submissions.c.image_id == item.image_id)
        return str(connection.execute(query).one().key)


def cluster(manager: Manager, item: Made, cluster_id: str) -> None:
    with manager.world.bench.ledger.write() as connection:
        connection.execute(update(images).where(images.c.image_id == item.image_id).values(cluster_id=cluster_id))


def test_a_merge_over_two_splits_stops_the_release_until_it_is_undone_or_one_is_left_out(manager: Manager) -> None:
    put = [made.put(manager.world.bench, seed) for seed in range(IMAGES)]
    manager.export()
    assert "of which 0 stand in two splits" in manager.card() and "never in two splits" not in manager.card()
    trained, other = (in_split(manager, put, split)[0] for split in ("train", "val"))
    first, second = key_of(manager, trained), key_of(manager, other)
    manager.world.run("ingest", "merge", second, first, "--yes")
    said, planned = manager.refused(), manager.plan()
    [gate] = planned["gates"]
    assert gate["gate"] == "leak" and not planned["nothing_new"]
    for part in (first, second, trained.image_id[:12], other.image_id[:12], "in train", "in val", "merged by hand"):
        assert part in gate["detail"] and part in said
    assert "saegim ingest undo" in gate["repair"] and "readings.leave_out" in gate["repair"]

    manager.write(("readings:\n", f"readings:\n  leave_out: [{other.image_id}]\n"))
    assert manager.plan()["gates"] == []
    assert manager.export().number == 2 and other.image_id not in manager.rows()
    manager.world.run("ingest", "undo", "--yes")
    manager.write()
    manager.export()
    assert manager.rows()[other.image_id]["split"] == "val"  # where it was, and with nobody else's group
    assert manager.plan()["gates"] == []


def test_what_the_recipe_bears_is_counted_on_the_card_of_every_release(manager: Manager) -> None:
    put = [made.put(manager.world.bench, seed) for seed in range(IMAGES)]
    manager.export()
    trained, other = (in_split(manager, put, split)[0] for split in ("train", "val"))
    cluster(manager, other, trained.image_id)
    manager.write(("leaks: 0", "leaks: 1"))
    for _ in range(2):
        manager.export()
        assert "of which 1 stand in two splits" in manager.card()
        assert "1 groups of images that belong together stand in two splits" in manager.card()
        made.put(manager.world.bench, 40 + manager.release().number)
    manager.write()
    assert "are in one cluster" in manager.refused()


@pytest.mark.parametrize("joined", ["burst", "submitter"])
def test_other_ways_in_which_two_released_pictures_become_one_group(manager: Manager, joined: str) -> None:
    bench = manager.world.bench
    minutes = {"burst": 20}.get(joined, 1440)
    submitter = "김" if joined == "submitter" else ""
    for seed in range(IMAGES):
        made.put(bench, seed, submitter=submitter, minutes=minutes * seed)
    if joined == "burst":
        with bench.ledger.write() as connection:
            connection.execute(update(submissions).values(submitter="김"))
    manager.export()
    change = ("burst_minutes: 10", "burst_minutes: 60" if joined == "burst" else "by_submitter: true")
    manager.write(change, ("salt:", "agreed: {release: 2, to: [groups]}\nsalt:"))  # consent to the change is none to a leak
    gates = manager.plan()["gates"]
    assert gates and {gate["gate"] for gate in gates} == {"leak"}
    assert all(f"groups.{change[1].partition(':')[0]}" in gate["detail"] and "groups." in gate["repair"] for gate in gates)


def test_a_late_photograph_that_would_connect_two_splits_is_left_out_and_connects_nothing(manager: Manager) -> None:
    bench = manager.world.bench
    put = [made.put(bench, seed) for seed in range(IMAGES)]
    manager.export()
    trained, other = (in_split(manager, put, split)[0] for split in ("train", "val"))
    with bench.ledger.write() as connection:
        connection.execute(update(submissions).where(submissions.c.image_id == other.image_id).values(
            submitter="사람x", sent_at=made.START))
    late = made.put(bench, 50, cluster=trained.image_id, submitter="사람x", minutes=5)
    planned = manager.plan()
    assert planned["gates"] == []
    assert [(item["image_id"], item["reason"]) for item in planned["left_out"]] == [(late.image_id, "bridges_splits")]
    made.put(bench, 51)
    manager.export()
    groups = manager.rows()
    assert groups[trained.image_id]["group"] != groups[other.image_id]["group"]  # as the card counts them, so do engineers


def test_a_photograph_that_was_tested_on_is_not_trained_on_as_its_own_duplicate(manager: Manager) -> None:
    bench = manager.world.bench
    put = [made.put(bench, seed) for seed in range(IMAGES)]
    manager.export()
    tested = in_split(manager, put, "test")[0]
    again = made.put(bench, 60, minutes=-1000)  # it was sent first, and came late
    manager.world.run("ingest", "merge", key_of(manager, tested), key_of(manager, again), "--duplicate", "--yes")
    planned = manager.plan()
    assert {(item["image_id"], item["reason"]) for item in planned["left_out"]} == {
        (tested.image_id, "withdrawn"), (again.image_id, "near_frozen")}
    assert any("1 images leave `test`" in change["said"] for change in planned["changes"])
    manager.export()
    assert not manager.rows().keys() & {tested.image_id, again.image_id}


def test_a_renamed_frozen_split_takes_nothing_and_needs_a_word_of_consent(manager: Manager) -> None:
    bench = manager.world.bench
    put = [made.put(bench, seed) for seed in range(IMAGES)]
    manager.export()
    tested = in_split(manager, put, "test")
    near = made.put(bench, 50, cluster=tested[0].image_id)
    assert {"image_id": near.image_id, "annotation_config": "scene_text", "reason": "near_frozen"} in manager.plan()["left_out"]

    renamed = [(SPLITS, SPLITS.replace("test", "exam")), ("frozen: [test]", "frozen: [exam]")]
    manager.write(*renamed)
    planned = manager.plan()
    assert planned["splits"]["test"]["images"] == len(tested) and "exam" in planned["splits"]  # columns of both
    assert "test" in planned["frozen"]
    assert [change["word"] for change in planned["changes"]] == ["drop test", "shares"]
    told = f"its {len(tested)} images stay in it and it stays frozen"
    assert told in planned["changes"][0]["said"] and told in manager.words() and "test (frozen)" in manager.words()
    assert "agreed: {release: 2, to: [drop test, shares]}" in manager.refused()

    manager.write(*renamed, ("salt:", "agreed: {release: 2, to: [drop test, shares]}\nsalt:"))
    second = manager.export()
    assert near.image_id not in manager.rows() and "test" in (second.frozen or [])
    assert second.left_out == {"near_frozen": 1} and second.splits["test"] == len(tested)
    near_too = made.put(bench, 51, cluster=tested[0].image_id)
    made.put(bench, 52)
    manager.export()  # of the old name nobody speaks any more, and it takes nothing still
    assert near_too.image_id not in manager.rows() and "test" in (manager.release().frozen or [])
    assert "`test`" in manager.card().partition("Frozen: ")[2].partition(". ")[0]

    manager.write(*renamed, ("salt: scene-text-1", "agreed: {release: 2, to: [drop test, shares]}\nsalt: other"))
    assert "(what is there is for release 2)" in manager.refused()  # consent does not hold for ever


def test_thawing_is_possible_with_consent_and_writes_every_image(manager: Manager, tmp_path: Path) -> None:
    bench = manager.world.bench
    put = [made.put(bench, seed) for seed in range(IMAGES)]
    manager.export()
    tested = in_split(manager, put, "test")
    near = made.put(bench, 50, cluster=tested[0].image_id)
    manager.write(("frozen: [test]", "frozen: []"))
    assert "agreed: {release: 2, to: [thaw test]}" in manager.refused()
    manager.write(("frozen: [test]", "frozen: []"), ("salt:", "agreed: {release: 2, to: [thaw test]}\nsalt:"))
    second = manager.export()
    assert second.frozen == [] and manager.rows()[near.image_id]["split"] == "test"
    manager.write(("frozen: [test]", "frozen: []"))  # the word has served: taking it out is no change
    assert manager.plan()["nothing_new"]

    # A split that the recipe does not name any more still gets what belongs to it, with its picture.
    manager.write((SPLITS, "{train: 0.4, val: 0.6}"), ("frozen: [test]", "frozen: []"),
                  ("salt:", "agreed: {release: 3, to: [drop test, shares]}\nsalt:"))
    one_more = made.put(bench, 51, cluster=tested[0].image_id)
    manager.export()
    row = manager.rows()[one_more.image_id]
    assert row["split"] == "test" and row["shard"]
    pulled = pull("scene-text@3", tmp_path / "pulled", Releases(bench.settings))
    assert (pulled.folder / row["shard"]).is_file()


def test_what_leaves_a_frozen_split_and_what_else_changed_is_said_before(manager: Manager) -> None:
    put = [made.put(manager.world.bench, seed) for seed in range(IMAGES)]
    manager.export()
    tested = in_split(manager, put, "test")
    manager.write(("readings:\n", f"readings:\n  least_agreement: 0.5\n  leave_out: [{tested[0].image_id}]\n"))
    said = [change["said"] for change in manager.plan()["changes"]]
    assert any("1 images leave `test`, which is frozen: 1 because the recipe names it under leave_out" in each for each in said)
    assert any("readings.least_agreement was 0.0, is 0.5" in each for each in said)
    report = manager.world.flow("export")
    assert set(said) <= set(report.notes)
    manager.write(("unit: line", "unit: word"))
    assert "unit was line, is word" in json.dumps(manager.plan()["gates"])


def test_a_copied_recipe_says_what_it_takes_of_a_frozen_split(manager: Manager) -> None:
    put = [made.put(manager.world.bench, seed) for seed in range(IMAGES)]
    manager.export()
    tested = {item.image_id for item in in_split(manager, put, "test")}
    manager.write(("salt: scene-text-1", "salt: another"), ("frozen: [test]", "frozen: []"), name="copied")
    said = " ".join(change["said"] for change in manager.plan("copied")["changes"])
    assert "stand in the frozen split `test` of scene-text@1" in said
    counts = [int(words.split()[-1]) for words in said.split(" images of `")[:-1]]
    assert sum(counts) == len(tested)


def test_a_shard_that_somebody_deleted_is_written_again(manager: Manager, tmp_path: Path) -> None:
    bench, bucket = manager.world.bench, manager.world.env["SAEGIM_BUCKET_DATASETS"]
    for seed in range(IMAGES):
        made.put(bench, seed)
    first = manager.export()
    lost = first.of_kind("images")[0]
    bench.objects.delete(bucket, f"scene-text/{lost.path}")
    made.put(bench, 40)
    second = manager.export()
    assert all(bench.objects.exists(bucket, f"scene-text/{file.path}") for file in second.files)
    pull("scene-text@2", tmp_path / "two", Releases(bench.settings))
    pull("scene-text@1", tmp_path / "one", Releases(bench.settings))  # the same images are the same file


def test_a_release_after_a_takedown_is_made_from_what_stands_in_its_place(manager: Manager) -> None:
    bench, bucket = manager.world.bench, manager.world.env["SAEGIM_BUCKET_DATASETS"]
    for seed in range(IMAGES):
        made.put(bench, seed)
    first = manager.export()
    rows = manager.rows()
    revised = first.model_copy(update={"revision": 1})
    bench.objects.put(bucket, "scene-text/v1+r1/manifest.json", revised.to_bytes())
    bench.objects.put(bucket, "scene-text/v1/manifest.json",
                      first.model_copy(update={"superseded_by": "scene-text@1+r1", "files": []}).to_bytes())
    assert manager.plan()["parent"] == "scene-text@1+r1" and manager.plan()["nothing_new"]
    made.put(bench, 40)
    second = manager.export()
    assert (second.number, second.parent) == (2, "scene-text@1+r1")
    assert manager.rows().items() >= rows.items()


def test_plan_looks_for_leaks_as_export_does(manager: Manager) -> None:
    bench = manager.world.bench
    put = [made.put(bench, seed) for seed in range(IMAGES)]
    manager.export()
    trained = in_split(manager, put, "train")[0]
    copies = (made.recompressed(trained.data, quality) for quality in range(70, 96))
    copy = made.put(bench, 50, data=next(
        data for data in copies if split_of({"train": 0.4, "val": 0.3}, "scene-text-1", sha256(data)) == "val"))
    [gate] = manager.plan()["gates"]
    assert gate["gate"] == "leak" and "near duplicate" in gate["detail"]
    assert key_of(manager, copy) in gate["detail"] and key_of(manager, trained) in gate["detail"]
    assert key_of(manager, copy) in manager.refused()


def test_a_number_is_taken_for_ever_and_a_picture_that_is_gone_stops_nothing_that_a_shard_has(manager: Manager) -> None:
    bench, bucket = manager.world.bench, manager.world.env["SAEGIM_BUCKET_DATASETS"]
    put = [made.put(bench, seed) for seed in range(4)]
    manager.export()
    for seed in (20, 21):
        made.put(bench, seed)
        manager.export()
    bench.objects.delete(bucket, "scene-text/v2/manifest.json")
    for item in put:
        bench.objects.delete(bench.settings.bucket_images, image_key(item.image_id, "image/jpeg"))
    made.put(bench, 22)
    fourth = manager.export()
    assert (fourth.number, fourth.parent) == (4, "scene-text@3")
    assert {item.image_id for item in put} <= manager.rows().keys()
