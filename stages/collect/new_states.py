"""New states of annotations: what is taken back, and the readings and rows of the ledger that the others become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import shapely

from schemas.answers import AnnotationRow, StandingAnnotation
from schemas.geometry import iou, shape_of
from schemas.label_tasks import TaskRow
from schemas.labelling import Effort
from schemas.reading import Kind, Reading
from schemas.text import normalise
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
    """What becomes of states of annotations of whole images."""
    readings: list[Reading] = []
    rows: list[AnnotationRow] = []
    for state in states:
        if state.said is None:
            rows.append(state.row(problem=state.problem))
            continue
        reading = with_origins(state.said, state.shown)
        readings.append(reading)
        rows.append(state.row(reading, "; ".join(problems(reading)) or None, effort(prelabel(state.shown), reading)))
    return ToKeep(tuple(readings), tuple(rows))


def problems(reading: Reading) -> list[str]:
    """What keeps a reading from being accepted; nothing where it is sound."""
    found = []
    for region in reading.regions:
        attributes = region.attributes
        if attributes.kind is Kind.TEXT and attributes.legible and not normalise(region.text):
            found.append(f"region {region.region_id} has no text: type it, or mark it illegible")
    ids = [region.region_id for region in reading.regions]
    found += [f"region id {item} occurs twice" for item in sorted({item for item in ids if ids.count(item) > 1})]
    return found


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


def _origin(shape: shapely.Geometry, gone: Mapping[str, shapely.Geometry]) -> str | None:
    """Id of the vanished region that a shape overlaps most, from ``SAME`` on; the last by name of those with equal overlap."""
    overlaps = {name: float(iou(shape, other)) for name, other in gone.items()}
    best = max(overlaps, key=lambda name: (overlaps[name], name))
    return best if overlaps[best] >= SAME else None
