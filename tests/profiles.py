"""Colour profiles as phones write them, for tests and benchmarks: ICC.1:2022, matrix and curves."""

from __future__ import annotations

import struct

P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
SRGB_CURVE = (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def s15(*values: float) -> bytes:
    return b"".join(round(value * 65536).to_bytes(4, "big", signed=True) for value in values)


def parametric(kind: int, *values: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + s15(*values)


def table(*values: int) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


def profile(curve: bytes, colorants: tuple[tuple[float, float, float], ...] = P3, name: str = "Display P3") -> bytes:
    """A matrix profile as phones write it."""
    text = name.encode("utf-16-be")
    label = b"mluc\0\0\0\0\0\0\0\1\0\0\0\x0cenUS" + struct.pack(">II", len(text), 28) + text
    tags = {b"desc": label, b"cprt": label, b"wtpt": b"XYZ \0\0\0\0" + s15(0.9642, 1.0, 0.8249)}
    for channel, colorant in zip("rgb", colorants, strict=True):
        tags[f"{channel}XYZ".encode()] = b"XYZ \0\0\0\0" + s15(*colorant)
        tags[f"{channel}TRC".encode()] = curve
    entries, body, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for tag, data in tags.items():
        padded = data + b"\0" * (-len(data) % 4)
        entries += tag + struct.pack(">II", at, len(data))
        body, at = body + padded, at + len(padded)
    head = struct.pack(">I", at) + b"\0\0\0\0\4\0\0\0mntrRGB XYZ " + b"\0" * 12 + b"acsp" + b"\0" * 28
    return head + s15(0.9642, 1.0, 0.8249) + b"\0" * 48 + entries + body
