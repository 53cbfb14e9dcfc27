"""The files of a data set that strangers made: a folder or an archive, under the names that their label files use."""

from __future__ import annotations

import io
import posixpath
import shutil
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from saegim.errors import FormatWrong
from saegim.labels.own_folder import MARK, mark
from saegim.labels.texts import SURROGATES

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".gif")
"""Endings of files that are taken for pictures, in small letters."""
COPIED = 1 << 20
"""Bytes that are copied at a time."""
SAYS_UTF8 = 0x800
"""Flag of a .zip's member whose name is UTF-8 (APPNOTE.TXT, 4.4.4, bit 11)."""
MOST_LABELS = 1 << 30
"""Bytes of a file that is no picture; the labels of TextOCR and HierText have 0.4 GB. Ten times that is needed to read one."""
MOST_PICTURE = 1 << 29
"""Bytes of a picture file: more than 16-bit scans have that Pillow still opens."""
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
        self._marks: set[str] = set()
        self._names = self._list()
        self._plain: dict[str, str] | None = None
        self._ends: dict[str, str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive:
            self._archive.close()

    def names(self, *endings: str) -> list[str]:
        """Names of all files with one of these endings (in small letters), sorted; all files where none is given."""
        return [name for name in self._names if not endings or name.lower().endswith(endings)]

    def written_as(self, form: str, names: Iterable[str]) -> bool:
        """Whether files lie in a folder that a conversion to a format has written: see ``own_folder.mark``.

        Args:
            form: name of the format.
            names: of the files.
        """
        folders = [path.removesuffix(mark(form)) for path in self._marks if path.rpartition("/")[2] == mark(form)]
        return any(all(name.startswith(folder) for name in names) for folder in folders)

    def label_names(self, *endings: str) -> list[str]:
        """Names of the files to look for labels in: the one that was chosen, else all with one of these endings, sorted."""
        return [self.chosen] if self.chosen else self.names(*endings)

    def find(self, name: str, beside: str = "") -> str | None:
        """The file that a label file means by a name.

        Tried in turn: the name as it is, from the folder of the label file and from the top; the same with other
        normalisation of Hangul (macOS writes NFD) or other capital letters; then the name without its first folders, which may
        be those of another machine, the longest end first; an end that several files have is none.

        Args:
            name: as the label file has it; backslashes are taken for ``/``.
            beside: name of the label file.
        """
        name = name.replace("\\", "/")
        folder = beside.rpartition("/")[0]
        tried = [posixpath.normpath(f"{folder}/{name}")] if folder else []
        tried.append(posixpath.normpath(name))
        for one in tried:
            if one in self._inside:
                return one
        if self._plain is None or self._ends is None:
            self._plain = _unambiguous((_plain(name), name) for name in self._names)
            self._ends = _unambiguous((end, name) for name in self._names for end in _ends(_plain(name)))
        parts = [part for part in tried[-1].split("/") if part not in ("", "..")]
        ends = (_plain("/".join(parts[start:])) for start in range(len(parts)))
        return next(filter(None, (*(self._plain.get(_plain(one)) for one in tried), *map(self._ends.get, ends))), None)

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FormatWrong: it cannot be read, or is so large that it is no label file or picture, as small archives can hold it.
        """
        with self._opened(name) as (opened, size):
            _check_size(f"{self.path}: {name}", size)
            return opened.read()

    def check(self, name: str) -> None:
        """Looks whether a file is there and not too large to be read.

        Raises:
            FormatWrong: it is not.
        """
        with self._opened(name) as (_, size):
            _check_size(f"{self.path}: {name}", size)

    def start(self, name: str, size: int) -> bytes:
        """The first bytes of a file, without reading the rest: they show what it is.

        Raises:
            FormatWrong: it cannot be read.
        """
        with self._opened(name) as (opened, _):
            return opened.read(size)

    @contextmanager
    def on_disk(self, name: str) -> Iterator[Path]:
        """A file as one of the disk, for libraries that read no bytes; of an archive it is written out for as long.

        Raises:
            FormatWrong: it cannot be read, or the disk has no room for it.
        """
        if self._archive is None:
            yield Path(self._inside[name])
            return
        with tempfile.TemporaryDirectory(prefix="saegim-") as folder:
            path = Path(folder) / "file"
            with self._opened(name) as (opened, size), path.open("wb") as copy:
                if size > shutil.disk_usage(folder).free:
                    raise FormatWrong(f"{self.path}: {name} has {size / 1e9:,.1f} GB, for which {tempfile.gettempdir()} has no "
                                      "room: unpack the archive on a larger disk and name the folder")
                shutil.copyfileobj(opened, copy, COPIED)
            yield path

    @contextmanager
    def _opened(self, name: str) -> Iterator[tuple[IO[bytes], int]]:
        """A file, open, and its bytes unpacked, as its archive states them: it gives no more than these.

        Raises:
            FormatWrong: it cannot be read, also while it is.
        """
        inside = self._inside[name]
        try:
            if isinstance(self._archive, zipfile.ZipFile):
                with self._archive.open(inside) as packed:
                    yield packed, self._archive.getinfo(inside).file_size
            elif isinstance(self._archive, tarfile.TarFile):
                with self._archive.extractfile(inside) or io.BytesIO() as member:
                    yield member, self._archive.getmember(inside).size
            else:
                with Path(inside).open("rb") as file:
                    yield file, Path(inside).stat().st_size
        except UNREADABLE as error:
            raise FormatWrong(f"{self.path}: {name} cannot be read ({error})") from error

    def _list(self) -> list[str]:
        try:
            if self.path.is_dir():
                return self._take(_below(self.path))
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
        return self._take(_below(self.path.parent))

    def _take(self, found: Iterable[tuple[str, str]]) -> list[str]:
        for name, inside in found:
            parts = _decoded(name).replace("\\", "/").split("/")
            if not any(part.startswith(".") or part == "__MACOSX" for part in parts):
                self._inside["/".join(parts)] = inside
            elif parts[-1].startswith(MARK):
                self._marks.add("/".join(parts))
        return sorted(self._inside)


def _check_size(name: str, size: int) -> None:
    is_picture = name.lower().endswith(PICTURES)
    most = MOST_PICTURE if is_picture else MOST_LABELS
    if size > most:
        raise FormatWrong(f"{name} is not read, for it has {size / 1e9:,.1f} GB and at most {most / 1e9:.1f} GB are: "
                          + ("leave it out" if is_picture else "split it"))


def _below(folder: Path) -> Iterator[tuple[str, str]]:
    return ((path.relative_to(folder).as_posix(), str(path)) for path in folder.rglob("*") if path.is_file())


def _unambiguous(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by what each is called; empty for what several are called."""
    found: dict[str, str] = {}
    for called, name in named:
        found[called] = "" if called in found else name
    return found


def _ends(name: str) -> Iterator[str]:
    """A name, then without its first folder, without its first two, and so on."""
    parts = name.split("/")
    return ("/".join(parts[start:]) for start in range(len(parts)))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _decoded(name: str) -> str:
    """A name of a disk or a .tar whose bytes are no UTF-8 (Python has those as surrogates), as EUC-KR where they are that."""
    if not SURROGATES.search(name):
        return name
    data = name.encode("utf-8", "surrogateescape")
    try:
        return data.decode("cp949")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _korean(item: zipfile.ZipInfo) -> str:
    """The name of a member; where it does not say that it is UTF-8, as UTF-8 or EUC-KR where its bytes are that."""
    if item.flag_bits & SAYS_UTF8 or item.filename.isascii():
        return item.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return item.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return item.filename
