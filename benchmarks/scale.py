"""A hundred thousand photographs, a million rows, four workers, twenty thousand tasks: what grows, and what should not.

Parts, each by its own command, as in ``SAEGIM_BENCH_PARTS=workers make bench ONLY=scale``; ``kept_figures.py`` has the rest. In
brackets about how long each takes on two idle cores:

- ``statements``: what PostgreSQL is asked for an image of ingest and prelabel (3 minutes).
- ``workers``: ingest by four processes beside one on PostgreSQL, each with half a core (10 minutes; control groups, so root).
- ``readers``: prelabel likewise (8 minutes).
- ``rows``: a million images with readings in PostgreSQL: ingest's, prelabel's and label's questions (40 minutes, 15 GB of disk).
- ``publish``: a million through plan and publish, on SQLite (an hour, 10 GB of disk).
- ``ingest``: a hundred thousand tiny images through S3 and ingest under Prefect, whose server is watched (35 minutes).
- ``tasks``: Label Studio's list of twenty thousand of our tasks, in Chromium (5 minutes).
- ``idle``: a stack with schedules and nothing to do (20 minutes).

Smaller sizes, to try it: SAEGIM_BENCH_STATEMENTS, SAEGIM_BENCH_WORKERS_INGEST and SAEGIM_BENCH_WORKERS_PRELABEL,
SAEGIM_BENCH_MANY (images of ``rows`` and ``publish``), SAEGIM_BENCH_IMAGES (of ``ingest``), SAEGIM_BENCH_TASKS, SAEGIM_BENCH_IDLE
(seconds).
"""

from __future__ import annotations

import os
import time

from benchmarks import publish, scale_idle, scale_ingest, scale_rows, scale_statements, scale_tasks, scale_workers
from benchmarks.figures import Figure
from benchmarks.kept_figures import in_parts
from benchmarks.label_studio import stack
from saegim.settings import home

IDLE_SECONDS = float(os.environ.get("SAEGIM_BENCH_IDLE", "900"))
"""So long an idle stack is looked at."""
STARTING_SECONDS = 180
"""So long it is left alone before: what starts, and what every schedule does first, is no idle use."""


def run() -> list[Figure]:
    """The parts that are asked for; the table has what others found before, too."""
    return in_parts("scale", {
        "statements": scale_statements.run, "workers": scale_workers.ingesting,
        "readers": scale_workers.reading, "rows": scale_rows.run, "publish": _publish,
        "ingest": scale_ingest.run, "tasks": scale_tasks.run, "idle": _idle})


def _publish() -> list[Figure]:
    return publish.run((scale_rows.FEW, scale_rows.MANY), scale_rows.TARGET)


def _idle() -> list[Figure]:
    with stack(schedules=True):
        time.sleep(STARTING_SECONDS)
        return scale_idle.figures(scale_idle.idle_use(home().resolve(), IDLE_SECONDS))
