"""JPEG files: reading their segments as decoders do, and cleaning them without loss (design D1, invariant I6).

The picture's segments stay, everything else goes. What is wrong between the picture's segments and loses nothing of it is
mended on the way, so that whatever a strict decoder still objects to is about the picture.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

SOI = 0xD8
"""Start of image."""
EOI = 0xD9
"""End of image."""
SOS = 0xDA
"""Start of scan."""
DRI = 0xDD
"""Restart interval."""
APP0 = 0xE0
"""JFIF."""
APP1 = 0xE1
"""EXIF, XMP."""
APP2 = 0xE2
"""Colour profile, MPF."""
APP14 = 0xEE
"""Adobe."""
COM = 0xFE
"""Comment."""
SHOWN_FRAMES = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive Huffman frames: what browsers show."""
SEQUENTIAL = {0xC0, 0xC1, 0xC9}
FRAMES = SHOWN_FRAMES | {0xC3, 0xC9, 0xCA}
"""The above, and lossless and arithmetic ones, which are decoded and encoded again."""
KEPT = FRAMES | {0xC4, 0xCC, 0xDB, DRI, SOS}
"""Frame, Huffman tables, arithmetic conditioning, quantisation tables, restart interval, scan."""
MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xef\xfe]")
"""Start, end, and the markers that a length follows; another byte after 0xFF begins no segment."""
ADOBE_LENGTH = 12
JFIF_HEADER = b"JFIF\x00"
EXIF_HEADER = b"Exif\x00\x00"
ICC_HEADER = b"ICC_PROFILE\x00"
SAMPLINGS = {(1, 1): "444", (2, 1): "422", (2, 2): "420"}
"""Chroma subsamplings by the first component's factors, where those of the others are 1."""


class NotClean(ValueError):
    """It is no JPEG, or parts of the picture are missing."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment: the marker's low byte, its payload, and for a scan the entropy-coded bytes after it."""

    marker: int
    payload: bytes
    scan: bytes | memoryview = b""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a frame header says.

    Attributes:
        marker: kind of the frame (``FRAMES``).
        precision: bits a channel.
        width: pixels.
        height: pixels.
        factors: horizontal and vertical sampling factor of each component, by its id.
    """

    marker: int
    precision: int
    width: int
    height: int
    factors: dict[int, tuple[int, int]]

    @property
    def sampling(self) -> str:
        """Chroma subsampling as encoders name it; 444 where it is another one."""
        first, *others = self.factors.values()
        return SAMPLINGS.get(first, "444") if others and set(others) == {(1, 1)} else "444"


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A JPEG's segments up to its end.

    Attributes:
        segments: in their order; stray bytes between them are left out.
        frame: the frame header.
        ended: whether its end is marked.
    """

    segments: tuple[Segment, ...]
    frame: Frame
    ended: bool

    @property
    def scans(self) -> int:
        """How many scans it has; a progressive bomb has hundreds in few bytes."""
        return sum(segment.marker == SOS for segment in self.segments)

    @property
    def exif(self) -> bytes:
        """The EXIF block, empty where there is none."""
        return b"".join(segment.payload[6:] for segment in self.segments
                        if segment.marker == APP1 and segment.payload.startswith(EXIF_HEADER))

    @property
    def icc(self) -> bytes:
        """The colour profile, its parts put together by their numbers; empty where there is none."""
        parts = {segment.payload[12]: segment.payload[14:] for segment in self.segments
                 if segment.marker == APP2 and segment.payload.startswith(ICC_HEADER) and len(segment.payload) > 14}
        return b"".join(parts[number] for number in sorted(parts))

    @property
    def adobe(self) -> bool:
        """Whether Adobe's segment says how its colours are coded."""
        return any(_is_adobe(segment) for segment in self.segments)


def read_jpeg(data: bytes) -> Jpeg:
    """Reads the segments between SOI and the end, as libjpeg does: bytes that begin no segment are passed over.

    Raises:
        NotClean: it is not a JPEG, it has no frame or more than one, or parts of the picture are missing as far as that
            can be told without decoding.
    """
    if data[:2] != b"\xff\xd8":
        raise NotClean("no JPEG start")
    ends = _scan_ends(data)
    found: list[Segment] = []
    scanned = ended = False
    at = 2
    while match := MARKER.search(data, at):
        marker = data[match.start() + 1]
        at = match.end()
        if marker == EOI or (marker == SOI and scanned):  # another picture begins where this one's end is missing
            ended = marker == EOI
            break
        if marker == SOI:  # what follows may be a thumbnail out of broken metadata, and is not the picture
            raise NotClean("a picture within its header")
        length = int.from_bytes(data[at:at + 2])
        if length < 2 or at + length > len(data):
            if scanned:
                break
            raise NotClean(f"cut off in segment {marker:#x}")
        payload = data[at + 2:at + length]
        at += length
        if marker != SOS:
            found.append(Segment(marker, payload))
            continue
        which = int(np.searchsorted(ends, at))
        end = int(ends[which]) if which < len(ends) else len(data)
        found.append(Segment(marker, payload, memoryview(data)[at:end]))
        scanned = True
        at = end
    frame = _frame(found)
    _check_scans(found, frame, ended)
    return Jpeg(tuple(found), frame, ended)


