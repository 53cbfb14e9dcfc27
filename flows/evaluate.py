"""evaluate: a release × a model → metrics by slice, an HTML report."""

from __future__ import annotations

from prefect import flow

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.evaluate import measure
from workbench.report import EvaluateReport


@flow(name="evaluate")
@to_its_end
@gives_way
def evaluate(release: str | None = None) -> EvaluateReport:
    """Compares what the current model read with what a release says.

    Args:
        release: ``name@3``; the newest release of the setting ``dataset`` where left out.
    """
    return publish(measure(open_workbench(PrefectRun()), release))
