"""Strangers' files: what becomes of each, and what it costs, beside Pillow's and OpenCV's defaults."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import resource
import struct
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from PIL import Image
from rich.progress import track

from benchmarks.figures import Figure
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.limits import Limits
from tests.places import REAL_DATA

SHARED = REAL_DATA / "bad_images"
METADATA = (b"Exif\0\0", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop 3.0", b"JFXX\0", b"GPSInfo", b"tEXt", b"zTXt",
            b"iTXt", b"eXIf", b"iCCP", b"<x:xmpmeta", b"PK\3\4", b"ftypmp4")
SECONDS = 30
"""After which a peer's process is killed: it hangs."""


def run() -> list[Figure]:
    """Every file of bad_images/ and two bombs, each tool in a process a file."""
    files = {str(path.relative_to(SHARED)): path.read_bytes() for path in sorted(SHARED.rglob("*")) if path.is_file()}
    files |= {"(made) 400 scans.jpg": scan_bomb(), "(made) 30000 × 30000.png": png_bomb()}
    results = {name: [_alone(tool, data) for data in track(files.values(), name, transient=True)]
               for name, tool in (("ours", ours), ("Pillow", pillow), ("OpenCV", opencv))}
    mine = results["ours"]
    rows = [
        Figure(f"of {len(files)} files, raised or hung", f"{_ended(mine)}", _peers(results, _ended), "", "0", _ended(mine) == 0),
        Figure("slowest file, CPU", f"{_slowest(mine):.2f} s", _peers(results, lambda found: f"{_slowest(found):.2f} s"), "",
               "≤ 2 s", _slowest(mine) <= 2),
        Figure("largest process", f"{_largest(mine):,.0f} MB", _peers(results, lambda found: f"{_largest(found):,.0f} MB"), "",
               "≤ 1,000 MB", _largest(mine) <= 1000),
        Figure("pictures with metadata left", f"{_left(mine)}", "", "", "0", _left(mine) == 0),
    ]
    counts = Counter(item["outcome"] for item in mine)
    rows += [Figure(f"… {outcome}", str(count)) for outcome, count in counts.most_common()]
    rows += [Figure(f"… {name}", "", ", ".join(f"{count} {outcome}" for outcome, count in Counter(
        item["outcome"] for item in results[name]).most_common(4))) for name in ("Pillow", "OpenCV")]
    return rows


def ours(data: bytes) -> dict[str, Any]:
    """Ingest's part that touches the bytes."""
    result = canonicalise(data, Limits())
    if isinstance(result, Canonical):
        return {"outcome": "accepted", "metadata": any(mark in result.data for mark in METADATA)}
    return {"outcome": f"rejected: {result.reason.value}"}


def pillow(data: bytes) -> dict[str, Any]:
    """What most scripts do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.open(io.BytesIO(data)).load()
    return {"outcome": "decoded"}


def opencv(data: bytes) -> dict[str, Any]:
    """What the others do."""
    return {"outcome": "decoded" if cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None else "None"}


def scan_bomb(scans: int = 400, side: int = 6000) -> bytes:
    """A progressive JPEG that says the same scan again and again: a few hundred bytes a scan, a whole picture to walk through."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), (90, 120, 150)).save(out, "JPEG", progressive=True, quality=50)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    table = data.rindex(b"\xff\xc4", 0, last)
    scan = data[table:-2]
    return data[:-2] + scan * scans + b"\xff\xd9"


def png_bomb(side: int = 30_000) -> bytes:
    """A PNG of 900 megapixels in less than a megabyte."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (side // 8 + 1)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) + chunk(b"IDAT", packed) \
        + chunk(b"IEND", b"")


def _alone(tool: Callable[[bytes], dict[str, Any]], data: bytes) -> dict[str, Any]:
    """Runs a tool on a file in a process of its own, and measures that."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(tool, data, there))
    process.start()
    found = json.loads(here.recv()) if here.poll(SECONDS) else {"outcome": "hangs", "seconds": SECONDS, "megabytes": 0}
    process.kill()
    process.join()
    return dict(found)


def _measured(tool: Callable[[bytes], dict[str, Any]], data: bytes, pipe: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the libraries' warnings
    started = time.process_time()
    try:
        found = tool(data)
    except BaseException as error:
        found = {"outcome": type(error).__name__}
    usage = resource.getrusage(resource.RUSAGE_SELF)
    found |= {"seconds": time.process_time() - started, "megabytes": usage.ru_maxrss / 1024}
    pipe.send(json.dumps(found))


def _ended(found: list[dict[str, Any]]) -> int:
    return sum(not item["outcome"].startswith(("accepted", "rejected", "decoded", "None")) for item in found)


def _slowest(found: list[dict[str, Any]]) -> float:
    return max(float(item["seconds"]) for item in found)


def _largest(found: list[dict[str, Any]]) -> float:
    return max(float(item["megabytes"]) for item in found)


def _left(found: list[dict[str, Any]]) -> int:
    return sum(bool(item.get("metadata")) for item in found)


def _peers(results: dict[str, list[dict[str, Any]]], figure: Callable[[list[dict[str, Any]]], object]) -> str:
    return ", ".join(f"{name} {figure(results[name])}" for name in ("Pillow", "OpenCV"))
