"""Small cases that people met elsewhere, each put in where its user would, with the right outcome beside each file."""

from __future__ import annotations

import functools
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from sqlalchemy import update

from adapters.label_studio.tasks import annotate
from datastore.ledger.tables import submissions
from schemas.geometry import area
from schemas.label_tasks import SUBJECT
from schemas.labelling import Side
from schemas.reading import Reading
from schemas.submission import Outcome, image_key, sender_of
from schemas.text import normalise
from tests.every_object import every_object
from tests.places import REAL_DATA
from tests.read_images import fill
from tests.services.conftest import World, accepted, new_world, readings_by, with_campaigns
from tests.services.test_broken_answers import sent_raw
from tests.services.test_ingest import BUCKET, document, jpeg, rows
from tests.services.test_labelling import KIM, LEE, Lab
from tests.services.test_odd_objects import aws_world, moto
from workbench.label.projects import project_of
from workbench.settings import Settings

__all__ = ["moto"]

CASES = REAL_DATA / "cases"
FILES = sorted(path.name for path in CASES.iterdir() if path.name != "README.md") if CASES.is_dir() else []
PICTURES = [name for name in FILES if Path(name).suffix in (".jpg", ".png", ".heic", ".tif")]
GOOD = "demo/kim/good.jpg"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases of ../shared/data/cases are not here")


class Cases:
    """What became of all cases: each is put in once, and looked at by its own test."""

    def __init__(self, stack: Settings, moto: str, folder: Path) -> None:
        self._stack, self._moto, self._folder = stack, moto, folder

    def _world(self, name: str) -> World:
        world = new_world(self._stack, f"sqlite:///{self._folder / name}.db")
        world.env["SAEGIM_MODEL"] = "ppocr-v6-small"
        return world

    @functools.cached_property
    def pictures(self) -> World:
        """Where all pictures were taken in."""
        world = self._world("pictures")
        world.bench.objects.put_many(world.env[BUCKET], [
            (f"demo/kim/{name}", (CASES / name).read_bytes(), "application/octet-stream") for name in PICTURES])
        world.flow("ingest")
        return world

    def outcome(self, name: str) -> tuple[str, str | None]:
        """Outcome and reason of a picture."""
        row = rows(self.pictures)[f"demo/kim/{name}"]
        return row.outcome, row.reason

    def image(self, name: str) -> Image.Image:
        """The canonical image of an accepted picture."""
        row = rows(self.pictures)[f"demo/kim/{name}"]
        assert row.outcome == "accepted", (name, row.outcome, row.reason, row.detail)
        bucket = self.pictures.env["SAEGIM_BUCKET_IMAGES"]
        kind = "image/jpeg" if self.pictures.bench.objects.exists(bucket, image_key(row.image_id, "image/jpeg")) else "image/png"
        return Image.open(io.BytesIO(self.pictures.bench.objects.get(bucket, image_key(row.image_id, kind)))).convert("RGB")

    @functools.cached_property
    def read(self) -> dict[str, Reading]:
        """What the model reads on the pictures, by name."""
        self.pictures.flow("prelabel")
        found = readings_by(self.pictures.bench.ledger, "model:")
        return {key.rpartition("/")[2]: found[row.image_id][-1] for key, row in rows(self.pictures).items()
                if row.image_id in found}

    @functools.cached_property
    def answers(self) -> Answers:
        """Where all annotations were sent."""
        world = self._world("answers")
        return Answers(world, self._folder / "answers")

    @functools.cached_property
    def keys(self) -> list[World]:
        """Where objects with all keys were taken in: on the local object store, and on one that keeps keys as they are."""
        worlds = [self._world("keys"), aws_world(self._stack, self._moto, self._folder)]
        for world in worlds:
            with_campaigns(world, self._folder / "of the keys", "demo", "봄행사")
            boto = world.bench.objects._boto
            for number, key in enumerate([GOOD, *all_keys()]):
                data = b"" if key.endswith("/") else jpeg(document(700 + number))
                try:
                    boto.put_object(Bucket=world.env[BUCKET], Key=key, Body=data)
                except boto.exceptions.ClientError:
                    assert {".", ".."} & set(key.split("/")) or "\n" in key, key  # these a store refuses itself
            world.flow("ingest")
        return worlds


