"""What became of each photograph, as its sender and nobody else reads it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from datastore.ledger.flags import add_flags
from datastore.ledger.submissions import reject_textless
from datastore.ledger.tables import images, submissions, uploads
from schemas.flags import Flag, FlagDecision, FlagKind
from schemas.ids import digest
from schemas.submission import Outcome, Reason
from schemas.upload import PhotographState
from tests.portal import CAMPAIGN, InProcess, joined, open_portal
from workbench.own_photographs import own_photographs

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[InProcess]:
    found = open_portal(tmp_path)
    yield found
    found.ledger.close()


def settle(portal: InProcess, number: int, outcome: Outcome, submitter: str = "kim", **values: Any) -> str:
    """Puts a submission into the ledger as ingest leaves it; its id."""
    image = digest("image", str(number)) if outcome is not Outcome.REJECTED and "image_id" not in values else None
    row = {"submission_id": digest(str(number), length=32), "bucket": "raw", "key": f"{CAMPAIGN}/{submitter}/{number}.jpg",
           "version": "v", "size": 1, "sent_at": START + timedelta(minutes=number), "campaign": CAMPAIGN, "submitter": submitter,
           "claims": {}, "outcome": outcome, "image_id": image, **values}
    with portal.ledger.write() as connection:
        if image:
            connection.execute(images.insert(), {
                "image_id": image, "number": number, "media_type": "image/jpeg", "width": 9, "height": 9, "bytes": 9,
                "cluster_id": image, "represents": True, "encoder": "e"})
        connection.execute(submissions.insert(), row)
        connection.execute(uploads.insert(), {
            "key": row["key"], "campaign": CAMPAIGN, "submitter": submitter, "client_id": f"client-{number}",
            "file_name": f"사진 {number}.jpg", "media_type": "image/jpeg", "size": 1, "categories": [], "from_demo": False,
            "issued_at": row["sent_at"], "arrived_at": row["sent_at"]})
    return str(row["submission_id"])


def told(portal: InProcess, submitter: str = "kim") -> dict[str, tuple[PhotographState, str]]:
    """State and Korean sentence of each photograph by its file's name."""
    return {item.file_name: (item.state, item.sentence[0]) for item in own_photographs(portal.bench, CAMPAIGN, submitter, 99)}


def flag(submission_id: str, decision: FlagDecision | None = None, because: str | None = None) -> Flag:
    return Flag(submission_id, FlagKind.SCREEN, CAMPAIGN, "moiré", START, decision, because)


def test_each_state_says_why_and_what_to_do(portal: InProcess) -> None:
    settle(portal, 1, Outcome.ACCEPTED)
    settle(portal, 2, Outcome.REJECTED, reason=Reason.TOO_DARK)
    settle(portal, 3, Outcome.HELD)
    settle(portal, 4, Outcome.QUARANTINED)
    settle(portal, 5, Outcome.WITHDRAWN)
    found = told(portal)
    assert {name: state for name, (state, _) in found.items()} == {
        "사진 5.jpg": PhotographState.WITHDRAWN, "사진 4.jpg": PhotographState.HELD, "사진 3.jpg": PhotographState.HELD,
        "사진 2.jpg": PhotographState.REJECTED, "사진 1.jpg": PhotographState.ACCEPTED}
    assert "밝은 곳에서 다시 찍어 주세요" in found["사진 2.jpg"][1]
    assert list(found) == [f"사진 {number}.jpg" for number in (5, 4, 3, 2, 1)]


def test_a_flagged_photograph_looks_like_a_held_one_until_somebody_decided(portal: InProcess) -> None:
    held = settle(portal, 1, Outcome.HELD)
    flagged, cleared, confirmed = (settle(portal, number, Outcome.ACCEPTED) for number in (2, 3, 4))
    add_flags(portal.ledger, [flag(flagged), flag(cleared, FlagDecision.CLEARED, "괜찮음"),
                              flag(confirmed, FlagDecision.CONFIRMED, "화면을 찍은 사진")])
    found = told(portal)
    assert held and found["사진 2.jpg"] == found["사진 1.jpg"]
    assert found["사진 3.jpg"][0] is PhotographState.ACCEPTED
    (not_counted,) = [item for item in own_photographs(portal.bench, CAMPAIGN, "kim", 99) if item.submission_id == confirmed]
    assert (not_counted.state, not_counted.because) == (PhotographState.NOT_COUNTED, "화면을 찍은 사진")


def test_a_duplicate_shows_ones_own_earlier_picture_and_nobody_elses(portal: InProcess) -> None:
    mine = settle(portal, 1, Outcome.ACCEPTED)
    settle(portal, 2, Outcome.DUPLICATE, image_id=digest("image", "1"), duplicate_of=mine)
    settle(portal, 3, Outcome.DUPLICATE, "lee", image_id=digest("image", "1"), duplicate_of=mine)
    (own,) = [item for item in own_photographs(portal.bench, CAMPAIGN, "kim", 99) if item.state is PhotographState.DUPLICATE]
    assert "'사진 1.jpg'" in own.sentence[0]
    assert own.earlier_picture and digest("image", "1") in own.earlier_picture
    (others,) = own_photographs(portal.bench, CAMPAIGN, "lee", 99)
    assert others.sentence[0] == "다른 분이 먼저 보낸 사진과 같은 사진입니다."
    assert others.earlier_picture is None


def test_pictures_are_canonical_copies_by_short_urls_and_never_raw_files(portal: InProcess) -> None:
    settle(portal, 1, Outcome.ACCEPTED)
    settle(portal, 2, Outcome.REJECTED, reason=Reason.BROKEN)
    joined(portal, "kim")
    page = portal.client.get(f"/c/{CAMPAIGN}/send").text
    sources = [part.split('"')[0] for part in page.split('<img src="')[1:]]
    assert sources and all("/images/" in source and "X-Amz-Expires=900" in source for source in sources)
    assert "/raw/" not in page


def test_one_sees_ones_own_photographs_alone(portal: InProcess) -> None:
    settle(portal, 1, Outcome.ACCEPTED, "lee")
    assert told(portal, "kim") == {}


def test_what_its_sender_says_in_the_portal_keeps_a_picture_on_which_the_model_reads_nothing(portal: InProcess) -> None:
    for number in (1, 2):
        settle(portal, number, Outcome.ACCEPTED)
    with portal.ledger.write() as connection:
        connection.execute(uploads.update().where(uploads.c.client_id == "client-1").values(categories=["handwritten"]))
    with portal.ledger.write(alone="images") as connection:
        assert reject_textless(connection, [digest("image", "1"), digest("image", "2")]) == 1
    assert [state for state, _ in told(portal).values()] == [PhotographState.REJECTED, PhotographState.ACCEPTED]
