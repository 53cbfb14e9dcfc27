"""label-status: how the work of annotators goes, as tables, as an artifact on Prefect's page and as an HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from datastore.ledger import answers, projects
from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.label import RATE_DAYS
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from stages.label.status import status
from stages.label.status_page import render
from stages.label.status_tables import Table, markdown, tables

PAGE_KEY = "reports/labelling.html"
"""Where the page is in the bucket of images."""


@dataclass(frozen=True)
class Told:
    """The status as people see it."""

    tables: list[Table]
    page: str


def status_of(bench: Workbench, annotation_config: str | None = None) -> Told:
    """The status now, of one annotation config or of all."""
    now = datetime.now(UTC)
    since = round((now - timedelta(days=RATE_DAYS)).timestamp() * 1000)
    queues = answers.queues(bench.ledger, since, RATE_DAYS, annotation_config)
    found = status(answers.work(bench.ledger, annotation_config), answers.compared(bench.ledger, annotation_config), queues)
    thresholds = {queue.annotation_config: bench.config_named(queue.annotation_config.partition("@")[0]).agreement
                  for queue in queues}
    return Told(tables(found), render(found, thresholds=thresholds, at=f"{now:%Y-%m-%d %H:%M} UTC"))


@flow(name="label-status")
@to_its_end
@gives_way
def label_status() -> Report:
    """Shows how the work goes on Prefect's page, and keeps the page with plots in the bucket of datasets."""
    bench = open_workbench()
    told = status_of(bench)
    create_markdown_artifact(markdown(told.tables), key="labelling", description="How the work of annotators goes")
    bucket = bench.settings.bucket_images  # not the datasets' bucket: the page names people, and engineers read that one
    bench.objects.put(bucket, PAGE_KEY, told.page.encode(), "text/html; charset=utf-8")
    where = f"s3://{bucket}/{PAGE_KEY}"
    return Report("label_status", {"projects": len(projects.project_rows(bench.ledger))}, [f"page with plots: {where}"])
