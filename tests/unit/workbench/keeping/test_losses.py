"""What is lost or rotten is told, what can be saved is, and no backup is forgotten meanwhile."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, insert

import workbench.bench
from apps.cli.backup import backup as command
from datastore.backup_place import BackupPlace
from datastore.ledger import Ledger, dumped
from datastore.ledger.tables import images, submissions
from schemas.backup import KeptObject
from schemas.errors import ObjectMissing, SettingError
from schemas.runs import RunState
from schemas.submission import Outcome, image_key
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from workbench.bench import Workbench
from workbench.keeping.backup import back_up
from workbench.keeping.losses import check_blobs, check_listed, tell_lost_releases
from workbench.keeping.object_lists import write_objects
from workbench.keeping.places import open_place
from workbench.keeping.putting_back import put_bucket_back
from workbench.keeping.reports import BackupReport, RestoreReport
from workbench.keeping.restore import RestoreRequest, choose, restore
from workbench.run import Alone
from workbench.settings import Settings

PICTURES = [f"picture {number}".encode() for number in range(4)]
IDS = [hashlib.sha256(data).hexdigest() for data in PICTURES]
KEYS = [image_key(name, "image/jpeg") for name in IDS]


class Buckets(InMemory):
    """All buckets are there."""

    def buckets(self) -> set[str]:
        return {"raw", "images", "models", "datasets", "demo"}

    def ensure_buckets(self, names: Iterable[str], posted_to: Collection[str] = (), origin: str = "") -> None:
        assert not list(names)


class House:
    """A ledger and its buckets, and a place of backups."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "ledger.db"
        self.settings = Settings(ledger_url=f"sqlite:///{self.file}", backup=str(folder / "backups"))
        self.ledger = empty_ledger(self.settings.ledger)
        self.objects = Buckets(self.settings)
        self.place = open_place(self.settings, "")
        with self.ledger.write() as connection:
            connection.execute(insert(images), [
                {"image_id": name, "number": int(name[:15], 16), "media_type": "image/jpeg", "width": 9, "height": 9, "bytes": 9,
                 "cluster_id": name, "represents": True, "encoder": "made"} for name in IDS])
            connection.execute(insert(submissions), [
                {"submission_id": name[:32], "bucket": "raw", "key": name, "version": "1", "size": 1,
                 "sent_at": datetime.now(UTC), "campaign": "made", "submitter": "kim", "claims": [],
                 "outcome": Outcome.ACCEPTED, "image_id": name} for name in IDS])
        for key, data in zip(KEYS, PICTURES, strict=True):
            self.objects.put("images", key, data, "image/jpeg")

    def back_up(self, keep: int = 0, smaller: bool = False) -> BackupReport:
        bench = Workbench(self.settings)
        try:
            return back_up(bench, self.place, labelling=False, keep=keep, smaller=smaller)
        finally:
            bench.ledger.close()  # what is in SQLite's log goes to the file now, and not when a test has broken it

    def restore(self, what: RestoreRequest) -> RestoreReport:
        return restore(self.settings, Alone(), self.place, choose(self.place, ""), what)

    def blob(self, image: str) -> Path:
        return Path(self.settings.backup) / "blobs" / image[:2] / image

    @property
    def pictures(self) -> list[str]:
        return [raw.key for page in self.objects.pages("images") for raw in page]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    made = House(tmp_path)
    monkeypatch.setattr(workbench.bench, "ObjectStore", lambda _settings: made.objects)
    return made


def test_lost_pictures_are_told_and_kept_and_no_backup_is_forgotten(house: House) -> None:
    assert not house.back_up().failed
    for key in KEYS[:3]:
        house.objects.delete("images", key)
    house.blob(IDS[0]).unlink()  # one that no backup has either
    report = house.back_up(keep=1)
    assert "lacks 3 pictures" in str(report.failed[0]) and "have 2 of them" in str(report.failed[0])
    assert report.forgotten == 0 and len(house.place.backups()) == 2
    [run] = [row for row in _runs(house.ledger) if row[0] == RunState.FAILED]
    assert "lacks 3 pictures" in run[1]
    restored = house.restore(RestoreRequest(ledger=False))
    assert sorted(house.pictures) == sorted(KEYS[1:]) and not restored.failed  # the newest backup has what the bucket lost
    house.objects.put("images", KEYS[0], PICTURES[0], "image/jpeg")
    report = house.back_up(keep=1)
    assert not report.failed and report.forgotten == 2


