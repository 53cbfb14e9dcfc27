"""How the work of annotators goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from datastore.ledger import label_status, projects
from pages.label_status_page import render
from pages.label_status_tables import markdown, tables
from saegim.tables import Table
from stages.label.rooms import RATE_DAYS
from stages.label.status import sum_up
from workbench.bench import Workbench
from workbench.report import StatusReport

PAGE_KEY = "reports/labelling.html"
"""Where the page is in the bucket of images."""


def show_status(bench: Workbench) -> StatusReport:
    """Keeps the page of all annotation configs in the bucket of images; the report has its tables."""
    shown = status_of(bench)
    bucket = bench.settings.bucket_images  # not the datasets' bucket: the page names people, and engineers read that one
    bench.objects.put(bucket, PAGE_KEY, shown.page.encode(), "text/html; charset=utf-8")
    return StatusReport(projects=len(projects.project_rows(bench.ledger)), markdown=markdown(shown.tables),
                        notes=[f"page with plots: s3://{bucket}/{PAGE_KEY}"])


@dataclass(frozen=True, slots=True)
class ShownStatus:
    """The status as people see it: tables, and a page of HTML."""

    tables: list[Table]
    page: str


def status_of(bench: Workbench, annotation_config: str | None = None) -> ShownStatus:
    """The status now, of one annotation config or of all."""
    now = datetime.now(UTC)
    since = round((now - timedelta(days=RATE_DAYS)).timestamp() * 1000)
    queues = label_status.queues(bench.ledger, since, RATE_DAYS, annotation_config)
    status = sum_up(label_status.work(bench.ledger, annotation_config), label_status.compared(bench.ledger, annotation_config),
                    queues)
    thresholds = {queue.annotation_config: bench.config_named(queue.annotation_config.name).agreement for queue in queues}
    return ShownStatus(tables(status), render(status, thresholds=thresholds, at=f"{now:%Y-%m-%d %H:%M} UTC"))
