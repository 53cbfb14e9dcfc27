"""What becomes of a picture, once it is known what it is related to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.submission import Compared, Outcome, Submission, Verdict, why_held


@dataclass(frozen=True, slots=True)
class Lookalike:
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


def repeats(item: Submission, own_image_id: str, image_id: str, submission_id: str) -> Submission:
    """A picture whose bytes or pixels are those of an earlier one.

    Args:
        item: a decoded submission.
        own_image_id: the image with the same bytes or pixels.
        image_id: the image that this one stands for: itself, or the one that it repeats.
        submission_id: the submission that stands on that.
    """
    return replace(item, outcome=Outcome.DUPLICATE, image_id=image_id, duplicate_of=submission_id, own_image_id=own_image_id,
                   found=Verdict.DUPLICATE, found_image_id=own_image_id)


def settle(item: Submission, related: Sequence[Lookalike], unverified: int) -> Submission:
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
    item = replace(item, image_id=own, cluster_id=own, comparisons=worth_keeping, own_image_id=own, found=Verdict.DISTINCT,
                   uncompared=unverified)
    duplicates = [one for one in related if one.compared.verdict is Verdict.DUPLICATE]
    if duplicates:
        first = min(duplicates, key=lambda one: (one.sent_at, one.submission_id))
        return replace(item, outcome=Outcome.DUPLICATE, image_id=first.compared.image_id, duplicate_of=first.submission_id,
                       found=Verdict.DUPLICATE, found_image_id=first.compared.image_id)
    doubtful = [one for one in related if one.compared.verdict is Verdict.REVIEW]
    if doubtful or unverified:
        return replace(item, outcome=Outcome.HELD, found=Verdict.REVIEW, trace=why_held(len(doubtful), unverified))
    alike = [one for one in related if one.compared.verdict is Verdict.CLUSTER and one.represents]
    if alike:
        nearest = max(alike, key=lambda one: (one.compared.figures.get("median", 0), one.compared.image_id))
        return replace(item, cluster_id=nearest.cluster_id, found=Verdict.CLUSTER, found_image_id=nearest.compared.image_id)
    return item
