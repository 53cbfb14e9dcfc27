"""Objects in S3: obstore moves the bytes, boto3 does what is rare (presigning, buckets, CORS) (design D15)."""

from __future__ import annotations

import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import boto3
import obstore
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError

from saegim.settings import StorageSettings
from schemas.errors import ObjectMissing, ServiceUnavailable, SettingError
from schemas.submission import RawObject

if TYPE_CHECKING:
    from obstore.store import S3Store

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")

PARALLEL = 16
"""Requests in flight: with 300 KB objects 16 behind a sliding window were 1.13 × as fast as 8 in steps of 32 (22 rounds)."""


def _named(call: Callable[P, T]) -> Callable[P, T]:
    """Turns a storage library's errors into ours: which service, where, and what to do."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        store = args[0]
        if not isinstance(store, ObjectStore):
            raise TypeError(f"{call.__name__} is a method of ObjectStore")
        try:
            return call(*args, **kwargs)
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(f"not in the object store: {_first_line(error)}") from error
        except (BaseError, BotoCoreError, ClientError) as error:
            line = _first_line(error)
            if any(word in line for word in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "403")):
                raise SettingError(
                    f"Object storage at {store.address} refuses the key (SAEGIM_S3_ACCESS_KEY, SAEGIM_S3_SECRET_KEY): "
                    f"{line}") from error
            raise ServiceUnavailable("Object storage", store.address, line) from error

    return wrapper


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


class ObjectStore:
    """The buckets of one S3 service."""

    def __init__(self, settings: StorageSettings) -> None:
        self._settings = settings
        self.address = settings.s3_endpoint or "AWS"

    @functools.cache  # noqa: B019  one store object a bucket, for the life of the process
    def bucket(self, name: str) -> S3Store:
        """The obstore handle of one bucket."""
        return self._settings.bucket(name)

    def list_raw(self, bucket: str, prefix: str = "") -> list[RawObject]:
        """All objects below a prefix, in order of time sent and key."""
        return sorted((raw for page in self.pages(bucket, prefix) for raw in page), key=lambda raw: (raw.sent_at, raw.key))

    def pages(self, bucket: str, prefix: str = "") -> Iterator[list[RawObject]]:
        """The listing of a prefix, a thousand objects at a time in order of key; folders' marker objects left out."""
        pages = self._pages(bucket, prefix)
        while (page := self._next(pages)) is not None:
            yield [
                RawObject(bucket, item["path"], item["version"] or (item["e_tag"] or "").strip('"'), item["size"],
                          item["last_modified"])
                for item in page if not item["path"].endswith("/")]

    @_named
    def _pages(self, bucket: str, prefix: str) -> Iterator[Any]:
        return iter(obstore.list(self.bucket(bucket), prefix=prefix or None, chunk_size=1000))

    @_named
    def _next(self, pages: Iterator[Any]) -> Any:
        return next(pages, None)

    @_named
    def get(self, bucket: str, key: str) -> bytes:
        """One object's bytes."""
        return bytes(obstore.get(self.bucket(bucket), key).bytes())

    def get_raw(self, objects: Iterable[RawObject]) -> Iterator[tuple[RawObject, bytes | None, dict[str, str]]]:
        """Bytes and user metadata of raw objects, several at a time, in order.

        Bytes are None where the object has gone or changed since it was listed: the next listing has its successor.
        """
        yield from self.in_order(self._get_raw, objects)

    @_named
    def _get_raw(self, raw: RawObject) -> tuple[RawObject, bytes | None, dict[str, str]]:
        try:
            result = obstore.get(self.bucket(raw.bucket), raw.key)
            if (result.meta["version"] or (result.meta["e_tag"] or "").strip('"')) != raw.version:
                return raw, None, {}
            claims = {str(name): str(value) for name, value in result.attributes.items()}
            return raw, bytes(result.bytes()), claims
        except (NotFoundError, FileNotFoundError, PreconditionError):
            return raw, None, {}

    def get_many(self, bucket: str, keys: Iterable[str]) -> Iterator[bytes]:
        """Bytes of several objects, in the order of the keys."""
        yield from self.in_order(functools.partial(self.get, bucket), keys)

    def put_many(self, bucket: str, objects: Iterable[tuple[str, bytes, str]]) -> None:
        """Stores (key, bytes, media type); used for names made from content, where writing twice is harmless."""
        deque(self.in_order(lambda item: self.put(bucket, *item), objects), maxlen=0)

    @_named
    def put(self, bucket: str, key: str, data: bytes, media_type: str = "application/octet-stream") -> None:
        """Stores one object, replacing what is there."""
        obstore.put(self.bucket(bucket), key, data, attributes={"Content-Type": media_type})

    @_named
    def put_file(self, bucket: str, key: str, path: Path) -> None:
        """Stores a file, in parts where it is large; it is never in memory as a whole."""
        obstore.put(self.bucket(bucket), key, path)

    @_named
    def get_file(self, bucket: str, key: str, path: Path) -> None:
        """Brings one object to a file; it is never in memory as a whole."""
        with path.open("wb") as out:
            for chunk in obstore.get(self.bucket(bucket), key).stream(min_chunk_size=4 << 20):
                out.write(chunk)

    @_named
    def put_if_absent(self, bucket: str, key: str, data: bytes, media_type: str = "application/octet-stream") -> bool:
        """Stores one object unless its key is taken; says whether it did."""
        try:
            obstore.put(self.bucket(bucket), key, data, mode="create", attributes={"Content-Type": media_type})
        except AlreadyExistsError:
            return False
        return True

    @_named
    def exists(self, bucket: str, key: str) -> bool:
        """Whether a key is taken."""
        try:
            obstore.head(self.bucket(bucket), key)
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    @_named
    def delete(self, bucket: str, key: str) -> None:
        """Removes one object; one that is not there is no error."""
        obstore.delete(self.bucket(bucket), key)

    @_named
    def presigned_get(self, bucket: str, key: str, seconds: int = 3600) -> str:
        """A URL that anybody can GET for so many seconds."""
        url: str = self._boto().generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=seconds)
        return url

    @_named
    def ensure_buckets(self, names: Iterable[str]) -> None:
        """Makes the buckets that are missing, and lets browsers read them by presigned URL (CORS)."""
        client = self._boto()
        there = self.buckets()
        for name in names:
            if name not in there:
                client.create_bucket(Bucket=name)
            client.put_bucket_cors(Bucket=name, CORSConfiguration=CORS)

    @_named
    def buckets(self) -> set[str]:
        """Names of all buckets."""
        return {str(bucket["Name"]) for bucket in self._boto().list_buckets()["Buckets"]}

    def in_order(self, call: Callable[[U], T], items: Iterable[U]) -> Iterator[T]:
        """What ``call`` makes of each item, in the order of the items; ``PARALLEL`` calls run at once."""
        # A window, not the whole list: results wait in memory until they are taken. It slides: nobody waits for the slowest.
        rest = iter(items)
        window = deque(self._threads.submit(call, item) for item in itertools.islice(rest, 2 * PARALLEL))
        try:
            while window:
                result = window.popleft().result()
                window.extend(self._threads.submit(call, item) for item in itertools.islice(rest, 1))
                yield result
        finally:
            for future in window:
                future.cancel()

    @functools.cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(PARALLEL, "objects")

    @functools.cache  # noqa: B019
    def _boto(self) -> Any:
        settings = self._settings
        key, secret = settings.s3_access_key, settings.s3_secret_key
        return boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint,
            region_name=settings.s3_region,
            aws_access_key_id=key.get_secret_value() if key else None,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=Config(signature_version="s3v4", connect_timeout=5, read_timeout=30, retries={"max_attempts": 2},
                          s3={"addressing_style": "path" if settings.s3_endpoint else "auto"}),
        )


CORS: Any = {
    "CORSRules": [
        {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"],
         "ExposeHeaders": ["ETag", "Content-Length"], "MaxAgeSeconds": 3600},
    ],
}
"""What Label Studio's page needs to read a presigned picture into a canvas."""

