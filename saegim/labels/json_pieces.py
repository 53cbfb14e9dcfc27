"""Large JSON documents piece by piece: one object whose members hold hundreds of thousands of entries."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from saegim.errors import FormatWrong

BETWEEN = re.compile(r"[\s,\ufeff\0]*")
"""What may stand between two members; a comma too many does no harm."""
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class JsonPiece:
    """One entry of a member of the document, or a whole member.

    Attributes:
        member: name of the member.
        key: of the entry; empty where the member is a list, or is one piece.
        value: the entry.
        start: where it stands in the text, so that it can be read again by ``piece_at``.
    """

    member: str
    key: str
    value: Any
    start: int


def first_piece(start: bytes, name: str) -> JsonPiece | None:
    """The first member of a JSON object of which the start is there; None where it is none, or the member does not end there.

    Args:
        start: of the file.
        name: of the file.
    """
    try:
        return next(pieces(start.decode("utf-8", "replace"), name), None)
    except FormatWrong:
        return None


def pieces(text: str, name: str, *opened: str) -> Iterator[JsonPiece]:
    """The members of a JSON object in the order of the file, one piece each; objects and lists of some names entry by entry.

    Args:
        text: the document.
        name: of its file.
        opened: names of the members that come entry by entry.

    Raises:
        FormatWrong: it is broken, or no object. What stands before that has come.
    """
    try:
        at = _past(text, 0, "{")
        while text[at] != "}":
            member, at = _key(text, at)
            if member in opened and text[at] in "[{":
                at = yield from _entries(text, at, member)
            else:
                value, end = DECODER.raw_decode(text, at)
                yield JsonPiece(member, "", value, at)
                at = _next(text, end)
    except (json.JSONDecodeError, IndexError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else text.count("\n") + 1
        raise FormatWrong(f"{name} is broken JSON in line {line} ({error})") from error


def piece_at(text: str, start: int) -> Any:
    """The entry that stands at a place where one was found before."""
    return DECODER.raw_decode(text, start)[0]


def as_mapping(value: object) -> Mapping[str, Any]:
    """A JSON object; an empty one in the place of anything else."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Those entries of a list that are objects; none where it is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _entries(text: str, at: int, member: str) -> Generator[JsonPiece, None, int]:
    close = "]" if text[at] == "[" else "}"
    at = _next(text, at + 1)
    while text[at] != close:
        key = ""
        if close == "}":
            key, at = _key(text, at)
        value, end = DECODER.raw_decode(text, at)
        yield JsonPiece(member, key, value, at)
        at = _next(text, end)
    return _next(text, at + 1)


def _key(text: str, at: int) -> tuple[str, int]:
    key, at = DECODER.raw_decode(text, at)
    return str(key), _past(text, at, ":")


def _past(text: str, at: int, sign: str) -> int:
    at = _next(text, at)
    if text[at] != sign:
        raise json.JSONDecodeError(f"expected {sign}", text, at)
    return _next(text, at + 1)


def _next(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at
