"""What a backup knows of a bucket, what it copies of it, and what it puts back."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.backup import KeptObject, LedgerNow
from schemas.labelling import Side
from tests.read_images import made_reading
from workbench.keeping.living import _side_of
from workbench.keeping.object_lists import KeptBefore, read_objects, write_objects
from workbench.label.adopt import is_subject, shown_readings

ONE = KeptObject("ab/사진 1.jpg", "etag", 7, "ab" * 32, {"Content-Type": "image/jpeg", "vertical": "true"})
LISTED = KeptObject("raw/only listed", "etag", 7, "", {})


def test_a_list_comes_back_and_knows_what_has_changed(tmp_path: Path) -> None:
    for name in ("list", "again"):
        write_objects(tmp_path / name, [ONE, LISTED])
    assert (tmp_path / "list").read_bytes() == (tmp_path / "again").read_bytes()
    assert list(read_objects(tmp_path / "list")) == [ONE, LISTED]
    before = KeptBefore(read_objects(tmp_path / "list"))
    assert before.find(ONE.key, ONE.version, ONE.size) == ONE
    assert before.find(ONE.key, "another", ONE.size) is None
    assert before.find(LISTED.key, LISTED.version, LISTED.size) is None  # its bytes are not in the backup


@pytest.mark.parametrize(("now", "is_empty"), [
    (LedgerNow(None, {"images": 3}), True), (LedgerNow("0016", {"images": 0, "runs": 9}), True),
    (LedgerNow("0016", {"images": 3}), False), (LedgerNow("0016", {"accounts": 1}), False),
    (LedgerNow("0016", {"images": 3}, half_restored=True), True)])
def test_only_a_ledger_without_peoples_work_is_replaced_unasked(now: LedgerNow, is_empty: bool) -> None:
    assert now.is_empty is is_empty


@pytest.mark.parametrize(("title", "side"), [
    ("장면 글자 · Scene text · scene_text@3", Side.A), ("장면 글자 · Scene text · scene_text@3 · B", Side.B),
    ("Documents · document@1 · second look", Side.SECOND_LOOK), ("우리 프로젝트", None), ("Scene · scene_text@3 · C", None)])
def test_the_side_of_a_project_stands_in_its_title(title: str, side: Side | None) -> None:
    assert _side_of(title) is side


def test_the_readings_that_a_task_shows_are_known_by_their_regions() -> None:
    image = "ab" * 32
    model = made_reading(image, 2)
    ids = [region.region_id for region in model.regions]
    results = [{"id": name, "type": kind} for name in ids for kind in ("polygonlabels", "textarea")]
    prediction = {"result": [*results, {"id": f"image_kind-{image[:10]}", "type": "choices"}]}
    task = {"data": {"subject": image}, "predictions": [prediction]}
    assert shown_readings(task, [model]) == (model.reading_id,)
    assert shown_readings(task, [made_reading(image, 3)]) is None  # another reading: the one that it shows is not there yet
    assert shown_readings({"data": {"subject": image}, "predictions": []}, [model]) == ()
    lines = {"data": {"subject": f"{image}/lines:0-2", "lines": [{"id": name} for name in ids]}, "predictions": []}
    assert shown_readings(lines, [model]) == (model.reading_id,)
    assert shown_readings({"data": {"subject": f"{image}/{ids[0]}"}, "predictions": []}, [model]) == (model.reading_id,)
    assert is_subject(image) and is_subject(f"{image}/x") and not is_subject("a stranger's") and not is_subject("")
