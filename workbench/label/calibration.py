"""How far a model's lines can be trusted in an annotation config, from what people accepted."""

from __future__ import annotations

from more_itertools import chunked

from datastore.ledger import Ledger, leases, outbox, readings
from datastore.ledger.checked_prelabels import checked_prelabels, recently_accepted
from datastore.ledger.leases import Lease
from schemas.answers import CheckedPrelabel
from schemas.label_tasks import Project, TaskRow
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.calibration import PAIRS_USED, Calibration, calibrate, judged_lines

IMAGES_LOOKED_AT = 5_000
"""The newest accepted images that are looked at: enough for ``PAIRS_USED`` lines where an image has two or more."""
IMAGES_AT_ONCE = 100
"""Of which the readings are in memory together."""


def newest_checked(ledger: Ledger, annotation_config: str, run: str) -> list[CheckedPrelabel]:
    """What a run of a model read beside what was accepted of it, the newest images first, of some ``PAIRS_USED`` lines."""
    found: list[CheckedPrelabel] = []
    lines = 0
    for image_ids in chunked(recently_accepted(ledger, annotation_config, IMAGES_LOOKED_AT), IMAGES_AT_ONCE):
        new = checked_prelabels(ledger, annotation_config, run, image_ids)
        found += new
        lines += sum(len(item.by_model.regions) for item in new)
        if lines >= PAIRS_USED:
            break
    return found


def mark_planned(ledger: Ledger, project: Project, lease: Lease, taken_by: AnnotationConfig) -> None:
    """Notes what the screen marks in a project's planned tasks; in none whose model has too few accepted lines yet.

    The screen of a single line marks nothing.

    Args:
        ledger: where.
        project: of the tasks.
        lease: on the project.
        taken_by: the config whose accepted readings the tasks become: how right a model is shows in those.

    Raises:
        LeaseLost: another run has taken the project over.
    """
    rows = [row for row in outbox.unmarked(ledger, project.key) if row.shows_lines or row.subject == row.image_id]
    with ledger.read() as connection:
        shown = readings.readings_by_id(connection, [row.shown[0] for row in rows])
    by_run = {run: calibration_of(ledger, taken_by, run) for run in {reading.run for reading in shown.values()}}
    marked = {row.subject: _marks(calibration, row, shown[row.shown[0]]) for row in rows
              if (calibration := by_run[shown[row.shown[0]].run])}
    if marked:
        with ledger.write() as connection:
            leases.fence(connection, lease)
            outbox.note_marked(connection, project.key, marked)


def calibration_of(ledger: Ledger, config: AnnotationConfig, run: str) -> Calibration | None:
    """How often lines of a run of a model are right, as an annotation config's accepted readings show; None where too few do."""
    checked = newest_checked(ledger, config.name, run)
    return calibrate([line for item in checked for line in judged_lines(item)], config.sure)


def _marks(calibration: Calibration, row: TaskRow, shown: Reading) -> dict[str, float]:
    """What the screen of a task marks: of some lines of a page those alone."""
    marks = calibration.marks(shown)
    lines = row.region_ids(shown)
    return {name: marks[name] for name in lines if name in marks} if lines else marks
