"""From a stranger's file to a canonical image: upright, 8-bit sRGB, no metadata (design D1, D14)."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

import cv2
import numpy as np
import PIL
import pillow_heif
import simplejpeg
from PIL import ExifTags, Image, JpegImagePlugin

from schemas.ids import sha256
from schemas.submission import CanonicalImage, Original, Reason, Rejection
from stages.ingest import gate, jpeg
from stages.ingest.colour import Rgb, converted, is_srgb, to_srgb
from stages.ingest.limits import Limits
from stages.ingest.quality import judge

pillow_heif.register_heif_opener()

TAKEN = ("JPEG", "PNG", "WEBP", "HEIF", "BMP", "TIFF")
"""Pillow's names of the formats that are taken."""
JPEGS = {"JPEG", "MPO"}  # MPO is what Pillow calls a JPEG with further pictures behind it: many phones write it
KNOWN_OTHERS = (b"GIF8", b"%PDF", b"8BPS", b"\x00\x00\x01\x00", b"\x00\x00\x00\x0cJXL ", b"\xff\x0a", b"%!PS",
                b"\x00\x00\x00\x0cjP  ", b"II+\x00", b"MM\x00+")
QUALITY = 95
LOSSLESS_BYTES = 4_000_000
"""A lossless source stays lossless up to this size; a 12-megapixel PNG of a photograph is 20 MB, and no reader needs it."""
MAX_SCANS = 100
"""A usual progressive JPEG has about ten scans; 406 of them in 165 KB cost 10 s of decoding."""
JPEG_ENCODER = f"simplejpeg-{simplejpeg.__version__}/jpeg-{QUALITY}"
PNG_ENCODER = f"pillow-{PIL.__version__}/png"
SAMPLINGS = ("444", "422", "420")
"""Chroma subsamplings by Pillow's numbers."""
HALVED = {1, 2}
TURNS = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
"""EXIF orientations that are plain turns. 2 is mirrored; 4, 7 and 5 are the mirror images of 3, 8 and 6."""
MIRRORED = {2: None, 4: cv2.ROTATE_180, 5: cv2.ROTATE_90_CLOCKWISE, 7: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical image and its file."""

    image: CanonicalImage
    data: bytes


def canonicalise(raw: bytes, limits: Limits) -> Canonical | Rejection:
    """Makes the canonical image of a file; whatever is wrong with the file comes back as a rejection.

    An upright sRGB JPEG keeps its pixels bit for bit. Other lossy sources are re-encoded as JPEG of quality 95 with
    the source's chroma subsampling; lossless ones become PNG up to ``LOSSLESS_BYTES``. Alpha is laid on white, 16 bits
    become 8, CMYK and palettes become RGB; grey stays grey in a JPEG that is kept and becomes RGB elsewhere. A broken
    colour profile counts as sRGB, as in browsers.
    """
    if not raw:
        return Rejection(Reason.EMPTY, "0 bytes")
    if len(raw) > limits.max_bytes:
        return Rejection(Reason.TOO_LARGE, f"{len(raw)} bytes, at most {limits.max_bytes}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _canonicalise(raw, limits)
    except (Image.DecompressionBombError, MemoryError) as error:
        return Rejection(Reason.TOO_LARGE, f"{type(error).__name__}: {error}"[:500])
    # Decoders answer bad bytes with whatever they run into: OSError, ValueError, SyntaxError, TypeError, struct.error,
    # RuntimeError, NotImplementedError and more were seen.
    except Exception as error:
        return Rejection(Reason.BROKEN, _printable(f"{type(error).__name__}: {error}", 500))


def _canonicalise(raw: bytes, limits: Limits) -> Canonical | Rejection:
    try:
        image = Image.open(io.BytesIO(raw), formats=TAKEN)
    except PIL.UnidentifiedImageError:
        return _unknown(raw)
    if refused := _refused(raw, image, limits):
        return refused
    original = _original(image)
    icc, mode = image.info.get("icc_profile"), image.mode
    sampling = JpegImagePlugin.get_sampling(image) if image.format in JPEGS else 2
    if image.format in JPEGS and mode in ("RGB", "L"):
        if _orientation(image) == 1 and is_srgb(icc):
            try:
                return _kept(raw, original, limits)
            except jpeg.NotClean:
                pass
        # Chroma of half the size is repeated, not smoothed: the encoder, halving it again, gets back what was in the file.
        pixels = np.asarray(simplejpeg.decode_jpeg(raw, "RGB", fastupsample=sampling in HALVED, strict=True), np.uint8)
    else:
        pixels = _decoded(image)
    pixels = _upright(pixels, _orientation(image))  # asked again: TIFF and HEIF turn while they load
    lossless = image.format in ("PNG", "BMP", "TIFF") or (image.format == "WEBP" and raw[12:16] == b"VP8L")
    image.close()
    if icc and mode != "CMYK" and not is_srgb(icc):
        pixels = to_srgb(pixels, icc)
    small = gate.small(np.asarray(cv2.cvtColor(_halved(pixels), cv2.COLOR_RGB2GRAY), np.uint8))
    if hopeless := judge(small, limits):
        return hopeless
    data, media_type, encoder, pixels_id = _encode(pixels, lossless, SAMPLINGS[sampling if sampling in (0, 1, 2) else 0])
    return Canonical(CanonicalImage(sha256(data), len(data), media_type, pixels.shape[1], pixels.shape[0], pixels_id,
                                    gate.words(small), encoder, original), data)


def _refused(raw: bytes, image: Image.Image, limits: Limits) -> Rejection | None:
    """What the header alone says against a file."""
    width, height = image.size
    if width * height > limits.max_pixels:
        return Rejection(Reason.TOO_LARGE, f"{width} × {height} pixels, at most {limits.max_pixels}")
    if min(width, height) < limits.min_side:
        return Rejection(Reason.TOO_SMALL, f"{width} × {height} pixels, sides of at least {limits.min_side}")
    frames = 1 if image.format in JPEGS else getattr(image, "n_frames", 1)
    if frames > 1 and image.format in ("PNG", "WEBP", "TIFF"):  # further pictures of MPO and HEIF are not the photograph
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"{image.format} with {frames} frames")
    if image.format in JPEGS and (scans := jpeg.scan_count(raw)) > MAX_SCANS:
        return Rejection(Reason.BROKEN, f"{scans} scans, at most {MAX_SCANS}")
    if image.mode == "F":
        return Rejection(Reason.FORMAT_NOT_TAKEN, "floating-point pixels")
    return None


def _unknown(raw: bytes) -> Rejection:
    if raw.startswith(KNOWN_OTHERS) or raw[4:8] == b"ftyp" or raw[:100].lstrip().startswith((b"<svg", b"<?xml")):
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"starts with {raw[:12]!r}")
    if raw.startswith((b"\xff\xd8\xff", b"\x89PNG", b"BM", b"II*\x00", b"MM\x00*")) or raw[8:12] == b"WEBP":
        return Rejection(Reason.BROKEN, f"starts like a picture and is none: {raw[:12]!r}")
    return Rejection(Reason.NOT_AN_IMAGE, f"starts with {raw[:12]!r}")


def _original(image: Image.Image) -> Original:
    exif = image.getexif()
    if not exif:
        return Original(image.format or "", *image.size, None, None, False)
    taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    camera = " ".join(str(exif.get(tag) or "").strip("\x00 ") for tag in (ExifTags.Base.Make, ExifTags.Base.Model)).strip()
    gps = bool(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return Original(image.format or "", *image.size, _printable(str(taken)) if taken else None, _printable(camera) or None, gps)


def _printable(text: str, most: int = 100) -> str:
    """A text out of a stranger's file: no control characters, which databases and terminals take amiss."""
    return "".join(char for char in text[:10 * most] if char.isprintable())[:most]


def _kept(raw: bytes, original: Original, limits: Limits) -> Canonical | Rejection:
    """The lossless path: the file without what is not the picture. Every byte of its scans is decoded, at reduced scale."""
    data = jpeg.clean(raw)
    scale = gate.SIDE / max(original.width, original.height)
    grey = simplejpeg.decode_jpeg(data, "GRAY", min_height=int(original.height * scale), min_width=int(original.width * scale),
                                  min_factor=1, strict=True)[:, :, 0]
    small = gate.small(grey)
    return judge(small, limits) or Canonical(
        CanonicalImage(sha256(data), len(data), "image/jpeg", original.width, original.height, None, gate.words(small),
                       "clean/1", original), data)


def _decoded(image: Image.Image) -> Rgb:
    """8-bit RGB pixels (H × W × 3) of whatever Pillow reads, before turning; CMYK by its own profile."""
    image.load()
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64)
        # "I;16" is 16 bits for certain; "I" may hold 8-bit values in a wider container.
        scale = 255 / 65535 if image.mode != "I" or values.max() > 255 else 1.0
        grey = (values * scale).round().clip(0, 255).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode == "CMYK" and (profile := image.info.get("icc_profile")):
        image = converted(image, profile) or image
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return np.asarray(Image.alpha_composite(white, with_alpha).convert("RGB"))
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _orientation(image: Image.Image) -> int:
    value = image.getexif().get(ExifTags.Base.Orientation, 1)
    return value if value in range(1, 9) else 1


