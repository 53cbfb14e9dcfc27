"""The demo's submitters send their photographs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from datastore.objects import ObjectStore
from schemas.text import normalise

SAMPLES = Path(__file__).parent / "samples"
COPIES = ("jlee/KakaoTalk_photo.jpg", "jlee/road sign (edited).jpg")
"""Samples that somebody else took (samples/README.md)."""
A_MOMENT = 1.2
"""Seconds between the originals and their copies: object stores say to the second when something arrived, and of what arrived at
one moment the order of the names decides which was first."""


def in_order_of_sending(folder: Path = SAMPLES) -> tuple[list[Path], list[Path]]:
    """The samples by submitter and name: first all but the copies, then these, so that the originals count."""
    files = sorted(path for person in folder.iterdir() if person.is_dir() and person.name != "licences"
                   for path in person.iterdir())
    copies = [path for path in files if normalise(f"{path.parent.name}/{path.name}") in COPIES]
    return [path for path in files if path not in copies], copies


def send_samples(objects: ObjectStore, bucket: str, campaign: str) -> int:
    """Puts the samples where photographs of a campaign arrive; those already there are left alone. Returns how many are new."""
    originals, copies = in_order_of_sending()
    sent = _send(objects, bucket, campaign, originals)
    if sent:
        time.sleep(A_MOMENT)
    return sent + _send(objects, bucket, campaign, copies)


def _send(objects: ObjectStore, bucket: str, campaign: str, paths: Iterable[Path]) -> int:
    return sum(objects.put_if_absent(bucket, f"{campaign}/{path.parent.name}/{path.name}", path.read_bytes()) for path in paths)
