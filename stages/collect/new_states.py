"""New states of annotations: what is taken back, and the readings and rows of the ledger that the others become."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import shapely

from schemas.answers import AnnotationRow, StandingAnnotation
from schemas.geometry import iou, shape_of
from schemas.label_tasks import TaskRow
from schemas.labelling import Effort
from schemas.reading import Kind, Reading, Region
from schemas.reading_order import with_regions_in_order
from schemas.text import language_of, normalise
from stages.collect.effort import effort

T = TypeVar("T")

SAME = 0.5
"""IoU from which a redrawn region stands for the one that vanished."""


@dataclass(frozen=True, slots=True)
class TaskNow:
    """A task as Label Studio has it now.

    Attributes:
        task_id: Label Studio's.
        subject: what it is about.
        annotation_ids: of all annotations that it has.
    """

    task_id: int
    subject: str
    annotation_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class NewState(Generic[T]):
    """One state of one annotation that was not collected before.

    Attributes:
        annotation_id: Label Studio's.
        revision: when it came to be, in ms since 1970.
        project: the project's key.
        task_id: Label Studio's.
        reader: who made it.
        skipped: the annotator skipped the task.
        lead_time: seconds; None where Label Studio gave none.
        task: the task's row in the outbox; None where it is no task of ours.
        shown: the readings that were on the screen, the first one first.
        said: what the annotator said; None where it was skipped or cannot be read.
        problem: why it cannot be read; None where it can, or was skipped.
    """

    annotation_id: int
    revision: int
    project: str
    task_id: int
    reader: str
    skipped: bool
    lead_time: float | None
    task: TaskRow | None
    shown: tuple[Reading, ...]
    said: T | None
    problem: str | None

    def row(self, reading: Reading | None = None, problem: str | None = None, done: Effort | None = None) -> AnnotationRow:
        """Its row in the ledger.

        Args:
            reading: that it is, or is part of.
            problem: what is wrong with it.
            done: to the pre-label.
        """
        return AnnotationRow(
            self.annotation_id, self.revision, self.project, self.task_id, self.task.subject if self.task else None,
            self.task.image_id if self.task else None, self.reader, reading.reading_id if reading else None, self.skipped,
            self.lead_time, problem, done)


@dataclass(frozen=True, slots=True)
class ToKeep:
    """What new states become in the ledger.

    Attributes:
        readings: to be written first.
        rows: one a state.
    """

    readings: tuple[Reading, ...]
    rows: tuple[AnnotationRow, ...]

    @property
    def image_ids(self) -> set[str]:
        """The images that somebody said something new about."""
        return {row.image_id for row in self.rows if row.image_id}


def taken_back(standing: Iterable[StandingAnnotation], now: Iterable[TaskNow]) -> list[StandingAnnotation]:
    """Annotations that were collected and that their task does not have any more.

    What was collected of another subject under the same numbers stays: a server that was restored gives them a second time.

    Args:
        standing: what the ledger has of these tasks.
        now: the tasks as Label Studio has them.
    """
    there = {task.task_id: task for task in now}
    return [item for item in standing if item.annotation_id not in there[item.task_id].annotation_ids
            and item.subject in (None, there[item.task_id].subject)]


def of_images(states: Iterable[NewState[Reading]]) -> ToKeep:
    """What becomes of states of annotations of whole images. Regions of readings come in reading order, drawn ones too."""
    readings: list[Reading] = []
    rows: list[AnnotationRow] = []
    for state in states:
        if state.said is None:
            rows.append(state.row(problem=state.problem))
            continue
        said = with_regions_in_order(with_origins(state.said, state.shown))
        reading = with_languages(said, state.shown)
        readings.append(reading)
        rows.append(state.row(reading, "; ".join(problems(reading)) or None, effort(prelabel(state.shown), said)))
    return ToKeep(tuple(readings), tuple(rows))


def problems(reading: Reading) -> list[str]:
    """What keeps a reading from being accepted, as the ledger says it; nothing where it is sound.

    A region is named by its number in the list of its annotation, which people see, and by its id, which programs know.
    """
    found = [f"region {number} ({reading.regions[number - 1].region_id}) has no text: type it, or mark it illegible"
             for number in without_text(reading)]
    return found + [f"region id {name} occurs twice" for name in of_several(reading)]


def without_text(reading: Reading) -> list[int]:
    """Numbers, from 1 on in the order of the reading, of the regions that should have a text and have none."""
    return [number for number, region in enumerate(reading.regions, 1)
            if region.attributes.kind is Kind.TEXT and region.attributes.legible and not normalise(region.text)]


def of_several(reading: Reading) -> dict[str, list[int]]:
    """Ids that several regions have, sorted, with the numbers of these regions."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, region in enumerate(reading.regions, 1):
        numbers[region.region_id].append(number)
    return {name: numbers[name] for name in sorted(numbers) if len(numbers[name]) > 1}


def prelabel(shown: Iterable[Reading]) -> Reading | None:
    """What an annotator mended: a model's reading. People's readings to choose from are no pre-label."""
    return next((reading for reading in shown if not reading.by_person), None)


def with_origins(reading: Reading, shown: Sequence[Reading]) -> Reading:
    """Notes for each new region which vanished region of the screen it was redrawn from, by overlap (design D2).

    Args:
        reading: what a person submitted.
        shown: the readings that the person saw.
    """
    kept = {region.region_id for region in reading.regions}
    before = {region.region_id: region.polygon for seen in reversed(shown) for region in seen.regions}
    gone = {name: shape_of(polygon) for name, polygon in before.items() if name not in kept}
    regions = []
    for region in reading.regions:
        origin = _origin(shape_of(region.polygon), gone) if gone and region.region_id not in before else None
        if origin:
            del gone[origin]
        regions.append(replace(region, replaces=origin) if origin else region)
    return replace(reading, regions=tuple(regions))


def with_languages(reading: Reading, shown: Sequence[Reading]) -> Reading:
    """Gives retyped regions the language of what was typed, where the one that they carry is only what was shown.

    A region's language follows its text where the screen showed the language of the text that it showed, the person typed
    another text and the region still has that language. A language that was chosen against the text stays, and so does that of
    a region whose text was emptied.

    Args:
        reading: what a person submitted.
        shown: the readings that the person saw.
    """
    before: dict[str, list[Region]] = defaultdict(list)
    for region in (region for seen in shown for region in seen.regions):
        before[region.region_id].append(region)
    regions = (replace(region, attributes=replace(region.attributes, language=language_of(region.text)))
               if _follows_text(region, before[region.region_id]) else region for region in reading.regions)
    return replace(reading, regions=tuple(regions))


def _follows_text(region: Region, before: Sequence[Region]) -> bool:
    """Whether a region was retyped and its language is that of a text it was shown with."""
    typed = normalise(region.text)
    return bool(typed) and all(normalise(item.text) != typed for item in before) and any(
        region.attributes.language is item.attributes.language is language_of(item.text) for item in before)


def _origin(shape: shapely.Geometry, gone: Mapping[str, shapely.Geometry]) -> str | None:
    """Id of the vanished region that a shape overlaps most, from ``SAME`` on; the last by name of those with equal overlap."""
    overlaps = {name: float(iou(shape, other)) for name, other in gone.items()}
    best = max(overlaps, key=lambda name: (overlaps[name], name))
    return best if overlaps[best] >= SAME else None
