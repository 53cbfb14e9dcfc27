"""A ledger of any size as a week on the stack leaves it, put there straight: what questions to it cost, without pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from datastore.ledger import Ledger
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import (
    accepted_readings,
    accounts,
    agreements,
    annotations,
    arrivals,
    audit,
    boards,
    campaign_versions,
    comparisons,
    flags,
    gate_words,
    gold,
    holds,
    images,
    imported,
    participants,
    point_entries,
    projects,
    readings,
    second_looks,
    submissions,
    tasks,
    uploads,
    without_words,
)
from schemas.accounts import Act, Role
from schemas.flags import FlagKind
from schemas.ids import digest
from schemas.labelling import AgreementKind, Side
from schemas.points import PHOTOGRAPH, PointReason
from schemas.submission import CATEGORIES, Outcome, Reason, Verdict

MODEL, RUN, OTHER_RUN = "model:made@1", "made-run", "older-run"
KIM, LEE = "person:kim@example.org", "person:lee@example.org"
CONFIG, CAMPAIGNS = "scene_text", ("spring", "summer")
PROJECTS = {Side.A: "key-a", Side.B: "key-b", Side.SECOND_LOOK: "key-second"}
"""Keys of the projects."""
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
REGIONS = ('[{"attributes":{"checked":null,"direction":"vertical","effects":[],"kind":"text","language":"ko","legible":true,'
           '"writing":"printed"},"polygon":[[0,0],[90,0],[90,30],[0,30]],"recogniser":null,"region_id":"a","replaces":null,'
           '"score":0.9,"text":"출입금지"}]')
BROKEN: dict[str, Any] = {"claims": {}, "raw_sha256": None, "outcome": "quarantined", "trace": "t", "thumbnail": None,
                          "rejection": None, "image": None}
"""What a decoder found of an arrival that could not be read."""
ROWS = 5000


@dataclass(frozen=True)
class Made:
    """One image and what became of it, by its number.

    Of a hundred images 60 were read by the model in use, 20 have a task, 16 were answered, 10 have an accepted reading.
    """

    number: int

    @property
    def image_id(self) -> str:
        """Its id."""
        return digest("filled", str(self.number))

    @property
    def submission_id(self) -> str:
        """Of the submission that it stands on."""
        return self.image_id[:32]

    @property
    def campaign(self) -> str:
        """That it was sent to."""
        return CAMPAIGNS[self.number % len(CAMPAIGNS)]

    @property
    def submitter(self) -> str:
        """Who sent it."""
        return f"사람{self.number // 3 % 500}"

    @property
    def sent_at(self) -> datetime:
        """When it was sent: by threes at once."""
        return START + timedelta(seconds=self.number // 3)

    def is_one_of(self, share: int, first: int = 0) -> bool:
        """Whether it is among so many of a hundred, evenly spread."""
        return first <= self.number * 37 % 100 < first + share

    def reading_id(self, reader: str) -> str:
        """Of a reading of it."""
        return digest("filled", reader, self.image_id, length=32)


def fill(ledger: Ledger, count: int) -> list[Made]:
    """Puts so many images with all that belongs to them into an empty ledger; returns them."""
    made = [Made(number) for number in range(count)]
    with ledger.write() as connection:
        connection.execute(insert(projects), [
            {"key": key, "annotation_config": CONFIG, "config_version": 1, "side": side, "project_id": number, "deleted": False}
            for number, (side, key) in enumerate(PROJECTS.items(), 1)])
    for some in in_chunks(made, ROWS):
        with ledger.write() as connection:
            for table, rows in _rows(some):
                if rows:
                    connection.execute(insert(table), rows)
    return made


def _rows(made: Sequence[Made]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    yield images, [
        {"image_id": item.image_id, "number": int(item.image_id[:15], 16), "media_type": "image/jpeg", "width": 1600,
         "height": 1200, "bytes": 1, "pixels_id": digest("pixels", item.image_id), "represents": True, "encoder": "made",
         "cluster_id": Made(item.number - 1).image_id if item.is_one_of(2) and item.number else item.image_id} for item in made]
    yield submissions, [_submission(item) for item in made]
    yield submissions, [
        {**_submission(item), "submission_id": digest("again", item.image_id, length=32), "key": f"again/{item.submission_id}",
         "outcome": Outcome.DUPLICATE, "duplicate_of": item.submission_id, "reason": None}
        for item in made if item.is_one_of(5, 40)]
    yield imported, [
        {"key": _submission(item)["key"], "source": "public/made", "name": "사진.jpg", "raw_sha256": "r", "split": "",
         "part_of": "", "unit": "line", "conditions": [], "width": 9, "height": 9, "regions": REGIONS, "digest": "d",
         "settled_at": item.sent_at, "reading_id": item.reading_id("source:public/made")}
        for item in made if item.is_one_of(10, 70)]
    yield comparisons, [
        {"submission_id": item.submission_id, "image_id": Made(item.number - 1).image_id, "picture_key": "p",
         "verdict": Verdict.REVIEW if item.is_one_of(1) else Verdict.CLUSTER, "figures": {"tiles": 0.9}}
        for item in made if item.is_one_of(2) and item.number]
    yield gate_words, [{"word": int(item.image_id[15 + place:29 + place], 16), "image": int(item.image_id[:15], 16)}
                       for item in made for place in range(4)]
    yield without_words, [{"number": int(item.image_id[:15], 16), "missing": item.is_one_of(3)}
                          for item in made if item.is_one_of(30)]
    yield arrivals, [
        {"submission_id": digest("waits", item.image_id, length=32), "bucket": "raw", "key": f"waits/{item.number}",
         "version": "1", "size": 1, "sent_at": item.sent_at, "decoded": BROKEN if item.is_one_of(1, 90) else None}
        for item in made if item.is_one_of(2, 90)]
    for reader, run, revision, share in ((MODEL, RUN, 0, 60), ("model:made@0", OTHER_RUN, 0, 30), (KIM, f"{CONFIG}@1", 1, 16),
                                         (LEE, f"{CONFIG}@1", 1, 4)):
        yield readings, [
            {"reading_id": item.reading_id(reader), "image_id": item.image_id, "reader": reader, "run": run, "revision": revision,
             "unit": "line", "width": 1600, "height": 1200, "regions": REGIONS, "image_kind": "scene", "conditions": [],
             "summary": {"regions": 1, "uncertainty": item.number % 97 / 97, "slices": ["horizontal"]}}
            for item in made if item.is_one_of(share)]
    for person, side, share in ((KIM, Side.A, 16), (LEE, Side.B, 4)):
        yield tasks, [
            {"project": PROJECTS[side], "subject": item.image_id, "config_version": 1, "image_id": item.image_id,
             "taken_by": CONFIG, "shown": [item.reading_id(MODEL)], "place": item.number, "task_id": item.number,
             "collected_at": item.sent_at if item.is_one_of(share) else None} for item in made if item.is_one_of(share + 4)]
        yield annotations, [
            {"annotation_id": 2 * item.number + (side is Side.B), "revision": 1_770_000_000_000 + item.number,
             "project": PROJECTS[side], "task_id": item.number, "subject": item.image_id, "image_id": item.image_id,
             "reader": person, "reading_id": item.reading_id(person), "skipped": False, "lead_time": 9.0, "deleted": False}
            for item in made if item.is_one_of(share)]
    yield agreements, [
        {"one": item.reading_id(KIM), "other": item.reading_id(LEE), "kind": AgreementKind.PAIR,
         "annotation_config": f"{CONFIG}@1", "image_id": item.image_id, "regions": 0.9, "cer": 0.02, "attributes": 1.0,
         "agreed": True} for item in made if item.is_one_of(4)]
    yield accepted_readings, [
        {"image_id": item.image_id, "annotation_config": CONFIG, "reading_id": item.reading_id(KIM)}
        for item in made if item.is_one_of(10)]
    yield gold, [{"image_id": item.image_id, "annotation_config": CONFIG} for item in made if item.is_one_of(1, 8)]
    yield second_looks, [{"image_id": item.image_id, "annotation_config": CONFIG, "reason": "", "shown": []}
                         for item in made if item.is_one_of(1, 9)]
    yield holds, [{"image_id": item.image_id, "reason": "a face"} for item in made if item.number % 1000 == 7]
    yield from _of_campaigns(made)


def _of_campaigns(made: Sequence[Made]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Points of half of the photographs, in two entries each, and what the portal knows of those who sent them."""
    yield point_entries, [
        {"number": 2 * item.number + later + 1, "campaign": item.campaign, "submitter": item.submitter,
         "submission_id": item.submission_id, "rule": PHOTOGRAPH if later else "vertical", "provisional": 10, "final": 0,
         "reason": PointReason.ACCEPTED if later else PointReason.SUGGESTED, "detail": "", "version": 1, "at": item.sent_at}
        for item in made if item.is_one_of(50) for later in (False, True)]
    yield uploads, [
        {"key": _submission(item)["key"], "campaign": item.campaign, "submitter": item.submitter, "client_id": item.submission_id,
         "file_name": "사진.jpg", "media_type": "image/jpeg", "size": 1, "categories": ["vertical"], "from_demo": False,
         "issued_at": item.sent_at, "arrived_at": item.sent_at} for item in made if item.is_one_of(50)]
    yield flags, [
        {"submission_id": item.submission_id, "kind": FlagKind.SCREEN, "campaign": item.campaign, "detail": "made",
         "found_at": item.sent_at, "decision": None} for item in made if item.is_one_of(1, 60)]
    yield audit, [
        {"number": item.number + 1, "at": item.sent_at, "who": item.submitter, "role": Role.SUBMITTER, "act": Act.JOINED,
         "campaign": item.campaign, "subject": item.submitter, "detail": ""} for item in made if item.is_one_of(3)]
    if made[0].number:
        return
    people = [f"사람{number}" for number in range(500)]
    yield accounts, [{"name": name, "role": Role.SUBMITTER, "address": f"{number}@example.com", "created_at": START,
                      "sessions_from": START} for number, name in enumerate(people)]
    yield participants, [{"campaign": campaign, "submitter": name, "nickname": name, "hidden": False}
                         for campaign in CAMPAIGNS for name in people]
    yield campaign_versions, [{"campaign": campaign, "version": 1, "digest": "0", "rules": {"points": 10}, "from_at": START}
                              for campaign in CAMPAIGNS]
    yield boards, [{"campaign": campaign, "number": number, "made_at": START, "state": "open",
                    "board": {"people": [], "photographs": [], "by_rule": [], "next_at": None}}
                   for campaign in CAMPAIGNS for number in (1, 2)]


def _submission(item: Made) -> dict[str, Any]:
    outcome = (Outcome.HELD if item.is_one_of(1) else Outcome.REJECTED if item.is_one_of(1, 98) else
               Outcome.QUARANTINED if item.is_one_of(1, 99) else Outcome.ACCEPTED)
    return {"submission_id": item.submission_id, "bucket": "raw", "key": f"{item.campaign}/{item.submitter}/{item.number:07}.jpg",
            "version": "1", "size": 1, "sent_at": item.sent_at, "campaign": item.campaign, "submitter": item.submitter,
            "claims": {CATEGORIES: ""}, "raw_sha256": digest("raw", item.image_id), "outcome": outcome,
            "reason": Reason.NO_TEXT if outcome is Outcome.REJECTED else None, "detail": "made", "image_id": item.image_id,
            "own_image_id": item.image_id, "duplicate_of": None, "original": {"captured_at": None}}
