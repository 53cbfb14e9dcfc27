"""Strangers' text as people are shown it: cleaned of what nobody sees, cut to its place. HTML is escaped by the templates.

``schemas/text.py`` says how text is stored and compared; this is for pages, cards and reports only.
"""

from __future__ import annotations

import re
import unicodedata

ABBREVIATED = "…"
JOINER = "\u200d"
"""Joins pictographs: a family is several characters and one picture."""
UNSEEN = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
"""Categories of characters without a shape, or that turn the writing direction."""
DROPPED = ("Cc", "Cf", "Cs")
"""Those of them that Markdown is better without."""


def visible(text: str, *, spaces: bool = False) -> str:
    """A text as a person can check it: what has no shape, or turns the writing direction, is shown by its number.

    Args:
        text: any.
        spaces: show spaces too, which are otherwise lost where they are all that changed.
    """
    return "".join(
        f"⟨U+{ord(char):04X}⟩" if unicodedata.category(char) in UNSEEN and char != JOINER
        else "␣" if spaces and char.isspace() else char for char in text)


def printable(text: str, most: int) -> str:
    """At most so many characters of a text, those only that are printed."""
    return "".join(char for char in text if char.isprintable())[:most]


def shortened(text: str, most: int) -> str:
    """At most so many characters, with a mark where something was cut off."""
    return text if len(text) <= most else text[:most - 1] + ABBREVIATED


def in_markdown(text: str) -> str:
    """A text as Markdown that shows it letter by letter, on one line, in a paragraph or a table.

    What nobody sees and what turns the writing direction is left out.
    """
    # At the start of a line these make a list, a heading or a rule.
    return re.sub(r"^(\d*)([-+=:.)])", r"\1\\\2", inside_markdown(text))


def inside_markdown(text: str) -> str:
    """The same for a text that does not stand at the start of a line."""
    seen = (char for char in text if char.isspace() or unicodedata.category(char) not in DROPPED)
    shown = " ".join("".join(seen).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~$#!])", r"\\\1", shown)
