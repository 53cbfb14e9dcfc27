"""Hugging Face: images and labels joined, one Parquet file a split, and a card that names them.

``datasets.load_dataset(folder)`` has the splits under their own names and decodes the images; ``data/train.parquet`` alone is
read by pandas and everything else. The same release gives the same bytes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saegim.folder import write_whole
from saegim.formats.hf_tables import IMAGE_TYPE, read, recognise, write_tables
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledSet
from saegim.labels.output import Output
from saegim.labels.own_folder import own_folder
from saegim.leaves import leaves
from saegim.manifest import Manifest
from saegim.release import Release
from saegim.shards import IMAGE, open_shard, pieces, read_images

METADATA = {"huggingface": json.dumps({"info": {"features": {IMAGE: {"_type": "Image"}}}})}
REPLACED = ("configs", "dataset_info")
"""Keys of the card's front matter that speak of other files."""


def write(release: Release, to: Path, advance: Callable[[int], None] = lambda _samples: None) -> list[Path]:
    """Writes a release, or what was loaded of it. Killed, it leaves no ``data`` that is not whole; run again, it begins anew.

    Args:
        release: as ``saegim.load`` gives it.
        to: folder; new, empty, or written here before.
        advance: told how many samples more are written.

    Returns:
        The data files, in the order of the splits. A split without samples has none; where no split has any, each has a file
        with its columns and no rows, which all but ``load_dataset`` read (it says that there is no data).

    Raises:
        FolderRefused: the folder holds something else, or its disk cannot take it.
    """
    with own_folder(to, "hf"):
        return _write_alone(release, to, advance)


def _write_set(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    release = dataset.release
    if release is None:
        paths = write_tables(dataset, output, findings, METADATA)
        output.write("README.md", _set_card(dataset, paths).encode())
        return paths
    findings.images_in = findings.images_out = len(release)
    findings.regions_in = findings.regions_out = pc.sum(pc.list_value_length(release.labels["regions"])).as_py() or 0
    files = _write_alone(release, output.folder, output.advance)
    beside = [name for name, _ in _beside(release)]
    for path in ["README.md", *beside, *(str(file.relative_to(output.folder)) for file in files)]:
        output.has(path)
    return [str(file.relative_to(output.folder)) for file in files]


def _set_card(dataset: LabelledSet, paths: list[str]) -> str:
    files = "".join(f"  - split: {Path(path).stem.replace('-', '_')}\n    path: {path}\n" for path in paths)
    return (f"---\nconfigs:\n- config_name: default\n  data_files:\n{files}---\n\n# {dataset.title}\n\n"
            f"{dataset.description}\n\nLicence: {dataset.licence or 'not stated'}\n")


def _write_alone(release: Release, to: Path, advance: Callable[[int], None]) -> list[Path]:
    new = to / ".data.part"
    old = to / ".data.old"
    data = to / "data"
    card = to / "README.md"
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    new.mkdir()
    there = set(pc.unique(release.labels["split"]).to_pylist())
    splits = [split for split in release.manifest.splits if split in there or not there]
    for split in splits:
        _write_split(release, release.labels.filter(pc.field("split") == split), new / f"{split}.parquet", advance)
    # From here on it goes by renaming: a card stands only beside the data that it tells of.
    card.unlink(missing_ok=True)
    if data.exists():
        data.rename(old)
    new.rename(data)
    for name, content in _beside(release):
        write_whole(to / name, content)
    write_whole(card, _card(release, splits).encode())
    shutil.rmtree(old, ignore_errors=True)
    return [data / f"{split}.parquet" for split in splits]


def _write_split(release: Release, labels: pa.Table, path: Path, advance: Callable[[int], None]) -> None:
    schema = _schema(labels.schema)
    columns = [leaf for field in schema if field.name != IMAGE for leaf in leaves(field.name, field.type)]
    compression = {**dict.fromkeys(columns, "zstd"), f"{IMAGE}.bytes": "none", f"{IMAGE}.path": "zstd"}
    with pq.ParquetWriter(path, schema, compression=compression, use_dictionary=columns, write_statistics=["image_id"],
                          version="2.6", data_page_version="1.0") as writer:
        shard = ""
        opened = None
        for piece in pieces(release.folder, labels):
            if opened is None or shard != piece.shard:
                shard = piece.shard
                opened = open_shard(release.folder, piece.shard)
            joined = labels.take(piece.rows).append_column(IMAGE, read_images(opened, piece))
            writer.write_table(joined.select(schema.names).cast(schema))
            advance(len(piece.rows))


def _schema(labels: pa.Schema) -> pa.Schema:
    """The image behind its id, then the labels; the shard is no place that a reader of these files has."""
    names = [name for name in labels.names if name not in ("image_id", "shard")]
    return pa.schema([labels.field("image_id"), (IMAGE, IMAGE_TYPE), *(labels.field(name) for name in names)], metadata=METADATA)


def _beside(release: Release) -> Iterator[tuple[str, bytes]]:
    """The card's pictures and the pages that it links to, where they stand to it as in the release."""
    for file in [*release.manifest.of_kind("card"), *release.manifest.of_kind("diff")]:
        if (path := release.folder / file.place).is_file() and path.name != "README.md":
            yield str(path.relative_to(release.folder / release.manifest.folder)), path.read_bytes()


def _card(release: Release, splits: list[str]) -> str:
    manifest = release.manifest
    found = (release.folder / file.place for file in manifest.of_kind("card") if file.place.endswith("/README.md"))
    path = next((path for path in found if path.is_file()), None)
    front, body = _parted(path.read_text(encoding="utf-8")) if path else ("", _short_card(manifest))
    files = "".join(f"  - split: {split}\n    path: data/{split}.parquet\n" for split in splits)
    return f"---\n{front}configs:\n- config_name: default\n  data_files:\n{files}---\n{body}"


def _parted(text: str) -> tuple[str, str]:
    """A card's front matter without the keys that speak of other files, and what follows it."""
    if not text.startswith("---\n") or "\n---\n" not in text:
        return "", text
    front, _, body = text[4:].partition("\n---\n")
    kept = []
    keep = True
    for line in front.splitlines():
        if line[:1] not in (" ", "-", "#", ""):
            keep = line.partition(":")[0] not in REPLACED
        if keep:
            kept.append(f"{line}\n")
    return "".join(kept), body


def _short_card(manifest: Manifest) -> str:
    return f"\n# {manifest.name}\n\n{manifest.description}\n\nLicence: {manifest.licence or 'not stated'}\n"


FORMAT = Format(
    "hf", "Hugging Face Parquet", Holds(Shape.POLYGON, frozenset({
        "legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id"}), frozenset({
            "split", "group", "image_id", "image_kind", "conditions", "source", "licence", "unit"})),
    read=read, write=_write_set, recognise=recognise, notes=(
        "One Parquet file a split with pictures, labels and all columns of the release.",
        "Others' Parquet is read where it has pictures and a text a picture, or texts with outlines; boxes in thousandths of the "
        "picture, as LayoutLM wants them, are told from pixels where one of the first hundred pictures shows it.",
        "Tables for TrOCR (a picture and its text) are this format."),
    sees="all columns")