def clean(jpeg: Jpeg) -> bytes:
    """The same picture, bit for bit, without anything that is not the picture.

    Kept are the frame, its tables and scans, a bare JFIF header and Adobe's colour transform. EXIF, XMP, ICC, comments,
    thumbnails, stray bytes, further pictures and whatever follows the end are dropped. Header fields that decoders pass
    over with a warning get the values that decoders take for them: the spectral range of a sequential scan (Samsung
    writes 0 to 0), the JFIF version, Adobe's transform.
    """
    out: list[bytes | memoryview] = [b"\xff\xd8"]
    for segment in jpeg.segments:
        payload = segment.payload
        if segment.marker == APP0 and payload.startswith(JFIF_HEADER) and len(payload) >= 14:
            version = payload[5:7] if payload[5] == 1 else b"\x01\x01"
            payload = JFIF_HEADER + version + payload[7:12] + b"\x00\x00"  # the same density, no thumbnail
        elif _is_adobe(segment):
            payload = payload[:ADOBE_LENGTH - 1] + bytes([_transform(payload, len(jpeg.frame.factors))])
        elif segment.marker not in KEPT:
            continue
        elif segment.marker == SOS and jpeg.frame.marker in SEQUENTIAL:
            payload = payload[:-3] + b"\x00\x3f\x00"
        out += [struct.pack(">BBH", 0xFF, segment.marker, len(payload) + 2), payload, segment.scan]
    return b"".join(out) + b"\xff\xd9"


def shortened(jpeg: Jpeg, count: int) -> Jpeg:
    """Takes bytes from the end of the last scan: those that a decoder found left over after the last block."""
    *others, last = jpeg.segments[:_last_scan(jpeg) + 1]
    return replace(jpeg, segments=(*others, replace(last, scan=last.scan[:max(0, len(last.scan) - count)])))


def _last_scan(jpeg: Jpeg) -> int:
    return max(number for number, segment in enumerate(jpeg.segments) if segment.marker == SOS)


def _is_adobe(segment: Segment) -> bool:
    return segment.marker == APP14 and segment.payload.startswith(b"Adobe") and len(segment.payload) >= ADOBE_LENGTH


def _transform(payload: bytes, components: int) -> int:
    """Adobe's colour transform; one that is not defined counts as YCbCr or YCCK, as in libjpeg."""
    usual = 2 if components == 4 else 1
    return payload[ADOBE_LENGTH - 1] if payload[ADOBE_LENGTH - 1] in (0, usual) else usual


def _frame(found: Sequence[Segment]) -> Frame:
    frames = [segment for segment in found if segment.marker in range(0xC0, 0xD0) and segment.marker not in (0xC4, 0xC8, 0xCC)]
    if len(frames) != 1:
        raise NotClean(f"{len(frames)} frames")
    marker = frames[0].marker
    payload = frames[0].payload
    if marker not in FRAMES:
        raise NotClean(f"frame type {marker:#x}")
    if len(payload) < 6 or len(payload) != 6 + 3 * payload[5] or not payload[5]:
        raise NotClean("a frame header of a wrong length")
    precision, height, width = struct.unpack_from(">BHH", payload)
    if not width or not height:
        raise NotClean(f"{width} × {height} pixels")
    factors = {payload[at]: (payload[at + 1] >> 4, payload[at + 1] & 15) for at in range(6, len(payload), 3)}
    return Frame(marker, precision, width, height, factors)


def _check_scans(found: Sequence[Segment], frame: Frame, ended: bool) -> None:
    """Raises ``NotClean`` where scans are missing.

    A component without any; and, where the end is missing too, scans of a progressive picture that do not come down to the
    last bit.
    """
    left = {component: np.full(64, 99) for component in frame.factors}
    for segment in found:
        if segment.marker != SOS:
            continue
        payload = segment.payload
        if len(payload) < 4 or len(payload) != 4 + 2 * payload[0]:
            raise NotClean("a scan header of a wrong length")
        first, last, low = (payload[-3], payload[-2], payload[-1] & 15) if frame.marker in (0xC2, 0xCA) else (0, 63, 0)
        for component in payload[1:-3:2]:
            if component in left:
                left[component][first:last + 1] = low
    if any(bits[0] == 99 for bits in left.values()) or (not ended and any(bits.any() for bits in left.values())):
        raise NotClean("scans are missing")


def _scan_ends(data: bytes) -> NDArray[np.intp]:
    """Where entropy-coded data could end: every 0xFF that neither a stuffed zero, a restart marker nor another 0xFF follows."""
    values = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(values[:-1] == 0xFF)
    following = values[at + 1]
    return np.asarray(at[(following != 0) & (following != 0xFF) & ((following < 0xD0) | (following > 0xD7))], np.intp)
