"""The name by which a board calls somebody: chosen by them, read by everybody."""

from __future__ import annotations

import regex

from schemas.text import normalise

LONGEST = 20
"""Characters of a nickname: as many as a phone of 360 px shows beside rank and points, in two lines at most."""
_PILED = regex.compile(r"(\p{M}{3})\p{M}+")
"""Marks that pile up on one letter and reach into the lines above; no script writes more than three."""


class NicknameTooLong(ValueError):
    """A nickname has more than ``LONGEST`` characters."""


def nickname(text: str) -> str | None:
    """What somebody typed, as boards show it: NFC, without white space at its ends, controls and marks of direction.

    Args:
        text: any.

    Returns:
        The nickname; None where nothing of it is seen.

    Raises:
        NicknameTooLong: more than ``LONGEST`` characters are left of it.
    """
    shown = _PILED.sub(r"\1", normalise(text))
    if len(shown) > LONGEST:
        raise NicknameTooLong(f"a nickname has at most {LONGEST} characters, this one has {len(shown)}")
    return shown or None
