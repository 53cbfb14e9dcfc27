"""PNG files: their chunks, without those that say nothing about the pixels (W3C PNG, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

START = b"\x89PNG\r\n\x1a\n"
MOST = 1 << 20
"""Bytes of a colour profile once unpacked: those of cameras and printers have 3 KB to 1 MB."""
NEAR_SRGB = (0.43, 0.48)
"""Exponents of ``gAMA`` that mean sRGB: most files say 1/2.2."""
TRANSPARENCY = {0: 2, 2: 6}
"""Length of ``tRNS`` by colour type, where it is one colour; type 3 has up to 256 bytes."""


class NotPng(ValueError):
    """Its header or its pixels are not there or damaged."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its kind, its body, and whether its checksum is right."""

    kind: bytes
    body: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Png:
    """What a PNG is made of.

    Attributes:
        picture: a PNG of the first picture's pixels and nothing else.
        doubtful: whether a pixel chunk has a wrong checksum: then ``prove`` it before it is decoded.
        width: pixels.
        height: pixels.
        animated: whether further frames follow the picture.
        exif: EXIF block; empty where there is none.
        icc: colour profile; empty where there is none, or it cannot be read.
        primaries: code points of ``cICP`` (ITU-T H.273); 0 without.
        transfer: the same of the transfer characteristics.
        gamma: of ``gAMA``, as the exponent of encoding; 0 without, or where a chunk that outranks it is there.
    """

    picture: bytes
    doubtful: bool
    width: int
    height: int
    animated: bool
    exif: bytes
    icc: bytes
    primaries: int
    transfer: int
    gamma: float


def png_chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks up to ``IEND``, the end of the file, or a chunk that the file does not hold whole (its part comes last).

    Raises:
        NotPng: it does not start like a PNG.
    """
    if not data.startswith(START):
        raise NotPng("no PNG start")
    at = len(START)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        at += 8 + length
        yield Chunk(kind, body, int.from_bytes(data[at:at + 4]) == zlib.crc32(body, zlib.crc32(kind)))
        at += 4
        if kind == b"IEND":
            return


def read_png(data: bytes) -> Png:
    """Takes a PNG apart. Chunks other than the pixels' may be damaged, repeated or huge; the last ones may be missing.

    Raises:
        NotPng: the header, the palette or the pixels are not there.
    """
    found = list(png_chunks(data))
    if not found or found[0].kind != b"IHDR" or len(found[0].body) != 13 or not found[0].whole:
        raise NotPng("no header")
    header = found[0].body
    width, height, _, colour = struct.unpack_from(">IIBB", header)
    whole: dict[bytes, bytes] = {}
    for chunk in found:
        if chunk.whole:
            whole.setdefault(chunk.kind, chunk.body)
    palette = whole.get(b"PLTE", b"")
    transparency = whole.get(b"tRNS", b"")
    if colour == 3 and not palette:
        raise NotPng("no palette")
    pixels = [chunk for chunk in found if chunk.kind == b"IDAT"]
    if not pixels:
        raise NotPng("no pixels")
    kept = [Chunk(b"IHDR", header)]
    if palette and colour in (2, 3, 6):
        kept.append(Chunk(b"PLTE", palette))
    if (colour == 3 and transparency) or len(transparency) == TRANSPARENCY.get(colour, -1):
        kept.append(Chunk(b"tRNS", transparency[:256]))
    kept += [Chunk(b"IDAT", b"".join(chunk.body for chunk in pixels)), Chunk(b"IEND", b"")]
    primaries, transfer = _coded(whole.get(b"cICP", b""))
    gamma = whole.get(b"gAMA", b"") if not primaries and b"iCCP" not in whole and b"sRGB" not in whole else b""
    return Png(
        picture=START + b"".join(_written(chunk) for chunk in kept), doubtful=not all(chunk.whole for chunk in pixels),
        width=width, height=height, animated=_is_animated(whole.get(b"acTL", b"")) and any(c.kind == b"fdAT" for c in found),
        exif=whole.get(b"eXIf", b""), icc=_profile(whole.get(b"iCCP", b"")), primaries=primaries, transfer=transfer,
        gamma=int.from_bytes(gamma) / 100_000 if len(gamma) == 4 else 0.0)


def _is_animated(control: bytes) -> bool:
    """Whether ``acTL`` gives a number of frames that is valid; else browsers show the picture alone."""
    return len(control) == 8 and 0 < int.from_bytes(control[:4]) < 1 << 31


def _written(chunk: Chunk) -> bytes:
    checksum = zlib.crc32(chunk.body, zlib.crc32(chunk.kind))
    return struct.pack(">I4s", len(chunk.body), chunk.kind) + chunk.body + struct.pack(">I", checksum)


def prove(png: Png) -> None:
    """Unpacks the pixels of a picture to see whether they are whole by the checksum of their own (Adler-32, zlib).

    Raises:
        NotPng: they are damaged or cut off, or more than 64 bits a pixel and a byte a row.
    """
    packed = next(chunk.body for chunk in png_chunks(png.picture) if chunk.kind == b"IDAT")
    unpacker = zlib.decompressobj()
    most = 8 * png.width * png.height + 8 * png.height + 8
    try:
        while packed and most > 0 and not unpacker.eof:
            most -= len(unpacker.decompress(packed, MOST))
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise NotPng(f"damaged pixels: {error}") from None
    if not unpacker.eof:
        raise NotPng("damaged pixels")


def _profile(body: bytes) -> bytes:
    _, _, packed = body.partition(b"\0")
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MOST)
    except zlib.error:
        return b""
    return profile if unpacker.eof else b""


def _coded(body: bytes) -> tuple[int, int]:
    return (body[0], body[1]) if len(body) == 4 and body[2] == 0 else (0, 0)
