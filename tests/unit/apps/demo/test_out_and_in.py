"""The small data set that the demo imports."""

from __future__ import annotations

from pathlib import Path

from apps.demo.out_and_in import IN, LICENCE, SIGNS, SIZE, made_signs
from saegim.formats import FORMATS
from tests.made_labels import read_back, written


def test_its_signs_are_the_same_always_and_come_through_their_format(tmp_path: Path) -> None:
    assert [image.picture() for image in made_signs().images] == [image.picture() for image in made_signs().images]
    findings = written(FORMATS[IN], made_signs(), tmp_path / "signs")
    assert [str(remark) for remark in findings.remarks] == []
    images, found = read_back(FORMATS[IN], tmp_path / "signs")
    assert found.remarks == []
    assert [tuple(region.text for region in image.regions) for image in images] == list(SIGNS)
    for image in images:
        assert (image.width, image.height, image.unit, image.licence or LICENCE) == (*SIZE, "line", LICENCE)
        for region in image.regions:
            assert all(0 <= x <= SIZE[0] and 0 <= y <= SIZE[1] for x, y in region.polygon)
