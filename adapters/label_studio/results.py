"""The results of an annotation, checked, and the texts and choices in them."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.errors import CodecError
from schemas.recipes.annotation_config import LABELS, SHAPES, vocabulary_of
from schemas.text import normalise

Result = dict[str, Any]
"""One entry of an annotation's ``result``, as Label Studio writes it."""
Renames = Mapping[str, Mapping[str, str]]
"""``{control: {old: new}}`` of an earlier version of a config; an empty new name drops the value."""
MOST_CHARACTERS = 2_000
"""In one region: the longest line of a page has a few hundred."""


def results_of(annotation: Any) -> list[Result]:
    """The results of an annotation, in order, each with the names and the value that a result has.

    Relations between regions are left out: no reading holds them, and refusing the annotation would lose its annotator's work.

    Raises:
        CodecError: it has no list of results, or one that is not formed as Label Studio forms it.
    """
    results = annotation.get("result") if isinstance(annotation, Mapping) else None
    if not isinstance(results, list):
        raise CodecError(f"an annotation has {reprlib.repr(results)} where its results should be: submit it again")
    found = []
    for result in results:
        if isinstance(result, dict) and result.get("type") == "relation":
            continue
        if not isinstance(result, dict) or not isinstance(result.get("value"), dict) or not all(
                isinstance(result.get(name), str) for name in ("type", "from_name")):
            raise CodecError(f"a result is {reprlib.repr(result)}, expected type, from_name and value: submit it again")
        found.append(result)
    return found


def foreign_error(result: Result, where: str) -> CodecError:
    """The error for a result of a type or a control that no config has."""
    return CodecError(f"{where}: {_quoted(result['type'])} {_quoted(result['from_name'])} is not part of the annotation config: "
                      "delete it, and tell the config's owner that it could be made")


def written_text(results: Sequence[Result], where: str) -> str:
    """The one text of some results of a text field; empty where there is none.

    Raises:
        CodecError: several texts, or one that cannot be kept.
    """
    texts = [text for result in results for text in _strings(result["value"].get("text"), "a text", where)]
    if len(texts) > 1:
        raise CodecError(f"{where} has {len(texts)} texts: keep one")
    text = texts[0] if texts else ""
    if len(text) > MOST_CHARACTERS:
        raise CodecError(f"{where} has a text of {len(text)} characters: write what is printed there, "
                         f"{MOST_CHARACTERS} characters at the most")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise CodecError(f"{where} has half a character in its text: type the text again")
    return normalise(text)


def chosen_values(results: Sequence[Result], control: str, where: str, renames: Renames) -> list[str]:
    """What was chosen in a control, renamed, each once.

    Args:
        results: of that control.
        control: its name.
        where: what messages call the region.
        renames: applied before the vocabulary is.

    Raises:
        CodecError: a value that is outside the vocabulary.
    """
    key = None if control in SHAPES else "choices"
    allowed = vocabulary_of(control)
    names = {**(renames.get(LABELS, {}) if key is None else {}), **renames.get(control, {})}
    found = []
    for result in results:
        for old in _strings(result["value"].get(key or result["type"]), control, where):
            value = names.get(old, old)
            if value and value not in allowed:
                raise CodecError(f"{where}: {control} is {_quoted(value)}: choose one of {', '.join(allowed)}")
            if value and value not in found:
                found.append(value)
    return found


def only_value(values: Sequence[str], default: str, control: str, where: str) -> str:
    """The only value of a control, or its default.

    Raises:
        CodecError: there are several.
    """
    if len(values) > 1:
        raise CodecError(f"{where}: {control} is {' and '.join(values)}: keep one")
    return values[0] if values else default


def _strings(value: Any, what: str, where: str) -> list[str]:
    """Label Studio writes a single text now as a list, now as a string."""
    listed = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise CodecError(f"{where}: {what} is {reprlib.repr(value)}, expected a list of texts: enter it again")
    return listed


def _quoted(name: str) -> str:
    """A name from outside as a message may carry it: at most 30 characters, control characters and half characters escaped."""
    return reprlib.repr(name)
