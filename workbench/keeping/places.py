"""What buckets a backup holds, in the order in which they are put back: no row and no manifest names what is not there yet."""

from __future__ import annotations

import re

from datastore.backup_place import BackupPlace
from schemas.errors import SettingError
from workbench.settings import Settings

RAW = "raw"
"""The bucket of what people sent: its bytes are kept where that is asked for."""
DATASETS = "datasets"
"""The bucket of the releases."""
BUCKETS = ("images", "models", DATASETS, RAW)
"""What they are for; each setting is ``bucket_`` and this."""
MANIFEST = re.compile(r"(?P<dataset>[^/]+)/v(?P<number>\d+)(\+r\d+)?/manifest\.json")
"""The key of a release's manifest: that put is the moment the release exists."""


def bucket_of(settings: Settings, role: str) -> str:
    """The name of a bucket, by what it is for."""
    return str(getattr(settings, f"bucket_{role}"))


def open_place(settings: Settings, address: str) -> BackupPlace:
    """Where backups lie.

    Args:
        settings: the setting ``backup``, where no address is given.
        address: a folder or ``s3://BUCKET/PREFIX``.

    Raises:
        SettingError: neither says where, or it is no such place.
    """
    if not (address or settings.backup):
        raise SettingError("It is not said where backups are: name a folder or s3://BUCKET/PREFIX, as in saegim backup "
                           "/mnt/backup/saegim, or set SAEGIM_BACKUP")
    return BackupPlace(address or settings.backup, settings.backup_storage)
