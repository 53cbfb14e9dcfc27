"""Canonical images as an engine takes them, as many at a time as memory bears."""

from __future__ import annotations

import io
import traceback
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from adapters.ocr.engine import Pixels
from datastore.objects import ObjectStore
from schemas.errors import ObjectMissing, ObjectUnreadable, SaegimError
from schemas.stored import StoredImage
from schemas.submission import image_key

WINDOW_PIXELS = 200_000_000
"""Of pictures that are decoded at the same time, unless one alone has more: 600 MB, and as much again for the next window."""
IMAGE_PIXELS = 1_600_000
"""… or so many for each image that the engine likes to be handed: 16 processes that read around a GPU like 512, so 820 million,
2.5 GB. That are four photographs of 12 megapixels for each of them; of 200 million each had one, and waited for the slowest."""


def windows(images: Sequence[StoredImage], count: int) -> Iterator[Sequence[StoredImage]]:
    """Slices of at most ``count`` images and so many pixels as memory bears; an image that has more is one by itself."""
    window: list[StoredImage] = []
    pixels = 0
    most = max(WINDOW_PIXELS, count * IMAGE_PIXELS)
    for image in images:
        size = image.width * image.height
        if window and (len(window) == count or pixels + size > most):
            yield window
            window = []
            pixels = 0
        window.append(image)
        pixels += size
    if window:
        yield window


def fetch_pictures(objects: ObjectStore, bucket: str, window: Sequence[StoredImage]) -> list[Pixels | str]:
    """Decoded pictures, in order: uint8 [height, width, RGB].

    A traceback stands in place of one that is missing, broken or not of the size that the ledger says.
    """
    return list(objects.in_order(lambda image: _picture(objects, bucket, image), window))


def pixels_of(data: bytes, image: StoredImage) -> Pixels:
    """A canonical image as an engine takes it: uint8 [height, width, RGB].

    Args:
        data: its bytes.
        image: what is known of it.

    Raises:
        Exception: it is broken.
        ValueError: it is not of the size that is known.
    """
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    if picture.shape[:2] != (image.height, image.width):
        raise ValueError(f"{image_key(image.image_id, image.media_type)} has {picture.shape[1]} × {picture.shape[0]} pixels, "
                         f"in the ledger {image.width} × {image.height}")
    return picture


def _picture(objects: ObjectStore, bucket: str, image: StoredImage) -> Pixels | str:
    key = image_key(image.image_id, image.media_type)
    try:
        return pixels_of(objects.get(bucket, key), image)
    except (ObjectMissing, ObjectUnreadable):
        return traceback.format_exc()
    except SaegimError:
        trace = traceback.format_exc()
        objects.exists(bucket, key)  # raises where it is the store: then no image is at fault
        return trace
    except Exception:
        return traceback.format_exc()
