"""What a picture's file holds beside the picture: found by its segments and chunks, not by a library that may overlook some."""

from __future__ import annotations

import struct

JPEG_FORBIDDEN = {0xFE: "a comment", 0xE1: "EXIF or XMP", 0xED: "IPTC", 0xE2: "an APP2 segment"}
PNG_ALLOWED = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"}


def metadata_in(data: bytes) -> list[str]:
    """Names of what should not be there; empty where there is nothing."""
    if data[:2] == b"\xff\xd8":
        return _in_jpeg(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _in_png(data)
    return ["no JPEG and no PNG"]


def _in_jpeg(data: bytes) -> list[str]:
    found, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in (0xD9, 0xDA):
            break
        if marker in JPEG_FORBIDDEN:
            found.append(JPEG_FORBIDDEN[marker])
        at += 2 + struct.unpack("!H", data[at + 2:at + 4])[0]
    end = data.rfind(b"\xff\xd9")
    if end != len(data) - 2:
        found.append("bytes after the end of the picture")
    return found


def _in_png(data: bytes) -> list[str]:
    found, at = [], 8
    while at + 8 <= len(data):
        size, name = struct.unpack("!I4s", data[at:at + 8])
        if name not in PNG_ALLOWED:
            found.append(f"a chunk {name.decode('latin-1')}")
        at += 12 + size
    return found