def test_a_picture_of_a_withdrawn_photograph_is_not_missed(house: House) -> None:
    with house.ledger.write() as connection:
        connection.execute(submissions.update().where(submissions.c.image_id == IDS[0]).values(outcome=Outcome.WITHDRAWN))
    house.objects.delete("images", KEYS[0])
    assert not house.back_up().failed


def test_an_empty_ledger_forgets_no_backup_however_often_it_is_kept(house: House) -> None:
    house.back_up()
    with house.ledger.write() as connection:
        connection.execute(delete(submissions))
        connection.execute(delete(images))
    for count in (2, 3):
        report = house.back_up(keep=1)
        assert "--smaller" in str(report.failed[0]) and report.forgotten == 0
        assert len(house.place.backups()) == count
    assert house.back_up(keep=2, smaller=True).forgotten == 2
    assert not house.back_up(keep=2).failed  # it was said once


def test_a_release_that_is_gone_is_told_each_night_until_somebody_says_that_it_is_right(house: House, tmp_path: Path) -> None:
    release = KeptObject("scene-text/v1/manifest.json", "e", 1, "ab" * 32, {})
    house.back_up()
    [empty] = [house.place.manifest(name) for name in house.place.backups()]
    write_objects(tmp_path / "with", [release, KeptObject("scene-text/shards/1", "e", 1, "ab" * 32, {})])
    name = "20261127T030000Z"
    file = house.place.put_file(name, "datasets.jsonl.gz", tmp_path / "with")
    full = empty.model_copy(update={"name": name, "buckets": {
        **empty.buckets, "datasets": empty.buckets["datasets"].model_copy(update={"file": file})}})
    write_objects(tmp_path / "without", [])
    for earlier, now, told in (([full], "without", 1), ([full, empty], "without", 1), ([full, empty], "with", 0),
                               ([full, empty.model_copy(update={"smaller": True})], "without", 0)):
        report = BackupReport()
        tell_lost_releases(house.place, earlier, tmp_path / now, report)
        assert ["1 releases are lost" in str(error) and name in str(error) for error in report.failed] == [True] * told


