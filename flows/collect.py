"""collect: annotations changed since the cursor → readings by people, agreement, second looks, accepted readings."""

from __future__ import annotations

from prefect import flow

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.collect.bring_home import bring_home
from workbench.report import CollectReport


@flow(name="collect")
@to_its_end
@gives_way
def collect() -> CollectReport:
    """Brings home what annotators submitted, changed or took back since the last run, from every project there is.

    Raises:
        SaegimError: a project could not be collected from; all others were.
    """
    return publish(bring_home(open_workbench(PrefectRun())))
