"""PNG and WebP: metadata is never a reason against a picture, and its pixels are proven whole without it."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image

from schemas.submission import Reason, Rejection
from stages.ingest import png, webp
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.limits import Limits
from tests.made_pictures import readable
from tests.profiles import SRGB_CURVE, parametric, profile

pytestmark = pytest.mark.slow

SECRET = b"37.5665N 126.9780E"
PICTURE = readable(0)["a sample of a font"]().resize((200, 60))


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


PLAIN = saved(PICTURE)


def chunk(kind: bytes, body: bytes, checksum: int | None = None) -> bytes:
    value = zlib.crc32(body, zlib.crc32(kind)) if checksum is None else checksum
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", value)


def with_chunk(added: bytes, before: bytes = b"IDAT") -> bytes:
    at = PLAIN.index(before) - 4
    return PLAIN[:at] + added + PLAIN[at:]


def exif(orientation: int) -> bytes:
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = orientation
    return block.tobytes()[6:]


def pixels(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


HUGE = zlib.compress(bytes(3_000_000))
WRONG = 0x12345678
WHOLE = {
    "EXIF that is none": with_chunk(chunk(b"eXIf", b"\0\x08\0\x02" + SECRET)),
    "EXIF with a directory outside": with_chunk(chunk(b"eXIf", b"II*\0\xff\xff\xff\x7f")),
    "EXIF as text that is not hexadecimal": with_chunk(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(
        b"\nexif\n      20\n4d4dzz"))),
    "EXIF as text that turns it": with_chunk(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(
        b"\nexif\n      20\n" + exif(6).hex().encode() + b"\n"))),
    "XMP that turns it": with_chunk(chunk(b"iTXt", b'XML:com.adobe.xmp\0\0\0\0\0<a tiff:Orientation="6"/>')),
    "3 MB of packed text": with_chunk(chunk(b"zTXt", b"Comment\0\0" + HUGE)),
    "3 MB of packed XMP": with_chunk(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + HUGE)),
    "a text with a wrong checksum": with_chunk(chunk(b"tEXt", b"Comment\0" + SECRET, WRONG)),
    "a text that is not packed as it says": with_chunk(chunk(b"zTXt", b"Comment\0\0" + SECRET)),
    "a text behind the pixels with a wrong checksum": with_chunk(chunk(b"tEXt", SECRET, WRONG), b"IEND"),
    "a profile that is none": with_chunk(chunk(b"iCCP", b"x\0\0" + zlib.compress(SECRET))),
    "a profile of 3 MB": with_chunk(chunk(b"iCCP", b"x\0\0" + HUGE)),
    "a profile that is not packed": with_chunk(chunk(b"iCCP", b"x\0\0" + SECRET)),
    "a density of a wrong length": with_chunk(chunk(b"pHYs", b"\0")),
    "a gamma of a wrong length": with_chunk(chunk(b"gAMA", b"\0")),
    "the gamma of sRGB": with_chunk(chunk(b"gAMA", struct.pack(">I", 45455))),
    "a gamma that sRGB outranks": with_chunk(chunk(b"sRGB", b"\0") + chunk(b"gAMA", struct.pack(">I", 100_000))),
    "transparency of a wrong length": with_chunk(chunk(b"tRNS", b"\0\0")),
    "a private chunk": with_chunk(chunk(b"prVt", SECRET)),
    "an animation of no frames": with_chunk(chunk(b"acTL", bytes(8))),
    "an animation of one frame, which is the picture": with_chunk(chunk(b"acTL", b"\0\0\0\1\0\0\0\0") + chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", 0, 200, 60, 0, 0, 1, 1, 0, 0))),
    "no end": PLAIN[:-12],
    "half an end": PLAIN[:-7],
    "bytes behind the end": PLAIN + SECRET,
    "a length behind the pixels that is too long": PLAIN[:-12] + struct.pack(">I4s", 1 << 30, b"tEXt") + SECRET,
    "pixels with a wrong checksum": PLAIN.replace(PLAIN[-16:-12], struct.pack(">I", WRONG)),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_loses_nothing_is_accepted_with_the_same_pixels(name: str) -> None:
    result = canonicalise(WHOLE[name], Limits())
    assert isinstance(result, Canonical), result
    assert (pixels(result.data) == np.asarray(PICTURE)).all()
    assert SECRET not in result.data


@pytest.mark.parametrize(("name", "data"), [
    ("a header with a wrong checksum", PLAIN[:29] + struct.pack(">I", WRONG) + PLAIN[33:]),
    ("no header", PLAIN[:8] + PLAIN[33:]),
    ("no pixels", PLAIN[:33] + chunk(b"IEND", b"")),
    ("pixels cut off", PLAIN[:PLAIN.index(b"IDAT") + 100]),
    ("pixels cut off behind a whole chunk", PLAIN[:33] + chunk(b"IDAT", PLAIN[41:-16][:200]) + chunk(b"IEND", b"")),
    ("a pixel byte changed", PLAIN[:150] + bytes([PLAIN[150] ^ 0x55]) + PLAIN[151:]),
    ("no palette", saved(PICTURE.convert("P")).replace(b"PLTE", b"plTe"))])
def test_what_loses_something_is_broken(name: str, data: bytes) -> None:
    result = canonicalise(data, Limits())
    assert isinstance(result, Rejection), name
    assert result.reason is Reason.BROKEN


def test_further_frames_are_a_format_that_is_not_taken() -> None:
    moving = saved(PICTURE, save_all=True, append_images=[PICTURE.transpose(Image.Transpose.ROTATE_180)], duration=100)
    for data in (moving, saved(PICTURE, "WEBP", save_all=True, append_images=[PICTURE.rotate(180)], duration=100)):
        result = canonicalise(data, Limits())
        assert isinstance(result, Rejection)
        assert result.reason is Reason.FORMAT_NOT_TAKEN


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_kind_of_pixels_comes_out(mode: str) -> None:
    image = Image.fromarray(np.asarray(PICTURE.convert("L")).astype(np.uint16) * 257) if mode == "I;16" else PICTURE.convert(mode)
    result = canonicalise(saved(image), Limits())
    assert isinstance(result, Canonical)
    assert np.abs(pixels(result.data).astype(int) - np.asarray(PICTURE)).mean() < 12


def test_one_grey_of_16_bits_may_be_transparent() -> None:
    grey = np.full((60, 200), 9000, np.uint16)
    grey[20:40, 50:150] = 1000
    out = saved(Image.fromarray(grey))
    at = out.index(b"IDAT") - 4
    result = canonicalise(out[:at] + chunk(b"tRNS", struct.pack(">H", 9000)) + out[at:], Limits())
    assert isinstance(result, Canonical)
    assert (pixels(result.data)[0, 0] == 255).all()
    assert pixels(result.data)[30, 100, 0] == 4


def test_orientation_counts_from_exif() -> None:
    for data in (with_chunk(chunk(b"eXIf", exif(6))), saved(PICTURE, "WEBP", lossless=True, exif=b"Exif\0\0" + exif(6))):
        result = canonicalise(data, Limits())
        assert isinstance(result, Canonical)
        assert (pixels(result.data) == np.rot90(np.asarray(PICTURE), -1)).all()


def test_colours_are_those_that_the_file_means() -> None:
    """In order of rank: cICP, profile, gamma."""
    def grey(added: bytes) -> int:
        image = Image.new("RGB", (64, 64), (128, 128, 128))
        image.paste((0, 0, 0), (10, 10, 30, 30))
        data = saved(image)
        at = data.index(b"IDAT") - 4
        result = canonicalise(data[:at] + added + data[at:], Limits())
        assert isinstance(result, Canonical)
        return int(pixels(result.data)[60, 60, 0])

    linear = profile(parametric(0, 1.0), name="linear")
    assert grey(b"") == 128
    assert grey(chunk(b"gAMA", struct.pack(">I", 100_000))) == 188  # numbers that are light
    assert abs(grey(chunk(b"iCCP", b"x\0\0" + zlib.compress(linear))) - 188) <= 1
    assert grey(chunk(b"cICP", b"\1\x0d\0\1") + chunk(b"iCCP", b"x\0\0" + zlib.compress(linear))) == 128
    assert grey(chunk(b"cICP", b"\1\x08\0\1")) == 188
    assert grey(chunk(b"iCCP", b"x\0\0" + zlib.compress(profile(parametric(*SRGB_CURVE)))) + chunk(
        b"gAMA", struct.pack(">I", 100_000))) == 128


LOSSLESS, LOSSY = saved(PICTURE, "WEBP", lossless=True), saved(PICTURE, "WEBP", quality=90)
EXTENDED = saved(PICTURE, "WEBP", lossless=True, exif=b"Exif\0\0" + exif(1) + SECRET, xmp=SECRET * 9)


@pytest.mark.parametrize("data", [
    EXTENDED, EXTENDED.replace(b"Exif\0\0MM", b"\xff\xff\xff\xff\xff\xff\xff\xff"), EXTENDED[:-20], EXTENDED + SECRET,
    EXTENDED[:4] + b"\0\0\0\0" + EXTENDED[8:], EXTENDED[:4] + b"\xff\xff\xff\x7f" + EXTENDED[8:],
    EXTENDED[:EXTENDED.index(b"EXIF") + 20], LOSSLESS + b"XMP \xff\xff\xff\xff"],
    ids=["as it is", "EXIF that is none", "XMP cut off", "bytes behind it", "no length", "a wrong length", "EXIF cut off",
         "XMP of a wrong length"])
def test_a_webp_is_taken_whatever_its_metadata_is(data: bytes) -> None:
    result = canonicalise(data, Limits())
    assert isinstance(result, Canonical), result
    assert (pixels(result.data) == np.asarray(PICTURE)).all()
    assert SECRET not in result.data
    assert result.image.media_type == "image/png"


def test_a_webp_without_its_last_pixels_is_broken() -> None:
    for data in (LOSSLESS[:-30], LOSSY[:len(LOSSY) // 2], LOSSY[:12]):
        result = canonicalise(data, Limits())
        assert isinstance(result, Rejection)
        assert result.reason is Reason.BROKEN


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([b"tEXt", b"eXIf", b"iCCP", b"prVt", b"zTXt", b"gAMA", b"cICP", b"acTL"]),
                          st.binary(max_size=60), st.booleans()), max_size=5), st.integers(0, 40), st.binary(max_size=10))
def test_chunks_come_back_and_the_picture_is_the_same(added: list[tuple[bytes, bytes, bool]], cut: int, tail: bytes) -> None:
    strange = b"".join(chunk(kind, body, None if whole else WRONG) for kind, body, whole in added)
    data = with_chunk(strange)
    assert [(item.kind, item.body) for item in png.png_chunks(data)][1:-2] == [(kind, body) for kind, body, _ in added]
    found = png.read_png((data + tail)[:-cut] if cut < 12 and not tail and cut else data + tail)
    assert found.picture == png.read_png(PLAIN).picture
    assert not found.doubtful
    result = canonicalise(data, Limits())
    assert isinstance(result, Canonical | Rejection)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(PLAIN)))
def test_any_bytes_are_a_png_or_not(noise: bytes, start: int) -> None:
    try:
        png.read_png(PLAIN[:start] + noise)
    except png.NotPng:
        return


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(12, len(EXTENDED)))
def test_any_bytes_are_read_as_chunks_of_webp(noise: bytes, start: int) -> None:
    data = EXTENDED[:start] + noise
    body = b"".join(kind + content for kind, content in webp.webp_chunks(data))
    assert len(body) <= len(data)
    found = webp.read_webp(data)
    kept = [kind for kind, _ in webp.webp_chunks(data) if kind in webp.KEPT]
    assert [kind for kind, _ in webp.webp_chunks(found.picture)] == kept
