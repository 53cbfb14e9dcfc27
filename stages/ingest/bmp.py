"""Bitmaps that Pillow does not know: 16 and 32 bits in unusual fields, 2 bits with a palette, short OS/2 headers."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
"""Lengths of information headers (BITMAPCOREHEADER, OS22X, BITMAPINFOHEADER to V5)."""
PLAIN = 0
"""Compression: none."""
FIELDS = 3
"""Compression: bit fields."""
ALPHA_FIELDS = 6
"""Compression: bit fields with alpha."""
JPEG = 4
"""Compression: a JPEG for printers."""
PNG = 5
"""Compression: a PNG for printers."""
USUAL = {16: (0x7C00, 0x3E0, 0x1F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}


class NotBmp(ValueError):
    """Not a bitmap that this module reads, or it is cut off."""


def bmp_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, by the header.

    Raises:
        NotBmp: there is no such header.
    """
    _, width, height, *_ = _header(data)
    return width, abs(height)


def decode_bmp(data: bytes) -> NDArray[np.uint8]:
    """Pixels: H × W × 4, red, green, blue and opacity.

    Raises:
        NotBmp: it is of another kind, or pixels are missing.
    """
    length, width, height, depth, compression, used = _header(data)
    (start,) = struct.unpack_from("<I", data, 10)
    stride = (width * depth + 31) // 32 * 4
    rows = np.frombuffer(data[start:start + stride * abs(height)], np.uint8)
    if rows.size < stride * abs(height):
        raise NotBmp("pixels are missing")
    rows = rows.reshape(abs(height), stride)[::1 if height < 0 else -1]
    if depth in USUAL and compression in (PLAIN, FIELDS, ALPHA_FIELDS):
        masks = USUAL[depth] if compression == PLAIN else _masks(data, length, compression)
        values = np.ascontiguousarray(rows).view(f"<u{depth // 8}")[:, :width].astype(np.uint32)
        return np.stack([_field(values, mask, 0 if channel < 3 else 255) for channel, mask in enumerate(masks)], axis=-1)
    if depth in (1, 2, 4, 8) and compression == PLAIN:
        palette = _palette(data, length, used or 1 << depth)
        shifts = np.arange(8 - depth, -1, -depth, dtype=np.uint8)
        numbers = (rows[:, :, None] >> shifts & ((1 << depth) - 1)).reshape(len(rows), -1)[:, :width]
        return np.asarray(palette[np.minimum(numbers, len(palette) - 1)], np.uint8)
    raise NotBmp(f"{depth} bits of compression {compression}")


def _header(data: bytes) -> tuple[int, int, int, int, int, int]:
    """Length of the header, width, height (negative: from the top), bits a pixel, compression, colours of the palette."""
    if data[:2] != b"BM" or len(data) < 26:
        raise NotBmp("no bitmap header")
    (length,) = struct.unpack_from("<I", data, 14)
    if length not in HEADERS or len(data) < 14 + length:
        raise NotBmp(f"a header of {length} bytes")
    if length == 12:
        return length, *struct.unpack_from("<HH", data, 18), *struct.unpack_from("<H", data, 24), PLAIN, 0
    width, height, _, depth = struct.unpack_from("<iiHH", data, 18)
    if width <= 0 or height == 0:
        raise NotBmp(f"{width} × {height} pixels")
    compression, used = struct.unpack_from("<I12xI", data, 30) if length >= 40 else (PLAIN, 0)
    return length, width, height, depth, compression, used


def _masks(data: bytes, length: int, compression: int) -> tuple[int, ...]:
    count = 4 if compression == ALPHA_FIELDS or length >= 56 else 3
    if len(data) < 54 + 4 * count:
        raise NotBmp("no bit fields")
    return (*struct.unpack_from(f"<{count}I", data, 54), 0)[:4]


def _field(values: NDArray[np.uint32], mask: int, without: int) -> NDArray[np.uint8]:
    """The bits of a mask as 0 to 255."""
    if not mask:
        return np.full(values.shape, without, np.uint8)
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    return np.asarray((((values & mask) >> shift) / most * 255).round(), np.uint8)


def _palette(data: bytes, length: int, count: int) -> NDArray[np.uint8]:
    bytes_each = 3 if length == 12 else 4
    entries = data[14 + length:14 + length + bytes_each * min(count, 256)]
    if len(entries) < bytes_each:
        raise NotBmp("no palette")
    table = np.frombuffer(entries[:len(entries) // bytes_each * bytes_each], np.uint8).reshape(-1, bytes_each)
    return np.concatenate([table[:, 2::-1], np.full((len(table), 1), 255, np.uint8)], axis=1)
