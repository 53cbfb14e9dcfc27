"""Opening a stranger's file: what it is, how large, which way up, and how its pixels become 8-bit sRGB.

Metadata is never a reason against a picture: JPEG, PNG and WebP are taken apart first and decoded without it, and of the
others an unreadable block says nothing.
"""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import PIL
import pillow_heif
from PIL import ExifTags, Image, TiffImagePlugin

from schemas.submission import Reason, Rejection
from stages.ingest import bmp, jpeg, png, tiff, webp
from stages.ingest.code_points import CodePoints, by_gamma, from_code_points
from stages.ingest.colour import Rgb, converted, is_srgb, to_srgb
from stages.ingest.exif import NOTHING, Exif, exif_of, read_exif
from stages.ingest.jpeg_pixels import decode_whole
from stages.ingest.transparency import laid_on_ground

pillow_heif.register_heif_opener()  # for whoever opens a raw file by Pillow: thumbnails, benchmarks

KNOWN_OTHERS = (b"GIF8", b"%PDF", b"8BPS", b"\x00\x00\x01\x00", b"\x00\x00\x00\x0cJXL ", b"\xff\x0a", b"%!PS",
                b"\x00\x00\x00\x0cjP  ")
TIFF_STARTS = {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
HEIF_BRANDS = HEIC_BRANDS | {b"mif1", b"msf1"}
OTHER_BRANDS = {b"avif", b"avis"}
BITS = 258
"""TIFF's tag of the bits a channel."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that says to be a picture. Nothing of its pixels is decoded yet.

    Attributes:
        format: JPEG, PNG, WEBP, HEIF, BMP or TIFF.
        width: pixels, before turning.
        height: pixels, before turning.
        several: whether it shows further pictures: an animation, pages.
        exif: what its metadata says.
        orientation: how its pixels are to be turned (EXIF's numbers).
        lossless: whether its pixels were stored without loss.
        sampling: chroma subsampling for encoding it again.
        pixels: decodes it to 8-bit sRGB, before turning.
        jpeg: its segments, where it is a JPEG that can stay as it is.
        scans: of a JPEG.
    """

    format: str
    width: int
    height: int
    several: bool
    exif: Exif
    orientation: int
    lossless: bool
    sampling: str
    pixels: Callable[[], Rgb]
    jpeg: jpeg.Jpeg | None = None
    scans: int = 1


def open_picture(raw: bytes) -> Picture | Rejection:
    """Opens a file by its content.

    Raises:
        Exception: it is damaged; decoders answer bad bytes with whatever they run into.
    """
    if raw.startswith(b"\xff\xd8"):
        return _open_jpeg(raw)
    if raw.startswith(png.START):
        return _open_png(raw)
    if webp.is_webp(raw):
        return _open_webp(raw)
    if raw[4:8] == b"ftyp":
        return _open_heif(raw)
    if raw[:4] in TIFF_STARTS:
        return _open_tiff(raw)
    if raw.startswith(b"BM"):
        return _open_bmp(raw)
    if raw.startswith(KNOWN_OTHERS) or raw[:100].lstrip().startswith((b"<svg", b"<?xml")):
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"starts with {raw[:12]!r}")
    return Rejection(Reason.NOT_AN_IMAGE, f"starts with {raw[:12]!r}")


def _open_jpeg(raw: bytes) -> Picture | Rejection:
    found = jpeg.read_jpeg(raw)
    frame = found.frame
    exif = read_exif(found.exif)
    if frame.precision != 8:
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"a JPEG of {frame.precision} bits a channel")
    orientation = exif.orientation or 1
    as_it_is = orientation == 1 and frame.marker in jpeg.SHOWN_FRAMES and len(frame.factors) in (1, 3) and is_srgb(found.icc)
    return Picture("JPEG", frame.width, frame.height, False, exif, orientation, False, frame.sampling,
                   functools.partial(_jpeg_pixels, found), found if as_it_is else None, found.scans)


def _jpeg_pixels(found: jpeg.Jpeg) -> Rgb:
    if len(found.frame.factors) == 4:
        _, inverted = decode_whole(found, "CMYK")  # all CMYK JPEGs are stored inverted, as Adobe does
        image = Image.fromarray(255 - inverted, "CMYK")
        by_profile = converted(image, found.icc) if found.icc else None
        return np.asarray(by_profile or image.convert("RGB"))
    # Chroma of half the size is repeated, not smoothed: the encoder, halving it again, gets back what was in the file.
    _, pixels = decode_whole(found, "RGB", fastupsample=found.frame.sampling in ("422", "420"))
    return pixels if is_srgb(found.icc) else to_srgb(pixels, found.icc)


def _open_png(raw: bytes) -> Picture:
    found = png.read_png(raw)
    exif = read_exif(found.exif)
    return Picture("PNG", found.width, found.height, found.animated, exif, exif.orientation or 1, True, "444",
                   functools.partial(_png_pixels, found))


def _png_pixels(found: png.Png) -> Rgb:
    if found.doubtful:
        png.prove(found)
    with Image.open(io.BytesIO(found.picture), formats=["PNG"]) as image:
        pixels = _rgb(image)
    points = CodePoints(found.primaries, found.transfer)
    if found.primaries:
        return pixels if points.is_srgb else from_code_points(pixels, points)
    if found.icc:
        return pixels if is_srgb(found.icc) else to_srgb(pixels, found.icc)
    return by_gamma(pixels, found.gamma) if found.gamma and not png.NEAR_SRGB[0] < found.gamma < png.NEAR_SRGB[1] else pixels


