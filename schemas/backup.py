"""What a backup is: a manifest that is put last and names all that belongs to it, with versions, counts and sums of bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import SettingError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class KeptFile(_Frozen):
    """One file of a backup, beside its manifest."""

    name: str = Field(pattern=r"^[a-z][a-z.-]*$")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class KeptLedger(_Frozen):
    """The ledger as it was.

    Attributes:
        engine: ``sqlite`` or ``postgresql``; a ledger is restored to the engine that it came from.
        version: of that engine.
        schema_version: of the ledger's tables.
        file: what ``VACUUM INTO`` or ``pg_dump`` wrote.
        tables: rows by table.
        figures: what a restore compares beside the rows: people, points, consents, agreement.
    """

    engine: Literal["sqlite", "postgresql"]
    version: str
    schema_version: str
    file: KeptFile
    tables: dict[str, int]
    figures: dict[str, int]


class KeptBucket(_Frozen):
    """One bucket as it was.

    Attributes:
        bucket: its name then.
        file: a line an object, as ``KeptObject``.
        objects: how many.
        bytes: of them all.
        whole: whether their bytes are in the backup; else it knows their names, versions and sizes alone.
    """

    bucket: str
    file: KeptFile
    objects: int
    bytes: int
    whole: bool = True


class KeptLabelling(_Frozen):
    """What Label Studio held of the ledger's projects.

    Attributes:
        version: of Label Studio.
        file: a line a project, each followed by a line a task with its predictions and annotations.
        projects: how many.
        tasks: in them.
        annotations: of these.
        unreadable: tasks that Label Studio itself could not show.
    """

    version: str
    file: KeptFile
    projects: int
    tasks: int
    annotations: int
    unreadable: list[int] = []


class BackupManifest(_Frozen):
    """One backup. It is put when everything else is there: that put is the moment the backup exists.

    Attributes:
        name: the moment it was begun, such as ``20261127T030000Z``.
        made_at: when it was begun.
        versions: of Saegim, its commit, the label files of releases, Prefect and Python.
        ledger: the ledger.
        buckets: by what they are for: ``datasets``, ``models``, ``images``, ``raw``.
        smaller: somebody said that it is right that the ledger had become far smaller.
        labelling: Label Studio; None where the backup was told to leave it out.
    """

    format: Literal[1] = 1
    name: str = Field(pattern=r"^\d{8}T\d{6}Z$")
    made_at: AwareDatetime
    versions: dict[str, str]
    ledger: KeptLedger
    buckets: dict[str, KeptBucket]
    labelling: KeptLabelling | None
    smaller: bool = False

    @property
    def files(self) -> list[KeptFile]:
        """All files beside the manifest."""
        rest = [self.labelling.file] if self.labelling else []
        return [self.ledger.file, *(kept.file for kept in self.buckets.values()), *rest]


class KeptObject(NamedTuple):
    """One object of a bucket.

    Attributes:
        key: its name.
        version: its ETag, which tells whether it has changed since.
        size: in bytes.
        sha256: of its bytes; empty where these are not in the backup.
        attributes: its metadata, with ``Content-Type``.
    """

    key: str
    version: str
    size: int
    sha256: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LedgerNow:
    """What a ledger holds before something is restored to it.

    Attributes:
        schema_version: of its tables; None where it has none, or where a restore was killed before it was done.
        tables: rows by table.
        half_restored: a restore was killed after it had put the ledger there.
        damage: what SQLite finds damaged in its file; then nothing else is known of it.
    """

    schema_version: str | None
    tables: Mapping[str, int] = field(default_factory=dict)
    half_restored: bool = False
    damage: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is lost when it is replaced; what a restore notes of itself is nothing."""
        return not self.damage and (self.schema_version is None or self.half_restored or not any(
            rows for name, rows in self.tables.items() if name not in OWN_NOTES))


OWN_NOTES = ("runs", "leases", "alembic_version")
"""Tables that say nothing of people's work: a stack that was just started has rows there."""


def parse_backup(data: bytes, where: str) -> BackupManifest:
    """Reads a manifest.

    Raises:
        SettingError: it is none that this version reads.
    """
    try:
        return BackupManifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingError(f"{where} is no backup that this version of Saegim reads ({'.'.join(map(str, first['loc']))}: "
                           f"{first['msg']}). Its \"versions\" say which commit made it: git checkout COMMIT && make dev, then "
                           "the same again") from None


def backup_name(moment: datetime) -> str:
    """The name of a backup that is begun at a moment in UTC."""
    return f"{moment:%Y%m%dT%H%M%SZ}"
