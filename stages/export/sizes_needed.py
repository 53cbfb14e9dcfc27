"""How large a test set of a slice has to be for a change of a figure to be seen, and what that leaves to learn from.

The figure is the share of regions that are read right to the letter. Two models are told apart by a two-sided test at 5 % that
finds a change of ``d`` with 80 % probability; ``a`` and ``b`` are the normal quantiles of these two.

- On the same regions (paired, McNemar's test): ``n = (a √ψ + b √(ψ − d²))² / d²`` regions, where ``ψ`` is the share of regions
  that exactly one of the two reads right (Connor, Biometrics 43, 1987, 207–211).
- On other regions each (unpaired): ``n = (a + b)² · 2 p (1 − p) / d²`` regions each, at ``p`` = one half, where it is largest
  (Fleiss, Statistical Methods for Rates and Proportions, 1981, without its correction for continuity).

The regions of one group are alike, so ``n`` is multiplied by the design effect ``1 + (m − 1) ρ``, where ``m = Σ mᵢ² / Σ mᵢ``
over the groups' numbers of regions ``mᵢ`` (Kish, Survey Sampling, 1965, 8.2; for unequal groups Kerry and Bland, Statistics in
Medicine 20, 2001, 377–390). The same number does for a character error rate: of a region it lies between 0 and 1 as a rule, so at
one mean it varies no more than a figure that is 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from stages.export.least import MOST

AT_FIVE_PERCENT = NormalDist().inv_cdf(0.975)
"""Normal quantile of a two-sided test at 5 %."""
AT_EIGHTY_PERCENT = NormalDist().inv_cdf(0.8)
"""Normal quantile of a power of 80 %."""
DIFFERENT = 0.2
"""Assumed share of regions that exactly one of two models reads right: the less they differ, the fewer regions do."""
ALIKE = 0.1
"""Assumed correlation of two regions of one group: whether both are read right. Between the words of one receipt it is .04 (100
Korean receipts with the output of one engine); groups of photographs differ more."""


@dataclass(frozen=True, slots=True)
class SliceSizes:
    """What there is of a slice.

    Attributes:
        slice: its name.
        regions: of each group that has one, how many.
        images: with such a region.
        free: groups of these that stand in no split yet.
    """

    slice: str
    regions: tuple[int, ...]
    images: int
    free: int


@dataclass(frozen=True, slots=True)
class SizeNeeded:
    """What a test set of a slice needs.

    Attributes:
        sizes: what there is.
        points: percentage points of the change that it is to show.
        effect: design effect of its groups.
        paired: groups that it takes where both models read the same pictures.
        unpaired: groups that it takes, for each model, where they read different ones.
    """

    sizes: SliceSizes
    points: float
    effect: float
    paired: int
    unpaired: int

    @property
    def groups(self) -> int:
        """Groups of the slice that there are."""
        return len(self.sizes.regions)

    @property
    def left(self) -> int:
        """Groups that would be left to learn from, beside a test set for which both models read the same pictures."""
        return max(0, self.groups - self.paired)

    @property
    def lacking(self) -> int:
        """Groups that have to come in before a recipe that asks for so many is met: it takes half of them at most."""
        return max(0, math.ceil(self.paired / MOST) - self.groups)


def size_needed(sizes: SliceSizes, points: float) -> SizeNeeded:
    """What a test set needs for a change of so many percentage points to be seen; see above.

    Args:
        sizes: what there is of the slice.
        points: more than 0, less than 100.
    """
    total = sum(sizes.regions)
    effect = design_effect(sizes.regions)
    each = total / len(sizes.regions) if sizes.regions else 1.0  # nothing is known of groups that nobody has seen
    paired, unpaired = (math.ceil(round(regions * effect / each, 6))
                        for regions in (regions_paired(points / 100), regions_unpaired(points / 100)))
    return SizeNeeded(sizes, points, effect, paired, unpaired)


def design_effect(regions: Sequence[int]) -> float:
    """By how much more regions are needed where they come in groups of these sizes; 1 where each group has one."""
    total = sum(regions)
    weighted = sum(count * count for count in regions) / total if total else 1.0
    return 1 + (weighted - 1) * ALIKE


def regions_paired(change: float) -> int:
    """Independent regions that show a change where both models read the same ones; ``change`` in (0, 1)."""
    different = max(DIFFERENT, change)
    root = AT_FIVE_PERCENT * math.sqrt(different) + AT_EIGHTY_PERCENT * math.sqrt(different - change**2)
    return math.ceil(root**2 / change**2)


def regions_unpaired(change: float) -> int:
    """Independent regions, for each model, that show a change where they read different ones; ``change`` in (0, 1)."""
    return math.ceil((AT_FIVE_PERCENT + AT_EIGHTY_PERCENT)**2 * 2 * 0.25 / change**2)
