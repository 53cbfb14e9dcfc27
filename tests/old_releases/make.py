"""Writes a release of two images with the schemas and the manifest of the code that runs it: how the folders here were made.

From an earlier commit: ``git archive COMMIT schemas saegim | tar -x -C THERE``, then in ``THERE``:
``PYTHONPATH=. python …/tests/old_releases/make.py FOLDER``. A schema that changes gets its folder before it changes.
"""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from saegim.manifest import Column, File, Manifest
from schemas.arrow import IMAGES, LABELS

TEXTS = ("출입금지", "EXIT 3")


def row(schema: pa.Schema, **values: Any) -> dict[str, Any]:
    return {field.name: values.get(field.name) for field in schema}


def write(folder: Path, path: str, table: pa.Table, kind: str, split: str | None) -> File:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, place, compression="zstd")
    data = place.read_bytes()
    return File.model_validate({"path": path, "kind": kind, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data),
                                "rows": len(table), "split": split})


def main(folder: Path) -> None:
    pictures, labels, files = {}, [], []
    for number, (split, text) in enumerate(zip(("test", "train"), TEXTS, strict=True)):
        out = io.BytesIO()
        Image.new("RGB", (64, 48), (200, 220, 40 * number)).save(out, "PNG")
        name = hashlib.sha256(out.getvalue()).hexdigest()
        pictures[name] = out.getvalue()
        shard = f"images/split={split}/{number}.parquet"
        table = pa.Table.from_pylist([{"image_id": name, "image": {"bytes": out.getvalue(), "path": f"{name}.png"}, "width": 64,
                                       "height": 48}], schema=IMAGES)
        files.append(write(folder, shard, table, "images", split))
        regions = [{"region_id": f"r{number}", "polygon": [[1, 2], [60, 2], [60, 20], [1, 20]], "text": text, "score": None,
                    "direction": "horizontal", "writing": "printed", "effects": ["embossed"] if number else [], "language": "ko",
                    "legible": True, "kind": "text", "checked": None, "replaces": None}]
        labels.append(row(LABELS, image_id=name, split=split, shard=shard, cluster_id=name, group=name, width=64, height=48,
                          media_type="image/png", image_kind="scene", conditions=["damaged"], campaign="demo", submitter="p1",
                          annotation_config="scene_text", agreement=0.5, reader="p2", run="scene_text@3", revision=1, unit="line",
                          regions=regions))
    labels.sort(key=lambda item: item["image_id"])
    files.append(write(folder, "v1/labels.parquet", pa.Table.from_pylist(labels, schema=LABELS), "labels", None))
    manifest = Manifest.model_validate({
        "dataset": "old", "number": 1, "unit": "line", "recipe": {}, "recipe_sha256": "0" * 64, "code_version": "saegim 0",
        "splits": {"train": 1, "test": 1},
        "columns": [Column(name=field.name, type=str(field.type)) for field in LABELS], "files": files})
    (folder / "v1" / "manifest.json").write_bytes(manifest.to_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
