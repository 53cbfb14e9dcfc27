"""A release is readable for ever: those that earlier code wrote are loaded, asked and converted by today's client."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import saegim
from saegim.labels.released import labelled_set
from schemas.arrow import IMAGES, LABELS, label_row
from tests import old_releases

FOLDER = Path(old_releases.__file__).parent
SCHEMAS = sorted(path.name for path in FOLDER.glob("schema-*"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_release_of_an_earlier_schema_is_read(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(FOLDER / name, folder)
    release = saegim.load("old@1", folder=folder)
    assert (len(release), release.manifest.splits) == (2, {"train": 1, "test": 1})
    train = saegim.load("old@1", split="train", folder=folder, where="'embossed' in effects")
    assert [row["regions"][0]["text"] for _, row in train.images()] == ["EXIT 3"]
    assert sorted(release.to_pandas()["split"]) == ["test", "train"]
    assert {region.text for image in labelled_set(release).images for region in image.regions} == {"출입금지", "EXIT 3"}
    rows = [label_row(row) for row in release.labels.to_pylist()]  # as the workbench reads a parent
    assert {row.reading.regions[0].text for row in rows} == {"출입금지", "EXIT 3"}
    assert {row.annotation_config for row in rows} == {"scene_text"}


def test_todays_schema_is_among_them() -> None:
    """Whoever changes a schema writes a release with it first: tests/old_releases/make.py says how."""
    labels = pq.read_schema(FOLDER / SCHEMAS[-1] / "v1" / "labels.parquet")
    images = pq.read_schema(next((FOLDER / SCHEMAS[-1]).glob("images/*/*.parquet")))
    assert labels.equals(LABELS) and images.equals(IMAGES)
