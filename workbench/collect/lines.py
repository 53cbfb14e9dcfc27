"""Pages that are read line by line: a page whose lines were all read has an accepted reading."""

from __future__ import annotations

from collections.abc import Iterable

from datastore.ledger import Connection, outbox, readings
from datastore.ledger.annotations import answers_to
from schemas.label_tasks import region_of
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
        by = {region_of(item.subject): item.reading for item in answers.get(image_id, ()) if item.reading}
        for taken_by in sorted({row.taken_by for row in rows}):
            mine = [row for row in rows if row.taken_by == taken_by]
            cut_out = mine[0].shown[0]
            before = readings.accepted_ids(connection, taken_by, [image_id]).get(image_id)
            known = readings.readings_by_id(connection, [cut_out, *([before] if before else [])])
            pages.append(DensePage(image_id, config, taken_by, known[cut_out], tuple(row.region_id for row in mine), by,
                                   known[before] if before else None))
    return pages


def write_dense_page(connection: Connection, page: DensePage) -> CollectReport:
    """Accepts a page's reading, or takes its acceptance back."""
    reading = whole_page(page)
    if reading is None:
        return CollectReport(no_longer_accepted=readings.unaccept(connection, page.taken_by, page.image_id))
    readings.add_readings(connection, [reading])
    readings.accept(connection, page.taken_by, reading)
    is_new = page.before is None or page.before.reading_id != reading.reading_id
    return CollectReport(accepted=is_new)
