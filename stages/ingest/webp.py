"""WebP files: their chunks, without those that say nothing about the pixels (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

PIXELS = {b"VP8 ", b"VP8L"}
KEPT = PIXELS | {b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
ALPHA = 0x10
"""Flag of ``VP8X``: pixels may be transparent."""
ANIMATION = 0x02
"""Flag of ``VP8X``: there are several frames."""


@dataclass(frozen=True, slots=True)
class Webp:
    """What a WebP is made of.

    Attributes:
        picture: a WebP of the pixels and nothing else.
        lossless: whether it is a lossless still picture.
        exif: EXIF block; empty where there is none.
        icc: colour profile; empty where there is none.
    """

    picture: bytes
    lossless: bool
    exif: bytes
    icc: bytes


def is_webp(data: bytes) -> bool:
    """Whether a file starts like a WebP."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk to the end of the file, whatever length the file says; the last one may be cut off."""
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind, data[at + 8:at + 8 + length]
        at += 8 + length + length % 2


def read_webp(data: bytes) -> Webp:
    """Takes a WebP apart: chunks other than the pixels' may be damaged or cut off, and the length of the whole wrong."""
    found = list(webp_chunks(data))
    others = {kind: body for kind, body in found[::-1] if kind in (b"EXIF", b"ICCP")}
    body = b"".join(_written(kind, body) for kind, body in found if kind in KEPT)
    return Webp(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body, any(kind == b"VP8L" for kind, _ in found),
                others.get(b"EXIF", b""), others.get(b"ICCP", b""))


def _written(kind: bytes, body: bytes) -> bytes:
    if kind == b"VP8X" and body:
        body = bytes([body[0] & (ALPHA | ANIMATION)]) + body[1:]
    return struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)
