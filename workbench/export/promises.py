"""What a next release is held to by those before it: groups, and splits that are frozen here or in another dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError

from datastore.ledger import Ledger
from datastore.ledger.imported import parts_of_sources
from datastore.ledger.releasable import photographs, repeated, seen_alike
from datastore.objects import ObjectStore
from datastore.releases import newest, places
from saegim.manifest import Manifest
from saegim.releases import Releases
from schemas.recipes.dataset import Dataset
from schemas.recipes.slices import SliceNames
from schemas.sample import Before
from schemas.sources import Use
from stages.export.bridges import BY_HAND, FOUND, Bridge, bridges, groups_in_two_splits
from stages.export.changes import Change
from stages.export.groups import Groups, Link, links
from stages.export.plan import Plan
from stages.export.source_uses import Terms
from workbench.settings import Settings


def recipe_of(release: Manifest) -> Dataset | None:
    """The recipe that made a release; None where this version of Saegim cannot read it any more."""
    try:
        return Dataset.model_validate(release.recipe, context=SliceNames())
    except ValidationError:
        return None


def frozen_of(release: Manifest) -> set[str]:
    """Splits that take nothing new after a release."""
    if release.frozen is not None:
        return set(release.frozen)
    made_by = recipe_of(release)
    return set(made_by.frozen) if made_by else set()


def terms_of(release: Manifest) -> dict[str, Terms]:
    """The terms under which a release holds images of public data sets, by data set."""
    return {held.source: Terms(tuple(held.licences), tuple(use for use in Use if use in held.allows)) for held in release.sources}


def regrouped_without_left_out(ledger: Ledger, recipe: Dataset, planned: Plan, groups: Groups,
                               before: Mapping[str, Before]) -> tuple[Plan, tuple[Bridge, ...]]:
    """Forms groups that stand in two splits again, of the release's own samples alone.

    Returns the plan with the new groups, and what connects those that still stand in two splits.

    A new photograph that would connect two splits is left out, and so it connects nothing in the release.

    Args:
        ledger: says what makes the groups.
        recipe: of the dataset.
        planned: the release.
        groups: of all images.
        before: images of earlier releases.
    """
    torn = groups_in_two_splits(planned.samples)
    if not torn:
        return planned, ()
    held = {item.image_id for items in torn.values() for item in items}
    members = [item for item in photographs(ledger) if item.image_id in held]
    known = {name: item.cluster_id for name, item in before.items() if groups.of(name) in torn}
    parts = (part for part in parts_of_sources(ledger) if part[0] in held)
    steps = list(links(members, recipe.groups.burst_minutes, recipe.groups.by_submitter, known, repeated(ledger), parts))
    own = Groups()
    for step in steps:
        own.join(step.one, step.other)
    samples = tuple(replace(item, group=own.of(item.image_id)) if item.image_id in held else item for item in planned.samples)
    evidence = [Link(pair.one, pair.other, BY_HAND if pair.by_hand else FOUND) for pair in seen_alike(ledger, held)]
    return replace(planned, samples=samples), tuple(bridges(groups_in_two_splits(samples), evidence, steps))


def frozen_elsewhere(settings: Settings, objects: ObjectStore, recipe: Dataset, planned: Plan) -> list[Change]:
    """What the first release of a dataset takes of the frozen splits of others: a copied recipe splits the same images anew."""
    bucket = settings.bucket_datasets
    told = []
    for name in Releases(settings, objects.bucket(bucket)).datasets():
        other = newest(objects, bucket, name)
        if other is None or name == recipe.name or not (frozen := frozen_of(other)):
            continue
        there = places(objects, bucket, other)
        taken = Counter((item.split, there[item.image_id].split) for item in planned.samples if item.split not in recipe.frozen
                        and item.image_id in there and there[item.image_id].split in frozen)
        told += [Change(f"{count} images of `{split}` stand in the frozen split `{theirs}` of {other.name}: a model that learns "
                        "from this dataset knows them") for (split, theirs), count in sorted(taken.items())]
    return told
