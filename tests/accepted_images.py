"""Images with an accepted reading, put straight into a ledger and a bucket: what a release is made of, without the way there."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import insert, update

from apps.demo.contact_sheet import hangul_font
from datastore.ledger import readings
from datastore.ledger.tables import images, submissions
from datastore.ledger.word_index import WordIndex
from schemas.ids import region_id, sha256
from schemas.reading import Attributes, Direction, Language, Reading, Region, Unit
from schemas.submission import Outcome, image_key
from stages.ingest.words import small
from stages.ingest.words import words as words_of
from workbench.bench import Workbench

SIZE = (320, 240)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """One image that was put there, with its accepted reading."""

    image_id: str
    reading: Reading
    data: bytes


def drawn(words: Sequence[str], seed: int = 0) -> bytes:
    """A small photograph of some words, one below the other, that no other seed has."""
    generator = np.random.default_rng(seed)
    pixels = generator.integers(190, 256, (SIZE[1] // 8, SIZE[0] // 8, 3), dtype=np.uint8)
    image = Image.fromarray(pixels).resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    font: ImageFont.FreeTypeFont = hangul_font(28)
    for line, word in enumerate(words):
        draw.text((12 + int(generator.integers(0, 40)), 10 + 55 * line), word, fill="black", font=font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def recompressed(data: bytes, quality: int) -> bytes:
    """A picture that was saved again as JPEG."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def read(image_id: str, words: Sequence[str], revision: int = 1, person: str = "kim", vertical: bool = False) -> Reading:
    """What a person could have read on it."""
    regions = []
    for line, word in enumerate(words):
        top = 8.0 + 55 * line
        polygon = ((8.0, top), (300.0, top), (300.0, top + 45), (8.0, top + 45))
        attributes = Attributes(Direction.VERTICAL if vertical else Direction.HORIZONTAL, language=Language.KO)
        regions.append(Region(region_id(image_id, "model:m@1", "r", line), polygon, word, attributes))
    return Reading(image_id, f"person:{person}", "scene_text@1", revision, Unit.LINE, *SIZE, tuple(regions))


def put(bench: Workbench, seed: int, *, words: Sequence[str] | None = None, data: bytes | None = None, submitter: str = "",
        minutes: float | None = None, cluster: str | None = None, vertical: bool = False) -> Made:
    """One accepted submission with an image and an accepted reading of it.

    Args:
        bench: where.
        seed: of the picture; by default each has a submitter of its own and lies a day after the one before.
        words: on it.
        data: other bytes as its canonical image.
        submitter: whose.
        minutes: when it was sent, after ``START``.
        cluster: of its near duplicates.
        vertical: how its lines run.
    """
    words = words or [f"간판 {seed}", f"출구 {seed * 7 % 100}", f"Café № {seed}"]
    data = data or drawn(words, seed)
    name = sha256(data)
    reading = read(name, words, vertical=vertical)
    with Image.open(io.BytesIO(data)) as image:
        grey = np.asarray(image.convert("L"))
    bench.objects.put(bench.settings.bucket_images, image_key(name, "image/jpeg"), data, "image/jpeg")
    with bench.ledger.write() as connection:
        connection.execute(insert(images).values(
            image_id=name, number=int(name[:15], 16), media_type="image/jpeg", width=SIZE[0], height=SIZE[1], bytes=len(data),
            pixels_id=name, cluster_id=cluster or name, represents=cluster is None, encoder="made"))
        connection.execute(insert(submissions).values(
            submission_id=name[:32], bucket="raw", key=f"demo/{submitter or f'사람{seed}'}/{name[:8]}.jpg", version="1", size=1,
            sent_at=START + timedelta(minutes=1440 * seed if minutes is None else minutes), campaign="demo",
            submitter=submitter or f"사람{seed}", claims=[], outcome=Outcome.ACCEPTED, image_id=name, own_image_id=name,
            found="cluster" if cluster else "distinct", found_image_id=cluster))
        readings.add_readings(connection, [reading])
        readings.accept(connection, "scene_text", reading)
        index = WordIndex()
        index.add(int(name[:15], 16), words_of(small(grey)))
        index.flush(connection)
    return Made(name, reading, data)


def relabel(bench: Workbench, made: Made, words: Sequence[str], person: str = "lee") -> None:
    """Another person's reading is accepted in its place."""
    reading = read(made.image_id, words, revision=2, person=person)
    with bench.ledger.write() as connection:
        readings.add_readings(connection, [reading])
        readings.accept(connection, "scene_text", reading)


def withdraw(bench: Workbench, made: Made, outcome: Outcome = Outcome.WITHDRAWN) -> None:
    """Its submission gets another outcome."""
    with bench.ledger.write() as connection:
        connection.execute(update(submissions).where(submissions.c.image_id == made.image_id).values(outcome=outcome))
