"""A hundred thousand photographs, a million rows, four workers, twenty thousand tasks: what grows, and what should not.

Parts, each by its own command, as in ``SAEGIM_BENCH_PARTS=workers make bench ONLY=scale`` (``kept_figures.py`` has the rest):

- ``statements``: what PostgreSQL is asked for an image of ingest and prelabel.
- ``workers``: four processes beside one on PostgreSQL, each with half a core.
- ``rows``: a million images with readings through ledger, prelabel's question and label's choice.
- ``publish``: a million through plan and publish.
- ``ingest``: a hundred thousand tiny images through S3 and ingest under Prefect, whose server is watched.
- ``tasks``: Label Studio's list of twenty thousand of our tasks.
"""

from __future__ import annotations

from benchmarks import publish, scale_ingest, scale_rows, scale_statements, scale_tasks, scale_workers
from benchmarks.figures import Figure
from benchmarks.kept_figures import in_parts


def run() -> list[Figure]:
    """The parts that are asked for; the table has what others found before, too."""
    return in_parts("scale", {
        "statements": scale_statements.run, "workers": scale_workers.run, "rows": scale_rows.run, "publish": _publish,
        "ingest": scale_ingest.run, "tasks": scale_tasks.run})


def _publish() -> list[Figure]:
    return publish.run((scale_rows.FEW, scale_rows.MANY), scale_rows.TARGET)
