"""The plainest Python loops that write what three of the formats hold from a pulled release: one image after another."""

from __future__ import annotations

import importlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

from PIL import Image

from saegim.release import Release

QUALITY = 95
"""Of a crop's JPEG, without chroma subsampling, as ours has it."""


def webdataset(release: Release, folder: Path) -> None:
    """A .tar a split with each image's file and its label row as JSON, by the standard library."""
    folder.mkdir()
    shards: dict[str, tarfile.TarFile] = {}
    for data, row in release.encoded_images():
        if row["split"] not in shards:
            shards[row["split"]] = tarfile.open(folder / f"{row['split']}-000000.tar", "w")  # noqa: SIM115  closed below
        for ending, content in ((".jpg", data), (".json", json.dumps(row, ensure_ascii=False).encode())):
            member = tarfile.TarInfo(row["image_id"][:32] + ending)
            member.size = len(content)
            shards[row["split"]].addfile(member, io.BytesIO(content))
    for shard in shards.values():
        shard.close()


def paddleocr(release: Release, folder: Path) -> None:
    """Each image's file, and a line of JSON a split."""
    (folder / "images").mkdir(parents=True)
    for data, row in release.encoded_images():
        path = f"images/{row['image_id']}.jpg"
        (folder / path).write_bytes(data)
        regions = [{"transcription": region["text"] if region["legible"] else "###", "points": region["polygon"],
                    "difficult": False, "saegim": {name: region[name] for name in region if name not in ("text", "polygon")}}
                   for region in row["regions"]]
        with (folder / f"{row['split']}.txt").open("a", encoding="utf-8") as lines:
            lines.write(f"{path}\t{json.dumps(regions, ensure_ascii=False)}\n")


def lmdb(release: Release, folder: Path) -> None:
    """Each legible text, cut out in perspective, as JPEG; numbered from 1 in an LMDB a split, with one transaction."""
    library: Any = importlib.import_module("lmdb")
    stores: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for data, row in release.encoded_images():
        split = row["split"]
        if split not in stores:
            (folder / split).mkdir(parents=True)
            stores[split] = library.open(str(folder / split), map_size=1 << 32).begin(write=True)
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        for region in row["regions"]:
            if region["legible"] and region["text"].strip():
                counts[split] = counts.get(split, 0) + 1
                stores[split].put(b"image-%09d" % counts[split], _cut(picture, region["polygon"]))
                stores[split].put(b"label-%09d" % counts[split], region["text"].encode())
    for split, writing in stores.items():
        writing.put(b"num-samples", str(counts.get(split, 0)).encode())
        writing.commit()


def _cut(picture: Image.Image, corners: list[list[float]]) -> bytes:
    """Four corners as an upright JPEG, by Pillow's own quadrilateral."""
    (left, top), (right, upper), _, (lower, down) = corners[:4]
    size = (max(1, round(((right - left) ** 2 + (upper - top) ** 2) ** 0.5)),
            max(1, round(((lower - left) ** 2 + (down - top) ** 2) ** 0.5)))
    order = [corners[place] for place in (0, 3, 2, 1)]
    out = io.BytesIO()
    crop = picture.transform(size, Image.Transform.QUAD, [number for corner in order for number in corner],
                             Image.Resampling.BICUBIC)
    crop.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()
