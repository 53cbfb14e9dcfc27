"""What a model does wrong as a rule, learnt from all regions that it shares with a release.

Which letters it takes for which, and how often it does so: by how sure it says it is, by language and by image.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.evaluate.slips import Slip, SlipKind, script

SCORE_BINS = 10
"""Scores of one language are taken together in so many parts with as many regions each."""
USUAL = 0.3
"""A slip that the model makes from this share of chances on is how it writes, and says nothing of how sure it can be."""
STRENGTH = 2.0
"""What is known of a letter's script counts as much as so many sightings of the letter itself."""
STRENGTH_PUT_IN = 40.0
"""The same for letters that are put in: they may come at every place."""
SLIPS_BEFORE = 3.0
"""What is known of all regions counts as much as so many slips in an image, or in a part of the scores."""
SIZES = {"hangul": 300, "digit": 10, "capital": 26, "small": 26, "letter": 500, "sign": 20, "": 1}
"""Between how many letters of a script a reader chooses."""
MOST = 0.9
"""No slip is more certain than that."""


@dataclass(frozen=True)
class SharedText:
    """A region that a model shares with a release, in the form in which its texts are compared.

    Attributes:
        row: of the table of outcomes.
        image: id of its image.
        language: of the label.
        truth: the label's text.
        read: the model's.
        score: the model's; not finite where it gives none.
        slips: what differs.
        other: what a second model reads there; None where it finds nothing, or there is none.
    """

    row: int
    image: str
    language: str
    truth: str
    read: str
    score: float
    slips: tuple[Slip, ...]
    other: str | None = None

    @functools.cached_property
    def is_another_text(self) -> bool:
        """Whether the two have less than half in common."""
        edits = sum(max(len(slip.truth), len(slip.read)) for slip in self.slips)
        return 2 * edits > max(len(self.truth), len(self.read))


class Habits:
    """How often a model makes which slip. What one region says of it can be left out where that region is judged.

    Args:
        pairs: all regions that it shares with a release.
    """

    def __init__(self, pairs: Sequence[SharedText]) -> None:
        alike = [pair for pair in pairs if not pair.is_another_text]
        self._letters = Counter("".join(pair.truth for pair in alike))
        self._scripts: Counter[str] = Counter()
        for letter, count in self._letters.items():
            self._scripts[script(letter)] += count
        self._all = sum(self._letters.values())
        self._cased = sum(count for letter, count in self._letters.items() if letter.lower() != letter.upper())
        self._keys = Counter(slip.key for pair in alike for slip in pair.slips)
        self._by_script = Counter(slip.scripts for pair in alike for slip in pair.slips)
        self.unlike = (sum(pair.is_another_text for pair in pairs) + 0.5) / (len(pairs) + 1)

    def rate(self, slip: Slip, own: Sequence[Slip] = ()) -> float:
        """In which share of its chances the model makes a slip, in (0, ``MOST``].

        Args:
            slip: which.
            own: slips of the region that is judged, which are left out.
        """
        key = slip.key
        scripts = slip.scripts
        keys = self._keys[key] - sum(item.key == key for item in own)
        by_script = self._by_script[scripts] - sum(item.scripts == scripts for item in own) + 0.5
        if slip.kind is not SlipKind.LETTER:
            return min(MOST, by_script / (self._all + 1))
        if scripts == ("case",):
            base = by_script / (self._cased + 1)
        else:
            chances = self._scripts[script(slip.truth)] if slip.truth else self._all
            base = by_script / (chances + 1) / SIZES[script(slip.read)]
        seen, strength = (self._letters[slip.truth], STRENGTH) if slip.truth else (self._all, STRENGTH_PUT_IN)
        return min(MOST, (keys + strength * base) / (seen + strength))

    def surprising(self, pair: SharedText) -> int:
        """How many slips of a region are more than the model's way of writing; another text counts as one."""
        if not pair.slips:
            return 0
        return 1 if pair.is_another_text else sum(self.rate(slip) < USUAL for slip in pair.slips)


@dataclass(frozen=True, slots=True)
class Proneness:
    """How many surprising slips the regions have, and how many such regions have as a rule; arrays in the order of the pairs.

    Attributes:
        found: slips of each region.
        expected: slips that regions of its language and length with such a score have.
        usual: slips that regions of its language and length have, whatever the score.
        image: how many times more slips its image has than expected, the region itself left out.
    """

    found: NDArray[np.float64]
    expected: NDArray[np.float64]
    usual: NDArray[np.float64]
    image: NDArray[np.float64]


def proneness(pairs: Sequence[SharedText], habits: Habits) -> Proneness:
    """How prone to slips each region is."""
    found = np.array([habits.surprising(pair) for pair in pairs], float)
    letters = np.array([max(1, len(pair.truth)) for pair in pairs], float)
    scores = np.array([pair.score for pair in pairs], float)
    expected = np.zeros(len(pairs))
    usual = np.zeros(len(pairs))
    languages = np.array([pair.language for pair in pairs])
    for language in sorted(set(languages.tolist())):
        rows = np.flatnonzero(languages == language)
        rate = (found[rows].sum() + 0.5) / (letters[rows].sum() + 10)
        usual[rows] = rate * letters[rows]
        part = _parts_of(scores[rows])
        for number in np.unique(part):
            some = rows[part == number]
            slips = found[some].sum() - found[some] + SLIPS_BEFORE
            expected[some] = letters[some] * slips / (letters[some].sum() - letters[some] + SLIPS_BEFORE / rate)
    _, image = np.unique([pair.image for pair in pairs], return_inverse=True)
    others_found = np.bincount(image, found)[image] - found
    others_expected = np.bincount(image, expected)[image] - expected
    return Proneness(found, expected, usual, (others_found + SLIPS_BEFORE) / (others_expected + SLIPS_BEFORE))


def _parts_of(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """In which of ``SCORE_BINS`` parts with as many regions each a score lies; those that are no score are one of their own."""
    known = scores[np.isfinite(scores)]
    ends = np.unique(np.quantile(known, np.linspace(0, 1, SCORE_BINS + 1)[1:-1])) if known.size else np.zeros(0)
    return np.where(np.isfinite(scores), np.searchsorted(ends, scores), -1)
