"""What a manager reads of a decision: what it says, and what follows from it, one sentence a thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.decision import Decision, Ending, Labelled, Outlook
from schemas.recorded import ImageRow, SubmissionRow
from schemas.sources import is_source
from schemas.submission import Outcome, Said

MOST_NAMED = 6
"""Submissions of a cluster that are named in a sentence."""
SHORT = 12
"""Characters of an id that is read by people."""


@dataclass(frozen=True, slots=True)
class ReleasedImages:
    """Images of a decision that the newest release of a dataset holds.

    Attributes:
        release: its name.
        splits: the split of each image, by image id.
    """

    release: str
    splits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stakes:
    """What hangs on the submissions and images of a decision.

    Attributes:
        points: of submissions by the last score, by id.
        labelled: what people made of images that nobody stands on any more, by image id.
        released: what the newest releases hold, a dataset each.
    """

    points: Mapping[str, int]
    labelled: Mapping[str, Labelled]
    released: Sequence[ReleasedImages]


def said(decision: Decision, keys: Mapping[str, str]) -> str:
    """What a decision says.

    Args:
        decision: the decision.
        keys: keys of submissions by id; an id stands for a submission that is not there now.
    """
    one, other = (keys.get(name, name[:SHORT]) for name in (decision.submission_id, decision.other_id))
    return {Said.SPLIT: f"{one} is a picture of its own", Said.DUPLICATE: f"{one} and {other} are the same photograph",
            Said.CLUSTER: f"{one} shows the same thing as {other}",
            Said.UNDO: f"takes decision {decision.undoes} back"}[decision.kind]


def heading(seen: Outlook) -> str:
    """A decision in a line; an undo says what it takes back."""
    keys = {name: row.key for name, row in seen.about.rows.items()}
    if seen.decision.kind is Said.UNDO:
        return f"Take back {seen.decision.undoes}: {said(seen.takes_back or seen.decision, keys)}"
    return f"Decision {seen.decision.number}: {said(seen.decision, keys)}"


def description(row: SubmissionRow, image: ImageRow | None) -> str:
    """One submission in a line: its key, what the picture measures, whose it is, and how it stands."""
    size = f"{image.width} × {image.height} pixels, " if image else ""
    return (f"{row.key}  ({row.submission_id[:SHORT]}): {size}sent {row.sent_at:%Y-%m-%d %H:%M} UTC by {row.submitter or '?'} to "
            f"{row.campaign or '?'}, {row.outcome}")


def what_follows(seen: Outlook, stakes: Stakes, label_studio_url: str) -> list[str]:
    """What follows from a decision, one sentence a thing; empty where nothing changes now."""
    lines = [_becomes(seen, seen.about.rows[name], ending, stakes.points.get(name, 0)) for name, ending in seen.changed.items()]
    lines += _clusters(seen)
    for image in seen.stops:
        if image in stakes.labelled:
            lines += _kept_labels(_key_of(seen, image), stakes.labelled[image], label_studio_url)
    for held in stakes.released:
        lines += _released(seen, held)
    return lines


def _becomes(seen: Outlook, row: SubmissionRow, ending: Ending, had: int) -> str:
    """What becomes of a submission that has had so many points."""
    lost = f" Its {had} points go with the next score." if had and ending.outcome is not Outcome.ACCEPTED else ""
    if ending.outcome is Outcome.DUPLICATE:
        original = seen.about.rows[ending.duplicate_of or ""].key
        if row.outcome is Outcome.DUPLICATE:
            return f"{row.key} becomes a duplicate of {original}, no longer of {seen.about.original_of(row).key}."
        what = "its labels are not taken" if is_source(row.key) else "it is not labelled and earns no points"
        return f"{row.key} becomes a duplicate of {original}: {what}.{lost}"
    if ending.outcome is Outcome.ACCEPTED and row.outcome is Outcome.ACCEPTED:
        return f"{row.key} stands on another picture: {ending.image_id[:SHORT]}, no longer {(row.image_id or '')[:SHORT]}."
    if ending.outcome is Outcome.ACCEPTED:
        if is_source(row.key):
            return f"{row.key} is accepted: the next ingest takes its labels, and a model reads it where it has none."
        return f"{row.key} is accepted: the next prelabel reads it, and it counts for its sender."
    if ending.outcome is Outcome.HELD:
        return f"{row.key} waits for a decision ({ending.detail}): nobody labels it meanwhile.{lost}"
    return f"{row.key} becomes {ending.outcome}: {(ending.detail or '').strip().splitlines()[-1]}.{lost}"


def _clusters(seen: Outlook) -> Iterator[str]:
    """Clusters that grow, and images that leave one."""
    told: set[frozenset[str]] = set()
    for image in sorted(seen.after.stood_on):
        now = seen.after.cluster_of(image)
        before = seen.before.cluster_of(image) if image in seen.before.clusters else {image}
        if frozenset(now) in told or not now - before:
            if before - now - set(seen.stops) and len(now) == 1:
                yield f"{_key_of(seen, image)} is in no cluster any more."
            continue
        told.add(frozenset(now))
        if len(now) > 1:
            names = sorted(_key_of(seen, member) for member in now)
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            yield f"One cluster, always in one split: {', '.join(names[:MOST_NAMED])}{more}."


def _kept_labels(key: str, labelled: Labelled, label_studio_url: str) -> Iterator[str]:
    """What stays of the work on a picture that nobody stands on any more."""
    if labelled.configs:
        yield (f"The accepted reading of {key}'s picture ({', '.join(labelled.configs)}) is kept, and no later "
               "release has it.")
    for given in labelled.tasks:
        yield (f"Its task stays in Label Studio ({label_studio_url}/projects/{given.project}/data?task={given.task}): "
               "whatever is answered there is kept, and no release has it. Delete the task to spare the work.")


def _released(seen: Outlook, held: ReleasedImages) -> Iterator[str]:
    """What a release holds of images that nobody stands on any more, or that come into one cluster."""
    for image in sorted(held.splits.keys() & set(seen.stops)):
        yield f"{held.release} holds {_key_of(seen, image)} in {held.splits[image]}: it stays there, the next one leaves it out."
    for group in {frozenset(seen.after.cluster_of(image)) for image in held.splits.keys() - set(seen.stops)}:
        splits = sorted({held.splits[image] for image in group if image in held.splits})
        if len(splits) > 1:
            yield (f"{held.release} has pictures of this cluster in {' and '.join(splits)}: no later release is published until "
                   "one of them is left out or the decision is taken back.")


def _key_of(seen: Outlook, image: str) -> str:
    """Key of the submission that stands on an image, or stood on it before; the beginning of its id where none did."""
    name = seen.after.standing_on(image) or seen.before.standing_on(image)
    return seen.about.rows[name].key if name else image[:SHORT]
