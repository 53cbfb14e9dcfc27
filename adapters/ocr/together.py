"""Several recognisers read lines together: doubtful words again alone, then what lies between sure letters by the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.ocr.bundles import Recogniser
from adapters.ocr.marks import marks_of, with_mark
from adapters.ocr.recognition import ReadLine, Strip
from adapters.ocr.spaces import with_spaces
from adapters.ocr.spans import best_of, is_sure, spans_of, with_span
from adapters.ocr.words import doubtful_words, with_word

Read = Callable[[int, Sequence[Strip]], list[ReadLine]]
"""What the recogniser with this place in the bundle reads on strips."""


def read_together(recognisers: Sequence[Recogniser], strips: Sequence[Strip], read: Read) -> list[ReadLine]:
    """Lines in which what the first recogniser is not trusted with was read by the others, with their spaces."""
    lines = read(0, strips)
    if len(recognisers) > 1:
        lines = _with_words(recognisers[0], strips, lines, read)
        lines = _with_others(recognisers, strips, lines, read)
    return [with_spaces(line, strip) for line, strip in zip(lines, strips, strict=True)]


def _with_words(main: Recogniser, strips: Sequence[Strip], first: Sequence[ReadLine], read: Read) -> list[ReadLine]:
    words = [(index, word) for index, (strip, line) in enumerate(zip(strips, first, strict=True))
             for word in doubtful_words(line, strip, main)]
    again = read(0, [strips[index][:, word.left:word.right] for index, word in words])
    lines = list(first)
    for (index, word), found in zip(words, again, strict=True):
        lines[index] = with_word(lines[index], word, found, main.height)
    return lines


def _with_others(recognisers: Sequence[Recogniser], strips: Sequence[Strip], first: Sequence[ReadLine],
                 read: Read) -> list[ReadLine]:
    main, *others = recognisers
    spans = [(index, spans_of(line, strip.shape[1], main)) for index, (strip, line) in enumerate(zip(strips, first, strict=True))]
    marks = [(index, mark) for index, found in spans for mark in marks_of(first[index], strips[index], main, found)]
    parts = [*((index, span) for index, found in spans for span in found), *marks]
    whole = [index for index, line in enumerate(first) if not any(is_sure(item, main) for item in line.characters)]
    cuts = [strips[index][:, span.left:span.right] for index, span in parts] + [strips[index] for index in whole]
    readings = list(zip(*(read(place, cuts) for place in range(1, len(recognisers))), strict=True))
    lines = list(first)
    for number, ((index, span), found) in enumerate(zip(parts, readings[:len(parts)], strict=True)):
        if number < len(parts) - len(marks):
            lines[index] = with_span(lines[index], span, main, list(zip(found, others, strict=True)))
        else:
            lines[index] = with_mark(lines[index], span, found)
    for index, found in zip(whole, readings[len(parts):], strict=True):
        lines[index] = best_of([lines[index], *found])
    return lines