class Answers:
    """A lab in which each annotation of the cases is the answer to a task of its own; the pair has two readers."""

    def __init__(self, world: World, folder: Path) -> None:
        folder.mkdir()
        self.lab = Lab(world, folder)
        ledger, model = world.bench.ledger, world.bench.model
        names = ["bow_tie", "invisible_text", "lone_surrogate", "good"]
        images = fill(ledger, model, len(names), regions=0, seed="cases", size=(640, 480))
        self.images = dict(zip(names, images, strict=True))
        world.flow("label")
        opened = {task.data[SUBJECT]: task.task_id for task in self.lab.open()}
        self.tasks = {name: opened[image] for name, image in self.images.items()}
        self.posted = {name: sent_raw(self.lab, "POST", f"tasks/{self.tasks[name]}/annotations", read_case(name)["result"])
                       for name in names[:3]}
        sent_raw(self.lab, "POST", f"tasks/{self.tasks['good']}/annotations", read_case("pair_zero_width")["side_a"])
        self.report = world.flow("collect")
        self.accepted = accepted(ledger, "scene_text")
        self.looks = {task.data[SUBJECT]: task.data["reason"] for task in self.lab.open(Side.SECOND_LOOK)}

        self.lab.change(overlap=1.0)
        [pair] = fill(ledger, model, 1, regions=0, seed="pair", size=(640, 480))
        world.flow("label")
        for side, email in ((Side.A, KIM), (Side.B, LEE)):
            [task] = [task for task in self.lab.open(side) if task.data[SUBJECT] == pair]
            annotate(self.lab.bench.label_studio, task.task_id, read_case("pair_zero_width")[f"side_{side}"], 5.0, None, email)
        self.pair = pair, world.flow("collect")


def read_case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / f"annotation_{name}.json").read_bytes())
    return found


def all_keys() -> list[str]:
    """The keys of the case, whatever it says of each."""
    def strings(value: Any) -> list[str]:
        if isinstance(value, str):
            return [value]
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in strings(item)]

    return strings(json.loads((CASES / "keys.json").read_bytes()))


@pytest.fixture(scope="module")
def cases(stack: Settings, moto: str, tmp_path_factory: pytest.TempPathFactory) -> Cases:
    return Cases(stack, moto, tmp_path_factory.mktemp("cases"))


def taken(cases: Cases, name: str) -> None:
    assert cases.outcome(name) == ("accepted", None)
    shown = cv2.imdecode(np.fromfile(CASES / name, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    assert shown is not None and cases.image(name).size == shown.shape[1::-1]


def not_turned(cases: Cases, name: str) -> None:
    with Image.open(CASES / name) as raw:
        raw.draft("RGB", None)
        assert np.abs(np.asarray(cases.image(name), int) - np.asarray(raw.convert("RGB"), int)).mean() < 1


def turned_once(cases: Cases, name: str) -> None:
    """By a quarter, clockwise: as `irot` says, or as the EXIF orientation alone does."""
    raw = pillow_heif.open_heif(CASES / name, convert_hdr_to_8bit=True)
    shown = np.asarray(raw.to_pillow().convert("RGB"), int)  # libheif has done what `irot` says
    expected = shown if shown.shape[:2] == (640, 480) else np.rot90(shown, -1)
    ours = np.asarray(cases.image(name), int)
    assert ours.shape == expected.shape == (640, 480, 3)
    assert np.abs(ours - expected).mean() < 8


def as_bright_as_paper(cases: Cases, name: str) -> None:
    assert np.asarray(cases.image(name)).max() >= 230


def all_lines_once(cases: Cases, name: str) -> None:
    """Each line of the capture is one region, in order, and its letters are those that are there."""
    with Image.open(CASES / name) as raw:
        ink = (np.asarray(raw.convert("L")) < 128).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ink, [False]]).astype(int)))
    lines = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > 8]
    assert len(lines) > 100
    middles = [sum(y for _, y in region.polygon) / len(region.polygon) for region in cases.read[name].regions]
    assert middles == sorted(middles)
    found = Counter(next((index for index, (top, bottom) in enumerate(lines) if top - 8 <= y <= bottom + 8), None)
                    for y in middles)
    assert found[None] == 0
    assert len(found) >= 0.99 * len(lines), f"{len(found)} of {len(lines)}"
    assert set(found.values()) == {1}
    texts = " ".join(region.text for region in cases.read[name].regions)
    assert re.fullmatch(r"[a-z ]+", texts.lower()) or sum(char.isalpha() or char == " " for char in texts) > 0.98 * len(texts)
    assert cases.outcome(name) == ("accepted", None)


