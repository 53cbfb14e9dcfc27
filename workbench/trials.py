"""Photographs on the demo page: a place for one, its place in the queue, the way to a campaign, and that it is forgotten."""

from __future__ import annotations

import secrets
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta

from datastore.ledger import trials, uploads
from schemas.accounts import Participant
from schemas.recipes.campaign import Campaign
from schemas.trial import QueuePlace, Trial, TrialState
from schemas.upload import NoPlace, PostForm, Wanted
from workbench.bench import Workbench
from workbench.trial_decoding import trial_settings
from workbench.uploads import ENDINGS, issue, media_type_of

REMEMBERED = timedelta(hours=1)
"""How long after its place was given out all of a trial is forgotten."""
POST_SECONDS = 300
"""How long a photograph may be posted to its place: 25 MB at 1 Mbit/s take 200 s."""
MOST_WAITING = 40
"""Trials that may wait: at three seconds each the last one waits for two minutes."""
LAST_ANSWERS = 15
"""By so many answers the time of the next ones is told."""
USUAL_SECONDS = 3.0
"""Of an answer, while there were none."""
LATE_SECONDS = 30.0
"""An answer that comes so much later than was told is late: the reader has ended, or is being started."""
SENT_BY = {"sent-by": "portal-demo"}
"""Metadata of what people send on from the demo page."""


@dataclass(frozen=True, slots=True)
class OpenedTrial:
    """A place for a photograph, and the form that posts it there."""

    trial_id: str
    form: PostForm


def open_trial(bench: Workbench, visitor: str, wanted: Wanted, now: datetime) -> OpenedTrial | NoPlace:
    """Gives out a place for one photograph, or says why not.

    The row comes first: what lies at a place without one is swept away.

    Args:
        bench: the systems.
        visitor: random name of the browser.
        wanted: the photograph, as the browser says.
        now: in UTC.
    """
    media_type = media_type_of(wanted)
    most = trial_settings(bench.settings).max_bytes
    if media_type is None:
        return NoPlace.FORMAT
    if not 1 <= wanted.size <= most:
        return NoPlace.EMPTY if wanted.size < 1 else NoPlace.TOO_LARGE
    if trials.count_waiting(bench.ledger) >= MOST_WAITING:
        return NoPlace.TOO_MANY_AT_ONCE
    trial_id = secrets.token_hex(16)
    key = f"{trial_id}/sent"
    trials.add_trial(bench.ledger, Trial(trial_id, visitor, TrialState.SENDING, now, key, media_type))
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


def send_on(bench: Workbench, trial: Trial, campaign: Campaign, sender: Participant, now: datetime) -> NoPlace | None:
    """Sends a photograph that was read to a campaign, as it came; tapped twice, it is one submission.

    Args:
        bench: the systems.
        trial: that was read.
        campaign: to which.
        sender: who has joined it, and whose it is from now on.
        now: in UTC.

    Returns:
        Why it is not sent; None where it was.
    """
    data = bench.objects.get(bench.settings.bucket_demo, trial.key)
    wanted = Wanted(trial.trial_id, f"demo.{ENDINGS[trial.media_type]}", trial.media_type, len(data))
    [place] = issue(bench, campaign, sender, [wanted], now, from_demo=True)
    if place.refused:
        return place.refused
    with bench.ledger.read() as connection:
        upload = uploads.by_client(connection, campaign.name, sender.submitter, [trial.trial_id])[trial.trial_id]
    if not place.there:
        bench.objects.put(bench.settings.bucket_raw, upload.key, data, upload.media_type, SENT_BY)
        uploads.mark_arrived(bench.ledger, [upload.key], now)
    trials.note_sent(bench.ledger, trial.trial_id, upload.key)
    return None


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
