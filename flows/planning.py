"""What the next release of a dataset would hold: recipe, ledger and earlier releases → a plan; nothing is written."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from datastore.ledger.candidates import candidates, photographs
from datastore.ledger.connection import in_chunks
from datastore.ledger.readings import readings_by_id
from datastore.releases import newest, places, reading_keys, shard_files
from flows.settings import ROOT
from flows.workbench import Workbench
from saegim.manifest import File, Manifest
from schemas.errors import SettingError
from schemas.ids import pseudonym
from schemas.sample import Before, Planned, Sample
from stages.export.counts import Counts
from stages.export.gates import Failure, polygons
from stages.export.groups import group
from stages.export.plan import Plan, plan
from stages.export.recipe import Dataset, parse_dataset

DATASETS = ROOT / "recipes" / "datasets"


@dataclass(frozen=True, slots=True)
class NextRelease:
    """What would be published now.

    Attributes:
        recipe: of the dataset.
        parent: the newest release; None where there is none.
        plan: samples and what is left out.
        shards: files of the shards that hold samples already, by path.
        arrived: ids of samples that the parent does not hold.
    """

    recipe: Dataset
    parent: Manifest | None
    plan: Plan
    shards: dict[str, File]
    arrived: frozenset[str]

    @property
    def number(self) -> int:
        """Of the release."""
        return self.parent.number + 1 if self.parent else 1

    @property
    def name(self) -> str:
        """Of the release, such as ``scene-text@7``."""
        return f"{self.recipe.name}@{self.number}"

    @property
    def same_recipe(self) -> bool:
        """Whether the parent was made by this recipe."""
        return self.parent is not None and self.parent.recipe == self.recipe.model_dump(mode="json")

    @property
    def new(self) -> list[Planned]:
        """Samples whose image no shard holds yet."""
        return [item for item in self.plan.samples if not item.shard]


def load_dataset(name: str) -> Dataset:
    """A dataset recipe.

    Raises:
        SettingError: there is none, or a line of it is wrong.
    """
    path = DATASETS / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in DATASETS.glob("*.yaml")))
        raise SettingError(f"There is no dataset recipe {name!r}: expected one of {known} (recipes/datasets/)")
    recipe = parse_dataset(path.read_text(encoding="utf-8"), f"recipes/datasets/{path.name}")
    if recipe.name != name:
        raise SettingError(f"recipes/datasets/{path.name}: name is {recipe.name!r}, expected {name!r} as the file is called")
    return recipe


def next_release(bench: Workbench, recipe: Dataset) -> NextRelease:
    """Plans the next release of a dataset from what the ledger has now."""
    bucket = bench.settings.bucket_datasets
    parent = newest(bench.objects, bucket, recipe.name)
    before = places(bench.objects, bucket, parent) if parent else {}
    shards = shard_files(bench.objects, bucket, parent, {known.shard for known in before.values()})
    # An image whose shard is gone is written again; it keeps its split.
    before = {name: known if known.shard in shards else replace(known, shard="") for name, known in before.items()}
    groups = group(photographs(bench.ledger), recipe.groups.burst_minutes, recipe.groups.by_submitter, _clusters(before))
    found = plan(recipe, candidates(bench.ledger, recipe.readings.annotation_configs), groups, before)
    arrived = frozenset(item.image_id for item in found.samples
                        if item.image_id not in before or not before[item.image_id].held)
    return NextRelease(recipe, parent, found, shards, arrived)


def samples(bench: Workbench, planned: Sequence[Planned]) -> Iterator[Sample]:
    """Planned samples with their readings, in order; people stand in them under pseudonyms (design D2)."""
    secret = bench.settings.pseudonym_secret.get_secret_value()
    stands_for = functools.cache(functools.partial(pseudonym, secret))
    for chunk in in_chunks(planned):
        with bench.ledger.read() as connection:
            found = readings_by_id(connection, [item.candidate.reading_id for item in chunk])
        for item in chunk:
            reading = found[item.candidate.reading_id]
            kind, _, name = reading.reader.partition(":")
            if kind == "person":
                reading = replace(reading, reader=f"person:{stands_for(name)}")
            yield Sample(item, stands_for(item.candidate.submitter), reading)


def looked_through(bench: Workbench, planned: Sequence[Planned], counts: Counts,
                   failures: list[Failure]) -> Iterator[Sample]:
    """The samples, counted on the way; what their readings have that forbids to publish them is added to ``failures``."""
    for sample in samples(bench, planned):
        failures += polygons(sample.reading)
        counts.add(sample.planned.split, sample.planned.candidate.campaign, sample.reading, sample.planned.candidate.agreement)
        yield sample


def changed_labels(bench: Workbench, release: NextRelease, found: Iterable[Sample]) -> Iterator[tuple[Sample, bool]]:
    """Samples with whether the parent has another reading of the image; False for an image that it does not have."""
    keys = reading_keys(bench.objects, bench.settings.bucket_datasets, release.parent) if release.parent else {}
    for sample in found:
        reading = sample.reading
        known = keys.get(reading.image_id)
        yield sample, known is not None and known != (reading.reader, reading.run, reading.revision)


def _clusters(before: dict[str, Before]) -> Iterator[tuple[str, str]]:
    for name, known in before.items():
        yield name, known.cluster_id
