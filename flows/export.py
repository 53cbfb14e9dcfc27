"""export: accepted readings → a release: Parquet, card, diff, manifest."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.prefect_run import PrefectRun, publish
from schemas.errors import GateFailed
from workbench.bench import open_workbench
from workbench.export.release import release_dataset
from workbench.report import ExportReport


@flow(name="export")
@to_its_end
@gives_way
def export(dataset: str | None = None) -> ExportReport:
    """Publishes the accepted readings as the next release; nothing where nothing changed.

    Args:
        dataset: name of a file in recipes/datasets/; the setting ``dataset`` where left out.

    Raises:
        GateFailed: something forbids to publish it; the run's page has the table.
    """
    try:
        return publish(release_dataset(open_workbench(PrefectRun()), dataset))
    except GateFailed as error:
        create_table_artifact(error.rows, key="gates", description=str(error).splitlines()[0])
        raise
