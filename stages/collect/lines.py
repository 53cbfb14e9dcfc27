"""Pages that are read line by line: lines that several people typed become readings of the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.config_version import ConfigVersion
from schemas.ids import digest
from schemas.labelling import Effort
from schemas.line_marks import LineMark, MarkedText, attributes_with
from schemas.reader import Reader
from schemas.reading import Reading, Region
from schemas.recipes.annotation_config import AnnotationConfig
from schemas.text import language_of
from stages.collect.effort import effort
from stages.collect.new_states import NewState, ToKeep

NO_TEXT = "no text and no mark: kept as illegible, which no metric counts"
"""What is noted of a line that says nothing: a page waits for nobody because of it, and a text that is there is not denied."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    """What one person typed for one region.

    Attributes:
        region_id: the region that was cut out.
        said: its text and marks.
        revision: when it was typed, in ms since 1970.
    """

    region_id: str
    said: MarkedText
    revision: int


TypedLines = tuple[TypedLine, ...]
"""What one person typed in one task, in the order of its screen."""


@dataclass(frozen=True, slots=True)
class DensePage:
    """A page whose lines were given out one by one, as far as they were read.

    Attributes:
        image_id: the page.
        config: name of the annotation config of single lines.
        taken_by: name of the annotation config whose accepted reading the page becomes.
        shown: the model's reading whose regions were cut out.
        wanted: ids of the regions that were given out, of all tasks, in the order of the queue.
        by: for each region that was read, the reading of the person who read it last.
        before: its accepted reading; None where it has none.
    """

    image_id: str
    config: str
    taken_by: str
    shown: Reading
    wanted: tuple[str, ...]
    by: Mapping[str, Reading]
    before: Reading | None

    @property
    def labelled_whole(self) -> bool:
        """Whether it was labelled as a whole as well: then that reading stands."""
        return self.before is not None and ConfigVersion(self.before.run).name != self.config


def pages_of(states: Iterable[NewState[TypedLines]]) -> dict[tuple[str, str], list[NewState[TypedLines]]]:
    """States that say something, by image id and reader: each group is part of one reading; oldest first."""
    found: dict[tuple[str, str], list[NewState[TypedLines]]] = defaultdict(list)
    for state in states:
        if state.task and state.said:
            found[state.task.image_id, state.reader].append(state)
    return {key: sorted(group, key=lambda state: state.revision) for key, group in found.items()}


def of_lines(states: Sequence[NewState[TypedLines]], before: Mapping[tuple[str, str], Reading], run: str,
             takers: Mapping[str, AnnotationConfig]) -> ToKeep:
    """What becomes of states of annotations of lines: a reading of the page for each person, as far as it was read.

    Args:
        states: the new states.
        before: by image id and reader, what the same person had read of the page.
        run: the annotation config's version of the project.
        takers: the annotation configs that take the pages, by name: they say what kind of picture a page is.
    """
    readings = []
    rows = [state.row(problem=state.problem) for state in states if not state.said]
    for (image_id, reader), group in pages_of(states).items():
        shown = _as_taken(group[0], takers)
        typed = [line for state in group for line in state.said or ()]
        reading = with_lines(shown, before.get((image_id, reader)), typed, reader, run)
        readings.append(reading)
        rows += [state.row(reading, _problem(state.said), _effort(shown, reading, state.said)) for state in group if state.said]
    return ToKeep(tuple(readings), tuple(rows))


def _as_taken(state: NewState[TypedLines], takers: Mapping[str, AnnotationConfig]) -> Reading:
    """The reading whose regions were cut out, as the config that takes the page would show it."""
    taker = takers.get(state.task.taken_by) if state.task else None
    return taker.as_shown(state.shown[0]) if taker else state.shown[0]


def with_lines(shown: Reading, before: Reading | None, lines: Sequence[TypedLine], reader: str, run: str) -> Reading:
    """The lines of a page that one person has read so far, in the order of the page.

    Args:
        shown: the model's reading whose regions were cut out: polygons, and attributes that no mark can say, are its.
        before: what the same person had read of the page; None where nothing.
        lines: what is new, oldest first.
        reader: ``person:<name>``.
        run: of the annotation config.
    """
    regions = {region.region_id: region for region in (before.regions if before else ())}
    of_page = {region.region_id: region for region in shown.regions}
    for line in lines:
        region = of_page[line.region_id]
        text = line.said.text
        marks = line.said.marks | ({LineMark.ILLEGIBLE} if line.said.says_nothing else set())
        attributes = replace(attributes_with(region.attributes, marks), language=language_of(text))
        regions[line.region_id] = replace(region, text=text, score=None, recogniser=None, attributes=attributes)
    return replace(shown, reader=reader, run=run, revision=max(line.revision for line in lines),
                   regions=tuple(regions[name] for name in of_page if name in regions))


def whole_page(page: DensePage) -> Reading | None:
    """The reading of a page whose lines were all read; None while one is missing."""
    if not page.wanted or any(name not in page.by for name in page.wanted):
        return None
    parts = sorted({page.by[name] for name in page.wanted}, key=lambda part: (part.reader, part.revision))
    if len(parts) == 1 and {region.region_id for region in parts[0].regions} == set(page.wanted):
        return parts[0]
    found = {name: _region(page.by[name], name) for name in page.wanted}
    name = digest("page", *(f"{part.reader} {part.run} {part.revision}" for part in parts), *page.wanted, length=10)
    return replace(parts[-1], reader=Reader.merged(name), revision=max(part.revision for part in parts),
                   regions=tuple(found[region.region_id] for region in page.shown.regions if region.region_id in found))


def _problem(lines: TypedLines) -> str | None:
    """What is wrong with the lines of one task; None where all are sound."""
    silent = [str(place) for place, line in enumerate(lines, 1) if line.said.says_nothing]
    return f"line {', '.join(silent)}: {NO_TEXT}" if silent else None


def _effort(shown: Reading, made: Reading, lines: TypedLines) -> Effort:
    """What a person did to the lines of one task, as the pre-label showed them."""
    names = {line.region_id for line in lines}
    return effort(_only(shown, names), _only(made, names))


def _only(reading: Reading, region_ids: Container[str]) -> Reading:
    return replace(reading, regions=tuple(region for region in reading.regions if region.region_id in region_ids))


def _region(reading: Reading, region_id: str) -> Region:
    return next(region for region in reading.regions if region.region_id == region_id)
