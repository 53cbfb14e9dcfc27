"""prelabel-batch: part of what a prelabel found unread, read on another worker."""

from __future__ import annotations

from prefect import flow

from flows.endings import to_its_end
from flows.one_a_worker import one_a_worker
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.prelabel.read_images import help_to_read
from workbench.report import PrelabelReport


@flow(name="prelabel-batch")
@to_its_end
@one_a_worker
def prelabel_batch(parent: str, only: str, model: str, run: str,  # noqa: ARG001  flows/noted.py notes it
                   displays: list[str] | None = None) -> PrelabelReport:
    """Helps a prelabel that has much to read, which starts it: it takes what nobody has until nothing is left.

    Args:
        parent: id of the run that it helps.
        only: as that run was told.
        model: that reads there, NAME or NAME@VERSION.
        run: of that model there, with its provider and its precision: another one would read all anew.
        displays: campaigns on whose images that run looks again; this worker may have no recipes.
    """
    return publish(help_to_read(open_workbench(PrefectRun(helps=True)), only, model, run, displays or ()))
