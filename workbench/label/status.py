"""How the work of annotators goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from datastore.ledger import label_status, model_runs, projects
from pages.label_status_page import render
from pages.label_status_tables import markdown, tables
from saegim.tables import Table
from schemas.reader import Reader
from schemas.recipes.annotation_config import Subject
from stages.label.marking import Marking, sum_marking
from stages.label.rooms import RATE_DAYS
from stages.label.status import sum_up
from workbench.bench import Workbench
from workbench.label.calibration import newest_checked
from workbench.label.dense_pages import table_of_dense_pages
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
    names = sorted({queue.annotation_config.name for queue in queues})
    marking = _marking(bench, names)
    status = sum_up(label_status.work(bench.ledger, annotation_config), label_status.compared(bench.ledger, annotation_config),
                    queues, marking)
    thresholds = {queue.annotation_config: bench.config_named(queue.annotation_config.name).agreement for queue in queues}
    shown = tables(status)
    if dense := table_of_dense_pages(bench, names):
        shown.append(dense)
    return ShownStatus(shown, render(status, thresholds=thresholds, at=f"{now:%Y-%m-%d %H:%M} UTC"))


def _marking(bench: Workbench, annotation_configs: Iterable[str]) -> list[Marking]:
    """What is marked of the pre-labels of the model in use, in each of these annotation configs that labels whole images."""
    run = model_runs.model_run(bench.ledger, bench.model)
    reader = model_runs.model_reader(bench.ledger, bench.model)
    if run is None or reader is None:
        return []
    configs = [config for config in map(bench.config_named, annotation_configs) if config.subject is Subject.IMAGE]
    return [sum_marking(config.name, Reader(reader), newest_checked(bench.ledger, config.name, run), config.sure)
            for config in configs]
