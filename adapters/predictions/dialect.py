"""What a dialect is, and what it makes of a file: images with regions as the engine wrote them, not looked at yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from schemas.errors import PredictionsWrong
from schemas.reading import Attributes, Unit


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value of a file.

    Attributes:
        value: what ``json`` makes of it.
        where: such as ``line 7``, for people.
        name: of the image, where it stands beside the value: before a tab, or as its key.
        file: name of the file; it names the image where nothing else does.
    """

    value: Any
    where: str
    name: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class SeenRegion:
    """One region as an engine wrote it; nothing of it is checked.

    Attributes:
        corners: pairs of x and y, in pixels; where they are no such pairs the region is left out later.
        text: a string, where it is well.
        score: a number, where it is well; None where the engine gives none.
        attributes: None where the engine says none.
        after: what stands between this word and the next: a space, a line's end, or nothing; None where nobody knows.
    """

    corners: Any
    text: Any
    score: Any = None
    attributes: Attributes | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class SeenImage:
    """One image as an engine wrote it.

    Attributes:
        names: by which it is called, the surest first.
        where: its document, for people.
        part: of the document, where the regions stand, such as ``images[0].fields``.
        regions: in the engine's order.
        size: width and height that its corners refer to; None where the engine does not say.
        failed: what the engine says where it did not read the image; empty where it did.
        note: what has to be known before trusting the outlines; mostly empty.
        unit: of the regions, where the file itself says it.
    """

    names: tuple[str, ...]
    where: str
    part: str
    regions: list[SeenRegion]
    size: tuple[Any, Any] | None = None
    failed: str = ""
    note: str = ""
    unit: Any = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one engine writes its output.

    Attributes:
        name: as people know it.
        unit: what its regions are; None where the file or the release says.
        example: one line of it.
        knows: whether a document is of this dialect.
        images: what the document says, image by image.
    """

    name: str
    unit: Unit | None
    example: str
    knows: Callable[[Document], bool]
    images: Callable[[Document], Iterator[SeenImage]]


def names_of(document: Document, inside: Any = "") -> tuple[str, ...]:
    """The names of a document's image, the surest first.

    Args:
        document: which.
        inside: a name that stands within the value.
    """
    return tuple(name for name in (document.name, inside, document.file) if isinstance(name, str) and name)


def listed(value: Any, where: str, path: str) -> list[Any]:
    """A list that a document must have; an empty one where it is null or left out.

    Raises:
        PredictionsWrong: it is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise PredictionsWrong(f"{where}: {path} has to be a list, and is {kind(value)}")
    return value


def mapped(value: Any, where: str, path: str) -> dict[str, Any]:
    """An object that a document must have.

    Raises:
        PredictionsWrong: it is something else.
    """
    if not isinstance(value, dict):
        raise PredictionsWrong(f"{where}: {path} has to be an object, and is {kind(value)}")
    return value


def kind(value: Any) -> str:
    """What a JSON value is, for people."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null")


def pairs(points: Any) -> Any:
    """Corners of the usual spellings as pairs: pairs, numbers in a row, or four numbers that are left, top, right, bottom.

    What is no such thing comes back as it is.
    """
    if not isinstance(points, list) or not points or isinstance(points[0], (list, tuple, dict)):
        return points
    if len(points) == 4:
        left, top, right, bottom = points
        return [[left, top], [right, top], [right, bottom], [left, bottom]]
    return [points[place:place + 2] for place in range(0, len(points), 2)]


def vertices(polygon: Any) -> Any:
    """Corners of ``{"vertices": [{"x": 1, "y": 2}, …]}`` as pairs; x or y left out is 0, as protocol buffers write it."""
    found = polygon.get("vertices") if isinstance(polygon, dict) else None
    if not isinstance(found, list):
        return None
    return [[corner.get("x", 0), corner.get("y", 0)] if isinstance(corner, dict) else corner for corner in found]


def the_page(pages: list[Any], where: str) -> dict[str, Any]:
    """The one page that the answer for an image has.

    Raises:
        PredictionsWrong: it has more.
    """
    if len(pages) != 1:
        raise PredictionsWrong(f"{where} has {len(pages)} pages, and an image of a release is one: read images, not PDF or TIFF")
    return mapped(pages[0], where, "pages[0]")


def truth(value: Any) -> bool | None:
    """True or false, also where it was written as a text; None where it is neither."""
    return {"true": True, "false": False}.get(str(value).casefold())
