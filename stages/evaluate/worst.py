"""The regions and images that went worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.evaluation import Garbled
from schemas.normalisation import Normalisation
from schemas.outcomes import Fate

Row = Mapping[str, Any]
LOOKED_AT = 5_000
"""Worst regions among which those that are shown are chosen."""
WRONG = "wrong"
"""Key of a row that ``wrong_letters`` was added to."""


def wrong_letters(regions: pa.Table) -> NDArray[np.int64]:
    """Letters that went wrong in each row.

    Of a matched text its edits, white space apart; of a region that was missed, or found where there is none, all its letters,
    and at least one.

    Args:
        regions: see ``schemas.outcomes.REGION_OUTCOMES``.
    """
    edits = pc.fill_null(regions[f"edits_{Normalisation.NOSPACE}"], 0).to_numpy()
    letters = pc.fill_null(pc.utf8_length(pc.coalesce(regions["truth"], regions["read"])), 0).to_numpy()
    matched = pc.equal(regions["outcome"], str(Fate.MATCHED)).to_numpy()
    found: NDArray[np.int64] = np.where(matched, edits, np.maximum(1, letters)).astype(np.int64)
    return found


def garbled(regions: pa.Table) -> Garbled:
    """Counts texts that were read as something else altogether.

    Args:
        regions: see ``schemas.outcomes.REGION_OUTCOMES``.
    """
    texts = regions.filter(pc.is_valid(regions[f"edits_{Normalisation.NOSPACE}"]))
    twice = pc.multiply(texts[f"edits_{Normalisation.NOSPACE}"], 2)
    lost = texts.filter(pc.greater(twice, texts[f"length_{Normalisation.NOSPACE}"]))
    return Garbled(len(lost), len(texts), len(pc.unique(lost["image_id"])))


def worst_regions(regions: pa.Table, most: int, most_of_image: int) -> list[Row]:
    """Rows of the regions with the most wrong letters, the worst first, each with its count under ``WRONG``.

    Args:
        regions: see ``schemas.outcomes.REGION_OUTCOMES``.
        most: so many are wanted.
        most_of_image: at most so many of one image: one bad page would fill the list.
    """
    wrong = wrong_letters(regions)
    order = np.argsort(-wrong, kind="stable")[:LOOKED_AT]
    order = order[wrong[order] > 0]
    of_image: Counter[str] = Counter()
    chosen: list[Row] = []
    for row, letters in zip(regions.take(pa.array(order)).to_pylist(), wrong[order].tolist(), strict=True):
        of_image[row["image_id"]] += 1
        if of_image[row["image_id"]] <= most_of_image and len(chosen) < most:
            chosen.append(row | {WRONG: letters})
    return chosen


def worst_images(regions: pa.Table, most: int) -> list[str]:
    """Ids of the images with the most wrong letters, the worst first.

    Args:
        regions: see ``schemas.outcomes.REGION_OUTCOMES``.
        most: so many are wanted.
    """
    summed = regions.select(["image_id"]).append_column(WRONG, pa.array(wrong_letters(regions))).group_by("image_id").aggregate(
        [(WRONG, "sum")])
    ordered = summed.filter(pc.greater(summed["wrong_sum"], 0)).sort_by([("wrong_sum", "descending"), ("image_id", "ascending")])
    names: list[str] = ordered["image_id"].slice(0, most).to_pylist()
    return names
