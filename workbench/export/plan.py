"""What the next release of a dataset would hold: recipe, ledger and earlier releases → a plan; nothing is written."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.label_studio.annotation_config import config_names
from datastore.ledger import names
from datastore.ledger.readings import readings_by_id
from datastore.ledger.releasable import candidates, keys_of, photographs, rejoined, repeated
from datastore.ledger.sql import in_chunks
from datastore.releases import newest, places, reading_keys, shard_files
from saegim.manifest import File, Manifest
from saegim.names import did_you_mean
from schemas.errors import SettingError
from schemas.ids import pseudonym
from schemas.recipes.dataset import THAW, Dataset, Known, parse_dataset
from schemas.sample import Planned, Sample
from stages.export import gates
from stages.export.bridges import Bridge
from stages.export.changes import Change, changes, leaving
from stages.export.counts import Counts
from stages.export.gates import Failure
from stages.export.groups import group
from stages.export.leaks import LeakReport
from stages.export.plan import Plan, plan
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.export.promises import by_what_it_holds, frozen_elsewhere, frozen_of, recipe_of
from workbench.settings import ROOT

AGREED = {"agreed"}
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
        bridges: groups that stand in two splits.
        changes: what the recipe changed since the parent, and what it comes to.
        released: names of the splits that releases have.
        regrouped: samples that are in another cluster or group than the parent says.
        unchecked: ids of the samples that have to be compared with all others: those that arrived, those that are not told
            apart any more, and where the parent bore near duplicates, all.
    """

    recipe: Dataset
    parent: Manifest | None
    plan: Plan
    shards: dict[str, File]
    arrived: frozenset[str]
    bridges: tuple[Bridge, ...] = ()
    changes: tuple[Change, ...] = ()
    released: tuple[str, ...] = ()
    regrouped: int = 0
    unchecked: frozenset[str] = frozenset()

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
        """Whether the parent was made by this recipe; what a recipe agrees to is no part of what it says."""
        made_by = recipe_of(self.parent) if self.parent else None
        return made_by is not None and made_by.model_dump(exclude=AGREED) == self.recipe.model_dump(exclude=AGREED)

    @property
    def frozen(self) -> list[str]:
        """Splits that take nothing new after it."""
        has = {item.split for item in self.plan.samples}
        return sorted({*self.plan.frozen, *(name for name in self.recipe.frozen if name in has)})

    @property
    def splits(self) -> list[str]:
        """All splits: the recipe's, then those that it does not name any more, which keep what they have."""
        return [*self.recipe.splits, *sorted({item.split for item in self.plan.samples}.difference(self.recipe.splits))]

    @property
    def new(self) -> list[Planned]:
        """Samples whose image no shard holds yet."""
        return [item for item in self.plan.samples if not item.shard]


def known_names(bench: Workbench) -> Known:
    """What a dataset recipe may name."""
    return Known({*load_campaigns(bench.settings).by_name, *names.campaigns(bench.ledger)},
                 {*config_names(bench.settings.annotation_configs), *names.annotation_configs(bench.ledger)},
                 functools.partial(names.image_ids, bench.ledger))


def load_dataset(name: str, known: Known | None = None, folder: Path = DATASETS) -> Dataset:
    """A dataset recipe.

    Args:
        name: of its file, without ``.yaml``.
        known: what it may name; see ``known_names``.
        folder: of the recipes.

    Raises:
        SettingError: there is none, or a line of it is wrong.
    """
    path = folder / f"{name}.yaml"
    where = "recipes/datasets" if folder == DATASETS else str(folder)
    if not path.is_file():
        there = [other.stem for other in folder.glob("*.yaml")]
        raise SettingError(f"There is no dataset recipe {name!r} in {where}{did_you_mean(name, there)}")
    recipe = parse_dataset(path.read_text(encoding="utf-8"), f"{where}/{path.name}", known)
    if recipe.name != name:
        raise SettingError(f"{where}/{path.name}: name is {recipe.name!r}, expected {name!r} as the file is called")
    return recipe


def next_release(bench: Workbench, recipe: Dataset) -> NextRelease:
    """Plans the next release of a dataset from what the ledger has now."""
    bucket = bench.settings.bucket_datasets
    parent = newest(bench.objects, bucket, recipe.name)
    before = places(bench.objects, bucket, parent) if parent else {}
    shards = shard_files(bench.objects, bucket, parent, {known.shard for known in before.values()})
    # An image whose shard is gone is written again; it keeps its split.
    before = {name: known if known.shard in shards else replace(known, shard="") for name, known in before.items()}
    groups = group(photographs(bench.ledger), recipe.groups.burst_minutes, recipe.groups.by_submitter,
                   {name: known.cluster_id for name, known in before.items()}, repeated(bench.ledger) if before else ())
    released = {known.split for known in before.values()}
    frozen = frozen_of(parent) & released if parent else set[str]()
    agreed = recipe.agreed.to if parent and recipe.agreed and recipe.agreed.release == parent.number + 1 else []
    found = plan(recipe, candidates(bench.ledger, recipe.readings.annotation_configs), groups, before,
                 {name for name in frozen if f"{THAW} {name}" not in agreed})
    found, torn = by_what_it_holds(bench, recipe, found, groups, before)
    arrived = frozenset(item.image_id for item in found.samples
                        if item.image_id not in before or not before[item.image_id].held)
    known = ((item, before[item.image_id]) for item in found.samples if item.image_id in before)
    regrouped = sum((item.group, item.candidate.cluster_id) != (was.group, was.cluster_id) for item, was in known)
    made_by = recipe_of(parent) if parent else None
    told = changes(recipe, made_by, regrouped, before, frozen) if made_by else []
    told += leaving(found.left_out, before, frozen) if parent else frozen_elsewhere(bench, recipe, found)
    bore = parent is not None and (made_by is None or made_by.gates.leaks > 0)
    unchecked = frozenset(item.image_id for item in found.samples) if bore else arrived | rejoined(bench.ledger)
    return NextRelease(recipe, parent, found, shards, arrived, torn, tuple(told), tuple(sorted(released)), regrouped, unchecked)


def stopped(bench: Workbench, release: NextRelease, counts: Counts, leaks: LeakReport) -> list[Failure]:
    """All that forbids a release, but for pictures and readings that are broken.

    Args:
        bench: whose ledger names the submissions.
        release: what would be published.
        counts: of its samples.
        leaks: of its samples.
    """
    recipe = release.recipe
    named = {name for bridge in leaks.bridges for name in bridge.images}
    keys = keys_of(bench.ledger, named.union(*((pair.one, pair.other) for pair in leaks.pairs)))
    return [*(gates.unlike(recipe, release.parent.unit, release.released) if release.parent else ()),
            *gates.unagreed(recipe, release.number, release.changes), *gates.held(release.plan.samples),
            *gates.classes(recipe.gates, counts), *gates.leaks(recipe.gates, leaks, keys)]


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
        failures += gates.polygons(sample.reading)
        counts.add(sample.planned.split, sample.planned.candidate.campaign, sample.reading, sample.planned.candidate.agreement)
        yield sample


def changed_labels(bench: Workbench, release: NextRelease, found: Iterable[Sample]) -> Iterator[tuple[Sample, bool]]:
    """Samples with whether the parent has another reading of the image; False for an image that it does not have."""
    keys = reading_keys(bench.objects, bench.settings.bucket_datasets, release.parent) if release.parent else {}
    for sample in found:
        reading = sample.reading
        known = keys.get(reading.image_id)
        yield sample, known is not None and known != (reading.reader, reading.run, reading.revision)
