"""Images that people have labelled, put straight into a workbench: distinct JPEGs with lines as on real receipts and pages."""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pysqlite3.dbapi2 as sqlite3
import simplejpeg
from more_itertools import chunked
from numpy.typing import NDArray
from rich.progress import track
from sqlalchemy import Connection, insert

from benchmarks.written_lines import all_lines, edited, language
from datastore.ledger import readings
from datastore.ledger.tables import accepted_readings, agreements, images, submissions
from datastore.ledger.word_index import KEPT
from saegim.manifest import Manifest
from schemas.ids import region_id, sha256
from schemas.labelling import AgreementKind
from schemas.reading import Attributes, Direction, Reading, Region, Unit
from schemas.recipes.dataset import Dataset
from schemas.submission import Outcome, image_key
from workbench.bench import Workbench
from workbench.export.plan import next_release
from workbench.export.publish import publish
from workbench.export.recipes import load_dataset

CONFIG, RUN = "scene_text", "scene_text@1"
PEOPLE = ("kim@example.org", "lee@example.org", "park@example.org", "choi@example.org")
CAMPAIGNS = ("spring", "summer", "autumn")
SUBMITTERS = 2000
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BURST = 3
"""Photographs that one submitter takes within minutes."""
READ_TWICE, IN_A_CLUSTER = 10, 50
"""One image in so many is read by two people, or is of the same thing as the one before."""
BATCH, STEP = 2000, 1_000_000
WORDS = 2**24
"""Different gate words. With 48 an image that makes 70 million pairs of a million images that share one; ingest counted 60."""


@dataclass(frozen=True)
class Picture:
    """An encoded picture and its size in pixels."""

    data: bytes
    width: int
    height: int

    @functools.cached_property
    def image_id(self) -> str:
        """Its content's."""
        return sha256(self.data)


def large_picture(number: int) -> Picture:
    """A JPEG of 200 kB that no other number has: noise, coarse and fine, so that nothing packs it further."""
    pixels = np.roll(_noise(number % 8), (number * 37 % 768, number * 101 % 1024), (0, 1)).copy()
    pixels[:16, :16] = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
    return Picture(bytes(simplejpeg.encode_jpeg(pixels, 75)), 1024, 768)


def small_picture(number: int) -> Picture:
    """A JPEG of one kilobyte that no other number has."""
    coarse = np.random.default_rng(number).integers(0, 256, (8, 10), np.uint8)
    grey = cv2.resize(coarse, (96, 72), interpolation=cv2.INTER_CUBIC)
    return Picture(bytes(simplejpeg.encode_jpeg(grey[:, :, None], 40, "GRAY")), 96, 72)


def fill(bench: Workbench, numbers: range, picture: Callable[[int], Picture], regions: int) -> list[str]:
    """Puts images with accepted readings of so many regions into the bucket and the ledger; returns their ids.

    Submitters send bursts, every tenth image was read by two people, every fiftieth is in a cluster with another.
    """
    ids: list[str] = []
    for batch in track(list(chunked(numbers, BATCH)), f"{len(numbers):,} images", transient=True):
        made = [picture(number) for number in batch]
        bench.objects.put_many(bench.settings.bucket_images,
                               ((image_key(item.image_id, "image/jpeg"), item.data, "image/jpeg") for item in made))
        with bench.ledger.write() as connection:
            connection.exec_driver_sql("PRAGMA cache_size=-1000000")
            _insert(connection, batch, made, regions)
        ids += [item.image_id for item in made]
    return ids


