"""Student's distribution, as far as a comparison needs it."""

from __future__ import annotations

import math


def two_sided(t: float, freedom: int) -> float:
    """Chance that Student's t with so many degrees of freedom lies as far from 0 as ``t``, on either side.

    The closed form for whole degrees of freedom: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and
    26.7.4; from 200 degrees on the normal distribution, which is less than .001 away.

    Args:
        t: at least 0.
        freedom: degrees of freedom, at least 1.
    """
    if freedom >= 200:
        return math.erfc(t / math.sqrt(2))
    angle = math.atan2(t, math.sqrt(freedom))
    cosine = math.cos(angle)
    term = cosine if freedom % 2 else 1.0
    total = 0.0
    for step in range(freedom % 2, freedom - 1, 2):
        total += term
        term *= (step + 1) / (step + 2) * cosine ** 2
    inside = 2 / math.pi * (angle + math.sin(angle) * total) if freedom % 2 else math.sin(angle) * total
    return max(0.0, 1 - inside)
