"""A campaign in a ledger that anything may happen to: what counting its points has to keep up with, without pictures."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete, insert, update

from datastore.ledger import model_runs, participants, readings
from datastore.ledger.sql import upsert
from datastore.ledger.tables import flags, images, point_entries, submissions, uploads
from schemas.flags import FlagDecision, FlagKind
from schemas.ids import digest
from schemas.reading import Attributes, Direction, Reading, Region, Unit, Writing
from schemas.submission import Outcome
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from workbench.bench import DEFAULT_MODEL, Workbench
from workbench.score import count_points
from workbench.settings import Settings

START = datetime(2026, 11, 2, 3, tzinfo=UTC)
"""Noon in Seoul on the second day of the campaign."""
FILE: dict[str, Any] = {
    "name": "가을", "title": "가을 사진전", "first_day": "2026-11-01", "last_day": "2026-11-30", "points": 10,
    "categories": {"handwritten": {"points": 14, "cap": 2}, "vertical": {"points": 8}},
    "bonus": {"vertical": 5, "curved": 3}, "caps": {"day": 4, "burst": {"photographs": 3, "seconds": 90}}, "duplicate_points": 1}
REGIONS = {
    "vertical": Attributes(Direction.VERTICAL), "handwritten": Attributes(writing=Writing.HANDWRITTEN),
    "curved": Attributes(Direction.CURVED), "plain": Attributes()}
"""Attributes of a region of each slice."""
SHAPE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
Sums = dict[tuple[str, str], tuple[int, int]]
"""Provisional and final points by submission and rule."""


class PointsWorld:
    """One campaign: photographs are numbers, people are names.

    Args:
        folder: empty; for the ledger and the campaign's file.
    """

    def __init__(self, folder: Path) -> None:
        settings = Settings(ledger_url=f"sqlite:///{folder / 'ledger.db'}", campaigns=folder / "campaigns",
                            slices=folder / "slices.yaml")
        self.ledger = empty_ledger(settings.ledger)
        self.bench = Workbench(settings)
        self.bench.objects = InMemory(settings)
        self.file = {**FILE}
        self.now = START
        self.revision = 0
        settings.campaigns.mkdir()
        self.write_rules()
        model_runs.set_model_run(self.ledger, DEFAULT_MODEL, "model:m@1", "now", {})

    def write_rules(self, **changed: Any) -> None:
        """The campaign's file says something else from now on."""
        self.file.update(changed)
        text = yaml.safe_dump(self.file, allow_unicode=True)
        (self.bench.settings.campaigns / "autumn.yaml").write_text(text, encoding="utf-8")

    def score(self) -> Counter[str]:
        """Counts points; returns how many entries, rules and boards are new."""
        report = count_points(self.bench, now=self.now)
        assert not report.failed
        return Counter({"entries": report.entries, "rules": report.rules, "boards": report.boards})

    def pass_time(self, minutes: float) -> None:
        """What happens next happens later."""
        self.now += timedelta(minutes=minutes)

    def send(self, number: int, submitter: str, outcome: Outcome = Outcome.ACCEPTED, duplicate_of: int | None = None) -> None:
        """A photograph arrives, and ingest settles it."""
        image = self.image(number)
        with self.ledger.write() as connection:
            connection.execute(insert(images).values(
                image_id=image, number=number, media_type="image/jpeg", width=9, height=9, bytes=1, pixels_id=image,
                cluster_id=image, represents=True, encoder="made"))
            connection.execute(insert(submissions).values(
                submission_id=self.name(number), bucket="raw", key=self.key(number, submitter), version="1", size=1,
                sent_at=self.now, campaign="가을", submitter=submitter, claims={}, outcome=outcome,
                image_id=self.image(number if duplicate_of is None else duplicate_of),
                reason="blank" if outcome is Outcome.REJECTED else None,
                duplicate_of=None if duplicate_of is None else self.name(duplicate_of)))

    def settle(self, number: int, outcome: Outcome) -> None:
        """A submission has another outcome."""
        self._set(submissions.c.submission_id == self.name(number), submissions, outcome=outcome)

    def claim(self, number: int, submitter: str, *slices: str) -> None:
        """Its sender says what it shows; no slices take it back."""
        with self.ledger.write() as connection:
            upsert(connection, uploads, {
                "key": self.key(number, submitter), "campaign": "가을", "submitter": submitter, "client_id": str(number),
                "file_name": "사진.jpg", "media_type": "image/jpeg", "size": 1, "categories": list(slices), "from_demo": False,
                "issued_at": self.now})

    def suggest(self, number: int, *slices: str, run: str = "now") -> None:
        """A model reads it."""
        self._read(number, "model:m@1", run, 0, slices)

    def accept(self, number: int, *slices: str) -> None:
        """People read it, and the reading is accepted."""
        self.revision += 1
        reading = self._read(number, "person:kim", "scene_text@1", self.revision, slices)
        with self.ledger.write() as connection:
            readings.accept(connection, "scene_text", reading)

    def unaccept(self, number: int) -> None:
        """It has no accepted reading any more."""
        with self.ledger.write() as connection:
            readings.unaccept(connection, "scene_text", self.image(number))

    def flag(self, number: int, decision: FlagDecision | None = None, because: str = "화면을 찍은 사진") -> None:
        """It looks unfair, or a manager has decided of it."""
        with self.ledger.write() as connection:
            upsert(connection, flags, {
                "submission_id": self.name(number), "kind": FlagKind.SCREEN, "campaign": "가을", "detail": "격자",
                "found_at": self.now, "decision": decision, "because": because if decision else None})

    def disqualify(self, submitter: str, because: str = "남의 사진") -> None:
        """Somebody may not win."""
        participants.disqualify(self.ledger, "가을", submitter, because, self.now)

    def reinstate(self, submitter: str) -> None:
        """They may again."""
        participants.reinstate(self.ledger, "가을", submitter)

    def forget(self, number: int) -> None:
        """Its row is gone."""
        with self.ledger.write() as connection:
            connection.execute(delete(submissions).where(submissions.c.submission_id == self.name(number)))

    def forget_points(self) -> None:
        """Nobody has ever counted points."""
        with self.ledger.write() as connection:
            connection.execute(delete(point_entries))

    def sums(self) -> Sums:
        """Points that are not 0, as the entries say."""
        found: dict[tuple[str, str], list[int]] = {}
        with self.ledger.read() as connection:
            for row in connection.execute(point_entries.select()):
                both = found.setdefault((row.submission_id, row.rule), [0, 0])
                both[0] += row.provisional
                both[1] += row.final
        return {place: (one, other) for place, (one, other) in found.items() if one or other}

    @staticmethod
    def name(number: int) -> str:
        """Id of a submission."""
        return f"{number:032}"

    @staticmethod
    def image(number: int) -> str:
        """Id of its image."""
        return digest("points world", str(number))

    @staticmethod
    def key(number: int, submitter: str) -> str:
        """Its key in the bucket."""
        return f"가을/{submitter}/{number}.jpg"

    def _read(self, number: int, reader: str, run: str, revision: int, slices: tuple[str, ...]) -> Reading:
        regions = tuple(Region(str(place), SHAPE, "글", REGIONS[name]) for place, name in enumerate(slices))
        reading = Reading(self.image(number), reader, run, revision, Unit.LINE, 9, 9, regions)
        with self.ledger.write() as connection:
            readings.add_readings(connection, [reading])
        return reading

    def _set(self, where: Any, table: Any, **values: Any) -> None:
        with self.ledger.write() as connection:
            connection.execute(update(table).where(where).values(**values))
