"""label-status: how the work of annotators goes, as tables, as an artifact on Prefect's page and as an HTML page."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from datastore.ledger import projects
from flows.endings import to_its_end
from flows.giving_way import gives_way
from pages.label_status_tables import markdown
from workbench.bench import open_workbench
from workbench.label.status import PAGE_KEY, status_of
from workbench.report import Report


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
