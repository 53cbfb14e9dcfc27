"""Regions of an image through all its readings, and what models made of each in evaluations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.reading import Reading, Region
from schemas.trace import Life, LifeMeasured, RegionFate, RegionText, TracedRegion, TraceKind, TraceName
from stages.trace.life_events import shown_reader


def regions_of(life: Life, name: TraceName, stands_for: Callable[[str], str]) -> list[TracedRegion]:
    """Regions as the leading reading has them: of the asked one where a reading was asked for, else of the accepted one, else
    of the newest; a region that was asked for and is in none of these follows, as it was last.

    Args:
        life: the rows.
        name: of what was asked for.
        stands_for: what stands in place of a person's name.
    """
    leading = _leading(life, name)
    shown = list(leading.regions) if leading else []
    if name.kind is TraceKind.REGION and not any(_is_about(region, name.name) for region in shown):
        shown += [region for reading in life.readings for region in reading.regions if _is_about(region, name.name)][-1:]
    return [_traced(region, life, name, stands_for) for region in shown]


def _leading(life: Life, name: TraceName) -> Reading | None:
    by_id = {reading.reading_id: reading for reading in life.readings}
    if name.kind is TraceKind.READING and name.name in by_id:
        return by_id[name.name]
    accepted = [by_id[reading_id] for reading_id in life.accepted.values() if reading_id in by_id]
    people = [reading for reading in life.readings if reading.by_person]
    return next(iter(accepted or people[-1:] or list(life.readings)[-1:]), None)


def _is_about(region: Region, name: str) -> bool:
    return name in (region.region_id, region.replaces)


def _traced(region: Region, life: Life, name: TraceName, stands_for: Callable[[str], str]) -> TracedRegion:
    names = {item for item in (region.region_id, region.replaces) if item}
    texts = [RegionText(shown_reader(reading.reader, stands_for), reading.run, other.text, other.attributes.legible, other.score)
             for reading in life.readings for other in reading.regions if names & {other.region_id, other.replaces}]
    asked = name.kind is TraceKind.REGION and name.name in names
    return TracedRegion(region.region_id, region.replaces or "", region.polygon, tuple(texts),
                        tuple(_fates(life.measured, names)), asked)


def _fates(measured: Sequence[LifeMeasured], names: set[str]) -> list[RegionFate]:
    """Of the newest evaluation of each model."""
    found: dict[str, RegionFate] = {}
    for item in measured:
        for row in item.regions:
            if names & {str(row["region_id"]), str(row["other_id"])}:
                reader = item.evaluation.reader
                found[reader] = RegionFate(item.evaluation.release, reader, str(row["outcome"]), str(row["truth"] or ""),
                                           str(row["read"] or ""))
    return list(found.values())
