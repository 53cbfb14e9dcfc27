"""Writes releases: image shards, the label file, and the manifest whose conditional put is the release (design D7)."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datastore.objects import ObjectStore
from saegim.manifest import Column, Exclusion, File, Manifest, folder_of, parse_manifest
from schemas.arrow import IMAGES, LABELS, label_table
from schemas.errors import ObjectMissing, PublishConflict
from schemas.sample import Sample

SHARD_BYTES = 256_000_000
"""A shard is closed when its images reach this: a size that every reader takes well, and a takedown rewrites quickly."""
ROWS_A_GROUP = 100
ROWS_A_FETCH = 32
PARQUET = {"version": "2.6", "data_page_version": "1.0", "write_statistics": ["image_id"], "store_schema": True}


@dataclass(frozen=True, slots=True)
class Draft:
    """A release that is about to be: everything in its manifest but its files."""

    dataset: str
    unit: str
    description: str
    licence: str
    recipe_sha256: str
    code_version: str
    split_names: tuple[str, ...]


def read_labels(objects: ObjectStore, bucket: str, manifest: Manifest) -> pa.Table:
    """A release's label rows."""
    return pq.read_table(io.BytesIO(objects.get(bucket, f"{manifest.dataset}/{manifest.labels.path}")))


def publish(objects: ObjectStore, bucket: str, draft: Draft, parent: Manifest | None, samples: Sequence[Sample],
            exclusions: Sequence[tuple[str, str]], fetch: Callable[[Sequence[Sample]], Iterable[bytes]],
            advance: Callable[[int], None] = lambda _images: None) -> Manifest | None:
    """Publishes a release, or nothing where its labels are those of the parent.

    Until the last put nobody sees anything; killed before it, the next run writes the same files under the same names.

    Args:
        objects: the object storage.
        bucket: of the releases.
        draft: what the release is.
        parent: the newest release that there is; the new one gets the next number.
        samples: with their split; those without ``shard`` are written.
        exclusions: (image id, reason).
        fetch: bytes of the canonical images of some samples, in order.
        advance: told how many images more are written.

    Raises:
        PublishConflict: somebody else published that number meanwhile.
    """
    number = parent.number + 1 if parent else 1
    placed, new_files = _write_images(objects, bucket, draft, samples, fetch, advance)
    labels, label_bytes = _labels_file(number, placed)
    if parent and labels.sha256 == parent.labels.sha256 and parent.recipe_sha256 == draft.recipe_sha256:
        return None
    objects.put(bucket, f"{draft.dataset}/{labels.path}", label_bytes)
    known = {file.path: file for file in [*(parent.files if parent else []), *new_files]}
    used = sorted({sample.shard for sample in placed})
    manifest = Manifest(
        dataset=draft.dataset, number=number, parent=str(parent.name) if parent else None, unit=draft.unit,
        description=draft.description, licence=draft.licence, recipe_sha256=draft.recipe_sha256,
        code_version=draft.code_version,
        splits={name: sum(sample.split == name for sample in placed) for name in draft.split_names},
        columns=[Column(name=field.name, type=str(field.type)) for field in LABELS],
        files=[*(known[path] for path in used), labels],
        exclusions=[Exclusion(image_id=image_id, reason=reason) for image_id, reason in exclusions])
    key = f"{draft.dataset}/{manifest.folder}/manifest.json"
    if objects.put_if_absent(bucket, key, manifest.to_bytes(), "application/json"):
        return manifest
    # A put whose answer was lost is tried again by the client and finds itself: the bytes tell whose release it is.
    if objects.get(bucket, key) == manifest.to_bytes():
        return manifest
    raise PublishConflict(f"{draft.dataset}@{number} was published by somebody else meanwhile; export again")


def newest(objects: ObjectStore, bucket: str, dataset: str) -> Manifest | None:
    """The newest release of a dataset; None where there is none. Asks number by number: numbers have no gaps."""
    found, number = None, 1
    while True:
        try:
            key = f"{dataset}/{folder_of(number)}/manifest.json"
            found = parse_manifest(objects.get(bucket, key), key)
        except ObjectMissing:
            return found
        number += 1


def _write_images(objects: ObjectStore, bucket: str, draft: Draft, samples: Sequence[Sample],
                  fetch: Callable[[Sequence[Sample]], Iterable[bytes]],
                  advance: Callable[[int], None]) -> tuple[list[Sample], list[File]]:
    """Writes the images that no shard has; all samples come back with their shard."""
    placed = [sample for sample in samples if sample.shard]
    files = []
    for split in draft.split_names:
        rest = sorted((sample for sample in samples if sample.split == split and not sample.shard),
                      key=lambda sample: sample.image_id)
        while rest:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "shard.parquet"
                count = _write_shard(path, rest, fetch, advance)
                with path.open("rb") as written:
                    sha256 = hashlib.file_digest(written, "sha256").hexdigest()
                file = File(path=f"images/split={split}/{sha256[:32]}.parquet", kind="images", sha256=sha256,
                            bytes=path.stat().st_size, rows=count, split=split)
                if not objects.exists(bucket, f"{draft.dataset}/{file.path}"):
                    objects.put_file(bucket, f"{draft.dataset}/{file.path}", path)
            files.append(file)
            placed += [replace(sample, shard=file.path) for sample in rest[:count]]
            rest = rest[count:]
    return placed, files


def _write_shard(path: Path, samples: Sequence[Sample], fetch: Callable[[Sequence[Sample]], Iterable[bytes]],
                 advance: Callable[[int], None]) -> int:
    """Writes one shard from the front of ``samples``; returns how many went in."""
    count, size = 0, 0
    # Pictures are compressed already, and a dictionary of them would only be a second copy.
    with pq.ParquetWriter(path, IMAGES, compression="none", use_dictionary=False, **PARQUET) as writer:
        group: list[dict[str, object]] = []
        for sample, data in _fetched(samples, fetch):
            group.append({"image_id": sample.image_id, "width": sample.width, "height": sample.height,
                          "image": {"bytes": data, "path": _file_name(sample)}})
            count, size = count + 1, size + len(data)
            advance(1)
            if len(group) == ROWS_A_GROUP:
                writer.write_table(pa.Table.from_pylist(group, schema=IMAGES))
                group = []
            if size >= SHARD_BYTES:
                break
        if group:
            writer.write_table(pa.Table.from_pylist(group, schema=IMAGES))
    return count


def _fetched(samples: Sequence[Sample],
             fetch: Callable[[Sequence[Sample]], Iterable[bytes]]) -> Iterator[tuple[Sample, bytes]]:
    for start in range(0, len(samples), ROWS_A_FETCH):
        some = samples[start:start + ROWS_A_FETCH]
        yield from zip(some, fetch(some), strict=True)


def _labels_file(number: int, samples: Sequence[Sample]) -> tuple[File, bytes]:
    out = io.BytesIO()
    table = label_table(samples)
    pq.write_table(table, out, compression="zstd", **PARQUET)
    data = out.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    return File(path=f"{folder_of(number)}/labels-{sha256[:16]}.parquet", kind="labels", sha256=sha256, bytes=len(data),
                rows=table.num_rows), data


def _file_name(sample: Sample) -> str:
    return sample.image_id + (".jpg" if sample.media_type == "image/jpeg" else ".png")
