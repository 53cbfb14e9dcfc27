"""What became of each region and each image: readings of a release beside a model's → tables that add up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from schemas.normalisation import Normalisation
from schemas.outcomes import COUNTED, IOUS, EvaluatedImage, Fate, Outcomes, outcomes_of_rows
from schemas.reading import Kind, Reading, Region, line_height
from stages.compare import Comparison, Match, Overlaps, compare, measure_all
from stages.evaluate.cleval import ClevalCounts, LetterCounts, count_cleval
from stages.evaluate.detection import count_detection
from stages.evaluate.deteval import count_deteval
from stages.evaluate.page_text import count_page
from stages.evaluate.texts import count_letters, count_words

Row = dict[str, Any]
PIXEL = 1.0
"""Outlines up to this many pixels apart are the same: Label Studio keeps them in percent."""


def outcomes_of(images: Iterable[EvaluatedImage], *, across_units: bool = False) -> Outcomes:
    """Compares some hundred images.

    Args:
        images: of a release, with what a model read on them, in order of image id.
        across_units: compare even where one has words and the other has lines.

    Raises:
        UnitMismatch: the readings have different units and ``across_units`` is false.
    """
    regions: list[Row] = []
    rows: list[Row] = []
    images = list(images)
    for image, overlaps in zip(images, measure_all([(image.truth, image.found) for image in images]), strict=True):
        regions += _regions(image, compare(image.truth, image.found, across_units=across_units, overlaps=overlaps))
        rows.append(_image(image, overlaps))
    _count_texts([row for row in regions if _is_text(row)])
    return outcomes_of_rows(regions, rows)


def _is_text(row: Row) -> bool:
    """Whether two texts were matched: a check box has none, and a region without text that nothing was read in neither."""
    return row["outcome"] is Fate.MATCHED and row["kind"] is not Kind.CHECKBOX and bool(row["truth"] or row["read"])


def _regions(image: EvaluatedImage, found: Comparison) -> list[Row]:
    of_image = {"image_id": image.truth.image_id, "group": image.group, "image_kind": image.truth.image_kind,
                "conditions": list(image.truth.conditions), "campaign": image.campaign, "submitter": image.submitter}
    named = dict(zip((region.region_id for region in image.truth.regions), image.named, strict=False))
    rows = [_matched(match) | {"named": named.get(match.truth.region_id, ())} for match in found.matches]
    rows += [_alone(region, Fate.MISSED) | {"truth": region.text, "named": named.get(region.region_id, ())}
             for region in found.missed]
    rows += [_alone(region, Fate.EXTRA) | {"read": region.text, "score": region.score, "named": ()} for region in found.extra]
    return [of_image | row for row in rows]


def _matched(match: Match) -> Row:
    return _alone(match.truth, Fate.MATCHED) | {
        "other_id": match.other.region_id, "truth": match.truth.text, "read": match.other.text, "score": match.other.score,
        "iou": match.iou, "checked_truth": match.truth.attributes.checked, "checked_read": match.other.attributes.checked}


def _alone(region: Region, outcome: Fate) -> Row:
    attributes = region.attributes
    return {"region_id": region.region_id, "outcome": outcome, "kind": attributes.kind, "direction": attributes.direction,
            "writing": attributes.writing, "effects": list(attributes.effects), "language": attributes.language,
            "height": line_height(region.polygon)}


def _count_texts(rows: Sequence[Row]) -> None:
    """Adds what the texts of matched regions count, under each normalisation."""
    truths = [row["truth"] for row in rows]
    reads = [row["read"] for row in rows]
    for how in COUNTED:
        counts = count_letters(truths, reads, how)
        _add(rows, {f"edits_{how}": counts.edits.tolist(), f"length_{how}": counts.length.tolist(),
                    f"similarity_{how}": counts.similarity.tolist()})
    words = count_words(truths, reads, Normalisation.EXACT)
    _add(rows, {"words": words.words.tolist(), "word_edits": words.word_edits.tolist()})


def _add(rows: Sequence[Row], columns: Mapping[str, Sequence[float]]) -> None:
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value


def _image(image: EvaluatedImage, overlaps: Overlaps) -> Row:
    truth = image.truth
    found = image.found
    detection = count_detection(truth, found, overlaps)
    deteval = count_deteval(truth, found)
    cleval = _cleval(truth, found, overlaps)
    page = count_page(truth.regions, found.regions, overlaps.covered)
    return {
        "image_id": truth.image_id, "group": image.group, "media_type": image.media_type, "width": truth.width,
        "height": truth.height, "image_kind": truth.image_kind, "conditions": list(truth.conditions), "campaign": image.campaign,
        "submitter": image.submitter, "truth": detection.truth, "found": detection.found, "optimal": detection.optimal,
        **{f"matched_{round(100 * iou)}": count for iou, count in zip(IOUS, detection.matched, strict=True)},
        "deteval_recall": deteval.recall, "deteval_precision": deteval.precision, "deteval_truth": deteval.truth,
        "deteval_found": deteval.found,
        **_letters("cleval", cleval.detection), **_letters("cleval_e2e", cleval.end_to_end),
        "page_edits": page.edits_ordered, "page_edits_unordered": page.edits_unordered, "page_length": page.length,
        "untouched": is_untouched(truth, found)}


def _cleval(truth: Reading, found: Reading, overlaps: Overlaps) -> ClevalCounts:
    """CLEval counts letters: a check box of the truth has none, and is a don't-care to it."""
    if all(region.attributes.kind is not Kind.CHECKBOX for region in truth.regions):
        return count_cleval(truth, found, overlaps)
    regions = tuple(replace(region, attributes=replace(region.attributes, legible=False))
                    if region.attributes.kind is Kind.CHECKBOX else region for region in truth.regions)
    return count_cleval(replace(truth, regions=regions), found)


def _letters(prefix: str, counts: LetterCounts) -> Row:
    return {f"{prefix}_{name}": getattr(counts, name) for name in LetterCounts.__slots__}


def is_untouched(truth: Reading, found: Reading) -> bool:
    """Whether the truth is the model's own pre-label, accepted as it was: the same regions, texts and outlines."""
    return bool(truth.regions) and len(truth.regions) == len(found.regions) and all(map(_same, truth.regions, found.regions))


def _same(one: Region, other: Region) -> bool:
    if (one.region_id, one.text, len(one.polygon)) != (other.region_id, other.text, len(other.polygon)):
        return False
    return all(math.dist(*corners) <= PIXEL for corners in zip(one.polygon, other.polygon, strict=True))
