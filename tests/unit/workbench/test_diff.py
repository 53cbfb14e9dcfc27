"""Two releases in a bucket are compared row by row, and only what is not the same is read whole."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.store import LocalStore

from datastore.objects import ObjectStore
from saegim.errors import ReleaseDamaged
from saegim.manifest import File, Manifest
from schemas.arrow import LABELS, LEFT_OUT, label_row
from schemas.errors import SettingError, UnitMismatch
from tests.unit.stages.diff.test_diff import region, row
from workbench.diff import ReleaseLabels, changed_rows, compare_releases, reasons

pytestmark = pytest.mark.slow


class OnDisk(ObjectStore):
    """Buckets that are folders."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, "disk"

    def bucket(self, name: str) -> Any:
        return LocalStore(self.folder / name)


def publish(folder: Path, number: int, rows: list[dict[str, Any]], group: int, **values: Any) -> Manifest:
    path = folder / "datasets" / "a" / f"v{number}" / "labels.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=LABELS), path, row_group_size=group)
    file = File(path=f"v{number}/labels.parquet", kind="labels", sha256=f"{number}" * 64, bytes=1, rows=len(rows))
    return Manifest.model_validate({"dataset": "a", "number": number, "unit": "line", "recipe": {}, "code_version": "0",
                                    "splits": {}, "columns": [], "files": [file], **values})


def on_disk(folder: Path, manifest: Manifest) -> ReleaseLabels:
    return ReleaseLabels(manifest, folder / "datasets" / "a" / manifest.labels.path)


@st.composite
def label_files(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    one, other = [], []
    for number in range(draw(st.integers(0, 40))):
        old = row(f"{number:03}", [region(f"r{number}", number % 80)] * (number % 3))
        what = draw(st.sampled_from(["same", "same", "in", "out", "revision", "reader", "split", "config"]))
        others: dict[str, dict[str, Any]] = {"revision": {"revision": 2}, "reader": {"reader": "person:x"},
                                             "split": {"split": "test"},
                                             "config": {"annotation_config": "other"}}
        new = {**old, **others.get(what, {})}
        one += [old] * (what != "in")
        other += [new] * (what != "out")
    return one, other


@given(label_files(), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_changed_rows_are_those_that_differ(files: tuple[list[Any], list[Any]], group: int, other_group: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        one, other = publish(folder, 1, files[0], group), publish(folder, 2, files[1], other_group)
        passed: list[int] = []
        found = list(changed_rows(on_disk(folder, one), on_disk(folder, other), passed.append))
    old, new = ({item["image_id"]: label_row(item) for item in rows} for rows in files)
    assert found == [(old.get(image), new.get(image)) for image in sorted(old | new) if old.get(image) != new.get(image)]
    assert sum(passed) == len(files[0]) + len(files[1])


def test_two_releases_that_cannot_be_compared_are_named(tmp_path: Path) -> None:
    one, other = (publish(tmp_path, number, [row("i", [])], 5) for number in (1, 2))
    objects = OnDisk(tmp_path)
    with pytest.raises(SettingError, match=r"a@1 and b@2 .* two datasets"):
        compare_releases(objects, "datasets", one, other.model_copy(update={"dataset": "b"}))
    with pytest.raises(UnitMismatch, match=r"a@1 has lines and a@2 has words"):
        compare_releases(objects, "datasets", one, other.model_copy(update={"unit": "word"}))
    unsorted = publish(tmp_path, 3, [row("j", []), row("i", [])], 5)
    with pytest.raises(ReleaseDamaged, match="a@3 is not in order"):
        compare_releases(objects, "datasets", one, unsorted)


def test_the_same_labels_are_not_even_fetched(tmp_path: Path) -> None:
    one = publish(tmp_path, 1, [row("i", [])], 5)
    again = one.model_copy(update={"number": 2})
    (tmp_path / "datasets/a/v1/labels.parquet").unlink()
    assert compare_releases(OnDisk(tmp_path), "datasets", one, again).nothing


def test_reasons_are_those_of_images_that_were_held(tmp_path: Path) -> None:
    one = publish(tmp_path, 1, [], 5)
    values = [{"image_id": "a", "reason": "withdrawn", "split": "train"}, {"image_id": "b", "reason": "other_slice", "split": ""}]
    full = [{name: item.get(name, "") for name in LEFT_OUT.names} for item in values]
    pq.write_table(pa.Table.from_pylist(full, schema=LEFT_OUT), tmp_path / "datasets/a/v1/left_out.parquet")
    file = File(path="v1/left_out.parquet", kind="left_out", sha256="0" * 64, bytes=1, rows=2)
    manifest = one.model_copy(update={"files": [*one.files, file]})
    assert reasons(OnDisk(tmp_path), "datasets", manifest) == {"a": "withdrawn"}
