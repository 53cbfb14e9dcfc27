"""export: accepted readings → a release: Parquet, manifest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version

from prefect import flow

from datastore.ledger import readings
from datastore.ledger.readings import AcceptedReading
from datastore.releases import Draft, newest, publish, read_labels
from flows.batches import progress, say
from flows.report import Report
from flows.settings import ROOT
from flows.workbench import Workbench, open_workbench
from schemas.errors import PublishConflict, SettingError
from schemas.ids import pseudonym, sha256
from schemas.sample import Sample
from schemas.submission import image_key
from stages.export.plan import Before, plan
from stages.export.recipe import Dataset, parse_dataset

DATASETS = ROOT / "recipes" / "datasets"
TRIES = 5
"""Each lost race means that another release is out; five in a row is no race but a fault."""


@flow(name="export")
def export(dataset: str | None = None) -> Report:
    """Publishes the accepted readings as the next release; nothing where nothing changed.

    Args:
        dataset: name of a file in recipes/datasets/; the setting ``dataset`` where left out.
    """
    bench = open_workbench()
    recipe, text = load_dataset(dataset or bench.settings.dataset)
    accepted = readings.accepted(bench.ledger, recipe.annotation_config)
    samples = [_sample(bench, recipe, item) for item in accepted if item.reading.unit is recipe.unit]
    report = Report("export", {"samples in a new release": 0})
    if not samples:
        report.notes.append(f"No accepted reading of {recipe.annotation_config} yet: label some, then run collect.")
        return report.publish()
    for attempt in range(TRIES):
        try:
            return _publish(bench, recipe, text, samples, report).publish()
        except PublishConflict as error:
            if attempt + 1 == TRIES:
                raise
            say(str(error))
    return report


def load_dataset(name: str) -> tuple[Dataset, str]:
    """A dataset recipe and its text.

    Raises:
        SettingError: there is none, or a line of it is wrong.
    """
    path = DATASETS / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in DATASETS.glob("*.yaml")))
        raise SettingError(f"SAEGIM_DATASET is {name!r}: expected one of {known} (recipes/datasets/)")
    text = path.read_text(encoding="utf-8")
    return parse_dataset(text, f"recipes/datasets/{path.name}"), text


def _publish(bench: Workbench, recipe: Dataset, text: str, samples: Sequence[Sample], report: Report) -> Report:
    bucket = bench.settings.bucket_datasets
    parent = newest(bench.objects, bucket, recipe.name)
    rows = read_labels(bench.objects, bucket, parent).to_pylist() if parent else []
    planned = plan(recipe, samples, {
        row["image_id"]: Before(row["split"], row["shard"], row["cluster_id"]) for row in rows})
    draft = Draft(recipe.name, recipe.unit, recipe.description, recipe.licence, sha256(text.encode()),
                  f"saegim {version('saegim')}", tuple(recipe.splits))

    def fetch(some: Sequence[Sample]) -> Iterable[bytes]:
        return bench.objects.get_many(bench.settings.bucket_images,
                                      [image_key(item.image_id, item.media_type) for item in some])

    with progress("export", sum(not sample.shard for sample in planned.samples)) as advance:
        published = publish(bench.objects, bucket, draft, parent, planned.samples, planned.exclusions, fetch, advance)
    current = published or parent
    if published:
        report.counts["samples in a new release"] = len(planned.samples)
        report.notes.append(f"{published.name}: " + ", ".join(f"{count} {name}" for name, count in published.splits.items()))
    elif current:
        report.notes.append(f"{current.name} is up to date.")
    report.notes += [f"left out: {image_id[:12]}… ({reason})" for image_id, reason in planned.exclusions]
    report.values["release"] = str(current.name) if current else ""
    return report


def _sample(bench: Workbench, recipe: Dataset, item: AcceptedReading) -> Sample:
    """A release's sample: people stand in it under pseudonyms (design D2)."""
    secret = bench.settings.pseudonym_secret.get_secret_value()
    kind, _, name = item.reading.reader.partition(":")
    reader = f"person:{pseudonym(secret, name)}" if kind == "person" else item.reading.reader
    return Sample(item.image.image_id, item.image.media_type, item.image.width, item.image.height, item.cluster_id,
                  item.campaign, pseudonym(secret, item.submitter), recipe.annotation_config,
                  replace(item.reading, reader=reader))
