"""What a release is: one manifest that names every file with its sha256 (design D7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from saegim.errors import ReleaseDamaged, ReleaseNotFound


class ReleaseName(NamedTuple):
    """``dataset@number+rrevision``; number None means the newest, revision None the newest of that number."""

    dataset: str
    number: int | None = None
    revision: int | None = None

    @property
    def any_revision(self) -> ReleaseName:
        """The same number, whatever its revision."""
        return ReleaseName(self.dataset, self.number)

    def __str__(self) -> str:
        number = "" if self.number is None else f"@{self.number}"
        return f"{self.dataset}{number}" + (f"+r{self.revision}" if self.revision else "")


def parse_name(text: str) -> ReleaseName:
    """Reads ``scene-text``, ``scene-text@3`` or ``scene-text@3+r1``.

    Raises:
        ReleaseNotFound: it is none of these.
    """
    found = re.fullmatch(r"([a-z0-9][a-z0-9-]*)(?:@([1-9][0-9]{0,8})(?:\+r([1-9][0-9]{0,8}))?)?", text)
    if not found:
        raise ReleaseNotFound(f"{text!r} is no release: expected a name such as scene-text@3, or scene-text for the newest")
    dataset, number, revision = found.groups()
    return ReleaseName(dataset, int(number) if number else None, int(revision) if revision else None)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class File(_Frozen):
    """One file of a release. Its name in the bucket comes from its content: two publishers never write over each other.

    Attributes:
        path: relative to the dataset's folder in the bucket.
        kind: ``images`` (a shard) and ``labels`` are Parquet; so is ``left_out``: accepted readings that the release does not
            take, and images of earlier releases that it does not hold. ``card`` is README.md with its pictures, ``diff`` what
            changed since the parent.
        sha256: of its bytes.
        bytes: its size.
        rows: of a Parquet file; 0 for others.
        split: whose images a shard holds.
        name: file name that it gets where it is pulled to, in place of the last part of ``path``.
    """

    path: str = Field(pattern=r"^[\w=+-][\w=+.-]*(/[\w=+-][\w=+.-]*)*$")
    kind: Literal["images", "labels", "left_out", "card", "diff"]
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)
    rows: int = Field(0, ge=0)
    split: str | None = None
    name: str | None = Field(None, pattern=r"^[\w-][\w.-]*$")

    @property
    def place(self) -> str:
        """Where it lies below the folder that it is pulled to."""
        return f"{self.path.rpartition('/')[0]}/{self.name}" if self.name else self.path


class Column(_Frozen):
    """A column of the label file, with its Arrow type."""

    name: str
    type: str


class SourceEntry(_Frozen):
    """What a release holds of one public data set.

    Attributes:
        source: its name, ``public/NAME``.
        licences: of what the release holds of it.
        allows: what all of that may be used for: ``train``, ``evaluate``, ``redistribute``, ``share_labels``.
        images: how many.
        regions: of them.
    """

    source: str
    licences: list[str]
    allows: list[str]
    images: int
    regions: int


class Manifest(_Frozen):
    """One release. Written once, with a conditional put; a takedown alone sets ``superseded_by``.

    Attributes:
        parent: the release that it was made from, ``name@6``.
        recipe: the dataset recipe as it was; empty where a release was made before it was written down.
        splits: samples of each split.
        frozen: splits that take nothing new after this release; None where a release was made before this was written down.
        columns: of the label file.
        files: every file; those that the parent has too are the same objects.
        left_out: rows of the file ``left_out`` by reason.
        sources: public data sets that it holds images of; the rest was collected, and ``licence`` is of that.
        superseded_by: the release that stands in its place after a takedown.
    """

    format: Literal[1] = 1
    dataset: str
    number: int = Field(ge=1)
    revision: int = Field(0, ge=0)
    parent: str | None = None
    unit: str
    description: str = ""
    licence: str = ""
    recipe: dict[str, JsonValue] = {}
    code_version: str
    splits: dict[str, int]
    frozen: list[str] | None = None
    columns: list[Column]
    files: list[File]
    left_out: dict[str, int] = {}
    sources: list[SourceEntry] = []
    superseded_by: str | None = None

    def __repr__(self) -> str:
        """Its name, samples, size and parent: all fields are in ``model_dump()``."""
        images = sum(file.bytes for file in self.of_kind("images"))
        made_from = f", made from {self.parent}" if self.parent else ""
        return (f"<Manifest {self.name}: {as_splits(self.splits)}, {as_size(images)} of images, {as_size(self.labels.bytes)} of "
                f"labels{made_from}>")

    __str__ = __repr__

    @property
    def name(self) -> ReleaseName:
        """Its full name."""
        return ReleaseName(self.dataset, self.number, self.revision or None)

    @property
    def folder(self) -> str:
        """Its folder below the dataset's."""
        return folder_of(self.number, self.revision)

    @property
    def labels(self) -> File:
        """The label file."""
        return next(file for file in self.files if file.kind == "labels")

    def of_kind(self, kind: str) -> list[File]:
        """Its files of one kind."""
        return [file for file in self.files if file.kind == kind]

    def to_bytes(self) -> bytes:
        """The same bytes for the same release, always."""
        return (self.model_dump_json(indent=1) + "\n").encode()


def as_splits(splits: Mapping[str, int]) -> str:
    """Samples of each split as people read them: ``1,200 train, 80 val``."""
    return ", ".join(f"{count:,} {name}" for name, count in splits.items())


def as_size(count: int) -> str:
    """Bytes as people read them: ``1.5 MB``."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def folder_of(number: int, revision: int | None = None) -> str:
    """Folder of a release below its dataset's."""
    return f"v{number}" + (f"+r{revision}" if revision else "")


def parse_manifest(data: bytes, where: str) -> Manifest:
    """Reads a manifest.

    Raises:
        ReleaseDamaged: it is not one.
    """
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise ReleaseDamaged(f"{where} is no manifest that this version of saegim reads "
                             f"({'.'.join(map(str, first['loc']))}: {first['msg']})") from None
