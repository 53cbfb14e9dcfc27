"""Photographs on the demo page: a place for one, its place in the queue, the way to a campaign, and that it is forgotten."""

from __future__ import annotations

import secrets
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta

from datastore.ledger import trials
from schemas.trial import QueuePlace, Trial, TrialState
from schemas.upload import PostForm
from workbench.bench import Workbench
from workbench.trial_decoding import trial_settings

REMEMBERED = timedelta(hours=1)
"""How long after its place was given out all of a trial is forgotten."""
POST_SECONDS = 300
"""How long a photograph may be posted to its place: 25 MB at 1 Mbit/s take 200 s."""
MOST_WAITING = 40
"""Trials that may wait or be on their way: at three seconds each the last one waits for two minutes."""
LAST_ANSWERS = 15
"""By so many answers the time of the next ones is told."""
USUAL_SECONDS = 3.0
"""Of an answer, while there were none."""
LATE_SECONDS = 30.0
"""An answer that comes so much later than was told is late: the reader has ended, or is being started."""
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/bmp", "image/tiff",
               "application/octet-stream")
"""What may be posted, as the browser says; the last one is what it says of HEIC where it does not know it. The bytes decide."""


@dataclass(frozen=True, slots=True)
class OpenedTrial:
    """A place for a photograph, and the form that posts it there."""

    trial_id: str
    form: PostForm


def may_open(bench: Workbench, now: datetime) -> bool:
    """Whether the queue has room for one more."""
    return trials.unanswered(bench.ledger, now - timedelta(seconds=POST_SECONDS)) < MOST_WAITING


def open_trial(bench: Workbench, visitor: str, media_type: str, now: datetime) -> OpenedTrial:
    """Gives out a place for one photograph. The row comes first: what lies at a place without one is swept away.

    Args:
        bench: the systems.
        visitor: random name of the browser.
        media_type: of the photograph, one of ``MEDIA_TYPES``.
        now: in UTC.
    """
    trial_id = secrets.token_hex(16)
    key = f"{trial_id}/sent"
    trials.add_trial(bench.ledger, Trial(trial_id, visitor, TrialState.SENDING, now, key, media_type))
    most = trial_settings(bench.settings).max_bytes
    form = bench.browser_objects.presigned_post(bench.settings.bucket_demo, key, media_type, most, seconds=POST_SECONDS)
    return OpenedTrial(trial_id, form)


def trial_now(bench: Workbench, trial_id: str, visitor: str, now: datetime) -> Trial | None:
    """A visitor's trial; None where there is none of this id, where it is somebody else's, or where its hour is over."""
    found = trials.trial_of(bench.ledger, trial_id, visitor)
    return found if found and now - found.sent_at < REMEMBERED else None


def place_of(bench: Workbench, trial: Trial, now: datetime) -> QueuePlace:
    """Where a trial stands that waits, and how long it will take by what the last ones took."""
    ahead = trials.ahead_of(bench.ledger, trial)
    last = trials.seconds_of_last(bench.ledger, LAST_ANSWERS)
    seconds = (ahead + 1) * (statistics.median(last) if last else USUAL_SECONDS)
    return QueuePlace(ahead, seconds, late=(now - trial.sent_at).total_seconds() > seconds + LATE_SECONDS)


def picture_url(bench: Workbench, trial: Trial) -> str:
    """URL of the canonical copy of a trial that was read, for as long as it is remembered at most."""
    key = trial.answer.picture_key if trial.answer else ""
    return bench.browser_objects.presigned_get(bench.settings.bucket_demo, key, POST_SECONDS) if key else ""


def forget(bench: Workbench, now: datetime) -> int:
    """Removes all of the trials whose hour is over, and what lies in the bucket without a trial, as a crash leaves it.

    The bucket is listed before the rows are read: a place's row is older than what lies there.

    Returns:
        How many objects were removed.
    """
    bucket = bench.settings.bucket_demo
    there = [raw.key for page in bench.objects.pages(bucket) for raw in page]
    remembered = trials.forget_before(bench.ledger, now - REMEMBERED)
    over = [key for key in there if key.partition("/")[0] not in remembered]
    for _ in bench.objects.in_order(lambda key: bench.objects.delete(bucket, key), over):
        pass
    return len(over)
