"""Files of one image each, in a folder or a .zip: how the answers of an API are kept."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from schemas.errors import PredictionsWrong

ENDINGS = (".json", ".jsonl", ".ndjson", ".txt")
"""Of files that may be predictions; pictures and tables lie beside them."""
MOST_BYTES = 256 << 20
"""Of one file of one image: the answer for a full page has a few million. Against a .zip that grows without end."""
KOREAN = "cp949"
"""How names in a .zip of Korean Windows are written; Python takes them for cp437."""
IS_UTF8 = 0x800
"""Flag of a name in a .zip that is UTF-8."""


@dataclass(frozen=True, slots=True)
class OneFile:
    """A file that was read whole.

    Attributes:
        name: with the folders below the one that was given.
        data: its bytes.
    """

    name: str
    data: bytes

    @property
    def image(self) -> str:
        """What it may be called after: its name without its ending."""
        return str(PurePosixPath(self.name).with_suffix(""))


def folder_files(folder: Path) -> Iterator[OneFile]:
    """The files of a folder and of those below it, in order of name."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and _may_be(path.relative_to(folder).as_posix())):
        name = path.relative_to(folder).as_posix()
        _small(path.stat().st_size, name)
        yield OneFile(name, path.read_bytes())


def zip_files(path: Path) -> Iterator[OneFile]:
    """The files of a .zip, in its order.

    Raises:
        PredictionsWrong: it is damaged or needs a password, or one of its files is too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for item in archive.infolist():
                name = _name(item)
                if item.is_dir() or not _may_be(name):
                    continue
                with archive.open(item) as opened:
                    data = opened.read(MOST_BYTES + 1)
                _small(len(data), name)
                yield OneFile(name, data)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise PredictionsWrong(f"{path.name} begins like a .zip and cannot be read ({error}): pack it again, without a "
                               "password") from error


def _may_be(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.casefold().endswith(ENDINGS) and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _small(size: int, name: str) -> None:
    if size > MOST_BYTES:
        raise PredictionsWrong(f"{name} has more than {MOST_BYTES >> 20} MiB: no answer for one image is as large. Give a "
                               "file of many images by itself, not in a folder or .zip")


def _name(item: zipfile.ZipInfo) -> str:
    if item.flag_bits & IS_UTF8:
        return item.filename
    try:
        return item.filename.encode("cp437").decode(KOREAN)
    except UnicodeError:
        return item.filename
