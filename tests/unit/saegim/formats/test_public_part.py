"""What of a release may be given on: pictures of a data set that keeps them to itself are in no file of the folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import obstore.store
import pyarrow as pa
import pytest

from saegim.formats import FORMATS, WRITTEN
from saegim.labels.conversion import convert
from saegim.labels.findings import Findings
from saegim.labels.public_part import BY_REFERENCE, NOT_SHARED, REFERENCES, public_part
from saegim.labels.released import labelled_set
from saegim.load import load
from saegim.release import Release
from saegim.releases import Releases
from schemas.ids import sha256
from schemas.sample import FromSource
from schemas.sources import Use
from tests.made_release import Dataset, Made, images_of

OPEN = FromSource(("public/open",), "a/열린.png", "1" * 64, ("CC-BY-4.0",), tuple(Use))
CLOSED = FromSource(("public/closed",), "img_1.png", "2" * 64, ("AI-Hub terms",), (Use.TRAIN, Use.EVALUATE, Use.SHARE_LABELS))
SECRET = FromSource(("public/secret",), "img_2.png", "3" * 64, ("none",), (Use.TRAIN, Use.EVALUATE, Use.REDISTRIBUTE))


@pytest.fixture
def images() -> list[Made]:
    sources = {1: OPEN, 2: CLOSED, 3: SECRET, 7: CLOSED}
    return [replace(image, source=sources.get(image.number)) for image in images_of()]


@pytest.fixture
def release(tmp_path: Path, images: list[Made]) -> Release:
    bucket = obstore.store.LocalStore(tmp_path / "bucket", mkdir=True)
    Dataset(bucket).publish(images)
    return load("scene-text@1", folder=tmp_path / "cache", releases=Releases(bucket=bucket))


def ids_of(table: pa.Table) -> set[str]:
    return set(table["image_id"].to_pylist())


def test_a_release_is_parted_by_what_its_sources_allow(release: Release, images: list[Made]) -> None:
    part = public_part(release)
    named = {image.number: sha256(image.data) for image in images}
    assert ids_of(part.references) == {named[2], named[7]}
    assert ids_of(part.left_out) == {named[3]}
    assert ids_of(part.release.labels) == set(named.values()) - {named[2], named[3], named[7]}


def test_references_name_the_picture_and_tell_the_label(release: Release, images: list[Made]) -> None:
    lines = [json.loads(line) for line in public_part(release).lines()]
    whole = {row["image_id"]: row for row in release.labels.to_pylist()}
    assert len(lines) == 2
    for line in lines:
        row = whole[line["image_id"]]
        assert (line["source"], line["source_name"], line["source_sha256"]) == ("public/closed", "img_1.png", "2" * 64)
        assert (line["regions"], line["split"], line["width"], line["licence"]) == (
            row["regions"], row["split"], row["width"], "AI-Hub terms")
        assert not {"submitter", "reader", "campaign", "shard"} & line.keys()


@pytest.mark.parametrize("name", WRITTEN)
def test_no_format_writes_a_picture_that_may_not_be_given_on(name: str, release: Release, images: list[Made],
                                                             tmp_path: Path) -> None:
    part = public_part(release)
    findings = Findings()
    to = tmp_path / "out"
    convert(labelled_set(part.release), FORMATS[name], to, findings, reading=part.findings(), beside={REFERENCES: part.lines()})
    whole = b"".join(path.read_bytes() for path in sorted(to.rglob("*")) if path.is_file() and path.name != REFERENCES)
    hidden = [image for image in images if image.source in (CLOSED, SECRET)]
    assert not any(image.data in whole for image in hidden)
    assert len((to / REFERENCES).read_text(encoding="utf-8").splitlines()) == 2
    told = [remark.reason for remark in findings.remarks if remark.reason in (BY_REFERENCE, NOT_SHARED)]
    assert sorted(told) == sorted([BY_REFERENCE, BY_REFERENCE, NOT_SHARED])
    assert findings.images_in == len(images)
    assert findings.unaccounted() == 0


def test_the_cards_pictures_stay_at_home(release: Release, tmp_path: Path) -> None:
    part = public_part(release)
    convert(labelled_set(part.release), FORMATS["hf"], tmp_path / "out", Findings())
    assert not list((tmp_path / "out").glob("strip*")) and not list((tmp_path / "out").glob("diff*"))


def test_an_older_release_is_all_collected(release: Release) -> None:
    older = replace(release, labels=release.labels.drop_columns(["source", "source_name", "source_sha256", "licence", "allows"]))
    part = public_part(older)
    assert len(part.release) == len(release) and not len(part.references) and not len(part.left_out)
    assert part.findings().remarks == []
