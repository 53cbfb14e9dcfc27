"""What a second model's reading is worth where a first one differs from a label."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import Indel

from stages.evaluate.habits import USUAL, Habits, SharedText
from stages.evaluate.slips import Slip, SlipKind, script, slips_between

BY_CHANCE = 0.02
"""How often a second model reads, of all letters, the very one that a wrong label has."""
MOST_SAID = 5.0
"""No second model says more than this, up or down, as a logarithm of odds."""
ALIKE = 0.8
"""From this similarity on two readings are the same text, but for some letters."""


class SecondOpinion:
    """How often a second model makes a slip where the first one made it, by script; by that its agreement counts.

    Args:
        pairs: all regions that the first model shares with a release, with what the second one reads there.
        habits: of the first one.
    """

    def __init__(self, pairs: Sequence[SharedText], habits: Habits) -> None:
        self._made: Counter[str] = Counter()
        self._shared: Counter[str] = Counter()
        self._letters: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._texts = 1.0
        self._same_texts = 0.5
        for pair in pairs:
            if pair.other is None:
                continue
            theirs = slips_between(pair.truth, pair.other) if pair.truth != pair.other else []
            wrong = {place for slip in theirs for place in range(slip.place, slip.place + len(slip.truth))}
            self._letters.update(script(letter) for letter in pair.truth)
            self._wrong.update(script(pair.truth[place]) for place in wrong)
            if pair.is_another_text:
                self._texts += 1
                self._same_texts += pair.other == pair.read
                continue
            for slip in pair.slips:
                if habits.rate(slip) < USUAL:
                    self._made[_group(slip)] += 1
                    self._shared[_group(slip)] += slip in theirs

    def of_slip(self, pair: SharedText, slip: Slip) -> float:
        """What the second reading says for a slip being the label's: a logarithm of odds; 0 where it says nothing."""
        if pair.other is None:
            return 0.0
        theirs = slips_between(pair.truth, pair.other)
        shares = slip in theirs
        group = _group(slip)
        # A slip that the first model makes as a rule is among neither of the two counts, though this one may be shared.
        same = (max(0, self._shared[group] - shares) + 0.5) / max(1.0, self._made[group])
        if shares:
            right = 1 - (self._wrong[group] + 1) / (self._letters[group] + 2)
            return max(0.0, min(MOST_SAID, math.log(right / same)))
        end = slip.place + len(slip.truth)
        touched = any(item.place <= end and slip.place <= item.place + len(item.truth) for item in theirs)
        return 0.0 if touched else max(-MOST_SAID, min(0.0, math.log(BY_CHANCE / max(BY_CHANCE, 1 - same))))

    def of_text(self, pair: SharedText) -> float:
        """What the second reading says for a label being another text altogether: a logarithm of odds."""
        if pair.other is None:
            return 0.0
        like_read = Indel.normalized_similarity(pair.other, pair.read)
        like_truth = Indel.normalized_similarity(pair.other, pair.truth)
        if like_read >= ALIKE > like_truth:
            same = (self._same_texts - (pair.other == pair.read)) / self._texts
            return max(0.0, min(MOST_SAID, -math.log(max(0.01, same))))
        return -MOST_SAID if like_truth >= ALIKE > like_read else 0.0


def _group(slip: Slip) -> str:
    """Slips of one group are shared alike often."""
    return script((slip.truth or slip.read)[0]) if slip.kind is SlipKind.LETTER else str(slip.kind)
