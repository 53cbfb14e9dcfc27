"""Columns that add up: of each region and of each image what ``formulas`` sums, and their sums by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.normalisation import Normalisation
from schemas.outcomes import COUNTED, IMAGE_OUTCOMES, Fate, Outcomes
from schemas.reading import Kind
from stages.evaluate.formulas import Values

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
IMAGE_SUMS = tuple(field.name for field in IMAGE_OUTCOMES if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
                   if field.name not in ("width", "height"))
"""Columns of images that add up as they are."""


@dataclass(frozen=True, slots=True)
class Additive:
    """What adds up over the rows of one table.

    Attributes:
        columns: names.
        values: float64 [rows × columns].
        group: number of each row's group, [rows].
    """

    columns: tuple[str, ...]
    values: Values
    group: Rows

    def by_group(self, mask: Mask, groups: int) -> Values:
        """Sums of the rows of a slice.

        Args:
            mask: which rows, [rows].
            groups: how many groups there are.

        Returns:
            Float64 [groups × columns].
        """
        sums = np.zeros((groups, len(self.columns)))
        rows = np.flatnonzero(mask)
        if not len(rows):
            return sums
        rows = rows[np.argsort(self.group[rows], kind="stable")]
        ordered = self.group[rows]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        sums[ordered[starts]] = np.add.reduceat(self.values[rows], starts, axis=0)
        return sums


def group_numbers(outcomes: Outcomes) -> dict[str, int]:
    """Number of each group, in order of their names: the same for two evaluations of the same images."""
    return {name: number for number, name in enumerate(sorted(set(outcomes.images["group"].to_pylist())))}


def region_sums(regions: pa.Table, groups: Mapping[str, int]) -> Additive:
    """What adds up over regions. A region that was found where there is none adds nothing: images count these.

    Args:
        regions: see ``schemas.outcomes.REGION_OUTCOMES``.
        groups: number by group.
    """
    matched = _is(regions, "outcome", Fate.MATCHED)
    wanted = matched | _is(regions, "outcome", Fate.MISSED)
    checkbox = _is(regions, "kind", Kind.CHECKBOX)
    has_text = wanted & ~checkbox & _truth(pc.greater(pc.utf8_length(regions["truth"]), 0))
    exact = f"edits_{Normalisation.EXACT}"
    texts = matched & _truth(pc.is_valid(regions[exact]))
    words = _numbers(regions["words"])
    word_edits = _numbers(regions["word_edits"])
    found: dict[str, Values | Mask] = {
        "regions": wanted, "extra": ~wanted, "matched": matched, "texts": texts, "text_regions": has_text,
        "matched_no_text": matched & ~has_text,
        "checkboxes": matched & checkbox & _truth(pc.is_valid(regions["checked_truth"])),
        "checked_right": matched & checkbox & _truth(pc.equal(regions["checked_truth"], regions["checked_read"])),
        "words": words, "word_edits": word_edits, "word_rated": words > 0, "word_rate": _rate(word_edits, words)}
    for how in COUNTED:
        edits = _numbers(regions[f"edits_{how}"])
        length = _numbers(regions[f"length_{how}"])
        similarity = _numbers(regions[f"similarity_{how}"])
        found |= {f"edits_{how}": edits, f"length_{how}": length, f"right_{how}": texts & (edits == 0),
                  f"similarity_{how}": similarity, f"longer_{how}": _longer(edits, length, similarity),
                  f"rate_{how}": _rate(edits, length), f"rated_{how}": length > 0}
    return Additive(tuple(found), np.column_stack([np.asarray(column, float) for column in found.values()]),
                    _groups(regions, groups))


def image_sums(outcomes: Outcomes, groups: Mapping[str, int]) -> Additive:
    """What adds up over images; ``image_right`` is the share of an image's matched texts that is right, white space apart.

    Args:
        outcomes: of an evaluation.
        groups: number by group.
    """
    images = outcomes.images
    right, rated = _right_by_image(outcomes)
    values = [*(_numbers(images[name]) for name in IMAGE_SUMS), right, rated, np.ones(len(images))]
    return Additive((*IMAGE_SUMS, "image_right", "image_rated", "images"), np.column_stack(values), _groups(images, groups))


def _right_by_image(outcomes: Outcomes) -> tuple[Values, Values]:
    """For each image the share of its matched texts that is right, 0 where it has none, and whether it has any."""
    edits = outcomes.regions[f"edits_{Normalisation.NOSPACE}"]
    texts = outcomes.regions.select(["image_id"]).append_column("right", pc.equal(edits, 0)).filter(pc.is_valid(edits))
    mean = texts.group_by("image_id").aggregate([("right", "mean")])
    place = pc.index_in(outcomes.images["image_id"], value_set=mean["image_id"].combine_chunks())
    found = _numbers(mean["right_mean"].take(place))
    return found, _truth(pc.is_valid(place)).astype(float)


def _longer(edits: Values, length: Values, similarity: Values) -> Values:
    """Length of the longer text of each pair: similarity is 1 − edits / longer; where nothing differs, both are as long."""
    longer: Values = np.divide(edits, 1 - similarity, out=length.copy(), where=edits > 0)
    return np.round(longer)


def _rate(edits: Values, length: Values) -> Values:
    rate: Values = np.divide(edits, length, out=np.zeros(len(edits)), where=length > 0)
    return rate


def _is(table: pa.Table, column: str, value: str) -> Mask:
    return _truth(pc.equal(table[column], str(value)))


def _truth(column: pa.ChunkedArray) -> Mask:
    found: Mask = pc.fill_null(column, False).to_numpy()
    return found


def _numbers(column: pa.ChunkedArray) -> Values:
    found: Values = pc.fill_null(column, 0).to_numpy().astype(float)
    return found


def _groups(table: pa.Table, groups: Mapping[str, int]) -> Rows:
    return np.array([groups[name] for name in table["group"].to_pylist()], np.intp)
