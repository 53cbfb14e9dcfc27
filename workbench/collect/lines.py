"""Pages that are read line by line: a page whose lines were all read has an accepted reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from datastore.ledger import Connection, outbox, readings
from datastore.ledger.annotations import answers_to
from schemas.answers import Answer
from schemas.label_tasks import TaskRow
from schemas.reading import Reading
from stages.collect.lines import DensePage, whole_page
from workbench.report import CollectReport


def decide_dense_pages(connection: Connection, config: str, image_ids: Iterable[str]) -> CollectReport:
    """Accepts the readings of pages whose lines were all read; leaves those without one of which a line is missing.

    Args:
        connection: a transaction's.
        config: name of the annotation config of single lines.
        image_ids: the pages.
    """
    report = CollectReport()
    for page in read_dense_pages(connection, config, image_ids):
        if not page.labelled_whole:
            report.add(write_dense_page(connection, page))
    return report


def read_dense_pages(connection: Connection, config: str, image_ids: Iterable[str]) -> list[DensePage]:
    """What is known of pages, in order of their ids; one for each annotation config that takes the page."""
    wanted = sorted(set(image_ids))
    answers = answers_to(connection, config, wanted)
    pages = []
    for image_id in wanted:
        rows = outbox.rows_of_image(connection, config, image_id)
        shown = readings.readings_by_id(connection, [row.shown[0] for row in rows])
        for taken_by in sorted({row.taken_by for row in rows}):
            mine = [row for row in rows if row.taken_by == taken_by]
            before = readings.accepted_ids(connection, taken_by, [image_id]).get(image_id)
            known = readings.readings_by_id(connection, [before] if before else [])
            pages.append(DensePage(
                image_id, config, taken_by, shown[mine[0].shown[0]],
                tuple(name for row in mine for name in row.region_ids(shown[row.shown[0]])),
                _read_last(mine, answers.get(image_id, ()), shown), known[before] if before else None))
    return pages


def _read_last(rows: Sequence[TaskRow], answers: Iterable[Answer], shown: Mapping[str, Reading]) -> dict[str, Reading]:
    """By region, the reading of the person who read it last.

    Args:
        rows: the tasks of a page.
        answers: to its tasks, oldest first.
        shown: what the tasks show, by reading id.
    """
    by_subject = {row.subject: row for row in rows}
    found: dict[str, Reading] = {}
    for answer in answers:
        row = by_subject.get(answer.subject)
        if row and answer.reading:
            found |= dict.fromkeys(row.region_ids(shown[row.shown[0]]), answer.reading)
    return found


def write_dense_page(connection: Connection, page: DensePage) -> CollectReport:
    """Accepts a page's reading, or takes its acceptance back."""
    reading = whole_page(page)
    if reading is None:
        return CollectReport(no_longer_accepted=readings.unaccept(connection, page.taken_by, page.image_id))
    readings.add_readings(connection, [reading])
    readings.accept(connection, page.taken_by, reading)
    is_new = page.before is None or page.before.reading_id != reading.reading_id
    return CollectReport(accepted=is_new)
