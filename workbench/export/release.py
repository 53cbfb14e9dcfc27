"""export: what the next release of a dataset would hold is planned and published, where anything is new."""

from __future__ import annotations

from datastore.ledger import restored
from saegim.manifest import Manifest
from schemas.errors import PublishConflict, SettingError
from schemas.recipes.dataset import Dataset
from workbench.bench import Workbench
from workbench.export.plan import NextRelease, next_release
from workbench.export.publish import publish
from workbench.export.recipes import known_names, load_dataset
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
        SettingError: there is no such recipe, or a line of it is wrong; or the ledger was restored and has not caught up.
    """
    if behind := restored.projects_behind(bench.ledger):
        raise SettingError(f"The ledger was restored, and {len(behind)} projects are not collected from since: a release would "
                           "lose what they hold. Run: saegim run ingest, prelabel, label, collect; then export again")
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
    if not release.plan.samples:
        return ExportReport(notes=[*_sentences(lost), _nothing_to_publish(release)])
    published = publish(bench, release)
    if published:
        return ExportReport(samples=len(release.plan.samples), release=str(published.name),
                            notes=[*_sentences(lost), *_what_is_new(release, published), *_left_out(published)])
    if release.parent:
        return ExportReport(release=str(release.parent.name), notes=[
            *_sentences(lost), f"{release.parent.name} is up to date.", *_left_out(release.parent)])
    return ExportReport(notes=_sentences(lost))


def _sentences(lost: list[str]) -> list[str]:
    return [f"{each}." for each in lost]


def _nothing_to_publish(release: NextRelease) -> str:
    """Why a release would hold no sample."""
    if out := len(release.plan.left_out):
        return (f"The recipe takes none of {out} accepted readings or released images: `saegim datasets plan "
                f"{release.recipe.name}` says why.")
    readings = release.recipe.readings
    if not readings.annotation_configs:
        return f"No accepted reading of {', '.join(readings.sources.take)}: saegim import brings public data sets in."
    return f"No accepted reading of {', '.join(readings.annotation_configs)} yet: label some, then run collect."


def _what_is_new(release: NextRelease, published: Manifest) -> list[str]:
    splits = ", ".join(f"{count} {name}" for name, count in published.splits.items())
    return [f"{published.name}: {splits}", *(change.said for change in release.changes)]


def _left_out(manifest: Manifest) -> list[str]:
    return [f"left out: {count} ({reason})" for reason, count in manifest.left_out.items()]
