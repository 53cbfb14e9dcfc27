"""prelabel: images without a reading by the current model → readings (reader = model version)."""

from __future__ import annotations

from prefect import flow

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.prelabel.read_images import UNLABELLED, read_images
from workbench.report import PrelabelReport


@flow(name="prelabel")
@to_its_end
@gives_way
def prelabel(only: str = UNLABELLED) -> PrelabelReport:
    """Lets the current model read what it has not read yet.

    Any number of workers may run it at the same time: each claims what the others have not. What people read stays as it is.

    Args:
        only: ``unlabelled`` images, which no person has read; ``all``; or ``slice:vertical``, those with such a region.
    """
    return publish(read_images(open_workbench(PrefectRun()), only))
