"""ingest: raw objects not yet in the ledger → canonical images, submissions, rejections, clusters; labels that waited."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from workbench.bench import open_workbench
from workbench.imports.settling import settle_imported
from workbench.ingest.take_in import take_in
from workbench.report import IngestReport


@flow(name="ingest")
@to_its_end
@gives_way
def ingest(campaign: str | None = None) -> IngestReport:
    """Takes in what submitters sent since the last run.

    Args:
        campaign: only this campaign's submissions; all where it is left out.

    Raises:
        SettingError: there is no such campaign.
    """
    bench = open_workbench(PrefectRun())
    report = take_in(bench, campaign)
    report.labels = settle_imported(bench).readings
    if report.markdown:
        create_markdown_artifact(report.markdown, key="ingest-run", description="What the last ingest took in")
    return publish(report)
