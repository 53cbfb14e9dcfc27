"""What a data set keeps for measuring, what a picture's own licence forbids, what a later version lacks: told, and obeyed."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from datastore.ledger import audit, imported
from pages.import_table import import_table
from saegim.labels.labelled import LabelledImage
from schemas.accounts import Act
from schemas.errors import SettingError
from schemas.sources import PictureEnd, Use
from stages.export.plan import Plan
from tests.imported_sets import SOURCE, ImportWorld, labelled_page, page, word
from tests.unit.workbench.imports.test_import import everything
from workbench.export.plan import next_release
from workbench.export.recipes import known_names, load_dataset
from workbench.imports.terms import change_terms

OTHER = "public/other"
RECIPE = """name: signs
description: Signs.
licence: CC0-1.0
readings:
  annotation_configs: []
  sources: {{take: [{take}]}}
  {more}
unit: word
splits: {{train: 1.0, test: 0.0}}
salt: signs-1
groups: {{burst_minutes: 0}}
"""


@pytest.fixture
def world(tmp_path: Path) -> ImportWorld:
    world = ImportWorld(tmp_path)
    world.settings.datasets.mkdir()
    return world


def planned(world: ImportWorld, take: str = '"*"', more: str = "") -> Plan:
    path = world.settings.datasets / "signs.yaml"
    path.write_text(RECIPE.format(take=take, more=more), encoding="utf-8")
    recipe = load_dataset("signs", known_names(world.bench), world.settings.datasets)
    path.unlink()
    return next_release(world.bench, recipe).plan


def splits(plan: Plan) -> dict[str, str]:
    return {item.candidate.source.name: item.split for item in plan.samples if item.candidate.source}


def cropped(data: bytes) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).crop((3, 3, 318, 237)).save(out, "PNG")
    return out.getvalue()


def a_page(name: str, data: bytes, split: str, licence: str = "") -> LabelledImage:
    return labelled_page(name, data, word("글"), split=split, licence=licence)


@pytest.mark.parametrize("again", [lambda data: data, cropped], ids=["same bytes", "edited"])
@pytest.mark.parametrize("first", ["train", "test", ""])
def test_a_picture_that_measures_is_never_trained_with_though_another_part_has_it(
        world: ImportWorld, again: Callable[[bytes], bytes], first: str) -> None:
    second = "train" if first == "test" else "test"
    world.bring([a_page("1.png", page(31), first)])
    ended = world.bring([a_page("2.png", again(page(31)), second)])
    assert splits(planned(world)) == {"1.png": "test"}
    [told] = [item for item in ended if item.end is PictureEnd.MEASURED]
    assert (told.name, told.detail) == ("2.png", f"{SOURCE}/1.png ({first or 'no split'})")
    assert any(row[0] == "measures" and row[2] == "1" for row in import_table(world.findings, ended).rows)


def test_it_measures_also_where_a_data_set_says_so_that_is_not_taken(world: ImportWorld) -> None:
    world.bring([a_page("1.png", page(20), "train"), a_page("2.png", page(21), "train")])
    world.bring([a_page("x.png", page(20), "public_test")], world.request(OTHER))
    assert splits(planned(world, SOURCE)) == {"1.png": "test", "2.png": "train"}


def test_a_photograph_of_ours_that_a_test_set_has_is_told(world: ImportWorld) -> None:
    world.put("demo/kim/1.png", page(1))
    world.take_in()
    ended = world.bring([a_page("a.png", page(1), "test"), a_page("b.png", page(2), "test")])
    assert [(item.name, item.detail) for item in ended if item.end is PictureEnd.MEASURED] == [("a.png", "demo/kim/1.png")]


def test_one_that_may_repeat_a_picture_keeps_it_from_training_until_somebody_decides(world: ImportWorld) -> None:
    world.bring([a_page("1.png", page(20), "train")])
    world.bring([a_page("x.png", page(21), "test")], world.request(OTHER))
    with world.bench.ledger.write() as connection:
        [image] = connection.exec_driver_sql("select image_id from submissions where key like '%1.png'").scalars()
        connection.exec_driver_sql("update submissions set outcome = 'held', image_id = null, found_image_id = ? "
                                   "where key like '%x.png'", (image,))
    assert list(imported.images_in_splits(world.bench.ledger, ["test"])) == [(image, "test")]
    assert splits(planned(world, SOURCE)) == {"1.png": "test"}


def test_a_split_that_nobody_understands_is_left_out_until_the_recipe_says_what_it_is_for(world: ImportWorld) -> None:
    world.bring([a_page("1.png", page(20), "challenge"), a_page("2.png", page(21), ""), a_page("3.png", page(22), "train")])
    plan = planned(world)
    assert splits(plan) == {"2.png": "train", "3.png": "train"}
    assert [item.reason for item in plan.left_out] == ["unclear_split"]
    assert plan.unclear == {(SOURCE, "challenge"): 1}
    assert splits(planned(world, more="own_splits: {challenge: train}"))["1.png"] == "train"
    assert splits(planned(world, more="own_splits: {challenge: test}"))["1.png"] == "test"
    with pytest.raises(SettingError, match=r"readings\.own_splits names it: tset; did you mean test"):
        planned(world, more="own_splits: {challenge: tset}")
    with pytest.raises(SettingError, match="'public_test' says itself that it is for test"):
        planned(world, more="own_splits: {public_test: train}")


def test_a_pictures_own_licence_narrows_its_uses_and_is_counted(world: ImportWorld) -> None:
    ended = world.bring([a_page("1.png", page(5), "train", "CC-BY-NC-ND-4.0"), a_page("2.png", page(6), "train", "CC BY 4.0"),
                         a_page("3.png", page(7), "train", "MIT")])
    found = [item.candidate.source for item in planned(world).samples if item.candidate.source]
    allows = {source.name: source.allows for source in found}
    assert allows == {"1.png": (Use.TRAIN, Use.EVALUATE), "2.png": tuple(Use), "3.png": tuple(Use)}
    told = {item.name: item.why for item in ended if item.end is PictureEnd.OWN_LICENCE}
    assert set(told) == {"1.png", "3.png"} and told["1.png"].endswith("it allows train, evaluate")


def test_what_a_later_version_does_not_have_is_told_and_stays(world: ImportWorld) -> None:
    both = [a_page("1.png", page(5), "train"), a_page("2.png", page(6), "train")]
    world.bring(both)
    before = everything(world)
    ended = world.bring(both[:1])
    assert [(item.name, item.detail) for item in ended if item.end is PictureEnd.LEFT_BEHIND] == [("2.png", f"{SOURCE}/2.png")]
    assert everything(world) == before and len(splits(planned(world))) == 2
    assert not [item for item in world.bring(both) if item.end is PictureEnd.LEFT_BEHIND]
    more = world.bring([a_page("3.png", page(7), "train")])  # this adds to it
    assert not [item for item in more if item.end is PictureEnd.LEFT_BEHIND]


@pytest.mark.parametrize("same", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_names_that_are_one_in_nfc_may_come_in_any_order(world: ImportWorld, order: int, same: bool) -> None:
    images = [a_page("가.png", page(5), "train"), a_page(unicodedata.normalize("NFD", "가.png"), page(5 if same else 6), "train"),
              a_page("나.png", page(7), "train")][::order]
    world.bring(images)
    before = everything(world)
    sent = world.send(images[::-1])
    world.take_in()
    world.settle()
    assert (sent.pictures, sent.labels, len(sent.keys), world.findings.remarks) == (0, 0, 3, [])
    assert everything(world) == before


def test_who_changed_terms_stands_in_the_audit_log(world: ImportWorld) -> None:
    world.bring([a_page("1.png", page(5), "train")])
    assert audit.deeds(world.bench.ledger) == []
    change_terms(world.bench.ledger, "toy", allows="train")
    change_terms(world.bench.ledger, "toy", allows="train")
    world.send([a_page("1.png", page(5), "train")], world.request(licence="MIT"))
    found = audit.deeds(world.bench.ledger)
    assert [(deed.who, deed.act, deed.subject, deed.detail) for deed in reversed(found)] == [
        ("command line", Act.TERMS_CHANGED, SOURCE, "CC-BY-4.0 (train, evaluate, redistribute, share_labels) became "
                                                    "CC-BY-4.0 (train)"),
        ("command line", Act.TERMS_CHANGED, SOURCE, "CC-BY-4.0 (train) became MIT (train, evaluate, redistribute, share_labels)")]
