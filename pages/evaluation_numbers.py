"""Figures of an evaluation as people read them: in per cent with one decimal, and which of them are told first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages.label_status_tables import percent
from schemas.evaluation import Evaluation, Figure, LetterClass, SliceFacet, SliceFigures
from schemas.normalisation import Normalisation
from stages.evaluate.figures import LEADING
from stages.evaluate.formulas import FORMULAS

"""The figure that slices are drawn and ordered by: Korean spacing is a convention, so white space stands apart."""
HEADLINES = (LEADING, f"exact {Normalisation.NOSPACE}", f"similarity {Normalisation.JASO}", "hmean",
             f"read-right {Normalisation.NOSPACE}")
"""Figures told first, of all regions."""
COLUMNS = (f"cer {Normalisation.EXACT}", f"exact {Normalisation.NOSPACE}", f"similarity {Normalisation.JASO}",
           f"wer {Normalisation.EXACT}", "recall", "hmean", f"read-right {Normalisation.NOSPACE}", "checked",
           f"exact {Normalisation.PADDLE}")
"""Figures of the table of slices, beside the leading one."""
WEAKEST = 8
"""Slices that are told to be weak."""
NOTICED = 0.02
"""Share of wrong letters from which a script is told that is read better elsewhere."""
LEAST_LETTERS = 100
"""A script with fewer letters is not told to be weak."""
WEAK_SCRIPTS = 4
"""Scripts that are told to be weak."""
NOTABLE = 0.05
"""Share of the wrong letters from which white space or punctuation is told to be a weakness."""


@dataclass(frozen=True, slots=True)
class Worse:
    """A figure of a slice that is worse than the one of all regions, its whole interval."""

    figure: Figure
    overall: Figure

    @property
    def gap(self) -> float:
        """How far the two lie apart."""
        return abs((self.figure.value or 0.0) - (self.overall.value or 0.0))


@dataclass(frozen=True, slots=True)
class Weakness:
    """A slice on which a model is worse than on all regions, beyond doubt: which figures say so."""

    of: SliceFigures
    figures: tuple[Worse, ...]


@dataclass(frozen=True, slots=True)
class Blame:
    """Which share of the wrong letters goes away when texts are compared in another form.

    Attributes:
        share: of them.
        before: CER in the stricter form.
        after: CER in the looser one.
    """

    share: float
    before: float
    after: float


def lower_is_better(key: str) -> bool:
    """Whether less of a figure is better; more is where it is not known.

    Args:
        key: of the figure, or its name alone.
    """
    name = key.partition(" ")[0]
    return any(not formula.higher_is_better for formula in FORMULAS.values() if formula.name == name)


def number(value: float | None) -> str:
    """A share in per cent with one decimal, without the sign; a dash where there is none."""
    return "–" if value is None else f"{100 * value:.1f}"


def value_of(figure: Figure | None) -> str:
    """A figure's value in per cent without the sign; a dash where there is none."""
    return number(figure.value if figure else None)


def interval(figure: Figure | None) -> str:
    """The interval of a figure in per cent, such as ``[10.9, 13.8]``; empty where there is none."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return f"[{number(figure.low)}, {number(figure.high)}]"


def with_interval(figure: Figure | None) -> str:
    """A figure in per cent with its interval."""
    return "–" if figure is None else f"{percent(figure.value)} {interval(figure)}".strip()


def more_regions(item: SliceFigures) -> int:
    """How many regions more would make a slice large enough to tell; 0 where it is, or where the number is not known."""
    return max(0, (item.regions_needed or 0) - item.regions)


def by_facet(slices: Sequence[SliceFigures]) -> dict[SliceFacet, list[SliceFigures]]:
    """Slices by their facet, both in the order in which they come."""
    found: dict[SliceFacet, list[SliceFigures]] = {}
    for item in slices:
        found.setdefault(item.slice.facet, []).append(item)
    return found


def weaknesses(evaluation: Evaluation) -> list[Weakness]:
    """Slices whose whole interval of CER or recall is worse than the figure of all regions, the worst first.

    People and campaigns are left out: they are no property of a text. So is a pair that is no worse than both of its slices.
    """
    found = []
    for item in evaluation.slices[1:]:
        if item.slice.facet not in (SliceFacet.SUBMITTER, SliceFacet.CAMPAIGN) and item.regions_needed is None:
            figures = [worse for key in (LEADING, "recall") if (worse := _worse(evaluation, item, key))]
            if figures:
                found.append(Weakness(item, tuple(figures)))
    found.sort(key=lambda weakness: -max(worse.gap for worse in weakness.figures))
    return found[:WEAKEST]


def wrong_share(letters: Sequence[LetterClass]) -> float | None:
    """Which share of these letters is wrong; None of none."""
    count = sum(item.letters for item in letters)
    return sum(item.wrong for item in letters) / count if count else None


def weak_scripts(evaluation: Evaluation) -> list[LetterClass]:
    """Scripts that are wrong twice as often as all letters, those with most wrong letters first."""
    overall = wrong_share(evaluation.letters)
    return [item for item in _many(evaluation) if overall and item.wrong / item.letters >= 2 * overall][:WEAK_SCRIPTS]


def worse_elsewhere(evaluation: Evaluation) -> list[tuple[LetterClass, LetterClass]]:
    """Scripts that are wrong twice as often in texts of one language as in those where they are read best, each with the latter.

    Scripts that are wrong twice as often as all letters are told by ``weak_scripts``.
    """
    best: dict[str, LetterClass] = {}
    for item in _many(evaluation):
        if item.script not in best or _rate(item) < _rate(best[item.script]):
            best[item.script] = item
    told = weak_scripts(evaluation)
    return [(item, best[item.script]) for item in _many(evaluation)
            if item not in told and _rate(item) >= max(NOTICED, 2 * _rate(best[item.script]))][:WEAK_SCRIPTS]


def _many(evaluation: Evaluation) -> list[LetterClass]:
    return [item for item in evaluation.letters if item.letters >= LEAST_LETTERS]


def _rate(item: LetterClass) -> float:
    return item.wrong / item.letters


def blame(evaluation: Evaluation, stricter: str, looser: str) -> Blame | None:
    """What white space or punctuation has to do with it; None where it is little or not known.

    Args:
        evaluation: with both figures.
        stricter: key of a CER.
        looser: key of the same in a form that erases something.
    """
    before = evaluation.overall.figure(stricter)
    after = evaluation.overall.figure(looser)
    if before is None or after is None or not before.value or after.value is None:
        return None
    share = 1 - after.value * after.count / (before.value * before.count)
    return Blame(share, before.value, after.value) if share >= NOTABLE else None


def _worse(evaluation: Evaluation, item: SliceFigures, key: str) -> Worse | None:
    """A figure of a slice with the one of all regions, where it is worse than that and, of a pair, than both of its slices."""
    figure = item.figure(key)
    overall = evaluation.overall.figure(key)
    if figure is None or overall is None:
        return None
    parts = item.slice.name.split(" × ") if item.slice.facet is SliceFacet.PAIR else []
    others = [other.figure(key) for other in evaluation.slices if other.slice.name in parts]
    limits = [other.value for other in (overall, *others) if other is not None and other.value is not None]
    return Worse(figure, overall) if limits and all(_beyond(figure, limit) for limit in limits) else None


def _beyond(figure: Figure, limit: float) -> bool:
    """Whether the whole interval of a figure is worse than a value."""
    if lower_is_better(figure.key):
        return figure.low is not None and figure.low > limit
    return figure.high is not None and figure.high < limit
