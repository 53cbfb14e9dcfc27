"""The files of a data set that strangers made: a folder or an archive, under the names that their label files use."""

from __future__ import annotations

import tarfile
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Self

from saegim.errors import FormatWrong

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".gif")
"""Endings of files that are taken for pictures, in small letters."""
UNREADABLE = (OSError, zipfile.BadZipFile, tarfile.TarError, RuntimeError, NotImplementedError, zlib.error, EOFError)
"""What reading a file raises where it, or its archive, is broken, locked by a password or packed in a way that Python lacks."""


class DatasetFiles:
    """Files by name, below a folder, in a .zip or in a .tar. Use it in a ``with``.

    Names are paths with ``/``. Those of a .zip that were written in EUC-KR without saying so are read as that (Python takes
    them for code page 437). What is hidden, and what macOS adds to archives, is not there.

    Args:
        path: a folder, an archive, or one label file: then its folder's files are there, and ``chosen`` names it.

    Raises:
        FormatWrong: there is nothing, or no archive that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.chosen = ""
        self._archive: zipfile.ZipFile | tarfile.TarFile | None = None
        self._inside: dict[str, str] = {}
        self._names = self._list()
        self._by_plain: dict[str, str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive:
            self._archive.close()

    def names(self, *endings: str) -> list[str]:
        """Names of all files with one of these endings (in small letters), sorted; all files where none is given."""
        return [name for name in self._names if not endings or name.lower().endswith(endings)]

    def find(self, name: str, beside: str = "") -> str | None:
        """The file that a label file means by a name.

        Tried in turn: the name as it is, from the folder of the label file and from the top; the same with other
        normalisation of Hangul (macOS writes NFD) or other capital letters; the last part of the name, where one file alone
        has it.

        Args:
            name: as the label file has it; backslashes are taken for ``/``.
            beside: name of the label file.
        """
        name = name.replace("\\", "/").removeprefix("./")
        folder = beside.rpartition("/")[0]
        tried = [f"{folder}/{name}"] if folder else []
        for one in (*tried, name):
            if one in self._inside:
                return one
        plain = self._plain_names()
        for one in (*tried, name, name.rpartition("/")[2]):
            if found := plain.get(_plain(one)):
                return found
        return None

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FormatWrong: it cannot be read.
        """
        inside = self._inside[name]
        try:
            if isinstance(self._archive, zipfile.ZipFile):
                return self._archive.read(inside)
            if isinstance(self._archive, tarfile.TarFile):
                opened = self._archive.extractfile(inside)
                return opened.read() if opened else b""
            return Path(inside).read_bytes()
        except UNREADABLE as error:
            raise FormatWrong(f"{self.path}: {name} cannot be read ({error})") from error

    def start(self, name: str, size: int) -> bytes:
        """The first bytes of a file, without reading the rest: they show what it is.

        Raises:
            FormatWrong: it cannot be read.
        """
        inside = self._inside[name]
        try:
            if isinstance(self._archive, zipfile.ZipFile):
                with self._archive.open(inside) as opened:
                    return opened.read(size)
            if isinstance(self._archive, tarfile.TarFile):
                member = self._archive.extractfile(inside)
                return member.read(size) if member else b""
            with Path(inside).open("rb") as file:
                return file.read(size)
        except UNREADABLE as error:
            raise FormatWrong(f"{self.path}: {name} cannot be read ({error})") from error

    def _list(self) -> list[str]:
        try:
            if self.path.is_dir():
                return self._take((path.relative_to(self.path).as_posix(), str(path)) for path in self.path.rglob("*")
                                  if path.is_file())
            if zipfile.is_zipfile(self.path):
                self._archive = zipfile.ZipFile(self.path)
                return self._take((_korean(item), item.filename) for item in self._archive.infolist() if not item.is_dir())
            if self.path.is_file() and tarfile.is_tarfile(self.path):
                self._archive = tarfile.open(self.path)  # noqa: SIM115  closed by __exit__
                return self._take((item.name, item.name) for item in self._archive.getmembers() if item.isfile())
        except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise FormatWrong(f"{self.path} cannot be read ({error})") from error
        if not self.path.is_file():
            raise FormatWrong(f"{self.path} is not there: name a folder, an archive (.zip, .tar) or a label file")
        self.chosen = self.path.name
        return self._take((path.name, str(path)) for path in self.path.parent.rglob("*") if path.is_file())

    def _take(self, found: object) -> list[str]:
        for name, inside in found:  # type: ignore[attr-defined]
            parts = name.replace("\\", "/").split("/")
            if not any(part.startswith(".") or part == "__MACOSX" for part in parts):
                self._inside["/".join(parts)] = inside
        return sorted(self._inside)

    def _plain_names(self) -> dict[str, str]:
        """Names by their plain forms, whole and last part alone; empty where several files have one."""
        if self._by_plain is None:
            found: dict[str, set[str]] = {}
            for name in self._names:
                for form in {_plain(name), _plain(name.rpartition("/")[2])}:
                    found.setdefault(form, set()).add(name)
            self._by_plain = {form: names.pop() if len(names) == 1 else "" for form, names in found.items()}
        return self._by_plain


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _korean(item: zipfile.ZipInfo) -> str:
    """The name of a member; where it does not say that it is UTF-8 and is EUC-KR, as that."""
    if item.flag_bits & 0x800 or item.filename.isascii():
        return item.filename
    try:
        return item.filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return item.filename
