"""What to collect next: the slices that a model is weak on, or that are too few to tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from schemas.demand import Demand, DemandReason
from schemas.evaluation import Evaluation, Figure, SliceFacet, SliceFigures, SliceName
from schemas.reading import Condition, Direction, Effect, Reading, Region, Writing, line_height
from stages.evaluate.figures import LEADING
from stages.evaluate.slices import band

COLLECTED = (SliceFacet.NAMED, SliceFacet.DIRECTION, SliceFacet.WRITING, SliceFacet.EFFECTS, SliceFacet.LANGUAGE,
             SliceFacet.HEIGHT, SliceFacet.IMAGE_KIND, SliceFacet.CONDITION)
"""What somebody can go and photograph. Nobody can collect a campaign or a submitter."""
EXPECTED = {SliceFacet.DIRECTION: tuple(Direction), SliceFacet.WRITING: tuple(Writing), SliceFacet.EFFECTS: tuple(Effect),
            SliceFacet.CONDITION: tuple(Condition)}
"""Slices that are asked for where there is none of them at all."""
LEAST_SHARE = 0.02
"""A slice counts as at least this share of all regions: that a release has few of it does not say that people photograph few."""
TIMES = 4
"""So many times the groups halve an interval, which narrows with their root (central limit theorem)."""
FIRST = 100
"""So many regions are asked for of a slice that has none."""


def demands(evaluation: Evaluation) -> tuple[Demand, ...]:
    """What to collect next, the most pressing first.

    A slice is asked for where its CER (spaces ignored) is worse than that of all regions with its whole 95 % interval, or where
    it has too few regions to tell and the interval reaches above. Of a weak one so many more regions are wanted that the interval
    halves: three times as many as there are, for it narrows with the root of the number of groups. Of one that is too small, so
    many that it can be told. They are ranked by what they may cost: how far the upper end of the interval lies above the CER of
    all regions, times the slice's share of the regions. What has no region at all comes last.

    Args:
        evaluation: of one model on one release.
    """
    overall = evaluation.overall.figure(LEADING)
    if overall is None or overall.value is None:
        return ()
    asked = [item for item in evaluation.slices if item.slice.facet in COLLECTED]
    found = [demand for item in asked if (demand := _demand(item, overall.value, evaluation.overall.regions))]
    found.sort(key=lambda item: (-item.weight, item.slice))
    return (*found, *_absent({item.slice for item in asked if item.regions}))


def regions_in(name: SliceName, reading: Reading, named: Sequence[Sequence[str]]) -> int:
    """How many regions of a reading are in a slice; those that nobody can read are not counted.

    Args:
        name: of the slice.
        reading: of one image.
        named: of each region, the names of its named slices.
    """
    return sum(region.attributes.legible and _is_in(name, reading, region, names)
               for region, names in zip(reading.regions, named, strict=True))


def still_of_interest(evaluation: Evaluation, earlier: Mapping[SliceName, Demand]) -> list[Demand]:
    """What an evaluation says of slices that earlier ones asked for and it does not: their figures, so that effects are seen.

    Args:
        evaluation: the newest.
        earlier: the last demand for each such slice.
    """
    found = []
    for name, demand in sorted(earlier.items()):
        there = evaluation.of(name)
        figure = there.figure(LEADING) if there else None
        found.append(replace(demand, figure=figure.value if figure else None, half_width=_half_width(figure) if figure else None,
                             regions=there.regions if there else 0, weight=0.0))
    return found


def _demand(item: SliceFigures, overall: float, regions: int) -> Demand | None:
    figure = item.figure(LEADING)
    if figure is None or figure.value is None or not item.regions:
        return None
    # Without an interval: half of the widest 95 % interval of a share that was counted so often.
    high = figure.high if figure.high is not None else min(1.0, figure.value + 1 / math.sqrt(item.regions))
    if figure.low is not None and figure.low > overall:
        reason = DemandReason.WEAK
        wanted = (TIMES - 1) * item.regions
    elif item.regions_needed is not None and high > overall:
        reason = DemandReason.UNSURE
        wanted = max(1, item.regions_needed - item.regions)
    else:
        return None
    share = max(LEAST_SHARE, item.regions / max(1, regions))
    return Demand(item.slice, reason, figure.value, _half_width(figure), item.regions, rounded(wanted), (high - overall) * share)


def rounded(regions: int) -> int:
    """A number of regions as people say it: two digits, rounded up."""
    step: int = 10 ** max(0, len(str(regions)) - 2)
    return -(-regions // step) * step


def _half_width(figure: Figure) -> float | None:
    return (figure.high - figure.low) / 2 if figure.high is not None and figure.low is not None else None


def _absent(there: set[SliceName]) -> Iterator[Demand]:
    """Slices of the vocabulary that a release has nothing of."""
    for facet, names in EXPECTED.items():
        for name in names:
            if SliceName(facet, str(name)) not in there:
                yield Demand(SliceName(facet, str(name)), DemandReason.ABSENT, None, None, 0, FIRST, 0.0)


def _is_in(name: SliceName, reading: Reading, region: Region, names: Sequence[str]) -> bool:
    attributes = region.attributes
    match name.facet:
        case SliceFacet.ALL:
            return True
        case SliceFacet.NAMED:
            return name.name in names
        case SliceFacet.DIRECTION | SliceFacet.WRITING | SliceFacet.LANGUAGE | SliceFacet.KIND | SliceFacet.EFFECTS:
            return name.name in attributes.slices()
        case SliceFacet.HEIGHT:
            return band(line_height(region.polygon)) == name.name
        case SliceFacet.IMAGE_KIND:
            return name.name == reading.image_kind
        case SliceFacet.CONDITION:
            return name.name in reading.conditions
        case _:
            return False
