"""Suspected labels as a table on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from saegim.tables import Table
from schemas.shown_text import shortened, visible
from schemas.suspects import Suspect

LONGEST = 36
"""How many characters of a text a row shows."""
ID = 12
"""How many digits of an image's id tell it from all others."""


def suspects_table(title: str, suspects: Sequence[Suspect]) -> Table:
    """A row a suspected label, in their order."""
    rows = tuple((item.image_id[:ID], item.region_id, _shown(item.truth), _shown(item.read),
                  "" if item.other_read is None else _shown(item.other_read), str(item.why),
                  "" if item.score is None else f"{item.score:.3f}") for item in suspects)
    return Table(title, ("image", "region", "label", "model", "second model", "why", "score"), rows, left=6,
                 note="The likeliest to be wrong first; most of the list may be right all the same")


def _shown(text: str) -> str:
    return shortened(visible(text), LONGEST)
