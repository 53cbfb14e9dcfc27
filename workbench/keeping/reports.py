"""What making and restoring a backup tell."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.report import Report, counted


@dataclass(kw_only=True)
class BackupReport(Report):
    """What a backup copied.

    Attributes:
        name: of the backup.
        objects: of all buckets.
        new_bytes: of the objects that the backups before lacked.
    """

    verb: str = "backup"
    name: str = ""
    objects: int = 0
    new_bytes: int = 0
    new: int = counted("objects copied")
    tasks: int = counted("tasks of Label Studio")
    forgotten: int = counted("old backups forgotten")


@dataclass(kw_only=True)
class RestoreReport(Report):
    """What a restore put back.

    Attributes:
        name: of the backup.
    """

    verb: str = "restore"
    name: str = ""
    rows: int = counted("rows of the ledger")
    objects: int = counted("objects put back")
    releases: int = counted("releases whole")
    tasks: int = counted("tasks put back in Label Studio")
    collected_again: int = counted("answers that collect has still to bring home")
