"""Pictures come out as their senders see them: turned, coloured, on a ground that shows them (docs/ingest.md)."""

from __future__ import annotations

import io
import struct

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from schemas.submission import Reason, Rejection
from stages.ingest import bmp
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.code_points import CodePoints, from_code_points
from stages.ingest.exif import NOTHING, read_exif
from stages.ingest.limits import Limits
from tests.made_pictures import readable

pytestmark = pytest.mark.slow

PICTURE = readable(0)["a sample of a font"]().resize((200, 60))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def accepted(data: bytes) -> NDArray[np.uint8]:
    result = canonicalise(data, Limits())
    assert isinstance(result, Canonical), result
    return np.asarray(Image.open(io.BytesIO(result.data)).convert("RGB"))


def refused(data: bytes) -> Reason | None:
    result = canonicalise(data, Limits())
    return result.reason if isinstance(result, Rejection) else None


def exif(orientation: int) -> bytes:
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = orientation
    return block.tobytes()


# Transparency

def lettered(colour: tuple[int, int, int, int], ground: tuple[int, int, int, int] = (0, 0, 0, 0)) -> Image.Image:
    """Letters of a colour, with their soft edges, on a ground."""
    opacity = PICTURE.convert("L").point(lambda value: 255 - value)
    image = Image.new("RGBA", PICTURE.size, ground)
    image.paste(colour, (0, 0), opacity)
    return image


@pytest.mark.parametrize(("colour", "ground"), [((255, 255, 255, 255), 0), ((250, 240, 90, 255), 0), ((0, 0, 0, 255), 255),
                                                ((180, 20, 20, 255), 255), ((30, 60, 200, 255), 255)])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "HEIF"])
