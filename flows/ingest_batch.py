"""ingest-batch: part of what an ingest found, decoded and settled on another worker."""

from __future__ import annotations

from prefect import flow

from flows.endings import to_its_end
from flows.one_a_worker import one_a_worker
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.ingest.take_in import help_to_take_in
from workbench.report import IngestReport


@flow(name="ingest-batch")
@to_its_end
@one_a_worker
def ingest_batch(parent: str) -> IngestReport:  # noqa: ARG001  flows/noted.py notes it
    """Helps an ingest that has much to decode, which starts it: it takes what nobody has until nothing is left.

    Args:
        parent: id of the run that it helps.
    """
    return publish(help_to_take_in(open_workbench(PrefectRun(helps=True))))
