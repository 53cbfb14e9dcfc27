"""export: what the next release of a dataset would hold is planned and published, where anything is new."""

from __future__ import annotations

from schemas.errors import PublishConflict
from schemas.recipes.dataset import Dataset
from workbench.bench import Workbench
from workbench.export.plan import known_names, load_dataset, next_release
from workbench.export.publish import Publication
from workbench.report import ExportReport

TRIES = 20
"""Each lost race means that another release is out; so many in a row are no race but a fault."""


def release_dataset(bench: Workbench, dataset: str | None = None) -> ExportReport:
    """Publishes the accepted readings as the next release; nothing where nothing changed.

    Args:
        bench: the systems.
        dataset: name of a file in recipes/datasets/; the setting ``dataset`` where left out.

    Raises:
        GateFailed: something forbids to publish it.
        PublishConflict: others published before it, each time that it was tried.
        SettingError: there is no such recipe, or a line of it is wrong.
    """
    recipe = load_dataset(dataset or bench.settings.dataset, known_names(bench), bench.settings.datasets)
    lost: list[str] = []
    while True:
        try:
            return _release(bench, recipe, lost)
        except PublishConflict as error:
            if len(lost) == TRIES - 1:
                raise
            lost.append(str(error).partition(";")[0])
            bench.run.say(lost[-1])


def _release(bench: Workbench, recipe: Dataset, lost: list[str]) -> ExportReport:
    """One try. The report names the races that were lost before it."""
    release = next_release(bench, recipe)
    report = ExportReport(notes=[f"{each}." for each in lost])
    if not release.plan.samples:
        configs = ", ".join(recipe.readings.annotation_configs)
        out = len(release.plan.left_out)
        report.notes.append(f"The recipe takes none of {out} accepted readings or released images: `saegim datasets plan "
                            f"{recipe.name}` says why." if out else
                            f"No accepted reading of {configs} yet: label some, then run collect.")
        return report
    published = Publication(bench, release).publish()
    current = published or release.parent
    if published:
        report.samples = len(release.plan.samples)
        report.notes.append(f"{published.name}: " + ", ".join(f"{count} {name}" for name, count in published.splits.items()))
        report.notes += [change.said for change in release.changes]
    elif current:
        report.notes.append(f"{current.name} is up to date.")
    if current:
        report.notes += [f"left out: {count} ({reason})" for reason, count in current.left_out.items()]
        report.release = str(current.name)
    return report
