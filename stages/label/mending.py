"""What became of pre-labels in people's hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from schemas.labelling import Work
from stages.label.ratios import Ratio


@dataclass(frozen=True, slots=True)
class Mending:
    """What became of pre-labels; tasks without one are not in it.

    Attributes:
        tasks: how many had one.
        shown: and all below: sums of the fields of ``Effort`` that have these names.
    """

    tasks: int
    shown: int
    untouched: int
    texts: int
    moved: int
    attributes: int
    deleted: int
    added: int
    regions: int
    keys: int
    keys_saved: int

    @property
    def accepted(self) -> Ratio:
        """Regions of pre-labels that nobody had to touch."""
        return Ratio(self.untouched, self.shown)

    @property
    def saved(self) -> Ratio:
        """Key presses saved, of those that typing everything takes."""
        return Ratio(self.keys_saved, self.keys)

    @property
    def edits_a_region(self) -> float | None:
        """Acts of mending for each region of the readings; None without a region."""
        edits = self.texts + self.moved + self.attributes + self.deleted + self.added
        return edits / self.regions if self.regions else None


def sum_mending(work: Iterable[Work]) -> Mending:
    """Adds up what was done to pre-labels."""
    efforts = [item.effort for item in work if item.effort and item.effort.model]
    return Mending(len(efforts), **{item.name: sum(getattr(effort, item.name) for effort in efforts)
                                    for item in fields(Mending) if item.name != "tasks"})
