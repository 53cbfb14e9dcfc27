"""What became of each photograph that somebody sent, as they are told it."""

from __future__ import annotations

from collections.abc import Sequence

from datastore.ledger import flags, points, sent_photographs
from datastore.ledger.sent_photographs import SettledPhotograph
from pages import upload_words
from schemas.flags import Flag, FlagDecision
from schemas.points import PointSum
from schemas.submission import SENTENCES, Outcome, duplicate_sentence
from schemas.upload import OwnPhotograph, PhotographState, Upload
from workbench.bench import Workbench

STATES = {
    Outcome.ACCEPTED: PhotographState.ACCEPTED, Outcome.DUPLICATE: PhotographState.DUPLICATE,
    Outcome.REJECTED: PhotographState.REJECTED, Outcome.HELD: PhotographState.HELD,
    Outcome.QUARANTINED: PhotographState.HELD, Outcome.WITHDRAWN: PhotographState.WITHDRAWN,
}
"""By outcome; a flag may change it."""
NO_POINTS = PointSum(0, 0)


def own_photographs(bench: Workbench, campaign: str, submitter: str, limit: int) -> list[OwnPhotograph]:
    """Photographs of one submitter in a campaign, those that wait first, then the newest first.

    Args:
        bench: the systems.
        campaign: its name.
        submitter: whose.
        limit: most of those that wait, and most of the others.
    """
    waiting = sent_photographs.waiting_photographs(bench.ledger, bench.settings.bucket_raw, campaign, submitter, limit)
    settled = sent_photographs.settled_photographs(bench.ledger, campaign, submitter, limit)
    return [*map(_waiting, waiting), *_told(bench, submitter, settled)]


def own_photograph(bench: Workbench, campaign: str, submitter: str, key: str) -> OwnPhotograph | None:
    """One of them, by its object's key; None where this submitter sent none there."""
    found = sent_photographs.sent_photograph(bench.ledger, campaign, submitter, key)
    if found is None:
        return None
    return _waiting(found) if isinstance(found, Upload) else _told(bench, submitter, [found])[0]


def _told(bench: Workbench, submitter: str, settled: Sequence[SettledPhotograph]) -> list[OwnPhotograph]:
    names = [item.submission_id for item in settled]
    sums = points.sums_of(bench.ledger, names)
    flagged = flags.flags_of_submissions(bench.ledger, names)
    return [_settled(bench, item, sums.get(item.submission_id, NO_POINTS), flagged.get(item.submission_id, ()),
                     item.earlier_submitter == submitter) for item in settled]


def _waiting(item: Upload) -> OwnPhotograph:
    return OwnPhotograph(item.key, None, item.file_name, item.arrived_at or item.issued_at, PhotographState.WAITING,
                         upload_words.WAITING, categories=item.categories, from_demo=item.from_demo)


def _settled(bench: Workbench, item: SettledPhotograph, worth: PointSum, flagged: Sequence[Flag],
             repeats_own: bool) -> OwnPhotograph:
    state = _state(item.outcome, flagged)
    because = next((flag.because for flag in flagged if flag.decision is FlagDecision.CONFIRMED and flag.because), "")
    own_earlier = state is PhotographState.DUPLICATE and repeats_own
    return OwnPhotograph(
        item.key, item.submission_id, item.file_name, item.sent_at, state, _sentence(item, state, worth, own_earlier),
        because if state is PhotographState.NOT_COUNTED else "", item.categories, item.from_demo, worth.provisional, worth.final,
        bench.picture_links.of(item.picture) if item.picture else None,
        bench.picture_links.of(item.earlier_picture) if own_earlier and item.earlier_picture else None)


def _state(outcome: Outcome, flagged: Sequence[Flag]) -> PhotographState:
    if outcome is Outcome.ACCEPTED and any(flag.decision is FlagDecision.CONFIRMED for flag in flagged):
        return PhotographState.NOT_COUNTED
    if outcome is Outcome.ACCEPTED and any(flag.decision is None for flag in flagged):
        return PhotographState.HELD
    return STATES[outcome]


def _sentence(item: SettledPhotograph, state: PhotographState, worth: PointSum, own_earlier: bool) -> tuple[str, str]:
    if state is PhotographState.REJECTED:
        return SENTENCES[item.reason] if item.reason else upload_words.NOT_TAKEN
    if state is PhotographState.DUPLICATE:
        return duplicate_sentence(item.earlier_name if own_earlier else None)
    if state is PhotographState.ACCEPTED and worth.final and not worth.provisional:
        return upload_words.FINAL
    return upload_words.OF_A_STATE[state]

