"""label-status: how the work of annotators goes, as tables, as an artifact on Prefect's page and as an HTML page."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun
from workbench.bench import open_workbench
from workbench.label.status import show_status
from workbench.report import StatusReport


@flow(name="label-status")
@to_its_end
@gives_way
def label_status() -> StatusReport:
    """Shows how the work goes on Prefect's page, and keeps the page with plots in the bucket of images."""
    report = show_status(open_workbench(PrefectRun()))
    create_markdown_artifact(report.markdown, key="labelling", description="How the work of annotators goes")
    return report
