"""Pictures of two kilobytes, no two alike, that ingest accepts: what it costs to take in many, not to decode large ones."""

from __future__ import annotations

import cv2
import numpy as np
import simplejpeg
from more_itertools import chunked
from rich.progress import track

from datastore.objects import ObjectStore

GRID, SIZE = (24, 32), (96, 72)
"""Of random greys, and of the picture that they are enlarged to. A coarser grid makes pictures that are refused as blurred or
share words of the gate with many others: 241 pairs of a thousand at 12 × 16, 7 here."""
QUALITY = 60
SENDERS = 100
BATCH = 2000


def tiny_picture(number: int) -> bytes:
    """A JPEG of two kilobytes that no other number has."""
    coarse = np.random.default_rng(number).integers(0, 256, GRID, np.uint8)
    grey = cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)
    return bytes(simplejpeg.encode_jpeg(grey[:, :, None], QUALITY, "GRAY"))


def send_tiny(objects: ObjectStore, bucket: str, campaign: str, count: int) -> None:
    """Puts so many into a bucket of raw objects, as a hundred people would send them."""
    for batch in track(list(chunked(range(count), BATCH)), f"{count:,} pictures are sent", transient=True):
        objects.put_many(bucket, ((f"{campaign}/사람{number % SENDERS}/{number:07}.jpg", tiny_picture(number), "image/jpeg")
                                  for number in batch))
