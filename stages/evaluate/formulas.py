"""Every figure as a fraction of sums. A sum adds up over regions or images, so one formula serves a slice and its bootstrap.

``docs/evaluation-metrics.md`` says each in words with its source.

A figure with nothing below its fraction line has no value: recall where the truth has nothing to find, precision where nothing
was found. The harmonic mean is 0 where only one of the two has a value, for then nothing is right, and has none where neither
has. Tools of the field say 0 or 1 in these places, each another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from schemas.normalisation import Normalisation
from schemas.outcomes import COUNTED, IOUS

Values = NDArray[np.float64]
Sums = Mapping[str, Values]
"""Sums by column, all of one shape: one value, or one a resample."""
ENDS = (Normalisation.EXACT, Normalisation.NOSPACE)
"""Normalisations at which reading right end to end is told."""


class Level(StrEnum):
    """Of what the sums of a formula are: of regions any slice has them, of images only slices of whole images do."""

    REGION = "region"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Formula:
    """How one figure comes of sums.

    Attributes:
        name: of the figure.
        normalisation: of its texts; empty where it compares none.
        level: what its sums are of.
        higher_is_better: else lower is.
        value: the figure; NaN where it has no value.
        count: the column whose sum stands below the fraction line.
    """

    name: str
    normalisation: str
    level: Level
    higher_is_better: bool
    value: Callable[[Sums], Values]
    count: str

    @property
    def key(self) -> str:
        """Name and normalisation, such as ``cer nospace``."""
        return f"{self.name} {self.normalisation}".strip()


def share(part: Values, whole: Values) -> Values:
    """Part over whole, NaN where there is no whole."""
    found: Values = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return found


def harmonic(recall: Values, precision: Values) -> Values:
    """Harmonic mean; 0 where both are 0 and where one has no value, for then nothing is right; no value where neither has one."""
    neither = np.isnan(recall) & np.isnan(precision)
    both = np.nan_to_num(recall) + np.nan_to_num(precision)
    found: Values = np.divide(2 * np.nan_to_num(recall) * np.nan_to_num(precision), both, out=np.where(neither, np.nan, 0.0),
                              where=both > 0)
    return found


def _ratio(part: str, whole: str) -> Callable[[Sums], Values]:
    return lambda sums: share(sums[part], sums[whole])


def _one_less(part: str, whole: str) -> Callable[[Sums], Values]:
    return lambda sums: 1 - share(sums[part], sums[whole])


def _detection() -> Iterator[Formula]:
    yield Formula("recall", "", Level.REGION, True, _ratio("matched", "regions"), "regions")
    yield Formula("precision", "", Level.IMAGE, True, _ratio("matched_50", "found"), "found")
    yield Formula("hmean", "", Level.IMAGE, True, lambda sums: _hmean(sums, "matched_50"), "truth")
    yield Formula("hmean-optimal", "", Level.IMAGE, True, lambda sums: _hmean(sums, "optimal"), "truth")
    yield Formula("hmean-50-95", "", Level.IMAGE, True, lambda sums: np.mean(
        [_hmean(sums, f"matched_{round(100 * iou)}") for iou in IOUS], axis=0), "truth")
    yield Formula("deteval-recall", "", Level.IMAGE, True, _ratio("deteval_recall", "deteval_truth"), "deteval_truth")
    yield Formula("deteval-precision", "", Level.IMAGE, True, _ratio("deteval_precision", "deteval_found"), "deteval_found")
    yield Formula("deteval-hmean", "", Level.IMAGE, True, lambda sums: harmonic(
        share(sums["deteval_recall"], sums["deteval_truth"]), share(sums["deteval_precision"], sums["deteval_found"])),
        "deteval_truth")
    for name in ("cleval", "cleval-e2e"):
        column = name.replace("-", "_")
        yield Formula(f"{name}-recall", "", Level.IMAGE, True, _letters(column, "splits", "truth"), f"{column}_truth")
        yield Formula(f"{name}-precision", "", Level.IMAGE, True, _letters(column, "merges", "found"), f"{column}_found")
        yield Formula(f"{name}-hmean", "", Level.IMAGE, True, _letters_hmean(column), f"{column}_truth")


def _hmean(sums: Sums, matched: str) -> Values:
    """2 · matched / (to be found + found), the harmonic mean of recall and precision."""
    return share(2 * sums[matched], sums["truth"] + sums["found"])


def _letters(column: str, penalty: str, of: str) -> Callable[[Sums], Values]:
    """Letters that are right, less the penalty, over those that are to be found or were."""
    return lambda sums: share(np.maximum(0.0, sums[f"{column}_right"] - sums[f"{column}_{penalty}"]), sums[f"{column}_{of}"])


def _letters_hmean(column: str) -> Callable[[Sums], Values]:
    recall = _letters(column, "splits", "truth")
    precision = _letters(column, "merges", "found")
    return lambda sums: harmonic(recall(sums), precision(sums))


def _recognition() -> Iterator[Formula]:
    for how in COUNTED:
        yield Formula("exact", how, Level.REGION, True, _ratio(f"right_{how}", "texts"), "texts")
        yield Formula("similarity", how, Level.REGION, True, _ratio(f"similarity_{how}", "texts"), "texts")
        yield Formula("similarity-micro", how, Level.REGION, True, _one_less(f"edits_{how}", f"longer_{how}"), f"longer_{how}")
        yield Formula("cer", how, Level.REGION, False, _ratio(f"edits_{how}", f"length_{how}"), f"length_{how}")
        yield Formula("cer-macro", how, Level.REGION, False, _ratio(f"rate_{how}", f"rated_{how}"), f"rated_{how}")
    yield Formula("wer", Normalisation.EXACT, Level.REGION, False, _ratio("word_edits", "words"), "words")
    yield Formula("wer-macro", Normalisation.EXACT, Level.REGION, False, _ratio("word_rate", "word_rated"), "word_rated")
    yield Formula("exact-macro", Normalisation.NOSPACE, Level.IMAGE, True, _ratio("image_right", "image_rated"), "image_rated")


def _end_to_end() -> Iterator[Formula]:
    for how in ENDS:
        yield Formula("read-right", how, Level.REGION, True, _ratio(f"right_{how}", "text_regions"), "text_regions")
        yield Formula("e2e", how, Level.IMAGE, True, _end_to_end_hmean(how), "text_regions")
    yield Formula("page-cer", Normalisation.NOSPACE, Level.IMAGE, False, _ratio("page_edits", "page_length"), "page_length")
    yield Formula("page-cer-unordered", Normalisation.NOSPACE, Level.IMAGE, False, _ratio("page_edits_unordered", "page_length"),
                  "page_length")
    yield Formula("checked", "", Level.REGION, True, _ratio("checked_right", "checkboxes"), "checkboxes")


def _end_to_end_hmean(how: Normalisation) -> Callable[[Sums], Values]:
    """2 · read right / (texts to be found + what was found); what was found on check boxes and the like is no text."""
    return lambda sums: share(2 * sums[f"right_{how}"], sums["text_regions"] + sums["matched"] + sums["extra"]
                              - sums["matched_no_text"])


FORMULAS: dict[str, Formula] = {formula.key: formula for formula in (*_detection(), *_recognition(), *_end_to_end())}
"""All figures by their key, in the order in which they are told."""
