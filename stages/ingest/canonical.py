"""From a stranger's file to a canonical image: upright, 8-bit sRGB, no metadata (design D1, D14)."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

import cv2
import numpy as np
import PIL
import simplejpeg
from PIL import Image

from schemas.ids import sha256
from schemas.submission import CanonicalImage, Original, Reason, Rejection
from stages.ingest import jpeg, words
from stages.ingest.colour import Rgb
from stages.ingest.exif import in_short
from stages.ingest.jpeg_pixels import decode_whole
from stages.ingest.limits import Limits
from stages.ingest.opening import Picture, open_picture
from stages.ingest.quality import judge

QUALITY = 95
LOSSLESS_BYTES = 4_000_000
"""A lossless source stays lossless up to this size; a 12-megapixel PNG of a photograph is 20 MB, and no reader needs it."""
MAX_SCANS = 100
"""A usual progressive JPEG has about ten scans; 406 of them in 165 KB cost 10 s of decoding."""
JPEG_ENCODER = f"simplejpeg-{simplejpeg.__version__}/jpeg-{QUALITY}"
PNG_ENCODER = f"pillow-{PIL.__version__}/png"
TURNS = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
"""EXIF orientations that are plain turns. 2 is mirrored; 4, 7 and 5 are the mirror images of 3, 8 and 6."""
MIRRORED = {2: None, 4: cv2.ROTATE_180, 5: cv2.ROTATE_90_CLOCKWISE, 7: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical image and its file."""

    image: CanonicalImage
    data: bytes


def canonicalise(raw: bytes, limits: Limits, crops: bool = False) -> Canonical | Rejection:
    """Makes the canonical image of a file; whatever is wrong with the file comes back as a rejection.

    An upright sRGB JPEG keeps its pixels bit for bit. Other lossy sources are re-encoded as JPEG of quality 95 with
    the source's chroma subsampling; lossless ones become PNG up to ``LOSSLESS_BYTES``. Alpha is laid on white or black,
    16 bits become 8, CMYK and palettes become RGB; grey stays grey in a JPEG that is kept and becomes RGB elsewhere. A
    broken colour profile counts as sRGB, as in browsers, and no other metadata is a reason against a picture.

    Args:
        raw: the file.
        limits: the thresholds.
        crops: whether it may be a crop of one word or line.
    """
    if not raw:
        return Rejection(Reason.EMPTY, "0 bytes")
    if len(raw) > limits.max_bytes:
        return Rejection(Reason.TOO_LARGE, f"{len(raw)} bytes, at most {limits.max_bytes}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _canonicalise(raw, limits, crops)
    except (Image.DecompressionBombError, MemoryError) as error:
        return Rejection(Reason.TOO_LARGE, f"{type(error).__name__}: {error}"[:500])
    # Decoders answer bad bytes with whatever they run into: OSError, ValueError, SyntaxError, TypeError, struct.error,
    # RuntimeError, NotImplementedError and more were seen.
    except Exception as error:
        return Rejection(Reason.BROKEN, in_short(f"{type(error).__name__}: {error}", 500))


def _canonicalise(raw: bytes, limits: Limits, crops: bool) -> Canonical | Rejection:
    picture = open_picture(raw)
    if isinstance(picture, Rejection):
        return picture
    if refused := _refused(picture, limits, crops):
        return refused
    if picture.jpeg:
        return _kept(picture, picture.jpeg, limits)
    pixels = _upright(picture.pixels(), picture.orientation)
    small = words.small(np.asarray(cv2.cvtColor(_halved(pixels), cv2.COLOR_RGB2GRAY), np.uint8))
    if hopeless := judge(small, limits):
        return hopeless
    data, media_type, encoder, pixels_id = _encode(pixels, picture.lossless, picture.sampling)
    return Canonical(CanonicalImage(sha256(data), len(data), media_type, pixels.shape[1], pixels.shape[0], pixels_id,
                                    words.words(small), encoder, _original(picture)), data)


def upright_pixels(raw: bytes) -> Rgb:
    """The pixels of a file as its canonical image would have them (H × W × 3), whatever the thresholds say.

    Raises:
        Exception: it is no picture or a damaged one.
    """
    picture = open_picture(raw)
    if isinstance(picture, Rejection):
        raise ValueError(picture.detail)
    return _upright(picture.pixels(), picture.orientation)


def _refused(picture: Picture, limits: Limits, crops: bool) -> Rejection | None:
    """What the header alone says against a file."""
    width = picture.width
    height = picture.height
    if width * height > limits.max_pixels:
        return Rejection(Reason.TOO_LARGE, f"{width} × {height} pixels, at most {limits.max_pixels}")
    least = limits.min_line_side if crops else limits.min_side
    if min(width, height) < least:
        return Rejection(Reason.TOO_SMALL, f"{width} × {height} pixels, sides of at least {least}")
    if picture.several:
        return Rejection(Reason.FORMAT_NOT_TAKEN, f"{picture.format} with several frames or pages")
    if picture.scans > MAX_SCANS:
        return Rejection(Reason.BROKEN, f"{picture.scans} scans, at most {MAX_SCANS}")
    return None


def _original(picture: Picture) -> Original:
    exif = picture.exif
    return Original(picture.format, picture.width, picture.height, exif.captured_at, exif.camera, exif.had_gps)


def _kept(picture: Picture, found: jpeg.Jpeg, limits: Limits) -> Canonical | Rejection:
    """The lossless path: the file without what is not the picture. Every byte of its scans is decoded, at reduced scale."""
    scale = words.SIDE / max(picture.width, picture.height)
    data, grey = decode_whole(found, "GRAY", min_height=int(picture.height * scale), min_width=int(picture.width * scale),
                              min_factor=1)
    small = words.small(grey[:, :, 0])
    return judge(small, limits) or Canonical(
        CanonicalImage(sha256(data), len(data), "image/jpeg", picture.width, picture.height, None, words.words(small),
                       "clean/1", _original(picture)), data)


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
    while max(pixels.shape[:2]) * words.NEARLY >= 2 * words.SIDE and min(pixels.shape[:2]) >= 2:
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
