"""How often a model's lines are right at each of its scores, and under which score they are marked on the screen."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from schemas.answers import CheckedPrelabel
from schemas.reading import Kind, Reading
from stages.compare import compare
from stages.label.ratios import Ratio

PAIRS_NEEDED = 200
"""Fewer judged lines say too little: of 200 that are right 95 times in a hundred, 92 to 98 in a hundred come out right."""
PAIRS_USED = 5_000
"""So many of the newest judged lines are used: the margin of a share of .95 is then .6 points, and judging them takes 1.5 s."""
MOST_MARKED = 0.25
"""No more of the lines are marked: a mark on most of them would guide nobody. Where no score is sure, it is the worst quarter."""
WORTH_A_MARK = 2
"""Marked lines are wrong so many times as often as the others, or nothing is marked: else a mark says nothing, and no mark lies.
Of PP-OCRv6 on 80 receipts they are (.47 and .18); of PP-OCRv3 on 48 Korean pages they are not (.79 and .61)."""
LEAST_CHANCE = 0.01
"""The least chance that is shown: Label Studio draws no score of 0 on the picture."""


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One text region of a pre-label, and what became of it.

    Attributes:
        region_id: which.
        score: the model's confidence, in [0, 1].
        right: people left its text as it was, and a region in its place.
    """

    region_id: str
    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Scores with one chance.

    Attributes:
        since: the lowest of these scores.
        right: lines that are right, of those that have such a score.
    """

    since: float
    right: Ratio

    @property
    def chance(self) -> float:
        """That a line with such a score is right, in [0, 1]."""
        return self.right.part / self.right.of


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often lines of one run of a model are right, by their score.

    Attributes:
        steps: by score, the lowest first; the chance grows from step to step.
        marked_under: lines with a lower score are marked; 0 where nothing is.
        sure: whether lines that are not marked are right as often as the annotation config wants.
    """

    steps: tuple[Step, ...]
    marked_under: float
    sure: bool

    def chance(self, score: float) -> float:
        """That a line with this score is right, in [0, 1]."""
        return self.steps[max(0, bisect_right(self.steps, score, key=lambda step: step.since) - 1)].chance

    def marks(self, reading: Reading) -> dict[str, float]:
        """The regions of a reading of this run that the screen marks, by id, each with the chance that it is right, two decimals.

        Scores of another run mean something else.
        """
        return {region.region_id: round(max(LEAST_CHANCE, self.chance(region.score)), 2) for region in reading.regions
                if region.attributes.kind is Kind.TEXT and region.score is not None and region.score < self.marked_under}


def judged_lines(checked: CheckedPrelabel) -> list[JudgedLine]:
    """What became of each text of a pre-label that has a score.

    A line is right where the accepted reading has a region in its place (IoU from .5 on, as ``compare`` matches them) that is
    legible and has the same text. So an outline that was mended does not count: the score is the recogniser's. It is wrong
    where people wrote another text, deleted it or marked it illegible.

    Two things make these figures too good. People accept what they are shown: a mistake that nobody saw counts as right. The
    table "With and without a pre-label" of the status shows how far that goes. The images whose first reader saw no pre-label
    (``without_prelabel``) are judged in the same way, by place, and are free of it; they are in the figures with their share.
    """
    compared = compare(checked.accepted, checked.by_model)
    right = {match.other.region_id for match in compared.matches if not match.edits}
    return [JudgedLine(region.region_id, region.score, region.region_id in right) for region in checked.by_model.regions
            if region.attributes.kind is Kind.TEXT and region.score is not None]


def calibrate(lines: Sequence[JudgedLine], sure: float) -> Calibration | None:
    """How often lines are right at each score; None where there are too few to say.

    The chance is the one that grows with the score and is nearest to what was seen (isotonic regression, as Zadrozny and Elkan,
    KDD 2002, calibrate classifiers with). Lines are marked under the lowest step from which on they are right often enough,
    taken together, but never more than ``MOST_MARKED`` of them, and none where the marks would not be ``WORTH_A_MARK``.

    Args:
        lines: judged ones of one run of a model.
        sure: the share of unmarked lines that should be right.
    """
    if len(lines) < PAIRS_NEEDED:
        return None
    steps = pool(lines)
    worst = sorted(line.score for line in lines)[int(MOST_MARKED * len(lines))]
    under = min(worst, _sure_since(steps, sure))
    marked, rest = (_right(line for line in lines if (line.score < under) is side) for side in (True, False))
    if marked.of and 1 - marked.part / marked.of < WORTH_A_MARK * (1 - rest.part / rest.of):
        under = 0.0
        rest = _right(lines)
    return Calibration(tuple(steps), under, sure=rest.part >= sure * rest.of)


def pool(lines: Iterable[JudgedLine]) -> list[Step]:
    """The share of right lines as a growing function of the score, by least squares: pool adjacent violators.

    Ayer, Brunk, Ewing, Reid and Silverman, Annals of Mathematical Statistics 26, 1955: neighbours of which the higher one is
    not better become one, until none are left.
    """
    at: dict[float, list[bool]] = defaultdict(list)
    for line in lines:
        at[line.score].append(line.right)
    steps: list[Step] = []
    for score, seen in sorted(at.items()):
        step = Step(score, Ratio(sum(seen), len(seen)))
        while steps and steps[-1].chance >= step.chance:
            below = steps.pop()
            step = Step(below.since, _together(below.right, step.right))
        steps.append(step)
    return steps


def _sure_since(steps: Sequence[Step], sure: float) -> float:
    """The lowest score from which on the lines, taken together, are right often enough; infinite where there is none."""
    above = accumulate((step.right for step in reversed(steps)), _together)
    found = [step.since for step, right in zip(reversed(steps), above, strict=True) if right.part >= sure * right.of]
    return found[-1] if found else inf


def _right(lines: Iterable[JudgedLine]) -> Ratio:
    found = [line.right for line in lines]
    return Ratio(sum(found), len(found))


def _together(one: Ratio, other: Ratio) -> Ratio:
    return Ratio(one.part + other.part, one.of + other.of)
