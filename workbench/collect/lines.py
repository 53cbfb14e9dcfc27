"""Answers to single lines, and the readings of pages that they make."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from adapters.label_studio.client import Annotation, ChangedTask
from adapters.label_studio.codec import line_from_annotation
from datastore.ledger import Connection, outbox, readings
from datastore.ledger import annotations as answers
from datastore.ledger.annotations import AnnotationRow, add_annotations, seen_annotations
from schemas.errors import CodecError
from schemas.label_tasks import Project, TaskRow
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from stages.collect.effort import effort
from stages.collect.lines import Line, whole_page, with_lines
from workbench.label.push import SUBJECT


def note_lines(connection: Connection, project: Project, page: Sequence[ChangedTask], counts: Counter[str]) -> set[str]:
    """Writes down each new state of each line; returns the images that they are of."""
    rows = outbox.task_rows(connection, project.key, [str(task.data.get(SUBJECT, "")) for task in page])
    states = [(task, item) for task in page for item in task.annotations]
    seen = seen_annotations(connection, project.key, [(item.id, item.revision) for _, item in states])
    shown = readings.readings_by_id(connection, [row.shown[0] for row in rows.values()])
    typed: dict[tuple[str, str], list[tuple[Line, ChangedTask, Annotation, TaskRow]]] = defaultdict(list)
    kept: list[AnnotationRow] = []
    for task, item in states:
        row = rows.get(str(task.data.get(SUBJECT, "")))
        if (item.id, item.revision) in seen:
            continue
        problem = None if row else "its task names no region of ours"
        if row and not item.was_cancelled:
            try:
                text, legible = line_from_annotation(item.raw)
                if text or not legible:
                    line = Line(row.subject.partition("/")[2], text, legible, item.revision)
                    typed[row.image_id, item.reader].append((line, task, item, row))
                    continue
                problem = "the line has no text: type it, or mark it illegible"
            except CodecError as error:
                problem = str(error)
        counts["skipped"] += item.was_cancelled
        counts["with_a_problem"] += problem is not None
        kept.append(AnnotationRow(
            item.id, item.revision, project.key, task.task_id, row.subject if row else None, row.image_id if row else None,
            item.reader, None, item.was_cancelled, item.lead_time, problem, None))
    for (image_id, reader), lines in typed.items():
        lines.sort(key=lambda entry: entry[0].revision)
        of_page = shown[lines[0][3].shown[0]]
        before = readings.newest_reading(connection, image_id, reader, project.run)
        reading = with_lines(of_page, before, [line for line, *_ in lines], reader, project.run)
        counts["readings"] += readings.add_readings(connection, [reading])
        by_id = {region.region_id: region for region in of_page.regions}
        for line, task, item, row in lines:
            [made] = [region for region in reading.regions if region.region_id == line.region_id]
            done = effort(_only(of_page, by_id[line.region_id]), _only(reading, made))
            kept.append(AnnotationRow(item.id, item.revision, project.key, task.task_id, row.subject, image_id, reader,
                                      readings.reading_id(reading), False, item.lead_time, None, done))
    add_annotations(connection, kept)
    return {row.image_id for row in rows.values()}


def decide_pages(connection: Connection, config: AnnotationConfig, image_ids: set[str], counts: Counter[str]) -> None:
    """Accepts the readings of pages whose lines were all read."""
    given = answers.given(connection, config.name, image_ids)
    for image_id in sorted(image_ids):
        rows = outbox.rows_of_image(connection, config.name, image_id)
        newest = {item.subject: item for item in given.get(image_id, []) if item.reading_id}
        by_id = readings.readings_by_id(connection, [
            *(item.reading_id or "" for item in newest.values()), *(row.shown[0] for row in rows)])
        for taken_by in {row.taken_by for row in rows}:
            mine = [row for row in rows if row.taken_by == taken_by]
            page = whole_page(by_id[mine[0].shown[0]], [row.subject.partition("/")[2] for row in mine], {
                subject.partition("/")[2]: by_id[item.reading_id or ""] for subject, item in newest.items()})
            before = readings.accepted_ids(connection, taken_by, [image_id]).get(image_id)
            accepted = readings.readings_by_id(connection, [before] if before else [])
            if any(not item.run.startswith(f"{config.name}@") for item in accepted.values()):
                continue  # the page was labelled as a whole as well, and that stands
            if page:
                readings.add_readings(connection, [page])
                readings.accept(connection, taken_by, page)
                counts["accepted"] += readings.reading_id(page) != before
            elif before:
                counts["no_longer_accepted"] += readings.unaccept(connection, taken_by, image_id)


def _only(reading: Reading, *regions: Any) -> Reading:
    return Reading(reading.image_id, reading.reader, reading.run, reading.revision, reading.unit, reading.width, reading.height,
                   regions)
