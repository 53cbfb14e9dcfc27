"""What the ledger knows of a page of changed tasks, and what annotators said in it, read by the codec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adapters.label_studio.changes import Annotation, ChangedTask
from adapters.label_studio.codec import from_annotation, line_from_annotation
from adapters.label_studio.lines import lines_from_annotation
from datastore.ledger import Connection, outbox, published_configs, readings
from datastore.ledger.annotations import seen_annotations, standing_annotations
from datastore.ledger.images import image_rows
from schemas.answers import StandingAnnotation
from schemas.errors import CodecError
from schemas.label_tasks import SUBJECT, Project, TaskRow
from schemas.line_marks import LineMark, MarkedText, marks_of
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from schemas.stored import StoredImage
from stages.collect.lines import TypedLine, TypedLines, pages_of
from stages.collect.new_states import NewState

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KnownOfPage:
    """What the ledger knows of a page of changed tasks.

    Attributes:
        tasks: their rows in the outbox, by subject; tasks that are not ours are left out.
        images: that they are about, by id.
        readings: that they show, by id.
        standing: annotations of them that were collected and not taken back.
        seen: (annotation id, revision) of their states that were collected before.
        xml: the project's label config, as it was published.
    """

    tasks: dict[str, TaskRow]
    images: dict[str, StoredImage]
    readings: dict[str, Reading]
    standing: list[StandingAnnotation]
    seen: set[tuple[int, int]]
    xml: str


def subject_of(task: ChangedTask) -> str:
    """What a task is about; empty where it does not say so, as one that was imported by hand."""
    return str(task.data.get(SUBJECT, ""))


def read_page(connection: Connection, config: AnnotationConfig, project: Project, page: Sequence[ChangedTask]) -> KnownOfPage:
    """Reads what is known of a page, in as many questions as there are kinds of things."""
    tasks = outbox.task_rows(connection, project.key, [subject_of(task) for task in page])
    keys = [(item.id, item.revision) for task in page for item in task.annotations]
    # As the annotator saw it: another version may show and hide other controls.
    xml = published_configs.published_xml(connection, config.name, project.config_version) or config.xml
    return KnownOfPage(
        tasks, image_rows(connection, [row.image_id for row in tasks.values()]),
        readings.readings_by_id(connection, [reading_id for row in tasks.values() for reading_id in row.shown]),
        standing_annotations(connection, project.key, [task.task_id for task in page]),
        seen_annotations(connection, project.key, keys), xml)


def read_before(connection: Connection, states: Iterable[NewState[TypedLines]], run: str) -> dict[tuple[str, str], Reading]:
    """What the people who typed lines had read of the same pages before, by image id and reader."""
    found = {key: readings.newest_reading(connection, *key, run) for key in pages_of(states)}
    return {key: reading for key, reading in found.items() if reading}


def image_states(known: KnownOfPage, config: AnnotationConfig, project: Project,
                 page: Iterable[ChangedTask]) -> list[NewState[Reading]]:
    """The new states of annotations of whole images."""
    as_seen = config.model_copy(update={"version": project.config_version, "xml": known.xml})
    renames = config.renames.get(project.config_version, {})

    def said(item: Annotation, row: TaskRow | None) -> tuple[Reading | None, str | None]:
        image = known.images.get(row.image_id) if row else None
        if item.was_cancelled:
            return None, None
        if image is None:
            return None, "its task names no image of ours"
        try:
            return from_annotation(item.raw, image_id=image.image_id, width=image.width, height=image.height,
                                   revision=item.revision, reader=item.reader, config=as_seen, renames=renames), None
        except CodecError as error:
            return None, str(error)

    return _new_states(known, project, page, said)


def line_states(known: KnownOfPage, project: Project, page: Iterable[ChangedTask]) -> list[NewState[TypedLines]]:
    """The new states of annotations of lines, one a task or several."""

    def said(item: Annotation, row: TaskRow | None) -> tuple[TypedLines | None, str | None]:
        shown = known.readings.get(row.shown[0]) if row and row.shown else None
        if row is None or shown is None:
            return None, "its task names no region of ours"
        if item.was_cancelled:
            return None, None
        try:
            typed = _typed(item, row, shown)
        except CodecError as error:
            return None, str(error)
        return tuple(TypedLine(region_id, text, item.revision)
                     for region_id, text in zip(row.region_ids(shown), typed, strict=True)), None

    return _new_states(known, project, page, said)


def _typed(item: Annotation, row: TaskRow, shown: Reading) -> list[MarkedText]:
    """What an annotation says of each line that its task shows.

    Raises:
        CodecError: what it says is formed otherwise.
    """
    names = row.region_ids(shown)
    if row.shows_lines:
        return lines_from_annotation(item.raw, len(names))
    text, legible = line_from_annotation(item.raw)
    [region] = [region for region in shown.regions if region.region_id in names]
    marks = marks_of(region.attributes) - {LineMark.ILLEGIBLE}  # the screen of one line has no other mark
    return [MarkedText(text, marks if legible else marks | {LineMark.ILLEGIBLE})]


def _new_states(known: KnownOfPage, project: Project, page: Iterable[ChangedTask],
                said: Callable[[Annotation, TaskRow | None], tuple[T | None, str | None]]) -> list[NewState[T]]:
    """States that were not collected before; ``said`` returns what each says, or why it cannot be read."""
    states = []
    for task in page:
        row = known.tasks.get(subject_of(task))
        shown = tuple(known.readings[name] for name in (row.shown if row else ()) if name in known.readings)
        for item in task.annotations:
            if (item.id, item.revision) not in known.seen:
                states.append(NewState(item.id, item.revision, project.key, task.task_id, item.reader, item.was_cancelled,
                                       item.lead_time, row, shown, *said(item, row)))
    return states
