"""All dialects, and which of them a document is of: by what is in it, never by the name of its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from adapters.predictions.clova import CLOVA
from adapters.predictions.dialect import Dialect, Document, SeenImage
from adapters.predictions.google_vision import GOOGLE_VISION
from adapters.predictions.own import OWN
from adapters.predictions.paddleocr import PADDLEOCR
from adapters.predictions.upstage import UPSTAGE
from schemas.errors import PredictionsWrong

DIALECTS = (OWN, PADDLEOCR, CLOVA, UPSTAGE, GOOGLE_VISION)
"""Their shapes exclude each other, so that the order does not matter."""
DEEPEST = 2
"""So many lists or objects may hold the documents of a file."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A document, and its dialect."""

    dialect: Dialect
    document: Document


def recognised(document: Document, deep: int = 0) -> Iterator[Recognised]:
    """The documents that a value is or holds: as they are, in a list, or in an object by name of their image.

    Raises:
        PredictionsWrong: it is none.
    """
    dialect = next((dialect for dialect in DIALECTS if dialect.knows(document)), None)
    value = document.value
    if dialect is not None:
        yield Recognised(dialect, document)
    elif deep < DEEPEST and isinstance(value, list):
        for number, item in enumerate(value):
            file = document.file if len(value) == 1 else ""
            yield from recognised(replace(document, value=item, where=f"{document.where}, item {number}", file=file), deep + 1)
    elif deep < DEEPEST and isinstance(value, dict) and value:
        for key, item in value.items():
            yield from recognised(Document(item, f"{document.where}, {key[:80]}", key, document.file), deep + 1)
    else:
        raise PredictionsWrong(f"{document.where} is of no dialect that is known. {known()}")


def images_of(documents: Iterable[Recognised]) -> Iterator[SeenImage]:
    """What documents of one dialect say, image by image.

    Raises:
        PredictionsWrong: two of them are of two dialects.
    """
    first: Recognised | None = None
    for item in documents:
        first = first or item
        if item.dialect is not first.dialect:
            raise PredictionsWrong(f"{item.document.where} is {item.dialect.name}, and {first.document.where} is "
                                   f"{first.dialect.name}: give the outputs of one engine at a time")
        yield from item.dialect.images(item.document)


def known() -> str:
    """A sentence with an example of each dialect."""
    examples = "\n".join(f"  {dialect.name}: {dialect.example}" for dialect in DIALECTS)
    return ("Known are our own Parquet and, as JSON, as JSON lines, or as a folder or .zip with a file an image:\n"
            f"{examples}")
