"""Recall, precision and their harmonic mean, of counts that were added up over images.

A figure with nothing below its fraction line has no value: recall where the truth has nothing to find, precision where nothing
was found. The harmonic mean is 0 where only one of the two has a value, for then nothing is right, and has none where neither
has. Tools of the field say 0 or 1 in these places, each another one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Figures in [0, 1], or None as this module says."""

    recall: float | None
    precision: float | None
    hmean: float | None


def make_rates(found_of_truth: float, truth: float, right_of_found: float, found: float) -> Rates:
    """The three figures.

    Args:
        found_of_truth: what of the truth was found; may be a score instead of a count.
        truth: what is to be found.
        right_of_found: what of the found is there.
        found: what was found.
    """
    recall = found_of_truth / truth if truth else None
    precision = right_of_found / found if found else None
    if recall is None and precision is None:
        return Rates(None, None, None)
    both = (recall or 0.0) + (precision or 0.0)
    return Rates(recall, precision, 2 * (recall or 0.0) * (precision or 0.0) / both if both else 0.0)
