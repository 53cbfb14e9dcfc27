"""How the work of annotators goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from datastore.ledger import label_status
from pages.label_status_page import render
from pages.label_status_tables import Table, tables
from stages.label.status import status
from workbench.bench import Workbench
from workbench.label.top_up import RATE_DAYS

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
    queues = label_status.queues(bench.ledger, since, RATE_DAYS, annotation_config)
    found = status(label_status.work(bench.ledger, annotation_config), label_status.compared(bench.ledger, annotation_config), queues)
    thresholds = {queue.annotation_config: bench.config_named(queue.annotation_config.partition("@")[0]).agreement
                  for queue in queues}
    return Told(tables(found), render(found, thresholds=thresholds, at=f"{now:%Y-%m-%d %H:%M} UTC"))
