"""What a release's card tells, as a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.recipes.dataset import Dataset
from schemas.recipes.slices import NamedSlice
from stages.export.counts import Counts
from stages.export.leaks import LeakReport
from stages.export.least import GroupsAsked
from stages.export.source_uses import HeldSource


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card tells.

    Attributes:
        name: of the release, ``scene-text@7``.
        parent: the release that it was made from; None for the first.
        recipe: of the dataset.
        code_version: that made it.
        counts: of its samples.
        left_out: how much was left out, by reason.
        leaks: of its leak report.
        changes: totals of the diff against the parent, by what they count; None where there is no diff.
        files: sizes of its files in bytes, by kind of file.
        frozen: splits that take nothing new after it.
        asked: groups that the recipe asks for, and what there is.
        named: definitions of the named slices that the recipe names.
        sources: what it holds of public data sets; the rest was collected.
    """

    name: str
    parent: str | None
    recipe: Dataset
    code_version: str
    counts: Counts
    left_out: Mapping[str, int]
    leaks: LeakReport
    changes: Mapping[str, int] | None
    files: Mapping[str, Sequence[int]]
    frozen: Sequence[str] = ()
    asked: Sequence[GroupsAsked] = ()
    named: Sequence[NamedSlice] = ()
    sources: Sequence[HeldSource] = ()

    @property
    def splits(self) -> list[str]:
        """In the order of the recipe; a split that it does not name any more stands last."""
        return self.counts.splits(self.recipe.splits)
