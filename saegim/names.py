"""Names that nothing knows, and the known ones that they may be meant for.

The one module of the client that recipes and annotation configs use too: all say unknown names in the same words.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

LIKE = 0.6
"""From this similarity on (difflib's ratio, 0 to 1) a name is taken for a misspelt other one; difflib's own default."""
WORSE = 0.1
"""So much less like it than the likest one a name may be, and is still suggested."""
SUGGESTED = 3
LISTED = 12
"""So many names are listed where none is like the one that was asked for."""


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The known names that are most like one, at most three, the likest first. Case and Unicode's forms do not count."""
    forms = {_plain(one): one for one in sorted(known, reverse=True)}
    asked = _plain(name)
    near = difflib.get_close_matches(asked, forms, SUGGESTED, LIKE)
    least = _likeness(asked, near[0]) - WORSE if near else 0
    return [forms[form] for form in near if _likeness(asked, form) >= least]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that says that nothing knows a name.

    Returns:
        ``; did you mean spring-2025?``, or ``; there are: a, b`` where none is like it, or ``; there are none``.
    """
    names = sorted(set(known))
    if near := nearest(name, names):
        return f"; did you mean {' or '.join(near)}?"
    if not names:
        return "; there are none"
    rest = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return f"; there {'is' if len(names) == 1 else 'are'}: {', '.join(names[:LISTED])}{rest}"


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Says that nothing knows a name: ``There is no campaign 'sprng-2025'; did you mean spring-2025?``."""
    return f"There is no {what} {name!r}{did_you_mean(name, known)}"


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other, name).ratio()
