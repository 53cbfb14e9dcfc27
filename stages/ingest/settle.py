"""From raw bytes to the outcome of each submission."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from schemas.submission import CanonicalImage, Outcome, RawObject, Reason, Rejection, Submission, sender_of
from stages.ingest.canonical import Limits, canonicalise
from stages.ingest.cluster import assign_clusters


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier runs know of the images at hand.

    Attributes:
        accepted: submission id that each known image was accepted for, by image id; None where it was withdrawn.
        same_pixels: image id by pixels id.
        representatives: fingerprint of each cluster's founder, by cluster id.
    """

    accepted: Mapping[str, str | None]
    same_pixels: Mapping[str, str]
    representatives: Mapping[str, str]


def decode(raw: RawObject, data: bytes, claims: dict[str, str], limits: Limits) -> Submission:
    """One submission as far as it can be told without the others: rejected, or accepted for now."""
    sender = sender_of(raw.key)
    result = canonicalise(data, limits) if sender else Rejection(Reason.BAD_KEY, f"key {raw.key!r}")
    common = Submission(raw, sender, claims, Outcome.REJECTED, raw_sha256=hashlib.sha256(data).hexdigest())
    if isinstance(result, Rejection):
        return replace(common, rejection=result)
    return replace(common, outcome=Outcome.ACCEPTED, image=result, image_id=result.image_id)


def settle(decoded: Iterable[Submission], known: Known) -> list[Submission]:
    """Tells duplicates from firsts and puts images into clusters. The earlier one in ``decoded`` wins.

    Args:
        decoded: results of ``decode``, in order of time sent.
        known: what the ledger has of images with these ids or pixels, and all cluster representatives.

    Returns:
        The same submissions, in the same order, with their final outcome.
    """
    accepted, same_pixels = dict(known.accepted), dict(known.same_pixels)
    settled: list[Submission] = []
    firsts: list[CanonicalImage] = []
    for item in decoded:
        if item.image is None:
            settled.append(item)
            continue
        image_id = same_pixels.setdefault(item.image.pixels_id, item.image.image_id)
        if earlier := accepted.get(image_id):
            settled.append(replace(item, outcome=Outcome.DUPLICATE, image_id=image_id, duplicate_of=earlier))
            continue
        if image_id not in accepted:
            firsts.append(item.image)
        accepted[image_id] = item.raw.submission_id
        settled.append(replace(item, image_id=image_id))
    clusters = assign_clusters(known.representatives, {image.image_id: image.fingerprint for image in firsts})
    return [replace(item, cluster_id=clusters.get(item.image_id or "")) for item in settled]
