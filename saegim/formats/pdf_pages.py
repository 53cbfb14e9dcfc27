"""Pages of one PDF as pictures with their text layer, in a process of its own: strangers' files may kill it.

Run as ``python -P pdf_pages.py FILE FIRST DPI PIXELS``: it imports nothing of ours, so that it starts at once. On its standard
output comes a line of JSON with the number of pages, then for each page one with its size, its words and the bytes of its PNG,
which follow. What fails stands there as ``error``.
"""

from __future__ import annotations

import ctypes
import importlib
import io
import json
import math
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

MEMORY = 4 * 1024 ** 3
"""Bytes of address space that the process may take."""
FINER = 100
"""Parts of a pixel that corners are told in: PDFium tells places as whole numbers."""
HYPHENS = (0xFFFE, 0x2)
"""Codes that PDFium has for a hyphen at the end of a line."""


def main() -> None:
    """Writes the pages."""
    path, first, dpi, pixels = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    with suppress(ImportError, ValueError, OSError):
        resource = importlib.import_module("resource")  # not on Windows
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pdfium = importlib.import_module("pypdfium2")
    out = sys.stdout.buffer
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        _tell(out, {"error": str(error)})
        return
    _tell(out, {"pages": len(document)})
    for number in range(first, len(document)):
        try:
            told, picture = _page(document[number], dpi, pixels)
        except (pdfium.PdfiumError, MemoryError, ValueError, OSError) as error:
            told, picture = {"error": str(error) or type(error).__name__}, b""
        _tell(out, {**told, "page": number, "bytes": len(picture)})
        out.write(picture)
        out.flush()


def _tell(out: BinaryIO, what: dict[str, Any]) -> None:
    out.write(json.dumps(what).encode() + b"\n")
    out.flush()


def _page(page: Any, dpi: int, pixels: int) -> tuple[dict[str, Any], bytes]:
    width, height = page.get_size()
    scale = min(dpi / 72, math.sqrt(pixels / max(1.0, width * height)))
    image = page.render(scale=scale).to_pil().convert("RGB")
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    words = [{"text": text, "polygon": corners} for text, corners in _words(page, image.size)]
    return {"width": image.width, "height": image.height, "dpi": round(scale * 72), "words": words}, out.getvalue()


def _words(page: Any, size: tuple[int, int]) -> Iterator[tuple[str, list[list[float]]]]:
    """What stands between spaces in the text layer, with the rectangle around it in pixels of the picture."""
    raw = importlib.import_module("pypdfium2.raw")
    layer = page.get_textpage()
    codes: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    turn = 0
    for place in range(layer.count_chars()):
        code = raw.FPDFText_GetUnicode(layer, place)
        if code == 0 or (code not in HYPHENS and chr(code).isspace()):
            if codes:
                yield _text(codes), _corners(raw, page, boxes, turn, size)
            codes, boxes = [], []
            continue
        if not codes:
            turn = _turn(raw, layer, place)
        codes.append(ord("-") if code in HYPHENS else code)
        boxes.append(layer.get_charbox(place, loose=True))
    if codes:
        yield _text(codes), _corners(raw, page, boxes, turn, size)


def _text(codes: list[int]) -> str:
    """A text from its codes; halves of letters beyond U+FFFF come one by one."""
    return "".join(map(chr, codes)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _turn(raw: Any, layer: Any, place: int) -> int:
    """Which way a letter reads on its page: 0 to the right, 1 down, 2 to the left, 3 up."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(layer, place, ctypes.byref(matrix)):
        return 0
    return round(-math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4


def _corners(raw: Any, page: Any, boxes: list[tuple[float, float, float, float]], turn: int,
             size: tuple[int, int]) -> list[list[float]]:
    """The rectangle around letters, clockwise from where reading starts."""
    left = min(box[0] for box in boxes)
    bottom = min(box[1] for box in boxes)
    right = max(box[2] for box in boxes)
    top = max(box[3] for box in boxes)
    around = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [_pixel(raw, page, x, y, size) for x, y in around[turn:] + around[:turn]]


def _pixel(raw: Any, page: Any, x: float, y: float, size: tuple[int, int]) -> list[float]:
    """A place of the page in the picture, the turn of the page and its crop box minded."""
    across = ctypes.c_int()
    down = ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, size[0] * FINER, size[1] * FINER, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return [across.value / FINER, down.value / FINER]


if __name__ == "__main__":
    main()
