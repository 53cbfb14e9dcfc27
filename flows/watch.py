"""watch: what died is swept, the morning page is made, and troubles are told of."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun
from pages.morning_markdown import morning_markdown
from workbench.bench import open_workbench
from workbench.report import WatchReport
from workbench.watching import keep_watch


@flow(name="watch")
@to_its_end
@gives_way
def watch() -> WatchReport:
    """Ends dead runs in the ledger, removes claims of dead processes, and looks at what needs hands."""
    report = keep_watch(open_workbench(PrefectRun()))
    if report.morning:
        create_markdown_artifact(morning_markdown(report.morning), key="morning")
    if report.failed:
        raise report.failed[0]
    return report
