"""Pages that are read line by line: lines that several people typed become readings of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.ids import digest
from schemas.reading import Reading
from schemas.text import language_of


@dataclass(frozen=True, slots=True)
class Line:
    """What one person typed for one region. ``legible`` is false where nobody can read it."""

    region_id: str
    text: str
    legible: bool
    revision: int


def with_lines(shown: Reading, before: Reading | None, lines: Sequence[Line], reader: str, run: str) -> Reading:
    """The lines of a page that one person has read so far, in the order of the page.

    Args:
        shown: the model's reading whose regions were cut out: polygons and other attributes are its.
        before: what the same person had read of the page; None where nothing.
        lines: what is new, oldest first.
        reader: ``person:<name>``.
        run: of the annotation config.
    """
    regions = {region.region_id: region for region in (before.regions if before else ())}
    of_page = {region.region_id: region for region in shown.regions}
    for line in lines:
        region = of_page[line.region_id]
        regions[line.region_id] = replace(
            region, text=line.text, score=None, recogniser=None,
            attributes=replace(region.attributes, legible=line.legible, language=language_of(line.text)))
    return replace(shown, reader=reader, run=run, revision=max(line.revision for line in lines),
                   regions=tuple(regions[name] for name in of_page if name in regions))


def whole_page(shown: Reading, wanted: Sequence[str], by: Mapping[str, Reading]) -> Reading | None:
    """The reading of a page whose lines were all read; None while one is missing.

    Args:
        shown: the model's reading whose regions were cut out.
        wanted: ids of the regions that were given out.
        by: for each region, the reading of the person who read it last.
    """
    if not wanted or any(name not in by for name in wanted):
        return None
    parts = sorted({by[name] for name in wanted}, key=lambda part: (part.reader, part.revision))
    if len(parts) == 1 and {region.region_id for region in parts[0].regions} == set(wanted):
        return parts[0]
    found = {name: next(region for region in by[name].regions if region.region_id == name) for name in wanted}
    name = digest("page", *(f"{part.reader} {part.run} {part.revision}" for part in parts), *wanted, length=10)
    return replace(parts[-1], reader=f"merged:{name}", revision=max(part.revision for part in parts),
                   regions=tuple(found[region.region_id] for region in shown.regions if region.region_id in found))
