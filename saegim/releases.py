"""What releases there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import obstore
from obstore.exceptions import BaseError, NotFoundError

from saegim.errors import ReleaseDamaged, ReleaseNotFound, SettingMissing, StorageUnavailable
from saegim.manifest import Manifest, ReleaseName, folder_of, parse_manifest, parse_name
from saegim.settings import StorageSettings, storage_settings

if TYPE_CHECKING:
    from obstore.store import S3Store

P = ParamSpec("P")
T = TypeVar("T")
MAX_REVISIONS = 100


def _named(call: Callable[P, T]) -> Callable[P, T]:
    """Turns obstore's errors into ours, with the address and the repair."""

    @wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        releases = args[0]
        if not isinstance(releases, Releases):
            raise TypeError(f"{call.__name__} is a method of Releases")
        try:
            return call(*args, **kwargs)
        except (BaseError, PermissionError) as error:
            line = (str(error).strip().splitlines() or ["no detail"])[0][:300]
            if any(word in line for word in ("403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "credential")):
                raise SettingMissing(f"Object storage at {releases.address} refuses the key: set SAEGIM_S3_ACCESS_KEY and "
                                     f"SAEGIM_S3_SECRET_KEY ({line})") from error
            raise StorageUnavailable(f"Object storage does not answer at {releases.address} ({line}). Start it with: "
                                     "saegim up, or set SAEGIM_S3_ENDPOINT") from error

    return wrapper


class Releases:
    """The bucket ``datasets``."""

    def __init__(self, settings: StorageSettings | None = None) -> None:
        self.settings = settings or storage_settings()
        self.address = self.settings.s3_endpoint or "AWS"
        self.bucket: S3Store = self.settings.bucket(self.settings.bucket_datasets)

    @_named
    def datasets(self) -> list[str]:
        """Names of the datasets, sorted."""
        listed = obstore.list_with_delimiter(self.bucket)
        return sorted(prefix.rstrip("/") for prefix in listed["common_prefixes"])

    @_named
    def numbers(self, dataset: str) -> list[int]:
        """Numbers of a dataset's releases, oldest first. A folder without a manifest is no release."""
        listed = obstore.list_with_delimiter(self.bucket, f"{dataset}/")
        found = (re.fullmatch(rf"{re.escape(dataset)}/v([0-9]+)/?", prefix) for prefix in listed["common_prefixes"])
        numbers = sorted(int(match.group(1)) for match in found if match)
        return [number for number in numbers if self._exists(f"{dataset}/{folder_of(number)}/manifest.json")]

    def manifest(self, name: str | ReleaseName) -> Manifest:
        """A release's manifest; of ``name`` the newest release's, of ``name@3`` its newest revision's.

        Raises:
            ReleaseNotFound: there is no such release; the message lists those that there are.
        """
        wanted = parse_name(name) if isinstance(name, str) else name
        number = wanted.number
        if number is None:
            numbers = self.numbers(wanted.dataset)
            if not numbers:
                raise ReleaseNotFound(f"There is no dataset {wanted.dataset!r}. There are: "
                                      f"{', '.join(self.datasets()) or 'none yet'}")
            number = numbers[-1]
        found = self._manifest(wanted.dataset, folder_of(number, wanted.revision))
        if found is None:
            numbers = self.numbers(wanted.dataset)
            raise ReleaseNotFound(f"There is no release {wanted}. There are: "
                                  + (", ".join(f"{wanted.dataset}@{each}" for each in numbers)
                                     or ", ".join(self.datasets()) or "none yet"))
        for _ in range(MAX_REVISIONS):
            if found.superseded_by is None or wanted.revision is not None:
                break
            newer = parse_name(found.superseded_by)
            found = self._manifest(newer.dataset, folder_of(newer.number or number, newer.revision)) or found
        return found

    @_named
    def _manifest(self, dataset: str, folder: str) -> Manifest | None:
        key = f"{dataset}/{folder}/manifest.json"
        try:
            data = bytes(obstore.get(self.bucket, key).bytes())
        except (NotFoundError, FileNotFoundError):
            return None
        found = parse_manifest(data, key)
        if (found.dataset, found.folder) != (dataset, folder):
            raise ReleaseDamaged(f"{key} says that it is {found.name}")
        return found

    @_named
    def _exists(self, key: str) -> bool:
        try:
            obstore.head(self.bucket, key)
        except (NotFoundError, FileNotFoundError):
            return False
        return True
