"""Samples of one LMDB, in a process of its own: the library maps the file, and one that is cut off or damaged kills who reads it.

Run as ``python -P lmdb_samples.py FILE``: it imports nothing of ours, so that it starts at once. On its standard output comes a
line of JSON, with ``count`` and ``entries`` or with ``error``, then for each sample ``SIZES`` and the bytes of picture and text.
"""

from __future__ import annotations

import importlib
import json
import struct
import sys
from typing import Any, BinaryIO

COUNT = b"num-samples"
SIZES = struct.Struct("<qq")
"""Bytes of the picture and of the text; -1 for one that is not there."""


def main() -> None:
    """Writes the samples, as far as the file lets it."""
    library = importlib.import_module("lmdb")
    out = sys.stdout.buffer
    try:
        opened = library.open(sys.argv[1], subdir=False, lock=False, readonly=True, readahead=False)
        transaction = opened.begin()
        said = transaction.get(COUNT)
        entries = opened.stat()["entries"]
    except library.Error as error:
        _tell(out, {"error": f"it is no LMDB that can be read ({error})"})
        return
    count = _count(said)
    if count is None:
        _tell(out, {"error": f"it does not say how many samples it has: expected the key {COUNT.decode()}"})
        return
    _tell(out, {"count": count, "entries": entries})
    # What so many entries hold can be no more samples, whatever the key says.
    for number in range(1, min(count, entries) + 1):
        found = [transaction.get(b"%s-%09d" % (name, number)) for name in (b"image", b"label")]
        out.write(SIZES.pack(*(-1 if one is None else len(one) for one in found)))
        out.writelines(one for one in found if one)
    out.flush()


def _tell(out: BinaryIO, what: dict[str, Any]) -> None:
    out.write(json.dumps(what).encode() + b"\n")
    out.flush()


def _count(said: bytes | None) -> int | None:
    try:
        count = int(said or b"")
    except ValueError:
        return None
    return count if count >= 0 else None


if __name__ == "__main__":
    main()
