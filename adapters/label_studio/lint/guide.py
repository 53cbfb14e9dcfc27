"""Rules of guide.md, which annotators read beside the picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from adapters.label_studio.guide import MEDIA_TYPES, PICTURE
from adapters.label_studio.lint.findings import GUIDE, Finding, Severity

LARGEST_PICTURE = 25_000
"""Bytes: the guide is part of every answer of Label Studio that has its project in it."""
LEAST_WORDS = 10
"""A language with fewer words than these is taken to be missing."""
WORDS = {"Korean": r"[가-힣]{2,}", "English": r"\b[A-Za-z]{2,}\b"}
"""How a word of each language is found."""


def lint_guide(guide: str, folder: Path) -> Iterator[Finding]:
    """What is wrong with a guide.

    Args:
        guide: its Markdown.
        folder: where its pictures lie.
    """
    yield from _missing_languages(guide)
    lines = list(enumerate(guide.splitlines(), 1))
    pictures = [(number, name) for number, line in lines for _, name in PICTURE.findall(line)]
    for number, name in pictures:
        yield from _picture(number, name, folder)
    if not pictures:
        yield Finding(GUIDE, 1, "there is no picture in it", "show one good and one bad example", Severity.WARNING)


def _missing_languages(guide: str) -> Iterator[Finding]:
    plain = PICTURE.sub("", re.sub(r"`[^`]*`|<[^>]*>", "", guide))
    for language, word in WORDS.items():
        if len(re.findall(word, plain)) < LEAST_WORDS:
            yield Finding(GUIDE, 1, f"there is no {language} in it", "annotators read Korean or English: write both")


def _picture(line: int, name: str, folder: Path) -> Iterator[Finding]:
    path = folder / name
    if "/" in name or not name.isascii() or path.suffix not in MEDIA_TYPES:
        yield Finding(GUIDE, line, f"the picture {name!r} cannot be shown",
                      f"put it beside the guide, with an ASCII name that ends in {', '.join(MEDIA_TYPES)}")
    elif not path.is_file():
        yield Finding(GUIDE, line, f"the picture {name!r} is not there", f"put it into {folder.name}/")
    elif path.stat().st_size > LARGEST_PICTURE:
        yield Finding(GUIDE, line, f"the picture {name!r} has {path.stat().st_size} bytes",
                      f"make it smaller than {LARGEST_PICTURE}")
