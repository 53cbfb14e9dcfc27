"""The demo page's photographs, from the place to the answer, and that they are forgotten."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import SecretStr

from datastore.ledger import leases, trials, uploads
from schemas.accounts import Participant
from schemas.errors import LeaseLost
from schemas.submission import Reason
from schemas.trial import Trial, TrialState
from schemas.upload import NoPlace, Wanted
from stages.label.calibration import Calibration, Step
from stages.label.ratios import Ratio
from tests.made_pictures import readable
from tests.portal import CAMPAIGN, InProcess, open_portal
from tests.trial_reading import Told, told_reader
from workbench import trial_reader
from workbench.campaigns import load_campaigns
from workbench.trials import MOST_WAITING, REMEMBERED, OpenedTrial, forget, open_trial, place_of, send_on, trial_now

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
PHOTOGRAPH = Wanted("", "사진.jpg", "image/jpeg", 10_000)


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return open_portal(tmp_path, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))


def picture() -> bytes:
    out = io.BytesIO()
    readable(0)["a sample of a font"]().resize((300, 90)).save(out, "JPEG")
    return out.getvalue()


def sent(portal: InProcess, data: bytes | None = None, visitor: str = "한 사람", at: datetime | None = None) -> Trial:
    """A photograph that waits to be read."""
    opened = open_trial(portal.bench, visitor, PHOTOGRAPH, at or datetime.now(UTC))
    assert isinstance(opened, OpenedTrial)
    portal.bench.objects.put("demo", f"{opened.trial_id}/sent", picture() if data is None else data, "image/jpeg")
    trials.note_arrived(portal.ledger, opened.trial_id)
    return read(portal, opened.trial_id, visitor)


def read(portal: InProcess, trial_id: str, visitor: str = "한 사람") -> Trial:
    found = trials.trial_of(portal.ledger, trial_id, visitor)
    assert found
    return found


def keys(portal: InProcess, bucket: str = "demo") -> list[str]:
    return [raw.key for page in portal.bench.objects.pages(bucket) for raw in page]


def test_a_photograph_is_read_in_its_turn(portal: InProcess, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    first = sent(portal, at=now - timedelta(seconds=2))
    second = sent(portal, at=now - timedelta(seconds=1))
    assert place_of(portal.bench, second, now).ahead == 1
    reader = told_reader(portal.bench, tmp_path)
    assert reader.read_next()
    answered = read(portal, first.trial_id)
    assert answered.state is TrialState.READ
    assert answered.answer
    assert [region.text for region in answered.answer.regions] == ["안녕하세요", "<b>세로</b>"]
    assert [region.unsure for region in answered.answer.regions] == [False, True]
    assert "vertical" in answered.answer.regions[1].slices
    assert (answered.answer.width, answered.answer.height) == (300, 90)
    assert answered.answer.picture_key in keys(portal)
    assert read(portal, second.trial_id).state is TrialState.WAITING
    assert place_of(portal.bench, second, now).ahead == 0
    assert reader.read_next()
    assert reader.read_next() is False


def test_marks_are_those_of_the_labelling_once_people_have_checked_enough(portal: InProcess, tmp_path: Path) -> None:
    trial = sent(portal)
    calibration = Calibration((Step(0.0, Ratio(1, 2)), Step(0.99, Ratio(9, 10))), marked_under=0.99, sure=True)
    assert told_reader(portal.bench, tmp_path, calibration=calibration).read_next()
    answer = read(portal, trial.trial_id).answer
    assert answer
    assert answer.calibrated
    assert [region.unsure for region in answer.regions] == [True, True]


def cut(data: bytes) -> bytes:
    return data[:len(data) // 2]


def long_line() -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.zeros((65535, 1), np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(("data", "why"), [
    (cut(picture()), Reason.BROKEN), (b"", Reason.EMPTY), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
    (b"<!doctype html><script>alert(1)</script>", None), (long_line(), Reason.TOO_SMALL),
    (b"PK\x03\x04" + bytes(500), None), (b"%PDF-1.7\n" + bytes(500), None)], ids=lambda value: str(value)[:20])
def test_what_is_no_picture_is_refused_with_a_reason(portal: InProcess, tmp_path: Path, data: bytes, why: Reason | None) -> None:
    trial = sent(portal, data)
    engine = Told()
    assert told_reader(portal.bench, tmp_path, engine).read_next()
    found = read(portal, trial.trial_id)
    assert found.state is TrialState.REFUSED
    assert found.answer
    assert Reason(found.answer.why) is (why or Reason(found.answer.why))
    assert not engine.seen
    assert keys(portal) == [trial.key]


def test_nothing_there_is_refused_and_an_engine_that_breaks_stops_no_other(portal: InProcess, tmp_path: Path) -> None:
    gone = sent(portal)
    portal.bench.objects.delete("demo", gone.key)
    reader = told_reader(portal.bench, tmp_path)
    assert reader.read_next()
    assert read(portal, gone.trial_id).state is TrialState.REFUSED
    broken = sent(portal)
    assert told_reader(portal.bench, tmp_path, Told(error=ValueError("NaN"))).read_next()
    assert read(portal, broken.trial_id).state is TrialState.REFUSED
    after = sent(portal)
    assert reader.read_next()
    assert read(portal, after.trial_id).state is TrialState.READ


def test_two_readers_never_answer_one_trial(portal: InProcess, tmp_path: Path) -> None:
    trial = sent(portal)
    other = leases.claim(portal.ledger, "trial", [trial.trial_id], 60)
    reader = told_reader(portal.bench, tmp_path)
    assert reader.read_next() is None
    assert read(portal, trial.trial_id).state is TrialState.WAITING
    leases.release(portal.ledger, other)
    assert reader.read_next()
    answered = read(portal, trial.trial_id)
    assert answered.answer
    with pytest.raises(LeaseLost):
        trials.set_answer(portal.ledger, other, trial, replace(answered.answer, seconds=99.0), datetime.now(UTC))
    assert read(portal, trial.trial_id) == answered


def test_what_ended_readers_again_and_again_is_refused(portal: InProcess, tmp_path: Path) -> None:
    trial = sent(portal)
    for _ in range(trial_reader.MOST_READERS):
        leases.claim(portal.ledger, "trial", [trial.trial_id], -1)  # of a reader that was never heard of again
    engine = Told()
    assert told_reader(portal.bench, tmp_path, engine).read_next()
    assert read(portal, trial.trial_id).state is TrialState.REFUSED
    assert not engine.seen


def test_all_of_it_is_forgotten_after_an_hour(portal: InProcess, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    old = sent(portal, at=now - timedelta(minutes=50))
    young = sent(portal, at=now - timedelta(minutes=5))
    reader = told_reader(portal.bench, tmp_path)
    assert reader.read_next()
    assert reader.read_next()
    portal.bench.objects.put("demo", "0123/seen", b"left by a crash", "image/jpeg")
    assert forget(portal.bench, now) == 1
    later = now + timedelta(minutes=11)
    assert trial_now(portal.bench, old.trial_id, "한 사람", later) is None
    assert forget(portal.bench, later) == 2
    assert trials.trial_of(portal.ledger, old.trial_id, "한 사람") is None
    assert {key.partition("/")[0] for key in keys(portal)} == {young.trial_id}
    assert forget(portal.bench, later + REMEMBERED) == 2
    assert keys(portal) == []


def test_a_place_has_a_format_a_size_and_an_end_of_the_queue(portal: InProcess) -> None:
    for wanted, why in ((replace(PHOTOGRAPH, media_type="text/html"), NoPlace.FORMAT),
                        (replace(PHOTOGRAPH, size=0), NoPlace.EMPTY),
                        (replace(PHOTOGRAPH, size=10**9), NoPlace.TOO_LARGE)):
        assert open_trial(portal.bench, "a", wanted, NOW) is why
    opened = [open_trial(portal.bench, "a", PHOTOGRAPH, NOW) for _ in range(MOST_WAITING + 1)]
    for place in opened:  # places that nothing comes to shut nobody out
        assert isinstance(place, OpenedTrial)
        trials.note_arrived(portal.ledger, place.trial_id)
    assert open_trial(portal.bench, "b", PHOTOGRAPH, NOW) is NoPlace.TOO_MANY_AT_ONCE


def test_one_tap_sends_it_once_and_marked(portal: InProcess, tmp_path: Path) -> None:
    campaign = load_campaigns(portal.bench.settings).by_name[CAMPAIGN]
    sender = Participant(CAMPAIGN, "김하늘", consent_version=1, consented_at=NOW)
    data = picture()
    trial = sent(portal, data)
    assert told_reader(portal.bench, tmp_path).read_next()
    for _ in range(2):
        assert send_on(portal.bench, trial, campaign, sender, NOW) is None
    [key] = keys(portal, "raw")
    assert key.startswith(f"{CAMPAIGN}/김하늘/")
    assert portal.bench.objects.get("raw", key) == data
    with portal.ledger.read() as connection:
        [upload] = uploads.by_client(connection, CAMPAIGN, "김하늘", [trial.trial_id]).values()
    assert (upload.key, upload.from_demo, upload.arrived_at) == (key, True, NOW)
    assert read(portal, trial.trial_id).sent_as == key


def test_a_day_has_so_many_places(portal: InProcess) -> None:
    campaign = load_campaigns(portal.bench.settings).by_name[CAMPAIGN].model_copy(update={"demo_quota": 2})
    senders = [Participant(CAMPAIGN, name, consent_version=1, consented_at=NOW) for name in ("하나", "둘", "셋")]
    said = [send_on(portal.bench, sent(portal), campaign, sender, NOW) for sender in senders]
    assert said == [None, None, NoPlace.DEMO_FULL]
    midnight = datetime(2026, 11, 26, 15, tzinfo=UTC)  # in Seoul
    assert send_on(portal.bench, sent(portal), campaign, senders[2], midnight - timedelta(seconds=1)) is NoPlace.DEMO_FULL
    assert send_on(portal.bench, sent(portal), campaign, senders[2], midnight) is None
