"""A ledger of images with accepted readings, and their bucket: what makes a release, and what keeps an image out of one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from PIL import Image
from sqlalchemy import Connection, Table, delete, insert, select, update

from datastore.ledger import Ledger, readings
from datastore.ledger.tables import accepted_readings, agreements, decisions, images, submissions
from datastore.ledger.word_index import WordIndex
from datastore.objects import ObjectStore
from schemas import labelling
from schemas.ids import digest, region_id, sha256
from schemas.reading import Attributes, Condition, Direction, Effect, ImageKind, Kind, Language, Reading, Region, Unit, Writing
from schemas.submission import Outcome, Said, image_key
from stages.ingest.words import small, words
from tests.accepted_images import SIZE, START, drawn, recompressed

MEDIA_TYPE = "image/jpeg"
CAMPAIGNS = ("demo", "봄 campaign", "summer", "made-apart")
TEXTS = ("서울역 3번 출구", "EXIT", "비상구", "2026. 11. 20", "Café № 7", "", "<b>떡볶이</b> | 4,500원", "출입금지 KEEP OUT")
PEOPLE = ("kim@example.org", "lee@example.org", "박민수")
BATCH = 500


@dataclass(frozen=True)
class Made:
    """One image and what became of it: all of it comes from its number."""

    number: int
    data: bytes
    original: str | None = None
    """Id of the image whose picture, saved again, this one is."""

    @property
    def image_id(self) -> str:
        return sha256(self.data)

    @property
    def cluster_id(self) -> str:
        """Every other edited picture was found to be of the same thing as its original."""
        return self.original if self.original and self.number % 100 == 30 else self.image_id

    @property
    def annotation_configs(self) -> tuple[str, ...]:
        """Under which its reading is accepted."""
        if self.number % 31 == 6:
            return ()
        if self.number % 41 == 8:
            return ("scene_text", "document")
        return ("document",) if self.number % 7 == 3 else ("scene_text",)

    @property
    def run(self) -> str:
        """Under which it was read."""
        return f"{'document' if self.number % 7 == 3 else 'scene_text'}@{1 + self.number % 2}"

    @property
    def campaign(self) -> str:
        return CAMPAIGNS[self.number // 3 % 7 % len(CAMPAIGNS)]

    @property
    def is_read_twice(self) -> bool:
        return self.number % 10 == 0

    def reading(self, person: int = 0) -> Reading:
        """What a person, or what several together, read on it."""
        number = self.number
        regions = tuple(self._region(place, person) for place in range(number % 5))
        name = PEOPLE[(number + person) % len(PEOPLE)]
        reader = f"merged:{digest('merged', self.image_id, length=16)}" if number % 17 == 5 else f"person:{name}"
        return Reading(self.image_id, reader, self.run, 1,
                       Unit.WORD if number % 97 == 50 else Unit.LINE, *SIZE, regions, tuple(ImageKind)[number % 11 == 4],
                       tuple(Condition)[:number % 9 % 5])

    def _region(self, place: int, person: int) -> Region:
        turn = self.number // 5 + place
        top, bend = 8.0 + 55 * place, round(turn % 13 / 7, 2)
        polygon = ((8.0, top), (300.25 - bend, top + bend), (300.0, top + 45.5), (8.0 + bend, top + 45.0))
        kind = tuple(Kind)[turn % 23 % 4] if turn % 23 < 4 else Kind.TEXT
        attributes = Attributes(
            tuple(Direction)[turn % 3], tuple(Writing)[turn % 4 == 1], tuple(sorted(tuple(Effect)[:turn % 5])),
            tuple(Language)[turn % 5], turn % 8 != 7, kind, bool(turn % 2) if kind is Kind.CHECKBOX else None)
        text = TEXTS[turn % len(TEXTS)] + (f" {turn % 101}" if turn % 2 else "")
        return Region(region_id(self.image_id, "model:m@1", "run", place), polygon, text + "!" * person, attributes,
                      replaces=digest("redrawn", text, length=10) if turn % 6 == 2 else None)


def fill(ledger: Ledger, objects: ObjectStore, bucket: str, numbers: Sequence[int]) -> list[str]:
    """Puts images with accepted readings into a ledger and a bucket: the same ones for the same numbers.

    There are edited copies, some of them in a cluster with their originals and some not, bursts, pairs of readers who agree
    and who do not, other units and other annotation configs than a recipe takes, and submissions that do not stand.

    Args:
        ledger: where; it has none of these numbers.
        objects: the object storage.
        bucket: of the canonical images.
        numbers: of the images, rising; neighbours are of one burst, or the one is a copy of the other.

    Returns:
        Ids of the images.
    """
    ids: list[str] = []
    for start in range(0, len(numbers), BATCH):
        made = _made(numbers[start:start + BATCH])
        objects.put_many(bucket, ((image_key(item.image_id, MEDIA_TYPE), item.data, MEDIA_TYPE) for item in made))
        with ledger.write() as connection:
            _write(connection, made)
        ids += [item.image_id for item in made]
    return ids


def change(ledger: Ledger) -> None:
    """What people do between two releases of any ledger, the same whenever it is done to the same one.

    Of the accepted readings one in nine is corrected, one in twenty-three taken back, the submission of one in twenty
    withdrawn, and the image of one in forty found to be of the same thing as another one.
    """
    with ledger.write() as connection:
        rows = connection.execute(select(accepted_readings).order_by(
            accepted_readings.c.image_id, accepted_readings.c.annotation_config)).all()
        known = readings.readings_by_id(connection, [row.reading_id for row in rows])
        for place, row in enumerate(rows):
            if place % 9 == 0:
                corrected = _corrected(known[row.reading_id])
                readings.add_readings(connection, [corrected])
                readings.accept(connection, row.annotation_config, corrected)
            elif place % 20 == 4:
                connection.execute(update(submissions).where(submissions.c.image_id == row.image_id).values(
                    outcome=Outcome.WITHDRAWN))
            elif place % 23 == 7:
                connection.execute(delete(accepted_readings).where(accepted_readings.c.image_id == row.image_id))
            elif place % 40 == 22:
                connection.execute(update(images).where(images.c.image_id == row.image_id).values(
                    cluster_id=rows[place - 1].image_id, represents=False))


def _corrected(reading: Reading) -> Reading:
    """Its first region has another text, its second another corner and other attributes, its last is gone, and one is new."""
    regions = list(reading.regions)
    if regions:
        regions[0] = replace(regions[0], text=f"{regions[0].text} 새로")
    if len(regions) > 1:
        polygon, attributes = regions[1].polygon, regions[1].attributes
        regions[1] = replace(regions[1], polygon=((polygon[0][0] + 1.5, polygon[0][1]), *polygon[1:]),
                             attributes=replace(attributes, legible=not attributes.legible))
    if len(regions) > 2:
        regions.pop()
    new = Region(digest("new", reading.image_id, length=10), ((2.0, 2.0), (30.0, 2.0), (30.0, 20.0), (2.0, 20.0)), "새 글자")
    return replace(reading, reader="person:choi@example.org", revision=reading.revision + 1, regions=(*regions, new))


def _made(numbers: Sequence[int]) -> list[Made]:
    made: list[Made] = []
    for number in numbers:
        if number % 50 == 30 and made and made[-1].number == number - 1:
            made.append(Made(number, recompressed(made[-1].data, 55), made[-1].image_id))
        else:
            made.append(Made(number, drawn([f"간판 {number}", f"EXIT {number * 7 % 100}"], number)))
    return made


def _write(connection: Connection, made: Sequence[Made]) -> None:
    twice = [item for item in made if item.is_read_twice]
    index = WordIndex()
    for item in made:
        with Image.open(io.BytesIO(item.data)) as picture:
            index.add(int(item.image_id[:15], 16), words(small(np.asarray(picture.convert("L")))))
    _insert(connection, images, [
        {"image_id": item.image_id, "number": int(item.image_id[:15], 16), "media_type": MEDIA_TYPE, "width": SIZE[0],
         "height": SIZE[1], "bytes": len(item.data), "pixels_id": item.image_id, "cluster_id": item.cluster_id,
         "represents": item.cluster_id == item.image_id, "encoder": "made"} for item in made])
    _insert(connection, submissions, [_submission(item) for item in made])
    _insert(connection, submissions, [_repeated(item, other) for item, other in zip(made[20::60], made[4::60], strict=False)])
    _insert(connection, decisions, [
        {"number": item.number, "kind": Said.SPLIT, "submission_id": item.image_id[:32]} for item in made
        if item.original and item.number % 200 == 80])
    index.flush(connection)
    readings.add_readings(connection, [item.reading() for item in made] + [item.reading(person=1) for item in twice])
    _insert(connection, accepted_readings, [
        {"image_id": item.image_id, "annotation_config": name, "reading_id": item.reading().reading_id}
        for item in made for name in item.annotation_configs])
    _insert(connection, agreements, [_agreement(item) for item in twice])


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _submission(item: Made) -> dict[str, object]:
    burst = item.number // 3
    captured_at = f"2026:03:{1 + burst % 28:02} 09:{item.number % 60:02}:00" if item.number % 2 else None
    submitter = f"사람{burst % 300}"
    return {"submission_id": item.image_id[:32], "bucket": "raw", "key": f"{item.campaign}/{submitter}/{item.number:06}.jpg",
            "version": "1", "size": len(item.data), "sent_at": START + timedelta(days=burst, minutes=2 * (item.number % 3)),
            "campaign": item.campaign, "submitter": submitter, "claims": [], "raw_sha256": item.image_id,
            "outcome": Outcome.WITHDRAWN if item.number % 50 == 13 else Outcome.ACCEPTED, "image_id": item.image_id,
            "own_image_id": item.image_id, "found": "cluster" if item.cluster_id != item.image_id else "distinct",
            "found_image_id": item.original if item.cluster_id != item.image_id else None,
            "original": {"captured_at": captured_at}}


def _repeated(item: Made, other: Made) -> dict[str, object]:
    """A submission of one image that somebody called a duplicate of another one."""
    return {**_submission(item), "submission_id": digest("repeated", item.image_id, length=32), "version": "2",
            "outcome": Outcome.DUPLICATE, "image_id": other.image_id, "duplicate_of": other.image_id[:32]}


def _agreement(item: Made) -> dict[str, object]:
    one, other = sorted(item.reading(person).reading_id for person in (0, 1))
    return {"one": one, "other": other, "kind": labelling.AgreementKind.PAIR, "image_id": item.image_id,
            "annotation_config": item.run, "regions": item.number % 90 / 100 + 0.1,
            "cer": item.number % 70 / 1000, "attributes": 1.0, "agreed": item.number % 3 > 0}
