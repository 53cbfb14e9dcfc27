"""What buckets a backup holds, in the order in which they are put back: no row and no manifest names what is not there yet."""

from __future__ import annotations

import re

from datastore.backup_place import BackupPlace
from schemas.errors import SettingError
from workbench.settings import Settings

RAW = "raw"
"""The bucket of what people sent: its bytes are kept where that is asked for."""
IMAGES = "images"
"""The bucket of the canonical images."""
DATASETS = "datasets"
"""The bucket of the releases."""
BUCKETS = (IMAGES, "models", DATASETS, RAW)
"""What they are for; each setting is ``bucket_`` and this."""
MANIFEST = re.compile(r"(?P<dataset>[^/]+)/v(?P<number>\d+)(\+r\d+)?/manifest\.json")
"""The key of a release's manifest: that put is the moment the release exists."""


def bucket_of(settings: Settings, role: str) -> str:
    """The name of a bucket, by what it is for."""
    return str(getattr(settings, f"bucket_{role}"))


def open_place(settings: Settings, address: str, make: bool = True) -> BackupPlace:
    """Where backups lie.

    Args:
        settings: the setting ``backup``, where no address is given.
        address: a folder or ``s3://BUCKET/PREFIX``.
        make: whether a folder that is not there is made.

    Raises:
        SettingError: neither says where, or it is no such place.
    """
    if not (address or settings.backup):
        raise SettingError("It is not said where backups are: name a folder or s3://BUCKET/PREFIX, as in saegim backup "
                           "/mnt/backup/saegim, or set SAEGIM_BACKUP")
    address = address or settings.backup
    own = {settings.bucket_demo, *(bucket_of(settings, role) for role in BUCKETS)}
    bucket = address.removeprefix("s3://").partition("/")[0] if address.startswith("s3://") else ""
    if bucket in own and settings.backup_storage.s3_endpoint == settings.s3_endpoint:
        raise SettingError(f"{bucket} is one of the buckets that are backed up: whatever is lost with it, the backup would "
                           "be too. Name another bucket, at best of another house")
    return BackupPlace(address, settings.backup_storage, make)
