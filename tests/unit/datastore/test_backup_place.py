"""Where backups lie: whole or not at all, named by content, and honest about what is damaged."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datastore.backup_place import BackupPlace
from saegim.settings import StorageSettings
from schemas.backup import BackupManifest, KeptFile, KeptLedger, backup_name
from schemas.errors import ObjectMissing, SettingError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def manifest(name: str, file: KeptFile) -> BackupManifest:
    ledger = KeptLedger(engine="sqlite", version="3", schema_version="0016", file=file, tables={}, figures={})
    return BackupManifest(name=name, made_at=NOW, versions={}, ledger=ledger, buckets={}, labelling=None)


@pytest.fixture
def place(tmp_path: Path) -> BackupPlace:
    return BackupPlace(str(tmp_path / "백업"), StorageSettings())


def test_a_backup_exists_with_its_manifest_and_not_before(place: BackupPlace, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"rows")
    name = backup_name(NOW)
    file = place.put_file(name, "ledger.db", tmp_path / "f")
    assert (place.backups(), place.begun()) == ([], [name])
    place.publish(manifest(name, file))
    assert place.backups() == [name]
    assert place.manifest(name) == manifest(name, file)
    place.get_file(name, file, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == b"rows"
    place.forget(name)
    assert place.backups() == place.begun() == []


def test_bytes_are_there_once_and_damage_is_told(place: BackupPlace, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(b"picture").hexdigest()
    assert place.put_blob(sha256, b"picture")
    assert not place.put_blob(sha256, b"picture")
    assert place.get_blob(sha256) == b"picture"
    [blob] = (tmp_path / "백업").rglob(sha256)
    assert blob.stat().st_size == 7 and (tmp_path / "백업").stat().st_mode & 0o077 == 0
    blob.write_bytes(b"pictuRe")
    with pytest.raises(ObjectMissing, match="damaged"):
        place.get_blob(sha256)
    with pytest.raises(ObjectMissing, match="damaged"):
        place.get_blob_to(sha256, tmp_path / "out")
    assert place.forget_blobs_but({bytes.fromhex(sha256)}) == 0
    assert place.forget_blobs_but(set()) == 1
    assert place.size_of(sha256) is None


def test_what_is_no_place_and_no_backup_is_refused(tmp_path: Path, place: BackupPlace) -> None:
    with pytest.raises(SettingError, match="expected a folder, or s3://BUCKET/PREFIX"):
        BackupPlace("gs://bucket/x", StorageSettings())
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingError, match="cannot be made"):
        BackupPlace(str(tmp_path / "file" / "below"), StorageSettings())
    place.put("backups/20260302T090000Z/manifest.json", b'{"format": 2}')
    with pytest.raises(SettingError, match="git checkout"):
        place.manifest("20260302T090000Z")
