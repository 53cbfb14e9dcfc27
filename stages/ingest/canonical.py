"""From a stranger's file to a canonical image: upright, 8-bit sRGB, no metadata (design D1, D14)."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

import numpy as np
import PIL
import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageOps, JpegImagePlugin

from schemas.ids import sha256
from schemas.submission import CanonicalImage, Original, Reason, Rejection
from stages.ingest import jpeg
from stages.ingest.fingerprint import fingerprint

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
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
NEWER = f"pillow-{PIL.__version__}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too much or too little: bytes of the file, pixels of the picture, pixels of its shorter side."""

    max_bytes: int = 50_000_000
    max_pixels: int = 100_000_000
    min_side: int = 32


def canonicalise(raw: bytes, limits: Limits) -> CanonicalImage | Rejection:
    """Makes the canonical image of a file; whatever is wrong with the file comes back as a rejection.

    An upright sRGB JPEG keeps its pixels bit for bit. Other lossy sources are re-encoded as JPEG of quality 95 with
    the source's chroma subsampling; lossless ones become PNG up to ``LOSSLESS_BYTES``. Alpha is laid on white, 16 bits
    become 8, CMYK and palettes become RGB; grey stays grey in a JPEG that is kept and becomes RGB elsewhere.
    """
    if not raw:
        return Rejection(Reason.EMPTY, "0 bytes")
    if len(raw) > limits.max_bytes:
        return Rejection(Reason.TOO_LARGE, f"{len(raw)} bytes, at most {limits.max_bytes}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _canonicalise(raw, limits)
    except Image.DecompressionBombError as error:
        return Rejection(Reason.TOO_LARGE, str(error))
    # Decoders answer bad bytes with whatever they run into: OSError, ValueError, SyntaxError, TypeError, struct.error,
    # RuntimeError, DecompressionBombError, NotImplementedError and more were seen.
    except Exception as error:
        return Rejection(Reason.BROKEN, f"{type(error).__name__}: {error}"[:500])


def _canonicalise(raw: bytes, limits: Limits) -> CanonicalImage | Rejection:
    try:
        image = Image.open(io.BytesIO(raw), formats=TAKEN)
    except PIL.UnidentifiedImageError:
        return _unknown(raw)
    width, height = image.size
    if width * height > limits.max_pixels:
        return Rejection(Reason.TOO_LARGE, f"{width} × {height} pixels, at most {limits.max_pixels}")
    if min(width, height) < limits.min_side:
        return Rejection(Reason.TOO_SMALL, f"{width} × {height} pixels, sides of at least {limits.min_side}")
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format in ("PNG", "WEBP", "TIFF"):  # further pictures of MPO and HEIF are not the photograph
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"{image.format} with {frames} frames")
    if image.format in JPEGS and (scans := _scan_count(raw)) > MAX_SCANS:
        return Rejection(Reason.BROKEN, f"{scans} scans, at most {MAX_SCANS}")
    if image.mode == "F":
        return Rejection(Reason.FORMAT_NOT_TAKEN, "floating-point pixels")
    image.load()
    original = _original(image, width, height)
    upright = ImageOps.exif_transpose(image)
    srgb = _to_srgb(upright)
    rgb = srgb if srgb.mode == "RGB" else _to_rgb(srgb)
    data, media_type, encoder = _encode(raw, image, upright, srgb, rgb)
    if encoder.startswith(NEWER) and media_type == "image/jpeg":
        rgb = Image.open(io.BytesIO(data)).convert("RGB")  # what everybody downstream will see
    pixels = hashlib.sha256(f"{rgb.width}x{rgb.height}:".encode() + rgb.tobytes()).hexdigest()
    return CanonicalImage(sha256(data), data, media_type, rgb.width, rgb.height, pixels, fingerprint(rgb), encoder, original)


def _scan_count(raw: bytes) -> int:
    try:
        return jpeg.scan_count(raw)
    except jpeg.NotClean:
        return raw.count(b"\xff\xda")  # an upper bound: these bytes do not occur within a scan


def _unknown(raw: bytes) -> Rejection:
    if raw.startswith(KNOWN_OTHERS) or raw[4:8] == b"ftyp" or raw[:100].lstrip().startswith((b"<svg", b"<?xml")):
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"starts with {raw[:12]!r}")
    if raw.startswith((b"\xff\xd8\xff", b"\x89PNG", b"BM", b"II*\x00", b"MM\x00*")) or raw[8:12] == b"WEBP":
        return Rejection(Reason.BROKEN, f"starts like a picture and is none: {raw[:12]!r}")
    return Rejection(Reason.NOT_AN_IMAGE, f"starts with {raw[:12]!r}")


def _original(image: Image.Image, width: int, height: int) -> Original:
    exif = image.getexif()
    taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    camera = " ".join(str(exif.get(tag) or "").strip("\x00 ") for tag in (ExifTags.Base.Make, ExifTags.Base.Model)).strip()
    gps = bool(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return Original(image.format or "", width, height, _printable(str(taken)) if taken else None,
                    _printable(camera) or None, gps)


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:100]


def _to_srgb(image: Image.Image) -> Image.Image:
    """Applies an ICC profile that is not sRGB. A broken profile is treated as sRGB, as browsers do."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower() and image.mode != "CMYK":
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, SRGB, ImageCms.Intent.RELATIVE_COLORIMETRIC, mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted if converted is not None else image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64)
        # "I;16" is 16 bits for certain; "I" may hold 8-bit values in a wider container.
        scale = 255 / 65535 if image.mode != "I" or values.max() > 255 else 1.0
        return Image.fromarray((values * scale).round().clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return image.convert("RGB")


def _encode(raw: bytes, image: Image.Image, upright: Image.Image, srgb: Image.Image,
            rgb: Image.Image) -> tuple[bytes, str, str]:
    """Bytes, media type and encoder."""
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) not in (0, 1)
    is_jpeg = image.format in JPEGS
    if is_jpeg and not turned and srgb is upright and image.mode in ("RGB", "L"):
        try:
            return jpeg.clean(raw), "image/jpeg", "clean/1"
        except jpeg.NotClean:
            pass
    rgb.info.clear()  # Pillow writes comments and profiles of the source back otherwise
    out = io.BytesIO()
    if image.format in ("PNG", "BMP", "TIFF") or (image.format == "WEBP" and raw[12:16] == b"VP8L"):
        rgb.save(out, "PNG", optimize=False)
        if out.tell() <= LOSSLESS_BYTES:
            return out.getvalue(), "image/png", f"{NEWER}/png"
        out = io.BytesIO()
    sampling = JpegImagePlugin.get_sampling(image) if is_jpeg else 2
    sampling = sampling if sampling in (0, 1, 2) else 0
    rgb.save(out, "JPEG", quality=QUALITY, subsampling=sampling)
    return out.getvalue(), "image/jpeg", f"{NEWER}/jpeg-{QUALITY}-{('4:4:4', '4:2:2', '4:2:0')[sampling]}"