def _upright(pixels: Rgb, orientation: int) -> Rgb:
    """Bakes an EXIF orientation in."""
    if orientation in TURNS:
        return np.asarray(cv2.rotate(pixels, TURNS[orientation]), np.uint8)
    if orientation in MIRRORED:
        turn = MIRRORED[orientation]
        turned = pixels if turn is None else cv2.rotate(pixels, turn)
        return np.asarray(cv2.flip(turned, 1), np.uint8)
    return pixels


def _halved(pixels: Rgb) -> Rgb:
    """Halves a picture as often as the gate allows: cheaper than turning all of it grey, or than any other scale."""
    while max(pixels.shape[:2]) * gate.NEARLY >= 2 * gate.SIDE and min(pixels.shape[:2]) >= 2:
        height, width = (side // 2 for side in pixels.shape[:2])  # an odd line more would take the slow way
        pixels = np.asarray(cv2.resize(pixels[:2 * height, :2 * width], (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


def _encode(pixels: Rgb, lossless: bool, sampling: str) -> tuple[bytes, str, str, str | None]:
    """File, media type, encoder, and the pixels' id where no decoding is needed to know them."""
    if lossless:
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG", compress_level=3)
        if out.tell() <= LOSSLESS_BYTES:
            height, width = pixels.shape[:2]
            pixels_id = hashlib.sha256(f"{width}x{height}:".encode() + pixels.tobytes()).hexdigest()
            return out.getvalue(), "image/png", PNG_ENCODER, pixels_id
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), QUALITY, "RGB", sampling, fastdct=False)
    return data, "image/jpeg", f"{JPEG_ENCODER}-{sampling}", None
