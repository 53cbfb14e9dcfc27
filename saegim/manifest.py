"""What a release is: one manifest that names every file with its sha256 (design D7)."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saegim.errors import ReleaseDamaged, ReleaseNotFound


class ReleaseName(NamedTuple):
    """``dataset@number+rrevision``; number None means the newest, revision None the newest of that number."""

    dataset: str
    number: int | None = None
    revision: int | None = None

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
    """One Parquet file. ``path`` is relative to the dataset's folder in the bucket."""

    path: str = Field(pattern=r"^[\w=+-][\w=+.-]*(/[\w=+-][\w=+.-]*)*$")
    kind: Literal["images", "labels"]
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)
    rows: int = Field(ge=0)
    split: str | None = None


class Column(_Frozen):
    """A column of the label file, with its Arrow type."""

    name: str
    type: str


class Exclusion(_Frozen):
    """An accepted reading that the release leaves out."""

    image_id: str
    reason: str


class Manifest(_Frozen):
    """One release. Written once, with a conditional put; a takedown alone sets ``superseded_by``."""

    format: Literal[1] = 1
    dataset: str
    number: int = Field(ge=1)
    revision: int = Field(0, ge=0)
    parent: str | None = None
    unit: str
    description: str = ""
    licence: str = ""
    recipe_sha256: str
    code_version: str
    splits: dict[str, int]
    columns: list[Column]
    files: list[File]
    exclusions: list[Exclusion] = []
    superseded_by: str | None = None

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

    def to_bytes(self) -> bytes:
        """The same bytes for the same release, always."""
        return (self.model_dump_json(indent=1) + "\n").encode()


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
