"""What releases there are."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError

from saegim.errors import ReleaseDamaged, ReleaseNotFound, SettingMissing, StorageBusy, StorageUnavailable
from saegim.manifest import Manifest, ReleaseName, folder_of, parse_manifest, parse_name
from saegim.names import did_you_mean
from saegim.patience import OUTAGE_SECONDS, ride_out
from saegim.settings import StorageSettings, start_it, storage_settings
from saegim.store_errors import BUSY, did_not_answer, said_by, status_of

if TYPE_CHECKING:
    from obstore.store import ObjectStore

T = TypeVar("T")

MAX_REVISIONS = 100
GONE = (NotFoundError, FileNotFoundError)
"""What obstore raises for an object that is not there."""
NO_KEY = "169.254.169.254"
"""Where keys of AWS's own machines come from: asked when there is no key anywhere else."""
REFUSED = ("403 Forbidden", "401 Unauthorized", "InvalidAccessKeyId", "SignatureDoesNotMatch", "credential")


ReadManifest = Callable[[int, int | None], Manifest | None]
"""Gives the manifest of a dataset's release by number and revision (None: the first one); None where there is none."""


def newest_manifest(read: ReadManifest, numbers: Iterable[int]) -> Manifest | None:
    """The newest release in its newest revision; None where there is none.

    Args:
        read: reads a manifest.
        numbers: of the release folders that there are, in any order; one without a manifest is no release.
    """
    found = (manifest_in_force(read, number) for number in sorted(numbers, reverse=True))
    return next((manifest for manifest in found if manifest), None)


def manifest_in_force(read: ReadManifest, number: int) -> Manifest | None:
    """A release in its newest revision: a takedown's manifest names the one that stands in its place."""
    found = read(number, None)
    for _ in range(MAX_REVISIONS):
        if found is None or found.superseded_by is None:
            break
        newer = parse_name(found.superseded_by)
        found = read(newer.number or number, newer.revision) or found
    return found


class Releases:
    """The bucket ``datasets``.

    Args:
        settings: where it is; from the environment and ``.saegim/env`` where left out.
        bucket: an opened one, in place of the one that the settings name.
    """

    def __init__(self, settings: StorageSettings | None = None, bucket: ObjectStore | None = None) -> None:
        self.settings = settings or storage_settings()
        self.address = self.settings.s3_endpoint or "AWS"
        self.who = f"Object storage at {self.address}"
        self.bucket: ObjectStore = bucket or self.settings.bucket(self.settings.bucket_datasets)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turns obstore's errors into ours, with the address and the repair.

        Raises:
            SettingMissing: there is no key, it is refused, or there is no such bucket.
            StorageUnavailable: it does not answer, or not with what was asked for.
        """
        try:
            yield
        except BaseError as error:
            text = str(error)
            line = (text.strip().splitlines() or ["no detail"])[0][:300]
            if NO_KEY in text:
                raise SettingMissing("It is not said where the releases are: set SAEGIM_S3_ENDPOINT, SAEGIM_S3_ACCESS_KEY and "
                                     f"SAEGIM_S3_SECRET_KEY, or a profile for AWS ({line})") from error
            if isinstance(error, (PermissionDeniedError, UnauthenticatedError)) or any(word in text for word in REFUSED):
                raise SettingMissing(f"Object storage at {self.address} refuses the key: set SAEGIM_S3_ACCESS_KEY and "
                                     f"SAEGIM_S3_SECRET_KEY ({line})") from error
            if "NoSuchBucket" in text:
                raise SettingMissing(f"There is no bucket {self.settings.bucket_datasets!r} at {self.address}: set "
                                     "SAEGIM_BUCKET_DATASETS to the one that holds the releases") from error
            status = status_of(error)
            said = said_by(error)
            if status in BUSY:
                raise StorageBusy(f"Object storage at {self.address} has too much to do ({said}). Run the same again "
                                  "later: it goes on where it was", self.who, OUTAGE_SECONDS) from error
            if status:
                raise StorageUnavailable(f"Object storage at {self.address} does not give what was asked for ({said}). Its log "
                                         "says why; run the same again") from error
            raise StorageUnavailable(f"Object storage does not answer at {self.address} ({said}). {start_it()}",
                                     self.who, OUTAGE_SECONDS if did_not_answer(error) else 0.0) from error

    def asked(self, call: Callable[[], T], wait: Callable[[float], bool] | None = None) -> T:
        """What the store answers; it is asked again while it asks to slow down.

        Args:
            call: asks it.
            wait: in the midst of a pull, which waits for a store that has stopped answering as well; see ``ride_out``.
        """
        def once() -> T:
            with self.answering():
                return call()

        return ride_out(once, StorageUnavailable if wait else StorageBusy, self.who, wait)

    def datasets(self) -> list[str]:
        """Names of the datasets, sorted."""
        listed = self.asked(lambda: obstore.list_with_delimiter(self.bucket))
        return sorted(prefix.rstrip("/") for prefix in listed["common_prefixes"])

    def numbers(self, dataset: str) -> list[int]:
        """Numbers of a dataset's releases, oldest first. A folder without a manifest is no release."""
        return [number for number in self._folders(dataset) if self._exists(f"{dataset}/{folder_of(number)}/manifest.json")]

    def manifest(self, name: str | ReleaseName) -> Manifest:
        """A release's manifest; of ``name`` the newest release's, of ``name@3`` its newest revision's.

        Raises:
            ReleaseNotFound: there is no such release; the message lists those that there are.
        """
        wanted = parse_name(name) if isinstance(name, str) else name
        read = functools.partial(self._manifest, wanted.dataset)
        if not wanted.number:
            found = newest_manifest(read, self._folders(wanted.dataset))
        elif wanted.revision is None:
            found = manifest_in_force(read, wanted.number)
        else:
            found = read(wanted.number, wanted.revision)
        if found is None:
            raise ReleaseNotFound(self._what_there_is(wanted))
        return found

    def _what_there_is(self, wanted: ReleaseName) -> str:
        numbers = self.numbers(wanted.dataset)
        if not numbers:
            return f"There is no dataset {wanted.dataset!r} at {self.address}{did_you_mean(wanted.dataset, self.datasets())}"
        return f"There is no release {wanted}. There are: {', '.join(str(ReleaseName(wanted.dataset, each)) for each in numbers)}"

    def _folders(self, dataset: str) -> list[int]:
        listed = self.asked(lambda: obstore.list_with_delimiter(self.bucket, f"{dataset}/"))
        found = (re.fullmatch(rf"{re.escape(dataset)}/v([0-9]+)/?", prefix) for prefix in listed["common_prefixes"])
        return sorted(int(match.group(1)) for match in found if match)

    def _manifest(self, dataset: str, number: int, revision: int | None = None) -> Manifest | None:
        folder = folder_of(number, revision)
        key = f"{dataset}/{folder}/manifest.json"
        try:
            data = self.asked(lambda: bytes(obstore.get(self.bucket, key).bytes()))
        except GONE:
            return None
        found = parse_manifest(data, key)
        if (found.dataset, found.folder) != (dataset, folder):
            raise ReleaseDamaged(f"{key} says that it is {found.name}")
        return found

    def _exists(self, key: str) -> bool:
        try:
            self.asked(lambda: obstore.head(self.bucket, key))
        except GONE:
            return False
        return True
