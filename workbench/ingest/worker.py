"""What a decoder does with raw objects: fetch, canonicalise, store. Strangers' bytes stay in its process (design D14)."""

from __future__ import annotations

import contextlib
import signal
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from datastore.objects import ObjectStore
from datastore.raw_objects import RawBytes
from schemas.errors import SaegimError
from schemas.ids import sha256
from schemas.reading import Unit
from schemas.submission import CanonicalImage, Outcome, RawObject, Reason, Rejection, Submission, sender_of
from stages.ingest.canonical import Canonical, canonicalise, upright_pixels
from stages.ingest.limits import Limits
from stages.ingest.thumbnail import thumbnail
from workbench.settings import Settings

BYTES_A_LIMIT = 2_500_000
"""Bytes of a file that one ``decode_cpu_seconds`` is for: a 50-megapixel photograph is large and may take longer, a bomb is
small and may not."""
SHOWN = {Reason.BLANK, Reason.TOO_DARK, Reason.TOO_BLURRED, Reason.TOO_SMALL}
"""Reasons whose pictures can be shown in the report of a run."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a decoder works with.

    Attributes:
        settings: the limits, and the names of buckets.
        units: what one region is, by campaign.
        store: where raw objects come from and canonical images go.
    """

    settings: Settings
    units: Mapping[str, Unit]
    store: ObjectStore


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of one raw object.

    Attributes:
        raw: the object.
        claims: its user metadata.
        raw_sha256: of its bytes; None where they were not read.
        result: the image, or why it is not taken; None where it is quarantined or gone.
        trace: why it is quarantined.
        killed: whether it killed its decoder.
        gone: whether it was replaced or deleted since it was listed.
        unread: why its bytes could not be had. Whose doing that is shows in whether others can be read.
        thumbnail: of a rejected picture, as a data URL.
    """

    raw: RawObject
    claims: dict[str, str]
    raw_sha256: str | None = None
    result: CanonicalImage | Rejection | None = None
    trace: str | None = None
    killed: bool = False
    gone: bool = False
    unread: SaegimError | None = None
    thumbnail: str | None = None

    def submission(self) -> Submission:
        """The submission as far as it can be told without the others."""
        rejection = self.result if isinstance(self.result, Rejection) else None
        image = self.result if isinstance(self.result, CanonicalImage) else None
        outcome = Outcome.ACCEPTED if image else Outcome.REJECTED if rejection else Outcome.QUARANTINED
        return Submission(self.raw, sender_of(self.raw.key), self.claims, outcome, self.raw_sha256, rejection, image,
                          trace=self.trace or (str(self.unread) if self.unread else None), thumbnail=self.thumbnail)


def decode_chunk(tools: Tools, objects: Sequence[RawObject]) -> list[Decoded]:
    """Decodes some raw objects, and stores their canonical images before anything is told (design D4).

    Raises:
        ServiceUnavailable: object storage takes no images.
    """
    limits = limits_of(tools.settings)
    refused = {raw: rejection for raw in objects if (rejection := refused_unread(raw, limits))}
    found = [Decoded(raw, {}, result=rejection) for raw, rejection in refused.items()]
    pictures = []
    for item in tools.store.get_raw(raw for raw in objects if raw not in refused):
        one, picture = decode_fetched(item, tools.settings.decode_cpu_seconds, limits, takes_crops(item.raw, tools.units))
        found.append(one)
        if picture:
            pictures.append((picture.image.key, picture.data, picture.image.media_type))
    tools.store.put_many(tools.settings.bucket_images, pictures)
    return found


def refused_unread(raw: RawObject, limits: Limits) -> Rejection | None:
    """What a listing alone says against an object: its bytes need not be fetched, or cannot be under such a key."""
    if sender_of(raw.key) is None:
        return Rejection(Reason.BAD_KEY, f"key {raw.key!r}")
    if raw.size > limits.max_bytes:
        return Rejection(Reason.TOO_LARGE, f"{raw.size} bytes, at most {limits.max_bytes}")
    return None


def takes_crops(raw: RawObject, units: Mapping[str, Unit]) -> bool:
    """Whether an object may be a crop of one word or line: its campaign's unit is that."""
    sender = sender_of(raw.key)
    return sender is not None and units.get(sender.campaign) in (Unit.WORD, Unit.LINE)


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Kills this process where the block takes more CPU time: also within C code, which no Python signal handler reaches."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def decode_fetched(fetched: RawBytes, cpu_seconds: float, limits: Limits,
                   crops: bool = False) -> tuple[Decoded, Canonical | None]:
    """Makes of one file that was asked for what can be made of it; a decompression bomb takes this process with it.

    Args:
        fetched: its bytes, or why there are none.
        cpu_seconds: CPU time that it may take, for each ``BYTES_A_LIMIT`` of it.
        limits: the thresholds.
        crops: whether it may be a crop of one word or line.

    Returns:
        The record, and the canonical image with its bytes where there is one.
    """
    if fetched.data is None:
        return Decoded(fetched.raw, {}, gone=fetched.error is None, unread=fetched.error), None
    with cpu_limit(cpu_seconds * max(1.0, len(fetched.data) / BYTES_A_LIMIT)):
        return decode_one(fetched.raw, fetched.data, fetched.claims, limits, crops)


def decode_one(raw: RawObject, data: bytes, claims: dict[str, str], limits: Limits,
               crops: bool = False) -> tuple[Decoded, Canonical | None]:
    """Makes of one file what can be made of it without the others.

    Args:
        raw: the object.
        data: its bytes.
        claims: its user metadata.
        limits: the thresholds.
        crops: whether it may be a crop of one word or line.

    Returns:
        The record, and the canonical image with its bytes where there is one.
    """
    digest = sha256(data)
    try:
        result = canonicalise(data, limits, crops)
    except Exception:
        return Decoded(raw, claims, digest, trace=traceback.format_exc()), None
    if isinstance(result, Canonical):
        return Decoded(raw, claims, digest, result.image), result
    return Decoded(raw, claims, digest, result, thumbnail=_shown(data) if result.reason in SHOWN else None), None


def limits_of(settings: Settings) -> Limits:
    """The thresholds among the settings."""
    return Limits(
        max_bytes=settings.max_bytes, max_pixels=settings.max_pixels, min_side=settings.min_side,
        min_line_side=settings.min_line_side, least_brightness=settings.least_brightness,
        least_contrast=settings.least_contrast, least_sharpness=settings.least_sharpness)


def _shown(data: bytes) -> str | None:
    with contextlib.suppress(Exception):  # a picture for a page, of a file that is refused already
        return thumbnail(Image.fromarray(upright_pixels(data)))
    return None
