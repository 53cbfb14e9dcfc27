"""A release read column by column is what its rows say."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.store import LocalStore

from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.released import labelled_set
from saegim.load import load
from saegim.release import Release
from saegim.releases import Releases
from saegim.settings import StorageSettings
from tests.made_release import Dataset, images_of


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("made")
    dataset = Dataset(LocalStore(folder / "bucket", mkdir=True))
    dataset.publish(images_of())
    return load("scene-text@1", folder=folder / "out", releases=Releases(StorageSettings(_env_file=None), dataset.bucket))


def by_row(release: Release) -> list[tuple[str, str, bytes, tuple[LabelledRegion, ...]]]:
    return [(row["image_id"], row["split"], data, tuple(LabelledRegion(
        tuple((round(x, 2), round(y, 2)) for x, y in item["polygon"]), item["text"], item["legible"], item["direction"],
        item["writing"], tuple(item["effects"] or ()), item["language"], item["kind"], item["checked"], item["region_id"])
        for item in row["regions"])) for data, row in release.encoded_images()]


def as_told(image: LabelledImage) -> tuple[str, str, bytes, tuple[LabelledRegion, ...]]:
    return image.image_id, image.split, image.picture(), image.regions


def test_images_come_with_the_regions_of_their_rows(release: Release) -> None:
    found = [as_told(image) for image in labelled_set(release).images]
    assert found == by_row(release)
    assert any(regions for _, _, _, regions in found)


def test_a_part_of_a_release_has_its_own_regions(release: Release, tmp_path: Path) -> None:
    part = Release(release.manifest, release.folder, release.labels.slice(3, 9).take(list(range(8, -1, -2))))
    assert [as_told(image) for image in labelled_set(part).images] == by_row(part)


def test_coordinates_are_those_that_were_kept(release: Release) -> None:
    corners = [corner for image in labelled_set(release).images for region in image.regions for corner in region.polygon]
    assert corners == [(round(x, 2), round(y, 2)) for x, y in corners]
