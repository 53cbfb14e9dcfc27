"""Label files of strangers as text and as JSON, whatever encoding and line ends they have."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from saegim.errors import FormatWrong
from saegim.labels.findings import Findings

ENCODING = "not UTF-8: read as {}"
LINE_ENDS = re.compile(r"\r\n|\r|\n")
"""All that ends a line of a label file; str.splitlines would cut at U+2028 and form feeds, which stand inside texts."""
NUMBER_LIKE = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
BYTE_ENDS = re.compile(rb"\r\n|\r|\n")
"""The same before it is decoded: no second byte of CP949 is one of these."""
BROKEN_LINE = "a line that cannot be decoded"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Marks that such files begin with."""
MOSTLY = 4
"""So many letters beyond ASCII for each that is lost, and a file is UTF-8 with faults: Korean CP949 as UTF-8 loses nearly all."""
SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of a character, which JSON can spell and UTF-8 cannot write."""
LOST = "\ufffd"
"""In the place of a character that was lost."""


def decoded(data: bytes, name: str, findings: Findings) -> str:
    """The text of a file: UTF-8 with or without a mark, UTF-16 with one, or CP949 (which holds EUC-KR).

    Raises:
        FormatWrong: it is none of these.
    """
    for start, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), *((mark, "utf-16") for mark in UTF_16)):
        if data.startswith(start):
            return _decoded(data, encoding, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _mostly_utf8(data):
            raise FormatWrong(f"{name} is UTF-8 but for byte {error.start}: mend it and save it as UTF-8") from error
        text = _decoded(data, "cp949", name)
        findings.changed(name, None, ENCODING.format("CP949"))
        return text


def decoded_lines(data: bytes, name: str, findings: Findings) -> list[str]:
    """The lines of a file without their ends. Those that cannot be decoded are left out, and empty here: others keep their place.

    Raises:
        FormatWrong: most of its lines that are not ASCII cannot be.
    """
    try:
        return lines(decoded(data, name, findings))
    except FormatWrong:
        parts = BYTE_ENDS.split(data)
        encoding = "utf-8" if _mostly_utf8(data) else "cp949"
        found = [_line(part, encoding) for part in parts]
        broken = [number for number, line in enumerate(found, 1) if line is None]
        if data[:2] in UTF_16 or 2 * len(broken) > sum(not part.isascii() for part in parts):
            raise
    if encoding != "utf-8":
        findings.changed(name, None, ENCODING.format(encoding.upper()))
    for number in broken:
        findings.left_out(name, None, BROKEN_LINE, f"line {number}")
    return [line or "" for line in found]


def lines(text: str) -> list[str]:
    """Lines without their ends, whichever they are; empty ones too."""
    return LINE_ENDS.split(text)


def documents(text: str, name: str, findings: Findings) -> Iterator[Any]:
    """The JSON documents of a file: one, several behind each other (``}{``), or one a line.

    Raises:
        FormatWrong: one of them is broken, and nothing behind it can be told.
    """
    decoder = json.JSONDecoder()
    at = _next(text, 0)
    number = 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            place = error.lineno if isinstance(error, json.JSONDecodeError) else 1
            raise FormatWrong(f"{name} is broken JSON in line {place} ({error})") from error
        at = _next(text, at)
        number += 1
        if number == 2 and not name.endswith((".jsonl", ".ndjson")):
            findings.changed(name, None, "several JSON documents in one file: each is read")
        yield document


def as_text(value: object) -> str:
    """A transcription as NFC; of a number its digits, of null nothing."""
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return unicodedata.normalize("NFC", SURROGATES.sub(LOST, str(value)))


def as_flag(value: object) -> bool | None:
    """True or false, also where it stands in quotes; None where it is neither."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def as_number(value: object) -> float | None:
    """A coordinate, also where it stands in quotes; None where it is none."""
    if isinstance(value, bool):
        return None
    if not isinstance(value, int | float) and not (isinstance(value, str) and NUMBER_LIKE.fullmatch(value.strip())):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number beyond what a float holds
        return None


def _next(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] in ",\ufeff\0"):
        at += 1
    return at


def _line(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _mostly_utf8(data: bytes) -> bool:
    """Whether a file that is not UTF-8 is it but for some bytes."""
    kept = data.decode("utf-8", "replace")
    lost = kept.count(LOST)
    beyond = sum(not letter.isascii() for letter in kept) - lost
    return beyond >= MOSTLY * lost


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FormatWrong(f"{name} is neither UTF-8 nor {encoding.upper()} (byte {error.start}): save it as UTF-8") from error
