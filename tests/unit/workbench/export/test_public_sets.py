"""Releases that take public data sets: by name and licence, under their terms, in their own splits, beside what was collected."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from huggingface_hub import DatasetCard
from rich.console import Console

from apps.cli.dataset_plan import sentences_and_tables
from datastore.ledger import readings, sources
from datastore.releases import newest, read_labels
from saegim.manifest import Manifest
from saegim.tables import print_table
from schemas.errors import GateFailed, SettingError
from schemas.ids import sha256
from schemas.reading import Unit
from schemas.sample import Candidate
from schemas.sources import Use
from tests import accepted_images as made
from tests.imported_sets import ImportWorld, labelled_page, page, word
from workbench.export.preview import plan_of, preview
from workbench.export.release import release_dataset
from workbench.imports.terms import change_terms, listed_sources, releases_with

pytestmark = pytest.mark.slow

RECIPE = """name: signs
description: Signs.
licence: CC0-1.0
readings:
  annotation_configs: [scene_text]
  {readings}
unit: line
splits: {{train: 1.0, test: 0.0}}
salt: signs-1
groups: {{burst_minutes: 0}}
{more}
"""
OPEN = "public/open"
CLOSED = "public/closed"


@pytest.fixture
def world(tmp_path: Path) -> ImportWorld:
    world = ImportWorld(tmp_path)
    world.settings.datasets.mkdir()
    for seed in range(3):
        made.put(world.bench, seed)
    bring(world, OPEN, 10, split="train")
    bring(world, OPEN, 11, split="test")
    bring(world, CLOSED, 20, licence="AI-Hub terms", allows=(Use.EVALUATE, Use.SHARE_LABELS))
    return world


def bring(world: ImportWorld, source: str, seed: int, split: str = "", licence: str = "CC-BY-4.0",
          allows: tuple[Use, ...] = tuple(Use), data: bytes | None = None) -> None:
    world.bring([labelled_page(f"그림/{seed}.png", data or page(seed), word("서울역"), word("EXIT", 100), split=split)],
                world.request(source, licence, allows, unit=Unit.LINE))


def write(world: ImportWorld, readings: str = "", more: str = "") -> None:
    (world.settings.datasets / "signs.yaml").write_text(RECIPE.format(readings=readings, more=more), encoding="utf-8")


def released(world: ImportWorld) -> Manifest:
    release_dataset(world.bench, "signs")
    found = newest(world.bench.objects, world.settings.bucket_datasets, "signs")
    assert found
    return found


def rows(world: ImportWorld, manifest: Manifest) -> list[dict[str, object]]:
    found: list[dict[str, object]] = read_labels(world.bench.objects, world.settings.bucket_datasets, manifest).to_pylist()
    return found


def card(world: ImportWorld, manifest: Manifest) -> str:
    [path] = [item.path for item in manifest.files if item.name == "README.md"]
    return world.bench.objects.get(world.settings.bucket_datasets, f"signs/{path}").decode()


def planned(world: ImportWorld) -> str:
    """What ``saegim datasets plan signs`` prints."""
    out = io.StringIO()
    console = Console(file=out, width=250)
    for part in sentences_and_tables(preview(world.bench, plan_of(world.bench, "signs"), lambda _samples: None)):
        console.print(part) if isinstance(part, str) else print_table(console, part)
    return out.getvalue()


def test_no_source_is_taken_unless_the_recipe_says_so(world: ImportWorld) -> None:
    write(world)
    manifest = released(world)
    assert [row["source"] for row in rows(world, manifest)] == [None] * 3
    assert (manifest.left_out, manifest.sources) == ({}, [])
    assert "public/closed (1 image), public/open (2 images)" in planned(world)
    assert "Public data sets" not in card(world, manifest)


def test_rows_manifest_and_card_tell_where_they_come_from(world: ImportWorld) -> None:
    write(world, f"sources: {{take: [{OPEN}]}}")
    manifest = released(world)
    by_name = {row["source_name"]: row for row in rows(world, manifest)}
    assert {str(name) for name in by_name} == {"None", "그림/10.png", "그림/11.png"}
    found = by_name["그림/11.png"]
    assert (found["source"], found["licence"], found["allows"]) == (OPEN, "CC-BY-4.0", [str(use) for use in Use])
    assert (found["split"], found["reader"], found["annotation_config"]) == ("test", f"source:{OPEN}", OPEN)
    assert found["source_sha256"] == sha256(page(11))
    assert by_name[None]["allows"] is None
    [held] = manifest.sources
    assert (held.source, held.licences, held.images, held.regions) == (OPEN, ["CC-BY-4.0"], 2, 4)
    text = card(world, manifest)
    assert "| collected | CC0-1.0 | see its licence | 3 · 9 | 0 · 0 | 3 · 9 |" in text
    assert (f"| `{OPEN}` | CC-BY-4.0 | training, evaluating, giving its pictures on, giving its labels on | "
            "1 · 2 | 1 · 2 | 2 · 4 |") in text
    assert DatasetCard(text).data.to_dict()["license"] == ["cc0-1.0", "cc-by-4.0"]
    assert "3 of 3 collected images were read by one person only" in text
    assert "2 of 5 images come from public data sets" in text
    assert "to the campaign demo" in text and "public" not in text.split("### By campaign")[1].split("###")[0]


def test_a_split_that_nobody_understands_is_told(world: ImportWorld) -> None:
    bring(world, OPEN, 12, split="challenge")
    write(world, f"sources: {{take: [{OPEN}]}}")
    told = "public/open has 1 image in 'challenge'. Say it in the recipe, under readings:  own_splits: {\"challenge\""
    assert told in planned(world)


def test_what_a_source_forbids_stops_the_release_with_its_rows(world: ImportWorld) -> None:
    write(world, 'sources: {take: ["*"]}')
    with pytest.raises(GateFailed) as stopped:
        released(world)
    assert "public/closed (AI-Hub terms) does not allow train, and the recipe allows it: 1 image, such as" in str(stopped.value)
    assert "그림/20.png" in str(stopped.value) and "readings.sources.leave" in str(stopped.value)
    assert [row["gate"] for row in stopped.value.rows] == ["licence", "forbidden image"]
    assert "does not allow train" in planned(world)
    write(world, 'sources: {take: ["*"]}', "allows: [evaluate]")
    assert {held.source for held in released(world).sources} == {OPEN, CLOSED}
    write(world, 'sources: {take: ["*"]}', "allows: [evaluate, redistribute]")
    with pytest.raises(GateFailed, match="does not allow redistribute"):
        released(world)


def test_what_may_only_be_evaluated_with_may_stand_in_test(world: ImportWorld) -> None:
    bring(world, CLOSED, 20, split="test", licence="AI-Hub terms", allows=(Use.EVALUATE,))
    write(world, 'sources: {take: ["*"]}')
    assert {row["source_name"]: row["split"] for row in rows(world, released(world))}["그림/20.png"] == "test"


@pytest.mark.parametrize(("choice", "taken", "reasons"), [
    ("licences: {leave: [AI-Hub terms]}", {OPEN}, {"other_licence": 1}),
    ("licences: {take: [CC-BY-4.0]}", {OPEN}, {"other_licence": 1}),
])
def test_a_recipe_leaves_a_licence(world: ImportWorld, choice: str, taken: set[str], reasons: dict[str, int]) -> None:
    write(world, f'sources: {{take: ["*"]}}\n  {choice}')
    manifest = released(world)
    assert {held.source for held in manifest.sources} == taken
    assert manifest.left_out == reasons


def test_a_source_that_was_released_and_is_not_taken_any_more_leaves_with_that_reason(world: ImportWorld) -> None:
    write(world, f"sources: {{take: [{OPEN}]}}")
    released(world)
    write(world)
    assert "readings.sources was take public/open, is empty" in planned(world)
    assert released(world).left_out == {"other_source": 2}
    write(world, f'sources: {{take: ["*"], leave: [{OPEN}, {CLOSED}]}}')
    assert released(world).left_out == {"other_source": 2}  # as before: it is no row of ours that is missing


def test_names_that_nothing_knows_are_answered_with_the_nearest(world: ImportWorld) -> None:
    for said, told in (("sources: {take: [public/opne]}", "did you mean public/open"),
                       ("sources: {take: [open]}", "did you mean public/open"),
                       ("sources: {take: [public/open]}\n  licences: {leave: [CC-BY-4]}", "did you mean CC-BY-4.0"),
                       ("licences: {take: [CC-BY-4.0]}", "no public data set is taken"),
                       ("campaigns: [public]", "no campaign has this name"),
                       ("sources: {taek: [public/open]}", "did you mean take")):
        write(world, said)
        with pytest.raises(SettingError, match=told):
            plan_of(world.bench, "signs")
    write(world, more="allows: [trian]")
    with pytest.raises(SettingError, match=r"signs.yaml:11: allows\.0 is 'trian'"):
        plan_of(world.bench, "signs")


def test_a_release_of_public_data_alone(world: ImportWorld) -> None:
    write(world, f"sources: {{take: [{OPEN}]}}")
    path = world.settings.datasets / "signs.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[scene_text]", "[]"), encoding="utf-8")
    manifest = released(world)
    assert sum(manifest.splits.values()) == 2
    text = card(world, manifest)
    assert "| collected |" not in text and "### By campaign" not in text
    assert DatasetCard(text).data.to_dict()["license"] == "cc-by-4.0"


def test_other_terms_make_the_next_release_and_are_told(world: ImportWorld) -> None:
    write(world, f"sources: {{take: [{OPEN}]}}")
    first = released(world)
    assert released(world).number == first.number
    told = change_terms(world.bench.ledger, "open", allows="train,evaluate")
    assert told == ["public/open allowed train, evaluate, redistribute, share_labels, and now train, evaluate. Releases that "
                    "exist stay as they are."]
    assert "public/open: its terms were CC-BY-4.0 (train, evaluate, redistribute, share_labels), are" in planned(world)
    second = released(world)
    assert (second.number, second.sources[0].allows) == (2, ["train", "evaluate"])
    assert first.sources[0].allows == [str(use) for use in Use]
    assert releases_with(world.bench, OPEN) == ["signs@2 (2 images)"]


def test_terms_are_changed_with_care(world: ImportWorld) -> None:
    ledger = world.bench.ledger
    for name, licence, allows, wrong in (("opne", "", "train", "did you mean public/open"), ("open", "", "", "Nothing to change"),
                                         ("open", "our own terms", "", "is not known here"),
                                         ("open", "", "sell", "no use 'sell'")):
        with pytest.raises(SettingError, match=wrong):
            change_terms(ledger, name, licence, allows)
    assert change_terms(ledger, OPEN, "CC-BY-4.0", ",".join(Use)) == [f"{OPEN} is under these terms already."]
    change_terms(ledger, CLOSED, "MIT")
    assert {source.source: source.allows for source in sources.all_sources(ledger)}[CLOSED] == tuple(Use)
    assert [(item.source.source, item.pictures, item.readings) for item in listed_sources(ledger)] == [
        (CLOSED, 1, 1), (OPEN, 2, 2)]


def test_our_own_reading_of_a_public_picture_stays_under_its_terms(world: ImportWorld) -> None:
    image = named(world, "그림/20.png").image_id
    reading = made.read(image, ["서울역"])
    with world.bench.ledger.write() as connection:
        readings.add_readings(connection, [reading])
        readings.accept(connection, "scene_text", reading)
    write(world)
    assert released(world).left_out == {"other_source": 1}
    write(world, f"sources: {{take: [{CLOSED}]}}")
    with pytest.raises(GateFailed, match="does not allow train"):
        released(world)
    write(world, f"sources: {{take: [{CLOSED}]}}", "allows: [evaluate]")
    manifest = released(world)
    [row] = [row for row in rows(world, manifest) if row["source"]]
    assert str(row["reader"]).startswith("person:")
    assert (row["annotation_config"], row["source"], row["source_name"]) == ("scene_text", CLOSED, "그림/20.png")
    assert manifest.left_out == {"other_config": 1}


def named(world: ImportWorld, name: str) -> Candidate:
    """What a release that takes everything would hold of a picture of a data set."""
    write(world, 'sources: {take: ["*"]}')
    [found] = [item.candidate for item in plan_of(world.bench, "signs").plan.samples
               if item.candidate.source and item.candidate.source.name == name]
    return found


def test_a_picture_that_was_collected_first_stays_ours_and_its_labels_are_the_sources(world: ImportWorld) -> None:
    world.put("demo/김/30.png", page(30))
    world.take_in()
    bring(world, CLOSED, 30, licence="AI-Hub terms", allows=(Use.TRAIN,))
    found = named(world, "그림/30.png")
    assert (found.campaign, found.annotation_config) == ("demo", CLOSED)
    assert found.source and (found.source.sources, found.source.allows) == ((CLOSED,), (Use.TRAIN,))


def test_labels_of_one_source_on_a_picture_of_another_are_under_both_terms(world: ImportWorld) -> None:
    bring(world, CLOSED, 10, licence="AI-Hub terms", allows=(Use.EVALUATE, Use.SHARE_LABELS), data=page(10))
    assert named(world, "그림/10.png").annotation_config == OPEN  # which has both
    write(world, f"sources: {{take: [{CLOSED}]}}")
    assert "other_source" in planned(world)
    write(world, f"sources: {{take: [{CLOSED}, {OPEN}]}}", "allows: [evaluate]")
    [both] = [item.candidate.source for item in plan_of(world.bench, "signs").plan.samples
              if item.candidate.source and len(item.candidate.source.sources) == 2]
    assert both.sources == (CLOSED, OPEN)
    assert both.licence == "AI-Hub terms; CC-BY-4.0"
    assert both.allows == (Use.EVALUATE, Use.SHARE_LABELS)


def test_a_version_that_knows_more_columns_makes_no_release_by_that_alone(world: ImportWorld) -> None:
    write(world)
    first = released(world)
    bucket = world.settings.bucket_datasets
    new = ("source", "source_name", "source_sha256", "licence", "allows")
    known = [column for column in first.columns if column.name not in new]
    older = io.BytesIO()
    pq.write_table(read_labels(world.bench.objects, bucket, first).select([column.name for column in known]), older)
    file = first.labels.model_copy(update={"path": "v1/labels-older.parquet", "sha256": sha256(older.getvalue())})
    manifest = first.model_copy(update={"columns": known, "files": [
        file if item.kind == "labels" else item for item in first.files]})
    world.bench.objects.put(bucket, "signs/v1/labels-older.parquet", older.getvalue())
    world.bench.objects.put(bucket, "signs/v1/manifest.json", manifest.to_bytes())
    assert released(world).number == 1
    made.put(world.bench, 40)
    assert released(world).number == 2
