"""Pictures that everybody can download, by their sha256: recipes/stock_pictures.txt."""

from __future__ import annotations

import re

from schemas.errors import SettingError
from schemas.shown_text import printable

SUM = re.compile("[0-9a-f]{64}")
SHOWN = 80
"""Characters of a wrong line that are shown."""


def parse_stock_pictures(text: str, where: str) -> dict[str, str]:
    """Notes by sha256, in lower case, of a file's bytes or of a picture's pixels.

    Args:
        text: a line a picture: its sum, a space and a note such as where it comes from; lines that begin with ``#`` say nothing.
        where: its file, for the message.

    Raises:
        SettingError: with each wrong line.
    """
    found: dict[str, str] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, note = line.strip().partition(" ")
        if not SUM.fullmatch(name.lower()):
            wrong.append(f"{where}, line {number}: {printable(line, SHOWN)!r} does not begin with a sha256 sum, 64 hexadecimal "
                         "digits as sha256sum prints them, and a note behind it")
        elif name.lower() in found:
            wrong.append(f"{where}, line {number}: {name[:12]}… stands there already")
        else:
            found[name.lower()] = note.strip()
    if wrong:
        raise SettingError("\n".join(wrong))
    return found
