"""A small release, as the publisher writes one, in a bucket (or a folder that is one): shards, labels, card, diff, manifest."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import obstore
import pyarrow as pa
import pyarrow.parquet as pq
from obstore.store import ObjectStore
from PIL import Image

from saegim.manifest import Column, File, Manifest, folder_of
from schemas.arrow import IMAGES, LABELS, LEFT_OUT, label_table
from schemas.ids import sha256
from schemas.reading import Attributes, Condition, Direction, Effect, Language, Reading, Region, Unit
from schemas.sample import Candidate, FromSource, Planned, Sample

SPLITS = {"train": 7, "val": 2, "test": 3}
TEXTS = ("서울역 3번 출구", "EXIT", "비상구", "2026", "")
CARD = """---
license: cc-by-4.0
language:
- ko
configs:
- config_name: old
---

# 한글 scene-text

![strip](strip.png) and [what changed](diff.html).
"""


@dataclass(frozen=True)
class Made:
    """One image with what is on it; all of it comes from its number."""

    number: int
    split: str
    text: str | None = None
    source: FromSource | None = None

    @property
    def colour(self) -> tuple[int, int, int]:
        return (self.number * 37 % 256, self.number * 11 % 256, self.number % 256)

    @property
    def data(self) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (24 + self.number % 5, 16), self.colour).save(out, "PNG")
        return out.getvalue()

    @property
    def regions(self) -> tuple[Region, ...]:
        """None, one, two or three."""
        found = []
        for index in range(self.number % 4):
            turn = self.number + index
            attributes = Attributes(
                direction=tuple(Direction)[turn % 3], language=tuple(Language)[turn % 5], legible=turn % 6 != 0,
                effects=tuple(sorted(tuple(Effect)[:turn % 3])), checked=(None, True, False)[turn % 3])
            found.append(Region(f"r{self.number}-{index}", ((1.0, 1.0), (9.5, 1.0), (9.5, 8.0), (1.0, 8.0)),
                                self.text if self.text is not None and not index else TEXTS[turn % 5], attributes,
                                replaces=None if turn % 2 else "r0"))
        return tuple(found)

    def sample(self, shard: str) -> Sample:
        data = self.data
        image_id, width = sha256(data), 24 + self.number % 5
        candidate = Candidate(image_id, f"reading-{self.number}", "image/png", width, 16, image_id, "demo", "김하늘", "cfg",
                              "line", (), None if self.number % 2 else 0.5 + self.number % 5 / 10, source=self.source)
        reading = Reading(image_id, "person:k", "scene_text@1", 1, Unit.LINE, width, 16, self.regions,
                          conditions=(Condition.BLURRED,) if self.number % 3 == 0 else ())
        return Sample(Planned(candidate, image_id, self.split, shard), "p1", reading)


def images_of(splits: Mapping[str, int] = SPLITS, first: int = 0) -> list[Made]:
    """New images, split after split."""
    names = [name for name, count in splits.items() for _ in range(count)]
    return [Made(first + number, split) for number, split in enumerate(names)]


@dataclass(frozen=True)
class Dataset:
    """A dataset in a bucket, that grows release by release."""

    bucket: ObjectStore
    name: str = "scene-text"
    rows_a_shard: int = 4
    rows_a_group: int = 2

    def publish(self, images: list[Made], parent: Manifest | None = None, number: int | None = None, **changes: Any) -> Manifest:
        """Publishes a release: images that the parent has stay in their shard."""
        number = number or (parent.number + 1 if parent else 1)
        placed = dict(self._placed(parent))
        files = {file.path: file for file in (parent.of_kind("images") if parent else ())}
        for split in SPLITS:
            new = [image for image in images if image.split == split and sha256(image.data) not in placed]
            for start in range(0, len(new), self.rows_a_shard):
                file = self._shard(split, new[start:start + self.rows_a_shard])
                files[file.path] = file
                placed |= {sha256(image.data): file.path for image in new[start:start + self.rows_a_shard]}
        samples = sorted((image.sample(placed[sha256(image.data)]) for image in images), key=lambda item: item.planned.image_id)
        used = {sample.planned.shard for sample in samples}
        folder = folder_of(number, changes.get("revision"))
        totals = {"images_in": 1, "images_out": 0, "regions_edited": 2, "regions_edits": 3}
        diff = {"format": 1, "before": str(parent.name) if parent else None, "after": f"{self.name}@{number}", "totals": totals,
                "by_slice": {"vertical": {"added": 1, "edited": 2}}, "splits": {"in": {"train": 1}, "out": {}}}
        manifest = Manifest(
            dataset=self.name, number=number, parent=str(parent.name) if parent else None, unit="line",
            description="간판과 문서", licence="CC-BY-4.0", recipe={"name": self.name, "splits": {"train": 0.8}},
            code_version="saegim 0", splits={split: sum(image.split == split for image in images) for split in SPLITS},
            columns=[Column(name=field.name, type=str(field.type)) for field in LABELS],
            files=[*(file for path, file in sorted(files.items()) if path in used),
                   self._put(f"{folder}/labels.parquet", "labels", _parquet(label_table(samples)), len(samples)),
                   self._put(f"{folder}/left_out.parquet", "left_out", _parquet(_left_out())),
                   self._put(f"{folder}/README.md", "card", CARD.encode(), name="README.md"),
                   self._put(f"{folder}/strip.png", "card", Made(3, "train").data, name="strip.png"),
                   self._put(f"{folder}/diff.json", "diff", json.dumps(diff).encode(), name="diff.json"),
                   self._put(f"{folder}/diff.html", "diff", "<p>바뀐 것</p>".encode(), name="diff.html")],
            left_out={"low_agreement": 1, "withdrawn": 1}).model_copy(update=changes)
        self.put_manifest(manifest)
        return manifest

    def put_manifest(self, manifest: Manifest) -> None:
        """Puts the manifest alone."""
        obstore.put(self.bucket, f"{self.name}/{manifest.folder}/manifest.json", manifest.to_bytes())

    def take_down(self, manifest: Manifest, images: list[Made]) -> Manifest:
        """A takedown as design D7 says: another revision, a tombstone in place of the manifest, no old labels any more."""
        newer = self.publish(images, number=manifest.number, revision=1)
        self.put_manifest(manifest.model_copy(update={"superseded_by": str(newer.name)}))
        kept = {file.path for file in newer.files}
        for file in manifest.files:
            if file.path not in kept:
                obstore.delete(self.bucket, f"{self.name}/{file.path}")
        return newer

    def _placed(self, parent: Manifest | None) -> list[tuple[str, str]]:
        if parent is None:
            return []
        data = bytes(obstore.get(self.bucket, f"{self.name}/{parent.labels.path}").bytes())
        table = pq.read_table(pa.BufferReader(data), columns=["image_id", "shard"])
        return list(zip(table["image_id"].to_pylist(), table["shard"].to_pylist(), strict=True))

    def _shard(self, split: str, images: list[Made]) -> File:
        table = pa.Table.from_pylist(
            [{"image_id": sha256(image.data), "image": {"bytes": image.data, "path": f"{sha256(image.data)}.png"},
              "width": 24 + image.number % 5, "height": 16} for image in images], schema=IMAGES)
        data = _parquet(table, self.rows_a_group)
        path = f"images/split={split}/{hashlib.sha256(data).hexdigest()[:32]}.parquet"
        return self._put(path, "images", data, len(images), split=split)

    def _put(self, path: str, kind: str, data: bytes, rows: int = 0, **more: Any) -> File:
        digest = hashlib.sha256(data).hexdigest()
        if kind != "images":
            stem, _, suffix = path.rpartition(".")
            path = f"{stem}-{digest[:16]}.{suffix}"
        obstore.put(self.bucket, f"{self.name}/{path}", data)
        return File.model_validate({"path": path, "kind": kind, "sha256": digest, "bytes": len(data), "rows": rows, **more})


def relabelled(images: list[Made], number: int, text: str) -> list[Made]:
    """The same images, one with another text."""
    return [replace(image, text=text) if image.number == number else image for image in images]


def _left_out() -> pa.Table:
    return pa.Table.from_pylist([{"image_id": "f" * 64, "reason": reason} for reason in ("low_agreement", "withdrawn")],
                                schema=LEFT_OUT)


def _parquet(table: pa.Table, rows_a_group: int = 5) -> bytes:
    out = io.BytesIO()
    with pq.ParquetWriter(out, table.schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, max(1, table.num_rows), rows_a_group):
            writer.write_table(table.slice(start, rows_a_group))
    return out.getvalue()
