"""The JSON values of a file: one document, one a line, several behind each other, or a name, a tab and a value a line."""

from __future__ import annotations

import codecs
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from adapters.predictions.dialect import Document
from schemas.errors import PredictionsWrong

PIECE = 1 << 20
"""Bytes that are looked at in one go to tell the encoding."""
KOREAN = "cp949"
"""What Korean Windows writes."""


class _Twice(ValueError):
    """An object has a key twice; ``json`` alone would take the last without a word."""


def encoding_of(pieces: Iterable[bytes], where: str) -> str:
    """How a text is encoded: UTF-8, UTF-16 and UTF-32 as ``json`` tells them, or what Korean Windows writes.

    Args:
        pieces: all its bytes, in pieces.
        where: what it is, for people.

    Raises:
        PredictionsWrong: none of these.
    """
    first, pieces = _peeked(pieces)
    named = json.detect_encoding(first[:4])
    decoders = {name: codecs.getincrementaldecoder(name)() for name in dict.fromkeys((named, KOREAN))}
    for piece in itertools.chain(pieces, [b""]):
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError:
                del decoders[name]
        if not decoders:
            raise PredictionsWrong(f"{where} is neither {named.upper()} nor CP949: write it as UTF-8. A file of Arrow, Excel or "
                                   "pickle is none of the dialects")
    return next(iter(decoders))


def documents(text: TextIO, where: str, file: str = "") -> Iterator[Document]:
    """The values of a text.

    Args:
        text: at its beginning; it can go back to it.
        where: what it is, for people; empty for a file on its own, whose lines are named.
        file: its name, where it may name an image.

    Raises:
        PredictionsWrong: it is no JSON; the message has line and column.
    """
    before = f"{where}, " if where else ""
    lines = ((number, line) for number, line in enumerate(text, 1) if line.strip())
    first = next(lines, None)
    if first is None:
        raise PredictionsWrong(f"{where or 'The file'} is empty")
    try:
        head = _line(first[1], f"{before}line {first[0]}", file)
    except json.JSONDecodeError:
        text.seek(0)
        yield from _values(text.read(), where, file)
        return
    if head.name or (second := next(lines, None)) is None:
        yield head if head.name or not where else Document(head.value, where, file=file)
        rest: Iterable[tuple[int, str]] = lines
    else:
        # The name of a file cannot be that of several images.
        file = ""
        yield replace(head, file=file)
        rest = itertools.chain([second], lines)
    for number, line in rest:
        try:
            yield _line(line, f"{before}line {number}", file)
        except json.JSONDecodeError as error:
            raise PredictionsWrong(f"{before}line {number}, column {error.colno}: {error.msg}. One JSON value a line is expected "
                                   "here, as the lines before have it") from error


def whole_file(data: bytes, where: str, file: str) -> Iterator[Document]:
    """The values of a file that was read whole; see ``documents``."""
    text = io.StringIO(data.decode(encoding_of([data], where)).removeprefix("\ufeff"))
    return documents(text, where, file)


def pieces_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in pieces."""
    with path.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece


def _peeked(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first piece, and all of them."""
    rest = iter(pieces)
    first = next(rest, b"")
    return first, itertools.chain([first] if first else [], rest)


def _line(line: str, where: str, file: str) -> Document:
    """A line: a value, or a name, a tab and a value.

    Raises:
        json.JSONDecodeError: neither; its column is the line's.
    """
    line = line.rstrip("\r\n")
    name, tab, value = line.partition("\t")
    named = bool(tab and name.strip()) and not name.lstrip().startswith(("{", "["))
    try:
        return Document(_parsed(value if named else line, where), where, name.strip() if named else "", file)
    except json.JSONDecodeError as error:
        if named and value.lstrip().startswith(("{", "[")):
            raise PredictionsWrong(f"{where}, column {len(name) + 1 + error.colno}: {error.msg}. After the name and the tab, a "
                                   "JSON value is expected") from error
        raise


def _values(text: str, where: str, file: str) -> Iterator[Document]:
    """The values of a text, with or without white space between them."""
    place = 0
    text = text.rstrip()
    for number in itertools.count(1):
        while place < len(text) and text[place].isspace():
            place += 1
        if place >= len(text):
            return
        place_of = where or "The file" if number == 1 else f"{where or 'The file'}, value {number}"
        try:
            value, place = _guarded(lambda: _DECODER.raw_decode(text, place), place_of)  # noqa: B023  it is called at once
        except json.JSONDecodeError as error:
            raise PredictionsWrong(f"{where + ', ' if where else ''}line {error.lineno}, column {error.colno}: "
                                   f"{error.msg}") from error
        yield Document(value, place_of, file=file if number == 1 and place >= len(text) else "")


def _parsed(text: str, where: str) -> Any:
    return _guarded(lambda: _DECODER.decode(text), where)


def _guarded(parse: Callable[[], Any], where: str) -> Any:
    """What a parser returns; what it raises for a stranger's file becomes the error that people read.

    Raises:
        json.JSONDecodeError: no JSON; the caller knows the line.
        PredictionsWrong: nested without end, a number without end, or a key twice.
    """
    try:
        return parse()
    except json.JSONDecodeError:
        raise
    except RecursionError as error:
        raise PredictionsWrong(f"{where} is nested deeper than any engine writes") from error
    except _Twice as error:
        raise PredictionsWrong(f"{where} has the key {error} twice in one object: which of them counts is not ours to say; leave "
                               "one") from error
    except ValueError as error:
        raise PredictionsWrong(f"{where} has a number of more digits than any engine writes") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(repr(next(key for key in keys if keys.count(key) > 1)[:80]))
    return found


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_once)
"""Tabs within texts are taken: PaddleOCR's own files have them."""