def _open_webp(raw: bytes) -> Picture:
    found = webp.read_webp(raw)
    exif = read_exif(found.exif)
    image = Image.open(io.BytesIO(found.picture), formats=["WEBP"])

    def pixels() -> Rgb:
        decoded = _rgb(image)
        return decoded if is_srgb(found.icc) else to_srgb(decoded, found.icc)

    return Picture("WEBP", *image.size, getattr(image, "n_frames", 1) > 1, exif, exif.orientation or 1, found.lossless,
                   "444" if found.lossless else "420", pixels)


def _open_heif(raw: bytes) -> Picture | Rejection:
    """HEIC. The container's own turn is applied by libheif.

    EXIF's counts only where the container has none: it is then the only word on which way is up (docs/ingest.md).
    """
    brands = {raw[at:at + 4] for at in (8, *range(16, int.from_bytes(raw[:4]), 4))} if raw[:4] < b"\0\0\1\0" else {raw[8:12]}
    if not brands & HEIF_BRANDS or (brands & OTHER_BRANDS and not brands & HEIC_BRANDS):
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"starts with {raw[:12]!r}")
    file = pillow_heif.open_heif(raw)
    image = file[file.primary_index]
    exif = read_exif(image.info.get("exif"))
    turned = any(kind in ("irot", "imir") for kind, *_ in image._c_image.transformations)
    icc = image.info.get("icc_profile") or b""
    nclx = image.info.get("nclx_profile") or {}
    points = CodePoints(nclx.get("color_primaries", 1), nclx.get("transfer_characteristics", 13))

    def pixels() -> Rgb:
        if not icc and points.wide and image.info["bit_depth"] > 8 and image.mode == "RGB":
            deep = pillow_heif.open_heif(raw, convert_hdr_to_8bit=False)
            return from_code_points(np.asarray(deep[deep.primary_index]), points)
        decoded = _rgb(image.to_pillow())
        if icc:
            return decoded if is_srgb(icc) else to_srgb(decoded, icc)
        return from_code_points(decoded, points)

    width, height = image.size
    return Picture("HEIF", width, height, False, exif, 1 if turned else exif.orientation or 1, False, "420", pixels)


def _open_tiff(raw: bytes) -> Picture | Rejection:
    """TIFF: its first page that is not a reduced copy. Pillow turns it while it loads."""
    try:
        pages = tiff.pages_of(TiffImagePlugin.TiffImageFile(io.BytesIO(raw)))
    except SyntaxError:
        if not tiff.is_whole(raw):
            raise
        return Rejection(Reason.FORMAT_NOT_TAKEN, "a kind of TIFF that is not read")
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(raw))
    image.seek(pages[0])
    if image.mode == "F":
        return Rejection(Reason.FORMAT_NOT_TAKEN, "floating-point pixels")
    image.info.pop("xmp", None)
    exif = NOTHING
    with contextlib.suppress(Exception):
        exif = exif_of(image.getexif())
    block = image.getexif()
    for tag in list(block):  # what is broken in it would stop Pillow where it turns the picture
        while tag in block:
            del block[tag]
    if exif.orientation:
        block[ExifTags.Base.Orientation] = exif.orientation
    icc: bytes = image.info.get("icc_profile") or b""
    bits = image.tag_v2.get(BITS, (16,))[0]

    def pixels() -> Rgb:
        decoded = _rgb(image, bits)
        return decoded if is_srgb(icc) or image.mode == "CMYK" else to_srgb(decoded, icc)

    return Picture("TIFF", *image.size, len(pages) > 1, exif, 1, True, "444", pixels)


def _open_bmp(raw: bytes) -> Picture | Rejection:
    try:
        image = Image.open(io.BytesIO(raw), formats=["BMP"])
    except (PIL.UnidentifiedImageError, OSError):
        compression = raw[30:34]
        if compression in (b"\4\0\0\0", b"\5\0\0\0"):
            return Rejection(Reason.FORMAT_NOT_TAKEN, "a JPEG or PNG in a bitmap's header")
        return Picture("BMP", *bmp.bmp_size(raw), False, NOTHING, 1, True, "444",
                       lambda: laid_on_ground(Image.fromarray(bmp.decode_bmp(raw), "RGBA")))
    return Picture("BMP", *image.size, False, NOTHING, 1, True, "444", lambda: _rgb(image))


def _rgb(image: Image.Image, bits: int = 16) -> Rgb:
    """8-bit RGB pixels (H × W × 3) of whatever Pillow reads; CMYK by its own profile.

    Args:
        image: the picture.
        bits: a grey value's, where there are more than 8.
    """
    image.load()
    transparent = image.info.get("transparency")
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64)
        # "I;16" is 16 bits for certain; "I" may hold 8-bit values in a wider container.
        scale = 255 / ((1 << bits) - 1) if image.mode != "I" or values.max() > 255 else 1.0
        grey = (values * scale).round().clip(0, 255).astype(np.uint8)
        if isinstance(transparent, int):
            opacity = np.where(values == transparent, 0, 255).astype(np.uint8)
            return laid_on_ground(Image.merge("LA", [Image.fromarray(grey), Image.fromarray(opacity)]).convert("RGBA"))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode == "CMYK" and (profile := image.info.get("icc_profile")):
        image = converted(image, profile) or image
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or transparent is not None:
        return laid_on_ground(image.convert("RGBA"))
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
