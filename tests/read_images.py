"""Images that a model has read, put straight into a ledger: what label needs, without pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import insert

from datastore.ledger import Ledger, model_runs, readings
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import images, submissions
from schemas.ids import digest, region_id
from schemas.reading import Attributes, Direction, Language, Reading, Region, Unit
from schemas.submission import Outcome

READER = "model:made@1"
RUN = "made-run"
WIDTH, HEIGHT = 1600, 1200
WORDS = ("서울특별시", "출입금지", "EXIT 3", "02-123-4567", "주차장", "Coffee & Bread", "김밥천국", "2026년 11월")


def made_reading(image_id: str, regions: int, score: float = 0.9) -> Reading:
    """What a model could have read: a grid of lines."""
    found = []
    for index in range(regions):
        left, top = 40 + index % 5 * 300, 30 + index // 5 * 55
        polygon = ((left, top), (left + 260, top), (left + 260, top + 40), (left, top + 40))
        direction = Direction.VERTICAL if index % 9 == 8 else Direction.HORIZONTAL
        found.append(Region(region_id(image_id, READER, RUN, index), tuple((float(x), float(y)) for x, y in polygon),
                            WORDS[index % len(WORDS)], Attributes(direction, language=Language.MIXED), score))
    return Reading(image_id, READER, RUN, 0, Unit.LINE, WIDTH, HEIGHT, tuple(found))


def fill(ledger: Ledger, model: str, count: int, regions: int = 15, seed: str = "",
         size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[str]:
    """Accepted images with a reading each, made known as ``model``'s; returns the images' ids."""
    ids = [digest("made image", seed, str(number)) for number in range(count)]
    with ledger.write() as connection:
        for chunk in in_chunks(ids):
            connection.execute(insert(images), [
                {"image_id": name, "number": int(name[:15], 16), "media_type": "image/jpeg", "width": size[0], "height": size[1],
                 "bytes": 1, "pixels_id": name, "cluster_id": name, "represents": True, "encoder": "made"} for name in chunk])
            connection.execute(insert(submissions), [
                {"submission_id": name[:32], "bucket": "raw", "key": f"made/kim/{name[:8]}.jpg", "version": name[:8], "size": 1,
                 "sent_at": datetime.now(UTC), "campaign": "made", "submitter": f"kim{int(name[:2], 16) % 7}", "claims": [],
                 "outcome": Outcome.ACCEPTED, "image_id": name} for name in chunk])
            readings.add_readings(connection, [replace(item, width=size[0], height=size[1]) for item in _varied(chunk, regions)])
    model_runs.set_model_run(ledger, model, READER, RUN, {})
    return ids


def _varied(image_ids: Sequence[str], regions: int) -> list[Reading]:
    return [made_reading(name, regions, round(0.5 + int(name[:4], 16) / 0x20000, 3)) for name in image_ids]