def test_letters_are_laid_on_what_shows_them(colour: tuple[int, int, int, int], ground: int, kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "HEIF" else {}
    found = accepted(saved(lettered(colour), kind, **options))
    assert abs(int(found[0, -1, 0]) - ground) < 6
    assert np.abs(found.astype(int) - found[0, -1]).max() > 100


def test_a_white_box_with_black_letters_beside_it_is_laid_on_white() -> None:
    image = lettered((0, 0, 0, 255))
    image.paste((255, 255, 255, 255), (120, 20, 190, 50))
    assert (accepted(saved(image, "PNG"))[0, -1] == 255).all()


def test_a_bright_page_on_transparency_is_laid_on_white() -> None:
    """A screenshot of a window with round corners and a margin."""
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    page = readable(0)["white on black"]().convert("L").point(lambda value: 255 - value)
    image.paste(page.crop((80, 280, 440, 540)).convert("RGBA"), (20, 20))
    found = accepted(saved(image, "PNG"))
    assert (found[0, 0] == 255).all()
    assert found.min() < 60


def test_a_palettes_transparency_counts_too() -> None:
    image = lettered((255, 255, 255, 255)).convert("P")
    image.info.clear()
    shares = bytes(0 if number == image.getpixel((199, 0)) else 255 for number in range(256))
    assert (accepted(saved(image, "PNG", transparency=shares))[0, -1] == 0).all()


def test_nothing_visible_is_blank() -> None:
    assert refused(saved(Image.new("RGBA", (100, 100), (9, 9, 9, 0)), "PNG")) is Reason.BLANK


# HEIC

def without_turn(orientation: int) -> bytes:
    """A HEIC with an EXIF orientation and no ``irot``: pillow_heif writes that from EXIF, so EXIF is changed afterwards."""
    data = saved(PICTURE, "HEIF", quality=95, exif=exif(1))
    plain = exif(1)[6:]
    assert plain in data
    return data.replace(plain, exif(orientation)[6:])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_is_turned_once(orientation: int) -> None:
    """By its container; by EXIF where the container says nothing."""
    upright = accepted(saved(PICTURE, "JPEG", quality=95, exif=exif(orientation)))
    for data in (without_turn(orientation), saved(PICTURE, "HEIF", quality=95, exif=exif(orientation))):
        found = accepted(data)
        assert found.shape == upright.shape
        assert np.abs(found.astype(int) - upright).mean() < 6


def test_a_heic_with_several_pictures_is_the_first_one() -> None:
    several = pillow_heif.from_pillow(PICTURE)
    several.add_from_pillow(PICTURE.rotate(180))
    out = io.BytesIO()
    several.save(out, quality=95, primary_index=0)
    assert np.abs(accepted(out.getvalue()).astype(int) - np.asarray(PICTURE)).mean() < 4


def test_a_damaged_heic_is_broken_and_another_format_of_its_family_is_not_taken() -> None:
    """Who sends a damaged HEIC is not told to send HEIC."""
    data = saved(PICTURE, "HEIF", quality=95)
    for cut in (30, 100, len(data) // 2, len(data) - 5):
        assert refused(data[:cut]) is Reason.BROKEN
    assert refused(data[:200] + bytes(100) + data[300:]) is Reason.BROKEN
    for brand in (b"avif", b"mp42", b"qt  "):
        assert refused(b"\0\0\0\x18ftyp" + brand + bytes(12)) is Reason.FORMAT_NOT_TAKEN
    assert refused(b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1" + bytes(40)) is Reason.FORMAT_NOT_TAKEN


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("data", [b"\xff" * 30, b"Exif\0\0II*\0\xff\xff\xff\x7f", b"", b"Exif\0\0"])
def test_exif_that_is_none_says_nothing(data: bytes) -> None:
    assert read_exif(data) == NOTHING
    accepted(saved(PICTURE, "WEBP", lossless=True, exif=data))


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_exif_is_read_or_says_nothing(data: st.DataObject) -> None:
    block = bytearray(exif(6))
    for _ in range(data.draw(st.integers(0, 6))):
        block[data.draw(st.integers(0, len(block) - 1))] = data.draw(st.integers(0, 255))
    found = read_exif(bytes(block[:data.draw(st.integers(0, len(block)))]))
    assert found.orientation in (None, *range(1, 9))


# Colours

def deep(primaries: int, transfer: int, value: int) -> bytes:
    """A 10-bit HEIC of one grey, of 65535, with a black box."""
    pixels = np.full((96, 128, 3), value, np.uint16)
    pixels[20:60, 30:90] = 0
    file = pillow_heif.from_bytes(mode="RGB;16", size=(128, 96), data=pixels.tobytes())
    out = io.BytesIO()
    file.save(out, quality=95, color_primaries=primaries, transfer_characteristics=transfer, matrix_coefficients=9,
              full_range_flag=1)
    return out.getvalue()


@pytest.mark.parametrize(("transfer", "value", "grey"), [
    (16, 0.5807, 245),  # PQ: paper white of 203 cd/m², bent a little to leave room for highlights
    (16, 0.4405, 137),  # 50 cd/m²
    (16, 0.7518, 255),  # 1,000 cd/m²
    (18, 0.75, 245),  # HLG: paper white
    (13, 0.5, 128),  # sRGB's own curve
])
def test_a_heic_of_more_range_is_converted(transfer: int, value: float, grey: int) -> None:
    found = accepted(deep(9, transfer, round(65535 * value)))
    assert np.abs(found[5, 5].astype(int) - grey).max() <= 4
    assert found[40, 60].max() <= 6


def test_wide_primaries_are_converted() -> None:
    """The reddest red of sRGB in the numbers of Display P3, of BT.2020 in light, and the other way."""
    for pixel, primaries in (((234, 51, 35), 12), ((255, 0, 0), 1)):
        found = from_code_points(np.full((4, 4, 3), pixel, np.uint8), CodePoints(primaries, 13))
        assert np.abs(found[0, 0].astype(int) - (255, 0, 0)).max() <= 3
    out = io.BytesIO()
    image = Image.new("RGB", (128, 96), (234, 51, 35))
    image.paste((0, 0, 0), (20, 20, 60, 60))
    pillow_heif.from_pillow(image).save(out, quality=98, color_primaries=12, transfer_characteristics=13, matrix_coefficients=6,
                                        full_range_flag=1)
    assert np.abs(accepted(out.getvalue())[90, 120].astype(int) - (255, 0, 0)).max() <= 6


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.booleans(), st.integers(0, 65535))
def test_any_code_points_convert_grey_to_grey(primaries: int, transfer: int, wide: bool, value: int) -> None:
    pixels = np.full((2, 2, 3), value if wide else value // 257, np.uint16 if wide else np.uint8)
    found = from_code_points(pixels, CodePoints(primaries, transfer))
    assert found.dtype == np.uint8
    assert found.shape == pixels.shape
    assert int(found.max()) - int(found.min()) <= 1


# TIFF

def with_second(first: Image.Image, second: Image.Image, kind: int, **options: object) -> bytes:
    """A TIFF of two pages, of which the second one says what it is (NewSubfileType)."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = kind
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out, True) as writer:
        for image, info in ((first, {}), (second, tags)):
            image.save(writer, "TIFF", tiffinfo=info, **options)
            writer.newFrame()
    return out.getvalue()


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "jpeg"])
def test_a_thumbnail_beside_a_tiffs_page_is_no_page(compression: str) -> None:
    """Whether it says so, as a reduced copy (1) or a mask (4), or is just small and of the same proportions."""
    small, long, like = PICTURE.resize((100, 30)), PICTURE.resize((100, 20)), PICTURE.rotate(180)
    for second, kind in ((small, 1), (small, 0), (like, 1), (like, 4)):
        found = accepted(with_second(PICTURE, second, kind, compression=compression))
        assert np.abs(found.astype(int) - np.asarray(PICTURE)).mean() < 6
    for second, kind in ((like, 0), (like, 2), (small, 2), (long, 0)):
        assert refused(with_second(PICTURE, second, kind, compression=compression)) is Reason.FORMAT_NOT_TAKEN


def test_a_thumbnail_before_the_page_is_no_page() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = 1
    out = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(out, True) as writer:
        for image, info in ((PICTURE.resize((100, 30)), tags), (PICTURE, {})):
            image.save(writer, "TIFF", tiffinfo=info)
            writer.newFrame()
    assert (accepted(out.getvalue()) == np.asarray(PICTURE)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_is_turned_by_its_tag_and_not_by_xmp(orientation: int) -> None:
    upright = accepted(saved(PICTURE, "PNG", exif=exif(orientation)))
    xmp = TiffImagePlugin.ImageFileDirectory_v2()
    xmp[700] = b'<a tiff:Orientation="6"/>'
    xmp.tagtype[700] = 1
    if orientation > 1:
        xmp[274] = orientation
    for compression in ("raw", "tiff_lzw"):
        assert (accepted(saved(PICTURE, "TIFF", tiffinfo=xmp, compression=compression)) == upright).all()


def test_a_tiff_whose_metadata_is_broken_is_taken() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[34665], tags[34853], tags[33723] = 0x7FFFFFF0, 0x7FFFFFF0, b"\xff" * 9
    tags[34675] = b"no profile"
    assert (accepted(saved(PICTURE, "TIFF", tiffinfo=tags)) == np.asarray(PICTURE)).all()
    dangling = bytearray(saved(PICTURE, "TIFF"))
    first = struct.unpack_from("<I", dangling, 4)[0]
    (count,) = struct.unpack_from("<H", dangling, first)
    struct.pack_into("<I", dangling, first + 2 + 12 * count, 0x7FFFFFF0)  # a next page that is not there
    assert (accepted(bytes(dangling)) == np.asarray(PICTURE)).all()


# Bitmaps

def bitmap(rows: bytes, size: tuple[int, int], depth: int, compression: int, fields: tuple[int, ...] = (), palette: bytes = b"",
           length: int = 40) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, *size, 1, depth, compression, len(rows), 0, 0, len(palette) // 4, 0)
    masks = struct.pack(f"<{len(fields)}I", *fields)
    start = 14 + length + len(masks) + len(palette)
    head = info if length == 40 else struct.pack("<IIIHH", 16, *size, 1, depth)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + head + masks + palette + rows


def test_bitmaps_that_pillow_does_not_know_are_read() -> None:
    """As Windows shows them: odd bit fields, two bits a pixel, the short header of OS/2."""
    values = (np.arange(64 * 64).reshape(64, 64) * 2654435761 >> 7).astype(np.uint32)
    blocky = np.kron(values[:8, :8], np.ones((8, 8), np.uint32))
    size, grey = (64, 64), b"".join(bytes([number, number, number, 0]) for number in range(256))
    for depth, masks, dtype in ((16, (0x3, 0x1C, 0x3E0), "<u2"), (32, (0x3FF, 0xFFC00, 0xFFF00000), "<u4"),
                                (32, (0xFF00, 0xFF0000, 0xFF000000), "<u4")):
        stored = (blocky & (0xFFFF if depth == 16 else 0xFFFFFFFF)).astype(dtype)
        found = accepted(bitmap(stored[::-1].tobytes(), size, depth, 3, masks))
        for channel, mask in enumerate(masks):
            shift = (mask & -mask).bit_length() - 1
            expected = ((stored.astype(np.int64) & mask) >> shift) * 255 / (mask >> shift)
            assert np.abs(found[:, :, channel] - expected).max() <= 0.5
    two = bitmap(bytes([0b00_01_10_11] * 16) * 64, size, 2, 0, palette=grey[:4] + grey[320:324] + grey[-8:])
    assert accepted(two)[0, :4, 0].tolist() == [0, 80, 254, 255]
    short = bitmap(bytes([255, 0] * 32) * 64, size, 8, 0, length=16, palette=grey)
    assert accepted(short)[0, :2, 0].tolist() == [255, 0]
    assert refused(bitmap(bytes(16) * 63, size, 2, 0, palette=grey[:16])) is Reason.BROKEN


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 60))
def test_any_bytes_are_a_bitmap_or_not(noise: bytes, start: int) -> None:
    data = bitmap(bytes(64), (4, 4), 32, 3, (1, 2, 4))[:start] + noise
    try:
        width, height = bmp.bmp_size(data)
        if width * height < 1_000_000:
            assert bmp.decode_bmp(data).shape == (height, width, 4)
    except bmp.NotBmp:
        return
