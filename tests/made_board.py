"""A board with people, photographs and points, written straight into the ledger of a portal in this process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from datastore.ledger import Ledger, boards
from datastore.ledger.tables import images, participants, point_entries, submissions
from schemas.board import Board, BoardState, PhotographStanding, RulePoints, Standing
from schemas.points import PHOTOGRAPH, PointReason
from tests.portal import CAMPAIGN

WHEN = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)


def person(rank: int, name: str, points: int, final: int = 0, to_next: int = 12, to_prize: int = 40,
           disqualified: bool = False) -> Standing:
    """A line of a board."""
    return Standing(rank, name, points, final, max(1, points // 15), 0 if rank == 1 else to_next, 0 if rank <= 3 else to_prize,
                    disqualified)


def add_people(ledger: Ledger, people: Sequence[tuple[str, str | None, bool]]) -> None:
    """Writes participants: name, nickname, whether hidden."""
    with ledger.write() as connection:
        connection.execute(insert(participants), [
            {"campaign": CAMPAIGN, "submitter": name, "nickname": nickname, "hidden": hidden, "consent_version": 1,
             "consented_at": WHEN} for name, nickname, hidden in people])


def add_photograph(ledger: Ledger, submission_id: str, submitter: str, outcome: str = "accepted") -> str:
    """Writes a submission with an image; returns the image's id."""
    image = (submission_id * 8)[:64]
    with ledger.write() as connection:
        connection.execute(insert(images), [{
            "image_id": image, "number": int(submission_id[:15], 16), "media_type": "image/jpeg", "width": 640, "height": 480,
            "bytes": 1000, "pixels_id": image, "cluster_id": image, "represents": True, "encoder": "made"}])
        connection.execute(insert(submissions), [{
            "submission_id": submission_id, "bucket": "raw", "key": f"{CAMPAIGN}/{submitter}/{submission_id}.jpg", "version": "1",
            "size": 1000, "sent_at": WHEN - timedelta(hours=2), "campaign": CAMPAIGN, "submitter": submitter, "claims": [],
            "outcome": outcome, "image_id": image}])
    return image


def add_board(ledger: Ledger, people: Sequence[Standing], photographs: Sequence[PhotographStanding] = (),
              state: BoardState = BoardState.OPEN, next_at: datetime | None = None) -> None:
    """Writes a board; what is needed of ``by_rule`` is made up."""
    rules = (RulePoints(PHOTOGRAPH, 31_240, 3_124), RulePoints("vertical", 4_210, 842), RulePoints("handwritten", 1_500, 300),
             RulePoints("curved", 321, 107)) if people else ()
    made = Board(CAMPAIGN, 0, WHEN, state, tuple(people), tuple(photographs), rules, next_at)
    with ledger.write() as connection:
        boards.add_board(connection, made)


def add_entry(ledger: Ledger, number: int, submitter: str, submission_id: str, reason: PointReason, provisional: int = 0,
              final: int = 0, rule: str = PHOTOGRAPH, detail: str = "", version: int = 1) -> None:
    """Writes one change of points."""
    with ledger.write() as connection:
        connection.execute(insert(point_entries), [{
            "number": number, "campaign": CAMPAIGN, "submitter": submitter, "submission_id": submission_id, "rule": rule,
            "provisional": provisional, "final": final, "reason": reason, "detail": detail, "version": version,
            "at": WHEN + timedelta(minutes=number)}])
