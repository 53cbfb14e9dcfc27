"""Decoding a JPEG so that it is proved whole: libjpeg stops at its first complaint, and what it complains of is looked into."""

from __future__ import annotations

import contextlib
import re

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from stages.ingest import jpeg, restarts

LEFT_OVER = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
RESTARTS = re.compile("before marker 0xd[0-7]|instead of RST")
"""Complaints of libjpeg that may be about nothing that is missing: bytes behind the last block, of the scan or of a restart
interval, and restart markers out of order."""
REPAIRS = 5
"""How often bytes are cut that libjpeg counted."""
READ_AHEAD = 8
"""Bytes that libjpeg holds in its bit buffer."""


def decode_whole(found: jpeg.Jpeg, colours: str, **options: int) -> tuple[bytes, NDArray[np.uint8]]:
    """Cleans a JPEG and decodes every byte of its scans; what is left over behind the last block is cut.

    Args:
        found: the JPEG.
        colours: as simplejpeg names them.
        **options: further arguments of ``simplejpeg.decode_jpeg``.

    Returns:
        The clean file, and its pixels (H × W × channels).

    Raises:
        ValueError: the decoder has another complaint: parts of the picture are missing.
    """
    try:
        return _decode(found, colours, **options)
    except ValueError as error:
        if RESTARTS.search(str(error)):
            found = restarts.mended(found, _trimmed)
        elif LEFT_OVER.search(str(error)):
            found = _trimmed(found)
        else:
            raise
    return _decode(found, colours, **options)


def _decode(found: jpeg.Jpeg, colours: str, **options: int) -> tuple[bytes, NDArray[np.uint8]]:
    data = jpeg.clean(found)
    return data, np.asarray(simplejpeg.decode_jpeg(data, colours, strict=True, **options), np.uint8)


def _trimmed(found: jpeg.Jpeg) -> jpeg.Jpeg:
    """Cuts what is left over behind the last block, or raises ``ValueError`` where blocks are missing.

    As many bytes as libjpeg says, which counts no stuffed zeros and none that it has read ahead; and then as many as are
    not missed.
    """
    for _ in range(REPAIRS):
        try:
            _decode(found, "GRAY")
            break
        except ValueError as error:
            left_over = LEFT_OVER.search(str(error))
            if not left_over:
                raise
            found = jpeg.shortened(found, int(left_over[1]))
    with contextlib.suppress(ValueError):
        for _ in range(READ_AHEAD):
            shorter = jpeg.shortened(found, 1)
            _decode(shorter, "GRAY")
            found = shorter
    return found
