"""A second look at a picture for what the first one misses: segment displays and LED signs.

A detector that was trained on print sees the dots of a sign, or the strokes of large digits that stand apart, as so many marks.
Seen smaller they run together, as they do for people who stand farther off. Of 30 made displays (benchmarks/displays.py, seeds
that are for tuning; IoU ≥ .5) the first look finds 21, with one of half its size 25, with one of a quarter too 27. One twice as
large finds 7 by itself and none that these do not; with half the thresholds each finds fewer, for boxes grow.
Of 40 others, held out, 25 are found without and 33 with the second look, 32 of these read right; to a photograph of ordinary
writing it adds .08 regions. Pictures that are shrunken by area find the same (55 of 60 for tuning), and add as much.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import shapely

from schemas.reading import Reading, Region
from schemas.text import without_spaces

SCALES = (0.5, 0.25, 0.125)
"""Of the first look. The last one costs next to nothing and finds what fills the picture."""
SAME = 0.5
"""Part of a region that lies on others, from which it is the same text."""
INSIDE = 0.7
"""Part of a region that lies on another one, from which it is a piece of it."""
LEAST = 0.7
"""Score from which what was seen is added: of 10 displays that it finds on seeds for tuning the lowest has .735, of 13 additions
to 24 photographs without one 4 have less."""
SYLLABLE = 0.05
"""Height of Hangul that is added, in the picture's longer side: smaller ones are print."""
POOR = 0.5
"""What a region around another one says, beside what that one says, up to which it is a mistake: a case read as a letter."""
NO_LESS = 0.9
"""What the whole has to say, beside all that its pieces say."""
SURE = 0.9
"""Score from which the first look's letters stay, unless they are part of what was now read."""
_HANGUL = re.compile(r"[가-힣]")
_SHOWN = re.compile(r"[0-9A-Z가-힣]+")
"""Letters that displays show. Print in small letters was seen by the first look; shrunken it is read as something else."""


def with_more(before: Reading, seen: Sequence[Region]) -> Reading:
    """A reading with what a second look has found.

    What is there stays, but for pieces of what was now seen whole, with no letter less.

    Args:
        before: the reading.
        seen: regions of the second look; several may be of one text.
    """
    kept = list(before.regions)
    longest = max(before.width, before.height)
    for region in sorted((region for region in seen if _is_shown(region, longest)), key=_said, reverse=True):
        shape = shapely.Polygon(region.polygon)
        pieces: list[Region] = []
        covered = elsewhere = 0.0
        for other in kept:
            outline = shapely.Polygon(other.polygon)
            common = float(shape.intersection(outline).area)
            inside = common >= INSIDE * outline.area or (common >= INSIDE * shape.area and _said(other) <= POOR * _said(region))
            if inside and _stays(other, region):
                elsewhere = shape.area
            elif inside:
                pieces.append(other)
                covered += common
            else:
                elsewhere += common
        if _said(region) and elsewhere < SAME * shape.area and _is_more(region, pieces, covered >= SAME * shape.area):
            kept = [*(other for other in kept if other not in pieces), region]
    return replace(before, regions=tuple(kept))


def _is_more(whole: Region, pieces: Sequence[Region], mostly: bool) -> bool:
    """Whether a region says more than what goes for it; ``mostly``: that covers it, so a single one is the same text."""
    if without_spaces(whole.text) in (without_spaces(piece.text) for piece in pieces):
        return False  # the first look's outline is the finer one
    if mostly and len(pieces) == 1 and _said(pieces[0]) > POOR * _said(whole):
        text, piece = without_spaces(whole.text), without_spaces(pieces[0].text)
        return piece in text and len(piece) < len(text)
    return _said(whole) >= NO_LESS * sum(map(_said, pieces))


def _is_shown(region: Region, longest: int) -> bool:
    """Whether a display may show a text: figures, capitals and Hangul; a letter alone is a stroke of something.

    Args:
        region: that was seen.
        longest: longer side of the picture, in pixels.
    """
    letters = "".join(filter(str.isalnum, region.text))
    score = region.score or 0.0
    if not _SHOWN.fullmatch(letters) or score < LEAST or (len(letters) == 1 and not (letters.isdigit() and score >= SURE)):
        return False
    top, bottom = min(y for _, y in region.polygon), max(y for _, y in region.polygon)
    return bottom - top >= SYLLABLE * longest or not _HANGUL.search(letters)


def _stays(first: Region, seen: Region) -> bool:
    """Whether what the first look read is certain and no part of what was now read."""
    return (first.score or 0.0) >= SURE and _said(first) > 0 and without_spaces(first.text) not in without_spaces(seen.text)


def _said(region: Region) -> float:
    """Letters and digits that a region has, each as sure as the whole is."""
    return (region.score or 0.0) * sum(map(str.isalnum, region.text))
