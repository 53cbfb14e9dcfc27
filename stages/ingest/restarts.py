"""Restart intervals of a JPEG's scan: each is decoded without the others, so each can be looked at alone (ITU-T T.81, E.1.4)."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace

from stages.ingest.jpeg import DRI, FRAMES, SEQUENTIAL, SOS, Frame, Jpeg, NotClean, Segment

RESTART = re.compile(rb"\xff[\xd0-\xd7]")
MOST = 5000
"""Intervals that are looked at: a row of blocks each is usual, 190 to 750 of them at 12 megapixels."""
WIDEST = 65_500
"""Pixels; libjpeg's limit."""


def mended(found: Jpeg, trimmed: Callable[[Jpeg], Jpeg]) -> Jpeg:
    """The same picture with its intervals as they should be: nothing behind their last block, their markers in order.

    Args:
        found: a JPEG with one scan.
        trimmed: gives a JPEG of one interval back without what is left over behind its last block; raises ``ValueError``
            where blocks are missing.

    Raises:
        ValueError: blocks are missing, or it is of another kind.
    """
    interval = _interval(found)
    *tables, last = (segment for segment in found.segments if segment.marker != DRI)
    sequential = found.frame.marker in SEQUENTIAL and found.scans == 1 and last.marker == SOS
    if not sequential or last.payload[0] != len(found.frame.factors):
        raise NotClean("restart intervals of more than one scan")
    width, height = _block(found.frame)
    count = math.ceil(found.frame.width / width) * math.ceil(found.frame.height / height)
    parts = RESTART.split(bytes(last.scan))
    if not 0 < interval * width <= WIDEST or len(parts) > MOST or len(parts) != math.ceil(count / interval):
        raise NotClean(f"{len(parts)} restart intervals of {interval} blocks for {count} blocks")
    scan = b""
    for number, part in enumerate(parts):
        blocks = min(interval, count - number * interval)
        alone = _alone(found.frame, tables, replace(last, scan=part), blocks * width, height)
        scan += bytes(trimmed(alone).segments[-1].scan) + bytes([0xFF, 0xD0 + number % 8])
    kept = [segment for segment in found.segments if segment.marker != SOS]
    return replace(found, segments=(*kept, replace(last, scan=scan[:-2])))


def _interval(found: Jpeg) -> int:
    """Blocks (MCUs) between two restart markers."""
    payload = next((segment.payload for segment in found.segments[::-1] if segment.marker == DRI), b"")
    return int.from_bytes(payload[:2])


def _block(frame: Frame) -> tuple[int, int]:
    """Width and height of a block (MCU) in pixels; one component alone has blocks of 8 × 8 whatever its factors say."""
    if len(frame.factors) == 1:
        return 8, 8
    return tuple(8 * max(factors) for factors in zip(*frame.factors.values(), strict=True))


def _alone(frame: Frame, tables: Sequence[Segment], scan: Segment, width: int, height: int) -> Jpeg:
    """A JPEG of one interval, its blocks side by side."""
    size = struct.pack(">HH", height, width)
    sized = [replace(segment, payload=segment.payload[:1] + size + segment.payload[5:]) if segment.marker in FRAMES else segment
             for segment in tables]
    return Jpeg((*sized, scan), replace(frame, width=width, height=height), ended=True)
