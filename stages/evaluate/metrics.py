"""Figures of a model on a release, overall and by slice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from schemas.reading import Region
from schemas.text import normalise, without_spaces
from stages.compare import Comparison

ALL = "all"


@dataclass
class Figures:
    """Counts, and the figures made of them.

    Attributes:
        truth: regions that are to be found.
        matched: of these, found (IoU of at least .5).
        extra: regions found where there is none.
        characters: in the texts of matched regions.
        edits: Levenshtein distance of the matched texts.
        characters_unspaced: the same without white space.
        edits_unspaced: the same without white space.
        exact: matched regions whose text is right to the letter, white space apart.
    """

    truth: int = 0
    matched: int = 0
    extra: int = 0
    characters: int = 0
    edits: int = 0
    characters_unspaced: int = 0
    edits_unspaced: int = 0
    exact: int = 0

    @property
    def recall(self) -> float | None:
        """Share of the regions that were found."""
        return self.matched / self.truth if self.truth else None

    @property
    def precision(self) -> float | None:
        """Share of what was found that is there."""
        return self.matched / (self.matched + self.extra) if self.matched + self.extra else None

    @property
    def hmean(self) -> float | None:
        """Harmonic mean of recall and precision."""
        total = 2 * self.matched + self.extra + (self.truth - self.matched)
        return 2 * self.matched / total if total else None

    @property
    def cer(self) -> float | None:
        """Character error rate on matched regions: edits over characters of the truth. May exceed 1."""
        return self.edits / self.characters if self.characters else None

    @property
    def cer_unspaced(self) -> float | None:
        """The same with all white space out, for Korean, whose spacing readers disagree on."""
        return self.edits_unspaced / self.characters_unspaced if self.characters_unspaced else None

    @property
    def end_to_end(self) -> float | None:
        """Share of the truth's regions that were found and read right, white space apart."""
        return self.exact / self.truth if self.truth else None

    def to_dict(self) -> dict[str, Any]:
        """Counts and figures."""
        names = ("recall", "precision", "hmean", "cer", "cer_unspaced", "end_to_end")
        return {**asdict(self), **{name: getattr(self, name) for name in names}}


def figures_by_slice(comparisons: Iterable[Comparison]) -> dict[str, Figures]:
    """Figures over many images, by slice; the key ``all`` has them all.

    A region's slices are those of the truth. A region where there is none belongs to the slices that its reader gives it.
    """
    found: dict[str, Figures] = {ALL: Figures()}

    def of(region: Region) -> list[Figures]:
        return [found.setdefault(name, Figures()) for name in (ALL, *region.attributes.slices())]

    for comparison in comparisons:
        for match in comparison.matches:
            text = normalise(match.truth.text)
            for figures in of(match.truth):
                figures.truth += 1
                figures.matched += 1
                figures.characters += len(text)
                figures.edits += match.edits
                figures.characters_unspaced += len(without_spaces(text))
                figures.edits_unspaced += match.edits_unspaced
                figures.exact += match.edits_unspaced == 0
        for region in comparison.missed:
            for figures in of(region):
                figures.truth += 1
        for region in comparison.extra:
            for figures in of(region):
                figures.extra += 1
    return found


def errors(comparison: Comparison) -> int:
    """How wrong a reading of one image is: edits, and the letters of what was missed and of what is not there."""
    return sum(match.edits_unspaced for match in comparison.matches) + sum(
        max(1, len(region.text)) for region in (*comparison.missed, *comparison.extra))
