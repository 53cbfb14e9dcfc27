"""What the next release of a dataset would hold: recipe, ledger and earlier releases → a plan; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from datastore.ledger import Ledger
from datastore.ledger.imported import images_in_splits, parts_of_sources, splits_of_sources
from datastore.ledger.releasable import candidates, keys_of, photographs, rejoined, repeated
from datastore.ledger.sources import all_sources
from datastore.objects import ObjectStore
from datastore.releases import newest, places, shard_files
from saegim.manifest import File, Manifest
from schemas.recipes.dataset import THAW, Dataset
from schemas.sample import Before, Candidate, Planned
from stages.export import gates
from stages.export.bridges import Bridge
from stages.export.changes import Change, changes, leaving
from stages.export.counts import Counts
from stages.export.gates import Failure
from stages.export.groups import group
from stages.export.leaks import LeakReport
from stages.export.own_splits import held_out, rank
from stages.export.plan import Plan, arrivals, plan, regrouped
from stages.export.source_uses import changed_terms, forbidden
from workbench.bench import Workbench
from workbench.export.promises import frozen_elsewhere, frozen_of, recipe_of, regrouped_without_left_out, terms_of
from workbench.named_slices import NO_SLICES, NamedSlices, named_among, slices_of_stored

AGREED = {"agreed"}
"""Keys of a recipe that say nothing of what a release holds."""


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
        named: slices of recipes/slices.yaml that the recipe names.
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
    named: NamedSlices = NO_SLICES

    def empty_counts(self) -> Counts:
        """Counts of nothing yet, which will count what the recipe wants to have counted."""
        return Counts((one, other) for one, other in self.recipe.coverage.crossings)

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


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier releases of a dataset hold.

    Attributes:
        newest: the newest of them; None where there is none.
        images: where they had each image, by image id.
        shards: files of the shards that hold these images, by path.
        frozen: splits that they froze.
    """

    newest: Manifest | None
    images: dict[str, Before]
    shards: dict[str, File]
    frozen: frozenset[str]


def next_release(bench: Workbench, recipe: Dataset) -> NextRelease:
    """Plans the next release of a dataset from what the ledger has now."""
    earlier = earlier_releases(bench.objects, bench.settings.bucket_datasets, recipe.name)
    parent = earlier.newest
    before = earlier.images
    groups = group(photographs(bench.ledger), recipe.groups.burst_minutes, recipe.groups.by_submitter,
                   {name: known.cluster_id for name, known in before.items()}, repeated(bench.ledger) if before else (),
                   parts_of_sources(bench.ledger))
    stays_frozen = {name for name in earlier.frozen if f"{THAW} {name}" not in _agreed(recipe, parent)}
    named = named_among(bench.settings, recipe.slices_counted)
    planned = plan(recipe, _candidates(bench.ledger, recipe, named), groups, before, stays_frozen,
                   _kept_for_measuring(bench.ledger))
    planned, bridges = regrouped_without_left_out(bench.ledger, recipe, planned, groups, before)
    arrived = arrivals(planned.samples, before)
    moved = regrouped(planned.samples, before)
    told = (_since(recipe, parent, planned, moved, earlier) if parent else
            frozen_elsewhere(bench.settings, bench.objects, recipe, planned))
    return NextRelease(recipe, parent, planned, earlier.shards, arrived, bridges, tuple(told),
                       tuple(sorted({known.split for known in before.values()})), moved,
                       _unchecked(bench.ledger, parent, planned, arrived), named)


def earlier_releases(objects: ObjectStore, bucket: str, dataset: str) -> Earlier:
    """What the releases of a dataset hold; an image whose shard is gone keeps its split and has no shard, so it is written again.

    Args:
        objects: the object storage.
        bucket: of the releases.
        dataset: its name.
    """
    parent = newest(objects, bucket, dataset)
    if parent is None:
        return Earlier(None, {}, {}, frozenset())
    before = places(objects, bucket, parent)
    shards = shard_files(objects, bucket, parent, {known.shard for known in before.values()})
    before = {name: known if known.shard in shards else replace(known, shard="") for name, known in before.items()}
    return Earlier(parent, before, shards, frozenset(frozen_of(parent) & {known.split for known in before.values()}))


def what_forbids(ledger: Ledger, release: NextRelease, counts: Counts, leaks: LeakReport) -> list[Failure]:
    """All that forbids a release, but for pictures and readings that are broken.

    Args:
        ledger: names the submissions.
        release: what would be published.
        counts: of its samples.
        leaks: of its samples.
    """
    recipe = release.recipe
    named = {name for bridge in leaks.bridges for name in bridge.images}
    keys = keys_of(ledger, named.union(*((pair.one, pair.other) for pair in leaks.pairs)))
    return [*(gates.unlike(recipe, release.parent.unit, release.released) if release.parent else ()),
            *gates.unagreed(recipe, release.number, release.changes), *gates.held(release.plan.samples),
            *forbidden(recipe, release.plan.samples),
            *gates.too_few_groups(recipe, release.plan.asked), *gates.classes(recipe.gates, counts),
            *gates.leaks(recipe.gates, leaks, keys)]


def _candidates(ledger: Ledger, recipe: Dataset, named: NamedSlices) -> list[Candidate]:
    """All accepted readings, with the named slices that decide which are taken and where they go.

    Those of all public data sets are among them: of one that is not taken any more an earlier release may have images.
    """
    found = candidates(ledger, [*recipe.readings.annotation_configs, *(source.source for source in all_sources(ledger))])
    if not (deciding := named.only(recipe.slices_planned)).slices:
        return found
    slices = slices_of_stored(ledger, deciding, {item.reading_id: item.campaign for item in found})
    return [replace(item, slices=(*item.slices, *sorted(slices[item.reading_id]))) for item in found]


def _kept_for_measuring(ledger: Ledger) -> dict[str, str]:
    """Images that a public data set keeps, or a copy of them, for measuring, each with the name of a split."""
    splits = [split for split in splits_of_sources(ledger) if held_out(split)]
    found: dict[str, str] = {}
    for image_id, split in images_in_splits(ledger, splits) if splits else ():
        if image_id not in found or rank(split) < rank(found[image_id]):
            found[image_id] = split
    return found


def _agreed(recipe: Dataset, parent: Manifest | None) -> list[str]:
    """Words of consent that the recipe has for this very release."""
    return recipe.agreed.to if parent and recipe.agreed and recipe.agreed.release == parent.number + 1 else []


def _since(recipe: Dataset, parent: Manifest, planned: Plan, moved: int, earlier: Earlier) -> list[Change]:
    """What the recipe changed since the newest release, and what leaves its frozen splits."""
    made_by = recipe_of(parent)
    changed = changes(recipe, made_by, moved, earlier.images, earlier.frozen) if made_by else []
    return [*changed, *changed_terms(planned.samples, terms_of(parent)),
            *leaving(planned.left_out, earlier.images, earlier.frozen)]


def _unchecked(ledger: Ledger, parent: Manifest | None, planned: Plan, arrived: frozenset[str]) -> frozenset[str]:
    """Ids of the samples that have to be compared with all others, see ``NextRelease``."""
    if parent is not None:
        made_by = recipe_of(parent)
        if made_by is None or made_by.gates.leaks > 0:
            return frozenset(item.image_id for item in planned.samples)
    return arrived | rejoined(ledger)
