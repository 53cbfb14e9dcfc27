"""What became of each region and of each image when a model's reading was compared with a release: Arrow tables.

They lie beside an evaluation: two evaluations are compared by them, and every figure is a sum of their columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from schemas.normalisation import LADDER, Normalisation
from schemas.reading import Reading

COUNTED: tuple[Normalisation, ...] = (*LADDER, Normalisation.KSTR, Normalisation.PADDLE)
"""Normalisations under which matched texts are counted."""
IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""Overlaps at which detection is counted: .5, .55, … .95, as COCO has them."""


class Fate(StrEnum):
    """What became of a region."""

    MATCHED = "matched"
    MISSED = "missed"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class EvaluatedImage:
    """One image of a release, and what a model read on it.

    Attributes:
        truth: the release's reading.
        found: the model's.
        group: of the release; pictures of one group are not independent.
        campaign: that it was sent to.
        submitter: a pseudonym.
        media_type: of the image.
        named: names of the named slices of each region of ``truth``, in its order; empty where there are none.
    """

    truth: Reading
    found: Reading
    group: str
    campaign: str
    submitter: str
    media_type: str
    named: tuple[tuple[str, ...], ...] = ()


_TEXTS = pa.list_(pa.string())

REGION_OUTCOMES = pa.schema([
    ("image_id", pa.string()),
    ("group", pa.string()),
    ("region_id", pa.string()),  # the release's; the model's where it found something that is not there
    ("other_id", pa.string()),  # the model's, where matched
    ("outcome", pa.string()),
    ("kind", pa.string()),
    ("direction", pa.string()),
    ("writing", pa.string()),
    ("effects", _TEXTS),
    ("language", pa.string()),
    ("height", pa.float32()),  # schemas.reading.line_height, pixels
    ("image_kind", pa.string()),
    ("conditions", _TEXTS),
    ("campaign", pa.string()),
    ("submitter", pa.string()),
    ("named", _TEXTS),
    ("truth", pa.string()),  # null where there is none
    ("read", pa.string()),
    ("score", pa.float32()),  # the model's
    ("iou", pa.float32()),
    ("checked_truth", pa.bool_()),
    ("checked_read", pa.bool_()),
    ("words", pa.int32()),  # of the truth, divided at white space
    ("word_edits", pa.int32()),
    *((f"{name}_{how}", kind) for how in COUNTED for name, kind in (
        ("edits", pa.int32()), ("length", pa.int32()), ("similarity", pa.float64()))),
])
"""One row a region that is to be found, or that was found where there is none. Don't-cares are no rows.

Counts of texts are null unless two texts were matched.
"""

IMAGE_OUTCOMES = pa.schema([
    ("image_id", pa.string()),
    ("group", pa.string()),
    ("media_type", pa.string()),
    ("width", pa.int32()),
    ("height", pa.int32()),
    ("image_kind", pa.string()),
    ("conditions", _TEXTS),
    ("campaign", pa.string()),
    ("submitter", pa.string()),
    ("truth", pa.int32()),  # regions to be found
    ("found", pa.int32()),  # regions that count against the model or for it
    *((f"matched_{round(100 * iou)}", pa.int32()) for iou in IOUS),
    ("optimal", pa.int32()),  # pairs at an overlap of .5 where the pairing is the largest one
    ("deteval_recall", pa.float64()),
    ("deteval_precision", pa.float64()),
    ("deteval_truth", pa.int32()),
    ("deteval_found", pa.int32()),
    *((f"{prefix}_{name}", pa.float64()) for prefix in ("cleval", "cleval_e2e") for name in (
        "truth", "found", "right", "wrong", "splits", "merges")),  # stages.evaluate.cleval.LetterCounts
    ("page_edits", pa.int32()),  # with the reading order
    ("page_edits_unordered", pa.int32()),
    ("page_length", pa.int32()),
    ("untouched", pa.bool_()),  # the truth is the model's own pre-label, accepted as it was
])
"""One row an image that the model has read."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The two tables of an evaluation, both in order of image id."""

    regions: pa.Table
    images: pa.Table


def outcomes_of_rows(regions: Sequence[Mapping[str, object]], images: Sequence[Mapping[str, object]]) -> Outcomes:
    """Tables of rows whose keys are the columns; a column that a row lacks is null there."""
    return Outcomes(pa.Table.from_pylist(list(regions), REGION_OUTCOMES), pa.Table.from_pylist(list(images), IMAGE_OUTCOMES))
