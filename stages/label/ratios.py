"""Parts of wholes, and how far two of them are apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.96
"""Standard deviations on either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A part of a whole, with the whole beside it."""

    part: float
    of: float

    @property
    def value(self) -> float | None:
        """In [0, 1]; None of nothing."""
        return self.part / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Gap:
    """One ratio less another, and the 95 % margin of that."""

    value: float
    margin: float


def gap(one: Ratio, other: Ratio) -> Gap | None:
    """One ratio less another; None where either is of nothing.

    The margin is Agresti and Caffo's (The American Statistician 54, 2000): a success and a failure are added to both, so
    that three right out of three are not certainty.
    """
    if one.value is None or other.value is None:
        return None
    return Gap(one.value - other.value, Z_95 * sqrt(_variance(one) + _variance(other)))


def _variance(ratio: Ratio) -> float:
    """Of a ratio with one success and one failure more."""
    rate = (ratio.part + 1) / (ratio.of + 2)
    return rate * (1 - rate) / (ratio.of + 2)
