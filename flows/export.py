"""export: accepted readings → a release: Parquet, card, diff, manifest."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.endings import to_its_end
from flows.giving_way import gives_way
from schemas.errors import GateFailed, PublishConflict
from workbench.bench import open_workbench
from workbench.export.next_release import TRIES, _export
from workbench.export.plan import known_names, load_dataset
from workbench.report import Report
from workbench.run import say


@flow(name="export")
@to_its_end
@gives_way
def export(dataset: str | None = None) -> Report:
    """Publishes the accepted readings as the next release; nothing where nothing changed.

    Args:
        dataset: name of a file in recipes/datasets/; the setting ``dataset`` where left out.

    Raises:
        GateFailed: something forbids to publish it; the run's page has the table.
    """
    bench = open_workbench()
    recipe = load_dataset(dataset or bench.settings.dataset, known_names(bench), bench.settings.datasets)
    lost: list[str] = []
    for left in reversed(range(TRIES)):
        try:
            return _export(bench, recipe, lost).publish()
        except PublishConflict as error:
            if not left:
                raise
            lost.append(str(error).partition(";")[0])
            say(lost[-1])
        except GateFailed as error:
            create_table_artifact(error.rows, key="gates", description=f"{recipe.name} is not published")
            raise
    raise AssertionError("the last try returns or raises")


