"""A file of predictions becomes readings of the images of a release; ``docs/predictions.md`` says which files are read."""

from __future__ import annotations

import gc
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import is_zipfile

from adapters.predictions.dialect import Dialect, Document, SeenImage
from adapters.predictions.dialects import images_of, known, recognised
from adapters.predictions.documents import documents, encoding_of, pieces_of, whole_file
from adapters.predictions.folders import folder_files, zip_files
from adapters.predictions.images import ImageNames, ImageOfRelease
from adapters.predictions.own import OWN
from adapters.predictions.own_parquet import MAGIC, parquet_images
from adapters.predictions.readings import Collected, Made, collect
from schemas.errors import PredictionsWrong
from schemas.evaluation import Faults
from schemas.ids import digest, sha256
from schemas.reader import Reader
from schemas.reading import Reading, Unit
from schemas.text import normalise


@dataclass(frozen=True, slots=True)
class Predictions:
    """What an engine read of a release, as its file says.

    Attributes:
        reader: ``model:<name of the file>@<first digits of its digest>``: an engine in one version.
        digest: sha256 of the file; of names and digests of its files where it is a folder.
        dialect: such as ``CLOVA OCR``.
        unit: of the regions.
        readings: by image id; an image without text has a reading without regions.
        unknown: names of images that the release does not have.
        missing: ids of images that the file does not have, in order.
        faults: what could not be taken as it was.
    """

    reader: Reader
    digest: str
    dialect: str
    unit: Unit
    readings: dict[str, Reading]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    faults: Faults


def read_predictions(path: Path, images: Sequence[ImageOfRelease], unit: Unit, join_lines: bool = False) -> Predictions:
    """Reads what an engine wrote.

    Args:
        path: a file, or a folder or .zip of files of one image each.
        images: of the release.
        unit: of the release: what regions of a file are that does not say, and whose dialect does not either.
        join_lines: words become lines, where the dialect says where lines end.

    Raises:
        PredictionsWrong: it does not parse, is of no known dialect, or contradicts itself; or lines are asked for and the engine
            does not say where they end.
    """
    source = _source(path)
    head = next(source.images, None)
    if head is None:
        raise PredictionsWrong(f"{path.name} holds no prediction. {known()}")
    said = _unit(head, source.dialect) or unit
    join = None if source.dialect.unit is not Unit.WORD else Unit.LINE if join_lines else Unit.WORD
    if join_lines and join is None and said is not Unit.LINE:
        raise PredictionsWrong(f"{path.name} has {said}s, and {source.dialect.name} does not say where lines end: they cannot be "
                               "joined to lines")
    whole = _digest(path)
    made = Made(Reader.model(f"{normalise(path.stem) or 'file'}@{whole[:12]}"), whole, said if join is None else join, join)
    found = Collected()
    with _no_collector():
        collect(itertools.chain([head], source.images), ImageNames(images), made, found)
    missing = tuple(sorted({image.image_id for image in images} - found.readings.keys()))
    return Predictions(made.reader, whole, source.dialect.name, made.unit, found.readings, tuple(found.unknown), missing,
                       found.checks.faults())


@contextmanager
def _no_collector() -> Iterator[None]:
    """No search for cycles meanwhile: reading makes none, and looking at all regions again and again takes half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Source:
    dialect: Dialect
    images: Iterator[SeenImage]


def _source(path: Path) -> _Source:
    """The dialect of a file, and what it says.

    Raises:
        PredictionsWrong: it is not there, or is of none.
    """
    if not path.exists():
        raise PredictionsWrong(f"There is no file {path}")
    if path.is_file() and _begins(path) == MAGIC:
        return _Source(OWN, parquet_images(path))
    entries = (item for document in _documents(path) for item in recognised(document))
    first = next(entries, None)
    if first is None:
        raise PredictionsWrong(f"{path.name} holds no prediction. {known()}")
    return _Source(first.dialect, images_of(itertools.chain([first], entries)))


def _documents(path: Path) -> Iterator[Document]:
    if path.is_dir() or is_zipfile(path):
        for one in folder_files(path) if path.is_dir() else zip_files(path):
            yield from whole_file(one.data, one.name, one.image)
        return
    encoding = encoding_of(pieces_of(path), path.name)
    with path.open(encoding=encoding) as text:
        yield from documents(text, "", path.stem)


def _unit(head: SeenImage, dialect: Dialect) -> Unit | None:
    """What the regions are, as the file or its dialect says.

    Raises:
        PredictionsWrong: the file says a unit that there is not.
    """
    if head.unit is None:
        return dialect.unit
    if not isinstance(head.unit, str) or head.unit not in set(Unit):
        raise PredictionsWrong(f"{head.where} has the unit {head.unit!r}; there are {', '.join(Unit)}")
    return Unit(head.unit)


def _begins(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(len(MAGIC))


def _digest(path: Path) -> str:
    if path.is_dir():
        return digest(*(part for one in folder_files(path) for part in (one.name, sha256(one.data))))
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
