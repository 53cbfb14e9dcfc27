"""What becomes of a picture, once it is known what it is related to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.submission import UNCOMPARED, Compared, Outcome, Submission, Verdict


@dataclass(frozen=True, slots=True)
class Related:
    """An earlier image that a picture was compared with.

    Attributes:
        compared: what was found.
        cluster_id: the earlier image's cluster.
        represents: whether members of that cluster have to match it.
        submission_id: the submission that it stands on.
        sent_at: when that was sent.
    """

    compared: Compared
    cluster_id: str
    represents: bool
    submission_id: str
    sent_at: datetime


def repeats(item: Submission, image_id: str, submission_id: str) -> Submission:
    """A picture whose bytes or pixels are those of an earlier one."""
    return replace(item, outcome=Outcome.DUPLICATE, image_id=image_id, duplicate_of=submission_id)


def settle(item: Submission, related: Sequence[Related], unverified: int) -> Submission:
    """The outcome of a picture that is not exactly an earlier one.

    A duplicate repeats the earliest one that it is a duplicate of. One that may be a duplicate waits for a manager. A
    member of a cluster has to match an image that represents it, so that clusters do not chain.

    Args:
        item: a decoded submission with an image.
        related: earlier images that it was compared with.
        unverified: how many more look much like it and were not compared, being too many.
    """
    if item.image is None:
        return item
    own = item.image.image_id
    worth_keeping = tuple(one.compared for one in related if one.compared.verdict is not Verdict.DISTINCT)
    item = replace(item, image_id=own, cluster_id=own, comparisons=worth_keeping)
    duplicates = [one for one in related if one.compared.verdict is Verdict.DUPLICATE]
    if duplicates:
        first = min(duplicates, key=lambda one: (one.sent_at, one.submission_id))
        return repeats(item, first.compared.image_id, first.submission_id)
    doubtful = [one for one in related if one.compared.verdict is Verdict.REVIEW]
    if doubtful or unverified:
        why = [f"may repeat {len(doubtful)} earlier picture(s)"] if doubtful else []
        why += [f"{unverified} {UNCOMPARED}"] if unverified else []
        return replace(item, outcome=Outcome.HELD, trace="; ".join(why))
    alike = [one for one in related if one.compared.verdict is Verdict.CLUSTER and one.represents]
    if alike:
        nearest = max(alike, key=lambda one: (one.compared.figures.get("median", 0), one.compared.image_id))
        return replace(item, cluster_id=nearest.cluster_id)
    return item
