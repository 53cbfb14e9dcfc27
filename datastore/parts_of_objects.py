"""A few rows of a Parquet file in the object storage: what a row group's figures rule out is not fetched."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeVar

import obstore
import pyarrow as pa
import pyarrow.parquet as pq
from obstore.exceptions import BaseError, NotFoundError

from datastore.object_errors import first_line, of_obstore
from datastore.objects import ObjectStore
from schemas.errors import ObjectMissing

T = TypeVar("T")


class ObjectFile(io.RawIOBase):
    """One object as a file that is read by parts, each with a request of its own.

    Args:
        objects: the object storage.
        bucket: where it is.
        key: of it.

    Raises:
        ObjectMissing: there is none.
    """

    def __init__(self, objects: ObjectStore, bucket: str, key: str) -> None:
        super().__init__()
        self._address = objects.address
        self._store = objects.bucket(bucket)
        self._key = key
        self._size: int = self._asked(lambda: obstore.head(self._store, key)["size"])
        self._place = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place."""
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end; all that are left where ``size`` is negative."""
        end = self._size if size < 0 else min(self._place + size, self._size)
        start = self._place
        found = b"" if end <= start else bytes(
            self._asked(lambda: obstore.get_range(self._store, self._key, start=start, end=end)))
        self._place += len(found)
        return found

    def _asked(self, call: Callable[[], T]) -> T:
        """A person waits for the answer: what the store refuses is said at once, and not asked again."""
        try:
            return call()
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(f"not in the object store: {first_line(error)}") from error
        except BaseError as error:
            raise of_obstore(self._address, error) from error


def rows_of_image(objects: ObjectStore, bucket: str, key: str, image_id: str, columns: list[str]) -> pa.Table:
    """The rows of one image in a Parquet file whose column ``image_id`` tells whose each is.

    Where the rows are in order of that column, as in releases and evaluations, one row group of the file is fetched.

    Args:
        objects: the object storage.
        bucket: where the file is.
        key: of it.
        image_id: of the image.
        columns: that are wanted.
    """
    file = ObjectFile(objects, bucket, key)
    return pq.read_table(pa.PythonFile(file, mode="r"), columns=columns, filters=[("image_id", "=", image_id)], pre_buffer=False,
                         use_threads=False)