def each_key_has_an_outcome(cases: Cases, _name: str) -> None:
    for world, least in zip(cases.keys, (10, 11), strict=True):
        listed = {raw.key for raw in every_object(world.bench.objects, world.env[BUCKET])}
        found = rows(world)
        assert found.keys() == listed and len(listed) >= least, listed
        assert {key: row.outcome for key, row in found.items()} == {
            key: "accepted" if sender_of(key) else "rejected" for key in listed}
        assert found[GOOD].outcome == "accepted"
        people = Counter((row.campaign, row.submitter) for row in found.values() if row.submitter)
        assert people.keys() == {("demo", "kim"), ("demo", "김하늘"), ("봄행사", "이")}
        assert (people["demo", "김하늘"], people["봄행사", "이"]) == (2, 2)
        assert world.flow("ingest").nothing_new


def the_whole_box(cases: Cases, _name: str) -> None:
    """Four corners in the order of a Z are the box that they span."""
    here = cases.answers
    if image := here.accepted.get(here.images["bow_tie"]):
        [region] = image.regions
        assert area(region.polygon) == pytest.approx(0.5 * 640 * 0.1 * 480, rel=0.01)
    else:
        assert here.images["bow_tie"] in here.looks


def has_no_text(cases: Cases, _name: str) -> None:
    here = cases.answers
    assert here.images["invisible_text"] not in here.accepted
    assert "no text" in here.looks[here.images["invisible_text"]]


def is_named_and_the_rest_collected(cases: Cases, _name: str) -> None:
    here = cases.answers
    assert here.posted["lone_surrogate"] == 500
    project = project_of(here.lab.bench, here.lab.bench.annotation_config)
    told = f"/projects/{project.number}/data cannot be read"
    assert any(note.startswith(f"Task {here.tasks['lone_surrogate']} of ") and told in note for note in here.report.notes)
    assert here.images["good"] in here.accepted


def they_agree(cases: Cases, _name: str) -> None:
    image, report = cases.answers.pair
    assert (report.counts["agreed"], report.counts["to a second look"]) == (1, 0)
    [region] = accepted(cases.answers.lab.bench.ledger, "scene_text")[image].regions
    assert region.text == normalise(region.text) == "서울 역"


def days_are_the_campaigns(cases: Cases, name: str) -> None:
    world = cases._world("campaign")
    folder = cases._folder / "campaigns"
    folder.mkdir()
    (folder / name).write_bytes((CASES / name).read_bytes())
    world.env["SAEGIM_CAMPAIGNS"] = str(folder)
    images = fill(world.bench.ledger, "m", 2, regions=1, seed="zone")
    sent = {"early": datetime(2026, 10, 31, 15, 30, tzinfo=UTC), "late": datetime(2026, 11, 30, 20, 0, tzinfo=UTC)}
    with world.bench.ledger.write() as connection:
        for image, (submitter, at) in zip(images, sent.items(), strict=True):
            connection.execute(update(submissions).where(submissions.c.image_id == image).values(
                campaign="tzcamp", submitter=submitter, sent_at=at, outcome=Outcome.ACCEPTED))
    [standing] = world.flow("score").standings["tzcamp"].people
    assert (standing.submitter, standing.points) == ("early", 10)


RIGHT: dict[str, Callable[[Cases, str], None]] = {
    "jpg_sos_samsung.jpg": taken,
    "jpg_extra_bytes_before_dqt.jpg": taken,
    "png_exif_bad.png": taken,
    "png_rawexif_bad_hex.png": taken,
    "png_ztxt_2mb.png": taken,
    "png_itxt_xmp_2mb.png": taken,
    "png_text_bad_crc.png": taken,
    "jpg_xmp_orientation_only.jpg": not_turned,
    "heic_exif6_no_irot.heic": turned_once,
    "heic_exif6_irot.heic": turned_once,
    "heic_pq_2020_10bit.heic": as_bright_as_paper,
    "tif_thumbnail_page.tif": taken,
    "long_capture_576x7000.png": all_lines_once,
    "long_capture_720x9000.png": all_lines_once,
    "keys.json": each_key_has_an_outcome,
    "annotation_bow_tie.json": the_whole_box,
    "annotation_invisible_text.json": has_no_text,
    "annotation_pair_zero_width.json": they_agree,
    "annotation_lone_surrogate.json": is_named_and_the_rest_collected,
    "campaign_time_zone.yaml": days_are_the_campaigns,
}
"""The right outcome of each case."""


@pytest.mark.parametrize("name", FILES)
def test_the_outcome_of_each_case(cases: Cases, name: str) -> None:
    RIGHT[name](cases, name)


def test_each_outcome_has_its_case() -> None:
    assert set(FILES) == RIGHT.keys()
