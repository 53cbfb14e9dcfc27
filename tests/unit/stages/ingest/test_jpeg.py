"""JPEG: what loses nothing of the picture is mended or passed over, what loses something is broken."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from schemas.submission import Reason, Rejection
from stages.ingest import jpeg
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.limits import Limits
from tests.made_pictures import readable

SECRET = b"37.5665N 126.9780E"


def pixels(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def picture(mode: str = "RGB", size: tuple[int, int] = (330, 250), **options: object) -> bytes:
    out = io.BytesIO()
    colours = np.random.default_rng(1).integers(0, 255, (10, 12, 3)).astype(np.uint8)
    image = Image.fromarray(colours).resize(size, Image.Resampling.BICUBIC)
    image.paste((0, 0, 0), (40, 40, 90, 60))
    image.convert(mode).save(out, "JPEG", quality=85, **options)
    return out.getvalue()


PLAIN, PROGRESSIVE = picture(), picture(progressive=True)
RESTARTS = picture(restart_marker_rows=1)


def before(data: bytes, marker: int, stray: bytes) -> bytes:
    at = data.index(bytes([0xFF, marker]))
    return data[:at] + stray + data[at:]


def with_scan_header(data: bytes, last: bytes) -> bytes:
    at = data.index(b"\xff\xda")
    length = int.from_bytes(data[at + 2:at + 4])
    return data[:at + 2 + length - 3] + last + data[at + 2 + length:]


def restarts(data: bytes) -> list[int]:
    scan = data.index(b"\xff\xda")
    return [scan + match.start() for match in re.finditer(rb"\xff[\xd0-\xd7]", data[scan:])]


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2) + payload


def after_start(payload: bytes, marker: int = 0xE1) -> bytes:
    return PLAIN[:2] + segment(marker, payload) + PLAIN[2:]


WHOLE: dict[str, tuple[bytes, bytes]] = {
    "Samsung's scan header": (PLAIN, with_scan_header(PLAIN, b"\0\0\0")),
    "stray bytes before the quantisation tables": (PLAIN, before(PLAIN, 0xDB, SECRET)),
    "stray bytes before the Huffman tables": (PLAIN, before(PLAIN, 0xC4, b"\0" + SECRET)),
    "stray bytes before the frame": (PLAIN, before(PLAIN, 0xC0, b"\0\0")),
    "stray bytes before the scan": (PLAIN, before(PLAIN, 0xDA, b"\xff\x00\xff\x02ab")),
    "stray bytes after the start": (PLAIN, PLAIN[:2] + SECRET + PLAIN[2:]),
    "stray bytes in a progressive one": (PROGRESSIVE, before(PROGRESSIVE, 0xC4, SECRET)),
    "fill bytes before markers": (PLAIN, before(PLAIN, 0xDB, b"\xff\xff\xff")),
    "one byte behind the last block": (PLAIN, PLAIN[:-2] + b"\0" + PLAIN[-2:]),
    "many bytes behind the last block": (PLAIN, PLAIN[:-2] + SECRET * 9 + PLAIN[-2:]),
    "stuffed zeros behind the last block": (PLAIN, PLAIN[:-2] + b"\xff\0" * 20 + SECRET + PLAIN[-2:]),
    "no end": (PLAIN, PLAIN[:-2]),
    "half an end": (PLAIN, PLAIN[:-1]),
    "a progressive one without an end": (PROGRESSIVE, PROGRESSIVE[:-2]),
    "zeros in place of the end": (PLAIN, PLAIN[:-2] + bytes(600)),
    "no end, and another picture behind it": (PLAIN, PLAIN[:-2] + picture("L")),
    "an archive behind the end": (PLAIN, PLAIN + b"PK\x03\x04" + SECRET),
    "bytes behind the blocks of restart intervals": (
        RESTARTS, RESTARTS[:restarts(RESTARTS)[2]] + SECRET + RESTARTS[restarts(RESTARTS)[2]:restarts(RESTARTS)[5]] + b"\x11"
        + RESTARTS[restarts(RESTARTS)[5]:]),
    "restart markers out of order": (RESTARTS, bytes(
        0xD0 if at - 1 in restarts(RESTARTS) else value for at, value in enumerate(RESTARTS))),
    "EXIF that is none": (PLAIN, after_start(b"Exif\0\0" + SECRET)),
    "EXIF with a directory outside": (PLAIN, after_start(b"Exif\0\0II*\0\xff\xff\xff\x7f")),
    "an index of further pictures that is none": (PLAIN, after_start(b"MPF\0II*\0\x08\0\0\0\xff\xff" + SECRET, 0xE2)),
    "a colour profile that is none": (PLAIN, after_start(b"ICC_PROFILE\0\1\1" + SECRET, 0xE2)),
    "a part of a colour profile": (PLAIN, after_start(b"ICC_PROFILE\0\2\3abc", 0xE2)),
    "Photoshop's resources cut off": (PLAIN, after_start(b"Photoshop 3.0\x008BIM\x04\x04", 0xED)),
    "an unknown JFIF version": (PLAIN, PLAIN.replace(b"JFIF\0\x01", b"JFIF\0\x07", 1)),
    "Adobe's segment cut off": (PLAIN, after_start(b"Adobe\0\x64", 0xEE)),
    "an unknown Adobe transform": (PLAIN, after_start(b"Adobe\0\x64\0\0\0\0\x09", 0xEE)),
    "a marker that nobody defined": (PLAIN, before(PLAIN, 0xDB, b"\xff\x42")),
    "a restart marker between segments": (PLAIN, before(PLAIN, 0xDB, b"\xff\xd3")),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_loses_nothing_is_accepted_with_the_same_pixels(name: str) -> None:
    original, strange = WHOLE[name]
    result = canonicalise(strange, Limits())
    assert isinstance(result, Canonical), result
    assert (pixels(result.data) == pixels(original)).all()
    assert SECRET not in result.data
    assert b"Exif" not in result.data
    again = canonicalise(result.data, Limits())
    assert isinstance(again, Canonical)
    assert again.image.image_id == result.image.image_id


@pytest.mark.parametrize("name", ["one byte behind the last block", "many bytes behind the last block", "no end"])
def test_mended_files_of_one_picture_are_one_image(name: str) -> None:
    """Or bytes behind the last block would make a duplicate look new. Up to seven that libjpeg reads ahead may stay."""
    result, plain = canonicalise(WHOLE[name][1], Limits()), canonicalise(PLAIN, Limits())
    assert isinstance(result, Canonical)
    assert isinstance(plain, Canonical)
    assert 0 <= len(result.data) - len(plain.data) <= 7
    assert result.image.words == plain.image.words


def header(data: bytes, change: Callable[[bytearray], None]) -> bytes:
    """A file whose frame header is changed: its payload begins with precision, height and width."""
    at = data.index(b"\xff\xc0") + 4
    frame = bytearray(data[at:at + 15])
    change(frame)
    return data[:at] + bytes(frame) + data[at + 15:]


def without_scan(data: bytes, number: int) -> bytes:
    found = jpeg.read_jpeg(data)
    scans = [segment for segment in found.segments if segment.marker == jpeg.SOS]
    kept = tuple(segment for segment in found.segments if segment is not scans[number])
    return jpeg.clean(jpeg.Jpeg(kept, found.frame, ended=True))[:-2]


def test_what_loses_something_is_broken() -> None:
    at = restarts(RESTARTS)
    lost = {
        "cut in the middle": PLAIN[:len(PLAIN) // 2],
        "a byte before the end missing": PLAIN[:-6] + PLAIN[-2:],
        "the last bytes missing, no end": PLAIN[:-12],
        "progressive, cut": PROGRESSIVE[:-40],
        "progressive, a scan missing, no end": without_scan(PROGRESSIVE, -1),
        "a row missing": RESTARTS[:at[1]] + RESTARTS[at[2]:],
        "a row cut": RESTARTS[:at[1] + 10] + RESTARTS[at[2]:],
        "no scan": PLAIN[:PLAIN.index(b"\xff\xda")] + b"\xff\xd9",
        "no frame": b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"\xff\xd9",
        "a thumbnail in a block of too short a length": PLAIN[:2] + b"\xff\xe1\x00\x08Exif\0\0" + picture(size=(64, 64))
        + PLAIN[2:],
        "no height": header(PLAIN, lambda frame: frame.__setitem__(slice(1, 3), b"\0\0")),
        "no tables": PLAIN.replace(b"\xff\xdb", b"\xff\xfe"),
    }
    results = {name: canonicalise(data, Limits()) for name, data in lost.items()}
    assert {name: result for name, result in results.items()
            if not isinstance(result, Rejection) or result.reason is not Reason.BROKEN} == {}


def test_twelve_bits_are_a_format_and_no_damage() -> None:
    result = canonicalise(header(PLAIN, lambda frame: frame.__setitem__(0, 12)), Limits())
    assert isinstance(result, Rejection)
    assert result.reason is Reason.FORMAT_NOT_TAKEN


def test_components_of_any_name_are_kept() -> None:
    """Some encoders count from 0; the scan names them alike."""
    found = jpeg.read_jpeg(PLAIN)
    def renamed(item: jpeg.Segment) -> jpeg.Segment:
        payload = bytearray(item.payload)
        first, step, count = {0xC0: (6, 3, 3), jpeg.SOS: (1, 2, 3)}.get(item.marker, (0, 1, 0))
        for number in range(count):
            payload[first + step * number] = payload[first + step * number] - 1
        return jpeg.Segment(item.marker, bytes(payload), item.scan)

    strange = jpeg.clean(jpeg.Jpeg(tuple(map(renamed, found.segments)), found.frame, ended=True))
    result = canonicalise(strange, Limits())
    assert isinstance(result, Canonical)
    assert (pixels(result.data) == pixels(strange)).all()


@pytest.mark.parametrize("strange", [False, True])
def test_cmyk_is_converted_and_metadata_cut(strange: bool) -> None:
    data = picture("CMYK", comment=SECRET)
    result = canonicalise(before(data, 0xDB, SECRET) if strange else data, Limits())
    assert isinstance(result, Canonical)
    assert np.abs(pixels(result.data).astype(int) - pixels(data)).mean() < 4
    assert SECRET not in result.data
    short = canonicalise(data[:-300], Limits())
    assert isinstance(short, Rejection)
    assert short.reason is Reason.BROKEN


def test_an_mpo_whose_second_picture_is_broken_is_its_first() -> None:
    out = io.BytesIO()
    first, second = readable(0)["white on black"](), readable(1)["pale on pale"]()
    first.save(out, "MPO", save_all=True, append_images=[second], quality=90)
    result, cut = canonicalise(out.getvalue(), Limits()), canonicalise(out.getvalue()[:-500], Limits())
    assert isinstance(result, Canonical)
    assert isinstance(cut, Canonical)
    assert cut.image.image_id == result.image.image_id


def exif(orientation: int) -> bytes:
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = orientation
    return block.tobytes()


XMP = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:tiff="http://ns.adobe.com/tiff/1.0/"><a tiff:Orientation="6"/></x:xmpmeta>'


def test_orientation_counts_from_exif_and_not_from_xmp() -> None:
    """Browsers and phones' galleries read EXIF's."""
    for data, size in ((after_start(XMP), (330, 250)), (picture(exif=exif(6)), (250, 330)),
                       (after_start(XMP)[:2] + segment(0xE1, exif(1)) + after_start(XMP)[2:], (330, 250))):
        result = canonicalise(data, Limits())
        assert isinstance(result, Canonical)
        assert (result.image.width, result.image.height) == size
        assert b"xap" not in result.data


def test_a_profile_in_several_parts_is_put_together() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    parts = [profile[:200], profile[200:]]
    body = b"".join(segment(0xE2, jpeg.ICC_HEADER + bytes([number, 2]) + parts[number - 1]) for number in (2, 1))
    assert jpeg.read_jpeg(PLAIN[:2] + body + PLAIN[2:]).icc == profile


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=12)), max_size=3), st.integers(0, 4000), st.booleans())
@example([(2, b"\xff\xd8")], 0, False)
def test_reading_ends_and_cleaning_keeps_no_stray_byte(insertions: list[tuple[int, bytes]], cut: int, progressive: bool) -> None:
    data = PROGRESSIVE if progressive else PLAIN
    for at, stray in insertions:
        data = data[:at] + stray + data[at:]
    data = data[:len(data) - cut]
    try:
        found = jpeg.read_jpeg(data)
    except jpeg.NotClean:
        return
    cleaned = jpeg.clean(found)
    again = jpeg.read_jpeg(cleaned)
    kept, clean = ([item.marker for item in one.segments if item.marker in jpeg.KEPT] for one in (found, again))
    assert clean == kept
    assert {item.marker for item in again.segments} <= jpeg.KEPT | {jpeg.APP0, jpeg.APP14}
    assert jpeg.clean(again) == cleaned
    assert again.ended


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_jpeg_or_not(noise: bytes) -> None:
    try:
        jpeg.read_jpeg(b"\xff\xd8" + noise)
    except jpeg.NotClean:
        return