def index(path: Path, image_ids: Sequence[str], seed: int) -> None:
    """Gives images as many gate words as ingest keeps, drawn at random; a few pairs share enough of them to be looked at.

    Args:
        path: of the ledger, SQLite.
        image_ids: that are not in the index yet.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    words = rng.integers(0, WORDS, len(image_ids) * KEPT) * 509
    numbers = np.repeat(np.array([int(name[:15], 16) for name in image_ids], np.int64), KEPT)
    order = np.argsort(words, kind="stable")
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("pragma synchronous=off")
        database.execute("pragma cache_size=-1000000")
        for start in track(range(0, len(order), STEP), f"gate words of {len(image_ids):,} images", transient=True):
            part = order[start:start + STEP]
            database.executemany("insert or ignore into gate_words values (?, ?)",
                                 zip(words[part].tolist(), numbers[part].tolist(), strict=True))


def relabel(bench: Workbench, image_ids: Sequence[str], picture: Callable[[int], Picture], numbers: Sequence[int],
            regions: int) -> None:
    """Somebody has gone over the readings of these images: a few of the regions are others, and it is accepted."""
    with bench.ledger.write() as connection:
        for name, number in zip(image_ids, numbers, strict=True):
            shape = picture(number)
            changed = reading(name, shape, regions, number, revision=2)
            readings.add_readings(connection, [changed])
            readings.accept(connection, CONFIG, changed)


def reading(image_id: str, picture: Picture, regions: int, number: int, *, revision: int = 1, person: int = 0) -> Reading:
    """What a person has read on a picture: so many lines in a row of the real ones, bent a little, with other letters.

    In a later revision every eighth region has another text and a corner elsewhere.
    """
    lines, chance = all_lines(), random.Random(number)
    first = number * 37 % len(lines)
    found = [lines[(first + place) % len(lines)] for place in range(regions)]
    corners = np.stack([corners for corners, _ in found]) * (picture.width, picture.height)
    noise = np.random.default_rng([number, person])
    heights = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)
    corners *= noise.uniform(0.93, 0.99, 2)
    corners += noise.normal(0, 0.05, corners.shape).clip(-0.1, 0.1) * heights[:, None, None]
    polygons = np.round(corners.clip(0, (picture.width, picture.height)), 2).tolist()
    made = []
    for place, (polygon, (_, text)) in enumerate(zip(polygons, found, strict=True)):
        text = edited(text, chance)
        if revision > 1 and place % 8 == number % 8:
            text = edited(text, random.Random(f"{number} {revision}"))
            polygon[2] = [round(polygon[2][0] - 0.05 * heights[place], 2), polygon[2][1]]
        made.append(Region(region_id(image_id, "model:m@1", "run", place), tuple(map(tuple, polygon)), text,
                           Attributes(Direction.HORIZONTAL, language=language(text))))
    return Reading(image_id, f"person:{PEOPLE[(number + person) % len(PEOPLE)]}", RUN, revision, Unit.LINE, picture.width,
                   picture.height, tuple(made))


def recipe(name: str) -> Dataset:
    """The recipe that Saegim comes with, under another name."""
    return load_dataset("scene-text").model_copy(update={"name": name})


def published(bench: Workbench, dataset: Dataset) -> Manifest:
    """The next release of a dataset."""
    manifest = publish(bench, next_release(bench, dataset))
    assert manifest, "nothing had changed"
    return manifest


def _insert(connection: Connection, numbers: Sequence[int], made: Sequence[Picture], regions: int) -> None:
    rows: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []
    first, second, agreed = [], [], []
    for place, (number, item) in enumerate(zip(numbers, made, strict=True)):
        name, of = item.image_id, made[place - 1].image_id if place and number % IN_A_CLUSTER == 0 else item.image_id
        rows.append({"image_id": name, "number": int(name[:15], 16), "media_type": "image/jpeg", "width": item.width,
                     "height": item.height, "bytes": len(item.data), "pixels_id": name, "cluster_id": of,
                     "represents": of == name, "encoder": "made"})
        burst, submitter = number // BURST, f"사람{number // BURST % SUBMITTERS}"
        at = START + timedelta(days=burst // SUBMITTERS, minutes=2 * (number % BURST), seconds=burst % SUBMITTERS)
        sent.append({"submission_id": name[:32], "bucket": "raw", "key": f"{CAMPAIGNS[burst % 3]}/{submitter}/{name[:16]}.jpg",
                     "version": "1", "size": len(item.data), "sent_at": at, "campaign": CAMPAIGNS[burst % 3],
                     "submitter": submitter, "claims": [], "raw_sha256": name, "outcome": Outcome.ACCEPTED, "image_id": name})
        first.append(reading(name, item, regions, number))
        if number % READ_TWICE == 0:
            second.append(reading(name, item, regions, number, person=1))
            one, other = sorted((first[-1].reading_id, second[-1].reading_id))
            agreed.append({"one": one, "other": other, "kind": AgreementKind.PAIR, "annotation_config": RUN, "image_id": name,
                           "regions": 0.9 + number % 100 / 1000, "cer": number % 70 / 1000, "attributes": 1.0, "agreed": True})
    connection.execute(insert(images), rows)
    connection.execute(insert(submissions), sent)
    readings.add_readings(connection, first + second)
    connection.execute(insert(accepted_readings), [
        {"image_id": item.image_id, "annotation_config": CONFIG, "reading_id": item.reading_id} for item in first])
    if agreed:
        connection.execute(insert(agreements), agreed)


@functools.cache
def _noise(seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.integers(0, 256, (48, 64, 3), np.uint8), (1024, 768), interpolation=cv2.INTER_CUBIC)
    return np.asarray((coarse + rng.normal(0, 6, coarse.shape)).clip(0, 255), np.uint8)
