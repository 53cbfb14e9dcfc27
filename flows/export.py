"""export: accepted readings → a release: Parquet, card, diff, manifest."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.batches import say
from flows.endings import to_its_end
from flows.giving_way import gives_way
from flows.planning import known_names, load_dataset, next_release
from flows.publication import Publication
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from schemas.errors import GateFailed, PublishConflict
from stages.export.recipe import Dataset

TRIES = 20
"""Each lost race means that another release is out; so many in a row are no race but a fault."""


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


def _export(bench: Workbench, recipe: Dataset, lost: list[str]) -> Report:
    release = next_release(bench, recipe)
    report = Report("export", {"samples in a new release": 0}, [f"{each}." for each in lost])
    if not release.plan.samples:
        configs, out = ", ".join(recipe.readings.annotation_configs), len(release.plan.left_out)
        report.notes.append(f"The recipe takes none of {out} accepted readings or released images: `saegim datasets plan "
                            f"{recipe.name}` says why." if out else
                            f"No accepted reading of {configs} yet: label some, then run collect.")
        return report
    published = Publication(bench, release).publish()
    current = published or release.parent
    if published:
        report.counts["samples in a new release"] = len(release.plan.samples)
        report.notes.append(f"{published.name}: " + ", ".join(f"{count} {name}" for name, count in published.splits.items()))
        report.notes += [change.said for change in release.changes]
    elif current:
        report.notes.append(f"{current.name} is up to date.")
    if current:
        report.notes += [f"left out: {count} ({reason})" for reason, count in current.left_out.items()]
        report.values["release"] = str(current.name)
    return report
