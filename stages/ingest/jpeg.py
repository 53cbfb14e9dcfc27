"""Lossless cleaning of JPEG files: the picture's segments stay, everything else goes (design D1, invariant I6)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SOI, EOI, SOS, APP0, APP14, COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE, 0xFE
FRAMES = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive Huffman frames: what browsers show. Lossless and arithmetic ones are re-encoded."""
KEPT = FRAMES | {0xC4, 0xDB, 0xDD, SOS}
"""Frame, Huffman tables, quantisation tables, restart interval, scan."""
ADOBE_LENGTH = 12
JFIF_HEADER = b"JFIF\x00"


class NotClean(ValueError):
    """The file's structure is not one that can be cleaned without decoding it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment: the marker's low byte, its payload, and for a scan the entropy-coded bytes after it."""

    marker: int
    payload: bytes
    scan: bytes | memoryview = b""


def segments(data: bytes) -> list[Segment]:
    """Reads the segments between SOI and the first EOI.

    Raises:
        NotClean: it is not a JPEG, or it is cut off.
    """
    if data[:2] != b"\xff\xd8":
        raise NotClean("no JPEG start")
    ends = _scan_ends(data)
    found: list[Segment] = []
    at = 2
    while True:
        while data[at:at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if at + 2 > len(data) or data[at] != 0xFF:
            raise NotClean(f"no marker at byte {at}")
        marker = data[at + 1]
        at += 2
        if marker == EOI:
            return found
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        if at + 2 > len(data):
            raise NotClean("cut off in a segment's length")
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2 or at + length > len(data):
            raise NotClean("cut off in a segment")
        payload = data[at + 2:at + length]
        at += length
        if marker != SOS:
            found.append(Segment(marker, payload))
            continue
        which = int(np.searchsorted(ends, at))
        if which == len(ends):
            raise NotClean("cut off in a scan")
        end = int(ends[which])
        found.append(Segment(marker, payload, memoryview(data)[at:end]))
        at = end


def scan_count(data: bytes) -> int:
    """How many scans a JPEG holds; a progressive bomb holds hundreds in few bytes. Of a broken one, an upper bound."""
    try:
        return sum(segment.marker == SOS for segment in segments(data))
    except NotClean:
        return data.count(b"\xff\xda")


def clean(data: bytes) -> bytes:
    """The same picture, bit for bit, without anything that is not the picture.

    Kept are the frame, its tables and scans, a bare JFIF header and Adobe's colour transform. EXIF, XMP, ICC,
    comments, thumbnails, further pictures and whatever follows the end are dropped.

    Raises:
        NotClean: its structure is broken or of a kind that is to be re-encoded.
    """
    out: list[bytes | memoryview] = [b"\xff\xd8"]
    framed = False
    for segment in segments(data):
        payload = segment.payload
        if segment.marker == APP0 and payload.startswith(JFIF_HEADER) and len(payload) >= 14:
            payload = payload[:12] + b"\x00\x00"  # the same density, no thumbnail
        elif segment.marker == APP14 and payload.startswith(b"Adobe") and len(payload) >= ADOBE_LENGTH:
            payload = payload[:ADOBE_LENGTH]
        elif segment.marker not in KEPT:
            if segment.marker in range(0xC0, 0xD0):
                raise NotClean(f"frame type {segment.marker:#x}")
            continue
        if segment.marker in FRAMES:
            if framed:
                raise NotClean("more than one frame")
            framed = True
        out += [struct.pack(">BBH", 0xFF, segment.marker, len(payload) + 2), payload, segment.scan]
    if not framed:
        raise NotClean("no frame")
    return b"".join(out) + b"\xff\xd9"


def _scan_ends(data: bytes) -> NDArray[np.intp]:
    """Where entropy-coded data could end: every 0xFF that neither a stuffed zero, a restart marker nor another 0xFF follows."""
    values = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(values[:-1] == 0xFF)
    following = values[at + 1]
    return np.asarray(at[(following != 0) & (following != 0xFF) & ((following < 0xD0) | (following > 0xD7))], np.intp)
