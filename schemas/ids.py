"""Ids come from content, never from a clock, a counter or a path (design D2)."""

import hashlib
import hmac


def sha256(data: bytes) -> str:
    """Hex digest of bytes."""
    return hashlib.sha256(data).hexdigest()


def digest(*parts: str, length: int = 64) -> str:
    """Hex digest of several strings; the separator keeps ("a", "bc") and ("ab", "c") apart.

    Args:
        *parts: the strings, in an order that matters.
        length: how many hex digits to keep.
    """
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]


def submission_id(bucket: str, key: str, version: str) -> str:
    """Id of one raw object; ``version`` is its version id, or its ETag where the bucket keeps no versions."""
    return digest("submission", bucket, key, version, length=32)


def region_id(image_id: str, reader: str, run: str, index: int) -> str:
    """Id of a region that a model found: 10 hex digits, as ``index``-th of its reading.

    Label Studio keeps it when an annotator edits the region.
    """
    return digest("region", image_id, reader, run, str(index), length=10)


def pseudonym(secret: str, name: str) -> str:
    """Stands for a person wherever data leaves the house: 10 hex digits, the same for ever under one secret."""
    return hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()[:10]


def image_number(image_id: str) -> int:
    """The number that stands for an image in the word index: the first 60 bits of its id."""
    return int(image_id[:15], 16)