def test_bytes_that_went_away_meanwhile_make_no_backup_and_the_lease_is_renewed(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    until = []
    check = check_listed

    def emptied(place: BackupPlace, lists: Sequence[Path]) -> None:
        with house.ledger.read() as connection:
            until.append(connection.exec_driver_sql("select expires_at from leases where kind = 'backup'").scalar())
        house.blob(IDS[3]).unlink()
        check(place, lists)

    monkeypatch.setattr("workbench.keeping.backup.LEASE_SECONDS", 1)
    monkeypatch.setattr("workbench.keeping.backup.RENEW_SECONDS", 0)
    monkeypatch.setattr("workbench.keeping.backup.check_listed", emptied)
    renewed = []
    monkeypatch.setattr("datastore.ledger.leases.renew", lambda _ledger, lease, seconds: renewed.append((lease.keys, seconds)))
    with pytest.raises(ObjectMissing, match="went away"):
        house.back_up()
    assert not house.place.backups() and until and renewed[0] == (["backup"], 1)


def test_a_place_of_another_ledger_is_refused_until_somebody_says_that_it_is_right(house: House) -> None:
    house.back_up()
    house.settings = house.settings.model_copy(update={"pseudonym_secret": SecretStr("another")})
    with pytest.raises(SettingError, match=r"another ledger.*--smaller"):
        house.back_up(keep=1)
    assert len(house.place.backups()) == 1
    house.back_up(smaller=True)
    house.back_up()


def test_one_rotten_blob_keeps_neither_the_rest_nor_the_ledger_back(house: House) -> None:
    house.back_up()
    house.blob(IDS[1]).write_bytes(b"rotten 99")
    for key in KEYS:
        house.objects.delete("images", key)
    house.ledger.close()
    house.file.unlink()
    report = house.restore(RestoreRequest(labelling=False))
    assert KEYS[1] in str(report.failed[0]) and len(report.failed) == 1
    assert sorted(house.pictures) == sorted([KEYS[0], *KEYS[2:]])
    assert dumped.look(Ledger(house.settings.ledger)).tables["images"] == 4


def test_rot_is_found_and_heals_with_the_next_backup(house: House) -> None:
    house.back_up()
    assert check_blobs(house.place) == (4, [], [])
    house.blob(IDS[0]).write_bytes(PICTURES[0][::-1])  # as long as before
    house.blob(IDS[1]).write_bytes(b"cut")
    house.blob(IDS[2]).unlink()
    house.back_up()  # another size and a missing one are seen without being read
    assert house.blob(IDS[1]).read_bytes() == PICTURES[1] and house.blob(IDS[2]).read_bytes() == PICTURES[2]
    assert check_blobs(house.place) == (4, [IDS[0]], [])
    assert check_blobs(house.place) == (3, [], [IDS[0]])
    house.back_up()
    assert house.blob(IDS[0]).read_bytes() == PICTURES[0]
    assert check_blobs(house.place) == (4, [], [])


@pytest.mark.parametrize("rot", ["header", "middle"])
def test_a_damaged_ledger_is_replaced_and_its_file_kept(house: House, rot: str) -> None:
    house.back_up()
    house.ledger.close()
    data = house.file.read_bytes()
    broken = bytes(100) + data[100:] if rot == "header" else data[:4096] + b"\xff" * (len(data) - 4096)
    house.file.write_bytes(broken)
    for suffix in ("-wal", "-shm"):
        house.file.with_name(house.file.name + suffix).unlink(missing_ok=True)
    assert dumped.damage_of(Ledger(house.settings.ledger))
    with pytest.raises(SettingError, match=r"is damaged .* --replace-ledger"):
        house.restore(RestoreRequest(labelling=False))
    assert house.file.read_bytes() == broken
    report = house.restore(RestoreRequest(labelling=False, replace_ledger=True))
    [aside] = house.file.parent.glob("ledger.db.damaged-*Z")
    assert aside.read_bytes() == broken and any(str(aside) in note for note in report.notes)
    again = Ledger(house.settings.ledger)
    assert dumped.look(again).tables["images"] == 4 and not dumped.damage_of(again)


def test_a_place_in_a_bucket_that_is_backed_up_is_refused() -> None:
    settings = Settings(s3_endpoint="http://127.0.0.1:1")
    for address in ("s3://images/backup", "s3://raw", "s3://demo/x"):
        with pytest.raises(SettingError, match="is one of the buckets"):
            open_place(settings, address)
    assert open_place(settings, "s3://backups/images").address == "s3://backups/images"
    elsewhere = settings.model_copy(update={"backup_s3_endpoint": "http://127.0.0.1:2"})
    assert open_place(elsewhere, "s3://images/x").address == "s3://images/x"  # of another house


def test_backups_are_for_their_owner_alone_and_an_open_folder_is_told(
        house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "was there"
    folder.mkdir(mode=0o755)
    monkeypatch.setattr("apps.cli.backup.open_workbench", lambda _run: Workbench(house.settings))
    before = os.umask(0o022)
    try:
        command(str(folder), raw=False, label_studio=False, check=False, smaller=False, keep=0)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}
    assert f"chmod 700 {folder}" in " ".join(capsys.readouterr().out.split())


def test_a_folder_that_is_not_there_is_not_made_for_a_restore(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is its disk mounted"):
        open_place(Settings(), str(tmp_path / "not mounted"), make=False)
    assert not (tmp_path / "not mounted").exists()


def test_what_has_the_same_size_and_other_content_is_told(house: House, tmp_path: Path) -> None:
    for name, data in {"same": b"123", "other": b"321"}.items():
        sha256 = hashlib.sha256(b"123").hexdigest()
        house.place.put_blob(sha256, b"123")
        house.objects.put("models", name, data)
        back = put_bucket_back(house.objects, "models", house.place, [KeptObject(name, "as then", 3, sha256, {})])
        assert (back.there, back.other) == ((1, []) if name == "same" else (0, ["other"]))
    assert house.objects.get("models", "other") == b"321"


def _runs(ledger: Ledger) -> list[tuple[str, str]]:
    with ledger.read() as connection:
        rows = connection.exec_driver_sql("select state, error from runs where verb = 'backup'")
        return [(row.state, row.error) for row in rows]


