"""What a backup finds lost or damaged: of the buckets, of the ledger, and of the place of the backups itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from datastore.backup_place import BackupPlace
from datastore.ledger import Ledger, dumped
from datastore.ledger.images import image_rows
from schemas.backup import BackupManifest, KeptLedger, KeptObject
from schemas.errors import ObjectMissing, SaegimError, SettingError
from schemas.submission import image_key
from workbench.keeping.copying import BY_CONTENT, Copied
from workbench.keeping.object_lists import read_objects
from workbench.keeping.places import DATASETS, MANIFEST
from workbench.report import Report

COMPARED = ("submissions", "images", "readings")
"""Tables that never become much smaller by themselves."""
FEWER = 0.5
"""Of the rows of an earlier backup: with fewer the ledger counts as lost. Chosen."""


def with_lost_pictures(found: Iterable[KeptObject], named: set[bytes], ledger: Ledger, there: Mapping[bytes, int],
                       copied: Copied, report: Report) -> Iterator[KeptObject]:
    """The objects of the bucket of images, then pictures that it has lost and the place of the backups still has.

    Args:
        found: what the bucket has.
        named: ids of the images whose pictures the ledger expects there; emptied.
        ledger: asked again of what is missing, for a photograph may have been withdrawn meanwhile.
        there: sizes of the bytes in the place, by sha256.
        copied: counts what the place still has.
        report: is told.
    """
    for item in found:
        if key := BY_CONTENT.fullmatch(item.key):
            named.discard(bytes.fromhex(key[1]))
        yield item
    lost = named & dumped.pictures_named(ledger) if named else set()
    saved = 0
    with ledger.read() as connection:
        rows = image_rows(connection, (image.hex() for image in lost & there.keys()))
    for name, row in sorted(rows.items()):
        saved += 1
        copied.objects += 1
        copied.bytes += there[bytes.fromhex(name)]
        yield KeptObject(image_key(name, row.media_type), "", there[bytes.fromhex(name)], name, {"Content-Type": row.media_type})
    if lost:
        report.failed.append(ObjectMissing(
            f"The bucket of images lacks {len(lost):,} pictures that the ledger names, such as {min(lost).hex()}; earlier "
            f"backups have {saved:,} of them, and this one keeps these too. No backup was forgotten. Put them back: saegim "
            "restore PLACE --only-objects"))


def tell_lost_releases(place: BackupPlace, earlier: Sequence[BackupManifest], now: Path, report: Report) -> None:
    """Tells of releases that an earlier backup has and this one has not, by its list: a release never goes away."""
    there = _releases(now)
    with TemporaryDirectory(prefix="saegim-backup-") as folder:
        path = Path(folder) / "list"
        for manifest in _since_said(earlier)[::-1]:
            place.get_file(manifest.name, manifest.buckets[DATASETS].file, path)
            if lost := sorted(_releases(path) - there):
                report.failed.append(ObjectMissing(
                    f"{len(lost)} releases are lost that backup {manifest.name} has, such as {lost[0]}. No backup was forgotten. "
                    f"Put them back: saegim restore PLACE --only-objects --backup {manifest.name}; where they shall stay away: "
                    "saegim backup PLACE --smaller"))
                return


def _releases(path: Path) -> set[str]:
    return {item.key for item in read_objects(path) if MANIFEST.fullmatch(item.key)}


def _since_said(earlier: Sequence[BackupManifest]) -> Sequence[BackupManifest]:
    """Backups from that on of which somebody said last that what it lacks is right."""
    return earlier[max((number for number, manifest in enumerate(earlier) if manifest.smaller), default=0):]


def tell_shrunk(earlier: Sequence[BackupManifest], now: KeptLedger, address: str, report: Report) -> None:
    """Tells of a ledger with far fewer rows than in any backup since somebody last said that this is right."""
    for name in COMPARED:
        most = max((manifest.ledger.tables.get(name, 0) for manifest in _since_said(earlier)), default=0)
        if now.tables.get(name, 0) < FEWER * most:
            report.failed.append(SaegimError(
                f"The ledger has {now.tables.get(name, 0):,} {name}, and an earlier backup of {address} has {most:,}: is this "
                "another ledger, or an empty one? No backup was forgotten. Where it is right: saegim backup PLACE --smaller"))
            return


def refuse_another(earlier: Sequence[BackupManifest], pseudonyms: str, address: str) -> None:
    """Refuses a place where another ledger's backups are.

    Raises:
        SettingError: the newest one was made under another secret of pseudonyms.
    """
    if earlier and earlier[-1].versions.get("pseudonyms", pseudonyms) != pseudonyms:
        raise SettingError(f"The backups at {address} are of another ledger: SAEGIM_PSEUDONYM_SECRET was another one. Name "
                           "another place, or set it as it was; where it is right: saegim backup PLACE --smaller")


def check_listed(place: BackupPlace, lists: Sequence[Path]) -> None:
    """Looks whether all bytes are there that the lists of a backup name.

    Raises:
        ObjectMissing: some are not.
    """
    there = {sha256 for sha256, _ in place.blobs()}
    for path in lists:
        gone = next((item for item in read_objects(path) if item.sha256 and bytes.fromhex(item.sha256) not in there), None)
        if gone:
            raise ObjectMissing(f"The bytes of {gone.key} went away from {place.address} while the backup was made: is another "
                                "one at work there? There is no new backup; run the same again")


def check_blobs(place: BackupPlace) -> tuple[int, list[str], list[str]]:
    """Reads all bytes of a place; what is damaged is put aside, so that the next backup brings it anew.

    Returns:
        How many there are, and the sha256 of those that are damaged, and of those that a backup names and are missing.
    """
    damaged, there = [], set()
    with TemporaryDirectory(prefix="saegim-check-") as folder:
        path = Path(folder) / "one"
        for sha256, _ in list(place.blobs()):
            there.add(sha256)
            try:
                place.get_blob_to(sha256.hex(), path)
            except ObjectMissing:
                damaged.append(sha256.hex())
                place.put_aside(sha256.hex())
        missing = set()
        for manifest in map(place.manifest, place.backups()):
            for kept in manifest.buckets.values():
                place.get_file(manifest.name, kept.file, path)
                missing |= {item.sha256 for item in read_objects(path)
                            if item.sha256 and bytes.fromhex(item.sha256) not in there}
            place.get_file(manifest.name, manifest.ledger.file, path)
    return len(there), damaged, sorted(missing)
