"""What a notebook shows of a release: its first images, small, with the texts on them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from saegim.decoding import thumbnail
from saegim.errors import ReleaseDamaged
from saegim.shards import open_shard, pieces, read_images

SAMPLES = 4
"""Rows of the table. Each may cost the reading of a row group, about 2 MB."""
SIDE = 160
"""Pixels of the longer side of a picture: at most some 10 kB of JPEG each."""
TEXTS = 6
"""Texts of an image that are shown."""
LETTERS = 40
"""Of one text."""


def html_of(said: str, folder: Path, labels: pa.Table) -> str:
    """A table of a release's first samples, as HTML with pictures inside; all texts are escaped.

    Args:
        said: what stands above the table.
        folder: that the release was pulled to.
        labels: its label rows.

    Returns:
        At most ``SAMPLES`` rows. One has no picture where Pillow is not installed, its shard is not there, or it does not decode.
    """
    first = labels.slice(0, SAMPLES)
    encoded = _encoded(folder, first)
    rows = "".join(f"<tr><td>{_image(encoded.get(row['image_id']))}</td><td>{escape(row['split'])}</td>"
                   f"<td>{'<br>'.join(map(escape, _texts(row)))}</td></tr>" for row in first.to_pylist())
    more = len(labels) - len(first)
    note = f"<p>… and {more:,} more</p>" if more else ""
    return (f"<p>{escape(said)}</p><table><thead><tr><th>image</th><th>split</th><th>texts</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>{note}")


def _texts(row: dict[str, Any]) -> Iterator[str]:
    texts = [region["text"] for region in row["regions"] if region["text"]]
    for text in texts[:TEXTS]:
        yield text if len(text) <= LETTERS else f"{text[:LETTERS]}…"
    if len(texts) > TEXTS:
        yield f"… and {len(texts) - TEXTS:,} more"


def _encoded(folder: Path, labels: pa.Table) -> dict[str, bytes]:
    """Encoded images by image id. Of each shard by itself: that one is missing takes no image from the others."""
    found: dict[str, bytes] = {}
    for shard in pc.unique(labels["shard"]).to_pylist():
        rows = labels.filter(pc.equal(labels["shard"], shard))
        with suppress(ReleaseDamaged):
            for piece in pieces(folder, rows):
                images = read_images(open_shard(folder, shard), piece).to_pylist()
                ids = rows["image_id"].take(piece.rows).to_pylist()
                found.update((image_id, image["bytes"]) for image_id, image in zip(ids, images, strict=True))
    return found


def _image(encoded: bytes | None) -> str:
    """An element with a picture; empty where there is none to show."""
    if encoded is None:
        return ""
    try:
        small = thumbnail(encoded, SIDE)
    except (ReleaseDamaged, ImportError):
        return ""
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(small).decode()}">'
